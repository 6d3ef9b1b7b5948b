"""HTML from templates beside their modules: the macros of `live.html.j2` are functions for `live.py`.

What goes in is escaped, unless it is HTML already (`Markup`). An indented line of a template goes on the one before it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from analysis import words


class _Unfolding(FileSystemLoader):
    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        source, path, current = super().get_source(environment, template)
        return re.sub(r"\n +", "", source), path, current


def _as_html(value: object) -> Markup:
    # The entities that html.escape writes, as everywhere else in the site.
    return value if isinstance(value, Markup) else Markup(escape(str(value)))


def xml(module: str, **values: object) -> bytes:
    """The document that the template beside a module, `<module>.xml.j2`, makes of some values."""
    path = Path(module)
    environment = Environment(
        loader=FileSystemLoader(path.parent),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
        finalize=lambda value: escape(str(value), quote=False),
    )
    return environment.get_template(f"{path.stem}.xml.j2").render(**values).encode()


def beside(module: str, **filters: Callable[..., object]) -> Any:
    """The macros of the template beside a module, given its `__file__`. filters: what the template calls with "|" """
    path = Path(module)
    environment = Environment(
        loader=_Unfolding(path.parent), autoescape=True, trim_blocks=True, undefined=StrictUndefined, finalize=_as_html
    )
    environment.filters.update(counted=words.counted, **filters)
    return environment.get_template(f"{path.stem}.html.j2").module

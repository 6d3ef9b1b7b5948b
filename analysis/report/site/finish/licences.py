"""Whose work the site ships: every script, style sheet, font and icon that is not the report's own, with its licence.

Each file below `_static` belongs to one component, or is the report's own; a file that belongs to nobody stops the
build. Version and licence text come from the package that was installed, so they are those of what is shipped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.errors import SphinxError

from analysis import written
from analysis.report import notebooks
from analysis.report.site import templates
from analysis.report.site.pages import Pages

PAGE = "licences"
TITLE = "Software and fonts in this site"
ASSETS = notebooks.BOOK / "assets"
HTML = templates.beside(__file__)

# Files that a build makes from the report's own: see live.py, claim.py, tokens.py, policy.py and styles.py. The bundles
# of styles and the settings hold the text of the components too; their sources stand beside them.
MADE = ("live-model.js", "claim-model.js", "ranks.js", "tokens.css", "options-*.js", "site-*.css")


@dataclass(frozen=True)
class Component:
    """What one maker gave.

    files:   patterns of paths below _static
    package: the installed package that brings it
    notice:  a file of that package whose head names version and holder, where another's work stands inside it
    text:    the licence's text where the package has none: the name of a file in book/assets, or the text,
             or a name under which licences.toml has it
    beside:  patterns of paths in the site, outside _static or only there when `report lab` has added them
    """

    name: str
    licence: str
    home: str
    files: tuple[str, ...] = ()
    package: str = ""
    notice: str = ""
    holder: str = ""
    text: str = ""
    beside: tuple[str, ...] = ()

    @property
    def version(self) -> str:
        """Of the component itself, where its file says it, else of the package."""
        if not self.notice:
            return distribution(self.package).version if self.package else ""
        found = re.search(r"\bv?(\d+\.\d+\.\d+)\b", _head(self.package, self.notice))
        if not found:
            raise SphinxError(
                f"{self.notice} of {self.package} names no version. See analysis/report/site/finish/licences.toml."
            )
        return found[1]

    @property
    def licence_text(self) -> str:
        if self.text.endswith(".txt"):
            return (ASSETS / self.text).read_text(encoding="utf-8")
        if self.text:
            return f"{self.holder}\n\n{self.text}"
        texts = [
            Path(str(path.locate())).read_text(encoding="utf-8")
            for path in distribution(self.package).files or ()
            if re.search(r"\.dist-info/.*(LICEN[CS]E|COPYING)", str(path))
        ]
        if not texts:
            raise SphinxError(f"{self.package} brings no licence. See analysis/report/site/finish/licences.toml.")
        return "\n\n".join(texts)


def _head(package: str, file: str) -> str:
    for path in distribution(package).files or ():
        if str(path).endswith(file):
            return Path(str(path.locate())).read_text(encoding="utf-8")[:2000]
    raise SphinxError(f"{package} has no file {file}. See analysis/report/site/finish/licences.toml.")


def read(path: Path) -> tuple[Component, ...]:
    """The components of a file; `text = "name"` stands for the text that the file has under that name."""
    said = written.toml_of(path)

    def component(row: dict[str, Any]) -> Component:
        text = row.pop("text", "")
        return Component(
            files=tuple(row.pop("files", ())), beside=tuple(row.pop("beside", ())), text=said.get(text, text), **row
        )

    return tuple(component(row) for row in said["component"])


COMPONENTS = read(Path(__file__).with_suffix(".toml"))


def makers(name: str) -> list[str]:
    """Whose a file below _static is: components that claim it, else "" for the report's own; nothing if nobody's."""
    found = [
        each.name
        for each in COMPONENTS
        if any(fnmatch(name, pattern) for pattern in each.files)
        or any(fnmatch(f"_static/{name}", pattern) for pattern in each.beside)
    ]
    own = (ASSETS / name).is_file() or any(fnmatch(name, pattern) for pattern in MADE)
    return found or ([""] if own else [])


def faults(static: Path) -> list[str]:
    """Files whose maker nobody has named, or several claim, and components that are no longer there."""
    names = sorted(path.relative_to(static).as_posix() for path in static.rglob("*") if path.is_file())
    found = [f"{name} ({' and '.join(owners) or 'nobody'})" for name in names if len(owners := makers(name)) != 1]
    for each in COMPONENTS:
        gone = [pattern for pattern in each.files if not any(fnmatch(name, pattern) for name in names)]
        found += [f"{pattern} of {each.name} (is not there)" for pattern in gone]
    return found


def page(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    if app.builder.name == "html":
        body = str(HTML.page(PAGE, TITLE, COMPONENTS))
        yield PAGE, {"title": TITLE, "body": body, "metatags": ""}, "page.html"


def finish(app: Sphinx, pages: Pages) -> None:
    wrong = faults(pages.static)
    if wrong:
        raise SphinxError(
            f"The page of licences and the site's files disagree: {', '.join(wrong[:8])}. Name what is shipped, its "
            "maker and its licence in analysis/report/site/finish/licences.toml."
        )


def setup(app: Sphinx) -> None:
    app.connect("html-collect-pages", page)

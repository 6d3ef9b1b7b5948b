"""Members of a family of pages: rendered, though no table of contents names each.

A sidebar with a hundred models would be longer than most pages. The page that lists them leads to each.
"""

from __future__ import annotations

from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment

from analysis.report import notebooks


def members(folder: Path) -> set[str]:
    """Names of the members whose pages lie in a folder."""
    names = (page.name for family in notebooks.FAMILIES for page in family.members)
    return {name for name in names if (folder / f"{name}.ipynb").exists()}


def _include(app: Sphinx, config: Config) -> None:
    own = {f"{name}.ipynb" for name in members(Path(app.srcdir))}
    config.exclude_patterns = [pattern for pattern in config.exclude_patterns if pattern not in own]


def _mark(app: Sphinx, env: BuildEnvironment) -> None:
    """Sphinx warns of a page that no table of contents holds, unless it says so of itself."""
    for name in members(Path(app.srcdir)):
        env.metadata[name]["orphan"] = "true"


def setup(app: Sphinx) -> None:
    # After the external table of contents has left out what it does not name (priority 900).
    app.connect("config-inited", _include, priority=910)
    app.connect("env-updated", _mark)

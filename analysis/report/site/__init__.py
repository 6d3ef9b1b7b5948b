"""What the book needs beyond Jupyter Book: a Sphinx extension named in `_config.yml`.

What a page says, as it is read and written:

claim       the form that checks a cost claim
equations   formulas as MathML, written at build time: no script, nothing fetched, read by screen readers
families    pages of one notebook, a page for each row of a table
figures     a computed figure's alt text, and below it the box; folded code below its output
hints       notes beside abbreviations, terms and numbers
links       where a row, a result, a page or a source leads
live        figures that answer to a slider: their controls, tables and script
pages       the written pages, held in memory while they are finished
plain       a plain `jupyter-book build .` becomes the site of `report build`
references  author-year citations
rows        rows of data/ with their sources, each under an anchor
search      numbers as words of the search
scripts     which page loads which script of the report's own
sharing     a page of its own for each figure
sections    how long sections are, so that a phone lays them out when they come near
tokens      the figures' colours as CSS custom properties
typography  quotes as Sphinx turns them, and no line break between a number and its per cent sign

metadata/   what a page says of itself to machines
finish/     what is done to the pages once Sphinx has written them
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import Any

from sphinx.application import Sphinx

from analysis.report.site.figures import DrawingRenderer

__all__ = ["DrawingRenderer", "setup"]

# First `plain`, which gives Sphinx another folder.
PARTS = (
    *("plain", "claim", "equations", "families", "figures", "finish", "metadata.head", "hints", "live", "references"),
    *("rows", "scripts", "search", "sections", "sharing", "tokens", "typography"),
)


def parts() -> list[ModuleType]:
    return [import_module(f"{__name__}.{part}") for part in PARTS]


def setup(app: Sphinx) -> dict[str, Any]:
    # Jupyter Book always passes this value on; sphinx_comments, which would declare it, is left out.
    app.add_config_value("comments_config", {}, "html")
    # Where the sources are published, for links to a page's notebook; html_baseurl says the same of the site.
    app.add_config_value("report_repository_url", "", "html")
    # A scenario's changed assumptions by name, which the builder of the site passes on.
    app.add_config_value("report_changes", {}, "env")
    # Packages that the builder of the site calls: see `guests` in analysis/report/rendering.py.
    app.add_config_value("report_guests", [], "")
    for part in parts():
        part.setup(app)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

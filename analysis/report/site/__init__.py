"""What the book needs beyond Jupyter Book: a Sphinx extension named in `_config.yml`.

breaks      no line break between a number and its per cent sign
drawings    a computed figure's alt text, and below it the box; folded code below its output
equations   formulas as MathML, written at build time: no script, nothing fetched, read by screen readers
far         how long sections are, so that a phone lays them out when they come near
hints       notes beside abbreviations, terms and numbers
letters     drawings with one shape per line of text, which a phone shows sooner
live        figures that answer to a slider: their controls, tables and script
notices     the page of licences: whose work the site ships
policy      the Content-Security-Policy of each page, and its scripts and styles made to fit it
plain       a plain `jupyter-book build .` becomes the site of `report build`
lab         the page that runs the cost model in the browser
quiz        questions at the end of a chapter
quotes      straight quotes turned, but for those of a scenario file
references  author-year citations
found       titles, descriptions, previews, citation, structured data; sitemap, feed, the page for unknown addresses
rows        rows of data/ with their sources, each under an anchor
search      numbers as words of the search
scripts     which page loads which script of the report's own
styles      one style sheet for a page, of the rules that the site uses
tokens      the figures' colours as CSS custom properties
trim        what the theme ships and no page needs is taken out, so that a page is small and works offline
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.report.site import (
    breaks,
    equations,
    figures,
    hints,
    live,
    plain,
    references,
    rows,
    scripts,
    search,
    sections,
    tokens,
    typography,
)
from analysis.report.site.figures import DrawingRenderer
from analysis.report.site.finish import drawings, licences, policy, styles, theme
from analysis.report.site.metadata import head
from analysis.teaching.site import lab, quiz

if TYPE_CHECKING:
    from sphinx.application import Sphinx

__all__ = ["DrawingRenderer", "setup"]


def setup(app: Sphinx) -> dict[str, Any]:
    # Jupyter Book always passes this value on; sphinx_comments, which would declare it, is left out.
    app.add_config_value("comments_config", {}, "html")
    # Where the sources are published, for links to a page's notebook; html_baseurl says the same of the site.
    app.add_config_value("report_repository_url", "", "html")
    # A scenario's changed assumptions by name, which the builder of the site passes on.
    app.add_config_value("report_changes", {}, "env")
    plain.setup(app)
    breaks.setup(app)
    figures.setup(app)
    equations.setup(app)
    sections.setup(app)
    hints.setup(app)
    drawings.setup(app)
    live.setup(app)
    licences.setup(app)
    policy.setup(app)
    lab.setup(app)
    quiz.setup(app)
    typography.setup(app)
    references.setup(app)
    rows.setup(app)
    scripts.setup(app)
    search.setup(app)
    styles.setup(app)
    tokens.setup(app)
    theme.setup(app)
    head.setup(app)  # after trim: it takes the last look at 404.html
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

"""What is done to the pages once Sphinx has written them: one pipeline, which reads and writes each page once.

The steps, in their order; each sees what the earlier ones have made of the site:

search     how often a page says a word, before anything is made of its HTML
drawings   one shape per line of text
theme      what the theme ships and no page needs goes, and its slips are mended
spoken     what a voice would misread is named in words, and folds of one name are told apart
pictures   the two drawings of a figure become one picture: when each has its size
metadata   what stands beside the pages: data, feed, sitemap, robots.txt
styles     one style sheet for a page, of the rules that the site uses: when all others have written their classes
policy     the Content-Security-Policy: what the others have put into a page is held against it too
moved      pages at old addresses: they have nothing of the theme, and bring their policy
licences   each file has a maker: when all files are there
"""

from __future__ import annotations

from pathlib import Path

from sphinx.application import Sphinx

from analysis.report.site import search
from analysis.report.site.finish import drawings, licences, moved, pictures, policy, spoken, styles, theme
from analysis.report.site.metadata import head
from analysis.report.site.pages import Pages

STEPS = (
    *(search.finish, drawings.finish, theme.finish, spoken.finish, pictures.finish),
    *(head.finish, styles.finish, policy.finish, moved.finish, licences.finish),
)


def finish(app: Sphinx, error: Exception | None) -> None:
    if error or app.builder.name != "html":
        return
    pages = Pages(Path(app.outdir))
    for step in STEPS:
        step(app, pages)
    pages.write()


def setup(app: Sphinx) -> None:
    # After the theme, which writes its colours of code last of all.
    app.connect("build-finished", finish, priority=900)
    licences.setup(app)

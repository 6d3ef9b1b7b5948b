"""A small page at each old address, which leads to where its text stands now (book/moved.yml).

book/assets/moved.js goes on at once, and keeps the place and the setting that an address holds. Without a script the
page itself goes on, and its link is there for everybody. No search finds these pages, and no site map names them.
"""

from __future__ import annotations

from sphinx.application import Sphinx

from analysis.report import notebooks
from analysis.report.site import templates
from analysis.report.site.finish import policy
from analysis.report.site.metadata import addresses, head
from analysis.report.site.pages import Pages

SCRIPT = "moved.js"
HTML = templates.beside(__file__)


def address(place: str) -> str:
    """A place as book/moved.yml names it, `page#anchor`, seen from a page of the site."""
    page, mark, anchor = place.partition("#")
    return f"{page}.html{mark}{anchor}"


def finish(app: Sphinx, pages: Pages) -> None:
    titles = {name: title.astext() for name, title in app.env.titles.items()}
    for name, gone in notebooks.moved().items():
        # A site of some pages alone, as tests make them, may lack the page that it leads to.
        if gone.to in titles:
            elsewhere = {anchor: address(place) for anchor, place in gone.elsewhere.items()}
            canonical = addresses.of(app, gone.to) if addresses.site(app) else ""
            shown = name, address(gone.to), titles[gone.to], head.report_title(app), elsewhere, canonical
            pages[f"{name}.html"] = str(HTML.page(*shown, policy.policy(name), SCRIPT))

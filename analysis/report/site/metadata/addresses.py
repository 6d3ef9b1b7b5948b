"""Where pages are: absolute addresses, sitemap.xml, robots.txt, and the page for an address that leads nowhere.

A search engine reads robots.txt only at the root of a host; that of a site in a folder has no effect, and does no harm.
GitHub Pages and most other hosts answer an unknown address, however deep, with /404.html. Its links can therefore not
be relative: they start with the path of the site's address, where that is known. Where it is not, a script that is
looked for in the folders above leads from a deep address to the page's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.errors import SphinxError

from analysis.report.site import templates
from analysis.report.site.metadata import history
from analysis.report.site.pages import Pages

NOT_FOUND = "404"
HOMEWARD = "".join(f'<script src="{"../" * depth}_static/not-found.js"></script>\n' for depth in (1, 2, 3))
HTML = templates.beside(__file__)
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"


def site(app: Sphinx) -> str:
    """The site's address without a slash at its end; "" where nobody has said it."""
    return str(app.config.html_baseurl or "").rstrip("/")


def of(app: Sphinx, pagename: str) -> str:
    """The one address of a page; "" where the site has none. The front page's is the folder's."""
    if not site(app):
        return ""
    return f"{site(app)}/" if pagename == "index" else f"{site(app)}/{app.builder.get_target_uri(pagename)}"


def sitemap(app: Sphinx) -> bytes:
    """Every page of the book, with the day on which it last changed where that is known."""
    names = sorted(app.env.found_docs)
    changed = (history.last_changed(Path(app.env.doc2path(name))) for name in names)
    return templates.xml(__file__, sitemap=SITEMAP, pages=zip((of(app, name) for name in names), changed, strict=True))


def robots(address: str) -> str:
    lines = ["User-agent: *", "Allow: /"]
    return "\n".join([*lines, *([f"Sitemap: {address}/sitemap.xml"] if address else []), ""])


def contents(app: Sphinx) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """The parts of the report: caption, and name and title of each page, with those below it."""

    def with_those_below(names: list[str]) -> Iterator[tuple[str, str]]:
        for name in names:
            yield name, app.env.titles[name].astext()
            yield from with_those_below(app.env.toctree_includes.get(name, []))

    for tree in app.env.get_doctree(app.config.root_doc).findall(addnodes.toctree):
        yield tree.get("caption") or "", list(with_those_below(tree["includefiles"]))


def not_found(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """The page for an address that leads nowhere: what happened, the search, and all pages."""
    body = str(HTML.not_found(app.config.root_doc, contents(app), app.builder.get_target_uri))
    metatags = "" if site(app) else HOMEWARD
    yield NOT_FOUND, {"title": "There is no page at this address", "body": body, "metatags": metatags}, "page.html"


def from_the_root(html: str, base: str) -> str:
    """A page with its relative addresses made absolute paths below `base`, which ends in a slash."""
    pattern = r'(\s(?:href|src|action|data-content_root)=")(?!#|/|[a-z][a-z0-9+.-]*:)(?:\./)?([^"]*")'
    html, count = re.subn(pattern, lambda match: f"{match[1]}{base}{match[2]}", html)
    if not count:
        raise SphinxError("404.html has no relative link. Look at analysis/report/site/metadata/addresses.py.")
    return html


def write(app: Sphinx, pages: Pages) -> None:
    address, out = site(app), pages.folder
    (out / "robots.txt").write_text(robots(address), encoding="utf-8")
    if address:
        (out / "sitemap.xml").write_bytes(sitemap(app))
        page = f"{NOT_FOUND}.html"
        pages[page] = from_the_root(pages[page], f"{urlsplit(address).path.rstrip('/')}/")

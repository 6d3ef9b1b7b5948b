"""A page of its own for each figure, to be linked, cited and embedded: `figures/<name>.html`.

It shows the figure with what it says in words, the page that it stands on, the rows that it rests on, the numbers that
are drawn, and its files. What previews show of it is the figure itself.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from docutils import nodes
from markupsafe import Markup
from sphinx.application import Sphinx

from analysis.figures.drawing import in_pixels
from analysis.report.site import figures, templates, typography
from analysis.report.site.finish.pictures import PHONE
from analysis.report.site.links import places
from analysis.report.site.metadata import addresses, citation
from analysis.trace import unpacked

HTML = templates.beside(__file__)
# Of a longer table the page shows the count, and it folds out.
SHORT = 12
# Columns that a table on a page leaves out.
BESIDE = re.compile(r"_id$|source$|^(locator|note|evidence)$")


@dataclass
class Shown:
    """A figure and where it is shown first: page, its title, anchor, and caption there."""

    words: dict[str, Any]
    table: str
    svg: str
    narrow: str
    page: str = ""
    anchor: str = ""
    caption: str = ""


_SHOWN: WeakKeyDictionary[Sphinx, dict[str, Shown]] = WeakKeyDictionary()


def gather(app: Sphinx, doctree: nodes.document) -> None:
    """Keep what the page of each figure will need, while a page still has all forms of its outputs."""
    found = _SHOWN.setdefault(app, {})
    for bundle in doctree.findall(nodes.container):
        if bundle.get("nb_element") != "mime_bundle":
            continue
        images = [image for image in bundle.findall(nodes.image) if image.get("drawing")]
        for image in images:
            (table,) = [form["csv"] for form in bundle.findall(nodes.container) if form.get("csv")]
            phone = next((other["uri"] for other in bundle.findall(nodes.image) if other is not image), "")
            found.setdefault(image["drawing"], Shown(image["words"], table, image["uri"], phone))


def place(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Keep where a figure stands. A chapter comes before the front page, which shows figures of others."""
    found = _SHOWN.setdefault(app, {})
    for image in doctree.findall(nodes.image):
        shown = found.get(image.get("drawing", ""))
        if shown is None or (shown.page and shown.page != app.config.root_doc):
            continue
        around: nodes.Element | None = image
        while around is not None and not isinstance(around, (nodes.figure, nodes.section)):
            around = around.parent
        if around is not None:
            caption = (
                next((n for n in around.findall(nodes.caption)), None) if isinstance(around, nodes.figure) else None
            )
            shown.page, shown.anchor = docname, (around["ids"] or [""])[0]
            shown.caption = caption.astext() if caption else ""


def _numbers(table: str) -> list[list[str]]:
    """The rows that are drawn, without keys, sources and remarks, which the CSV has."""
    head, *lines = csv.reader(io.StringIO(table))
    seen = [place for place, column in enumerate(head) if not BESIDE.search(column)]
    return [[line[place] for place in seen] for line in (head, *lines)]


def address(site: str, name: str) -> str:
    """The absolute address of a figure's page, given the site's; "" where the site has none."""
    return f"{site}/figures/{name}.html" if site else ""


def pages(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    where, said, folder = places(app.env), citation.citation(), Path(app.srcdir)
    for name, shown in sorted(_SHOWN.get(app, {}).items()):
        page, words = f"figures/{name}", shown.words
        head, *lines = _numbers(shown.table)
        url = address(addresses.site(app), name)
        sizes = [Markup(in_pixels((folder / path).read_text("utf-8")[:3000])) for path in (shown.svg, shown.narrow)]
        title = typography.curled(words["title"])
        cited = {
            "As text": said.sentence(words["title"], url, said.title),
            "As BibTeX": said.bibtex(words["title"], name, url, said.title),
        }
        if url:
            cited |= {
                "Link": url,
                "To embed it in a page": str(HTML.embedded(url.removesuffix(".html"), url, words["alt"], sizes[0])),
            }
        body = HTML.page(
            name,
            words,
            PHONE,
            sizes,
            f"{app.builder.get_relative_uri(page, shown.page)}#{shown.anchor}",
            app.env.titles[shown.page].astext(),
            shown.caption,
            Markup(figures.HTML.sources("this figure", figures.sources(where, page, unpacked(words["rests_on"])))),
            [column.replace("_", " ") for column in head],
            lines,
            SHORT,
            cited,
        )
        card = {"name": name, "alt": words["alt"]}
        yield page, {"title": title, "body": str(body), "figure": card}, "page.html"


def setup(app: Sphinx) -> None:
    app.connect("doctree-read", gather)
    app.connect("doctree-resolved", place)
    app.connect("html-collect-pages", pages)

"""What search engines, previews and reference managers read of a page, and the box at its end.

Everything that needs the site's address (canonical address, preview image, sitemap, absolute links) is left out while
nobody has said it: `html_baseurl`, see rendering.ADDRESSES. What is left is relative, and works in a folder.
The end of a page has two slots: downloads.py puts its links into one, pdf.py takes the other out.
"""

from __future__ import annotations

import json
import posixpath
import re
from datetime import date
from functools import lru_cache
from html import escape, unescape
from pathlib import Path
from typing import Any

from docutils import nodes
from markupsafe import Markup
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

from analysis import tables
from analysis.report import own, results, slots
from analysis.report.site import templates
from analysis.report.site.metadata import addresses, cards, citation, history
from analysis.report.site.pages import Pages

# A description is whole sentences up to here; search engines show some 160 characters, previews some 200.
DESCRIPTION_CHARACTERS = 200
TOO_SHORT = 60
DESCRIPTIONS = {
    "search": "Search all pages of the report for a word: models, GPUs, prices, claims and sources.",
    "licences": "Software and typefaces of others that this site ships, each with its version and its licence.",
    "404": "There is no page at this address. Search the report, or go on from its contents.",
}
SPDX = {"CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/", "MIT": "https://opensource.org/license/mit"}
DATA_PAGE = "data_dictionary"
# Pages that are reached from the foot of each page.
FOOT = {"changes": "Changes", "accessibility": "Accessibility", DATA_PAGE: "Data dictionary"}


def json_ld(facts: dict[str, Any]) -> Markup:
    """Structured data as text of a script that is only data: `<` is escaped, so that no text can end it."""
    return Markup(json.dumps(facts, ensure_ascii=False, indent=1).replace("<", "\\u003c"))


HTML = templates.beside(__file__, data=json_ld, day=citation.day)


def report_title(app: Sphinx) -> str:
    """The report's title, with the scenario's where there is one (rendering.stage)."""
    return str(app.config.html_title)


def description(section: nodes.Element | None) -> str:
    """Whole sentences from the opening of a page: its answer comes first, so they hold it."""
    paragraphs = [n.astext() for n in section or () if isinstance(n, nodes.paragraph)]
    text = " ".join(" ".join(p.split()) for p in paragraphs if len(p) >= TOO_SHORT)
    kept = ""
    # A sentence that ends in a colon announces what a description does not show.
    for sentence in re.split(r"(?<=[.!?])(?<!et al\.)\s+(?=[\w“\"'$(])", text):
        longer = f"{kept} {sentence}".strip()
        if len(longer) > DESCRIPTION_CHARACTERS or sentence.endswith(":"):
            break
        kept = longer
    if len(kept) >= TOO_SHORT or not text:
        return kept
    return text if len(text) <= DESCRIPTION_CHARACTERS else text[:DESCRIPTION_CHARACTERS].rsplit(" ", 1)[0] + " …"


def describe(app: Sphinx, pagename: str, doctree: nodes.document | None) -> str:
    """A page's description; of the front page, the report's."""
    if pagename == app.config.root_doc:
        return description(nodes.section("", nodes.paragraph(text=citation.citation().abstract)))
    if doctree is None:
        return DESCRIPTIONS.get(pagename, "")
    return description(next(doctree.findall(nodes.section), None))


def without_blanks(facts: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in facts.items() if value not in ("", None, [], {})}


def common() -> dict[str, Any]:
    """What holds for the report, each page and the data alike."""
    said = citation.citation()
    return {
        "creator": [{"@type": "Organization", "name": name} for name in said.authors],
        "version": said.version,
        "datePublished": said.released.isoformat(),
        "inLanguage": "en",
        "isAccessibleForFree": True,
    }


def report_facts(
    app: Sphinx, front: bool, title: str, about: str, url: str, changed: date | None, image: str
) -> dict[str, Any]:
    """schema.org/Report for the front page, and for each page as a part of it."""
    said = citation.citation()
    whole = {"@type": "Report", "name": report_title(app), "url": addresses.of(app, app.config.root_doc)}
    return without_blanks(
        {
            "@context": "https://schema.org",
            "@type": "Report",
            "name": report_title(app) if front else title,
            "headline": title,
            "description": about,
            **common(),
            "author": common()["creator"],
            "dateModified": changed.isoformat() if changed else "",
            "license": SPDX["CC-BY-4.0"],
            "keywords": list(said.keywords) if front else "",
            "url": url,
            "image": image,
            "isPartOf": "" if front else without_blanks(whole),
        }
    )


@lru_cache
def data_facts() -> dict[str, Any]:
    """schema.org/Dataset, from data/datapackage.json and the tables; the addresses of the files are relative."""
    package = tables.package()
    fields = [(resource, field) for resource in package["resources"] for field in resource["schema"]["fields"]]
    # "the unit of the row" is no unit.
    measured = {f["name"]: f for _, f in fields if f.get("unit") and "row" not in f["unit"] and f["name"] != "sentence"}
    days = [
        str(value)
        for resource, field in fields
        if field["type"] == "date"
        for value in tables.load(resource["name"])[field["name"]].dropna().dt.date
    ]
    return {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "name": package["title"],
        "description": package["description"],
        **common(),
        "license": package["licenses"][0]["path"],
        "keywords": list(citation.citation().keywords),
        "citation": citation.citation().sentence(),
        "temporalCoverage": f"{min(days)}/{max(days)}",
        "variableMeasured": [
            {"@type": "PropertyValue", "name": name, "description": field["description"], "unitText": field["unit"]}
            for name, field in measured.items()
        ],
        "distribution": [
            {
                "@type": "DataDownload",
                "name": resource["title"],
                "description": resource["description"],
                "encodingFormat": resource.get("mediatype", "text/csv"),
                "contentUrl": f"data/{resource['path']}",
            }
            for resource in (*package["resources"], *results.computed())
        ],
    }


def dataset(app: Sphinx) -> dict[str, Any]:
    """The dataset, with absolute addresses where the site has one."""
    address = addresses.site(app)
    facts = {**data_facts(), "url": addresses.of(app, DATA_PAGE)}
    if address:
        facts["citation"] = citation.citation().sentence(address=addresses.of(app, app.config.root_doc))
        facts["distribution"] = [
            {**file, "contentUrl": f"{address}/{file['contentUrl']}"} for file in facts["distribution"]
        ]
    return without_blanks(facts)


def end_of_page(app: Sphinx, pagename: str, title: str, changed: date | None, context: dict[str, Any]) -> str:
    """The box at the end of a page of the book."""
    said, pathto = citation.citation(), context["pathto"]
    front = pagename == app.config.root_doc
    links = [(pathto(history.FEED, 1), "Feed")]
    # Not all of them are in a site of some pages alone.
    links = [(pathto(name), text) for name, text in FOOT.items() if name in app.env.found_docs] + links
    links.append((pathto("licences"), "Licences"))
    page, name, address, report = (
        "" if front else title,
        "" if front else pagename,
        addresses.of(app, pagename),
        report_title(app),
    )
    texts = {"As text": said.sentence(page, address, report), "As BibTeX": said.bibtex(page, name, address, report)}
    # Text, not an attribute: quotation marks stay readable.
    cited = {label: Markup(escape(text, quote=False)) for label, text in texts.items()}
    return (
        slots.END_OF_PAGE.holding(str(HTML.end(said, changed, links, Markup(slots.DOWNLOADS.holding()), cited))) + "\n"
    )


def complete(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Fill in a page's head, and put the box at its end."""
    if "title" not in context and pagename not in DESCRIPTIONS:
        return
    report = report_title(app)
    title = unescape(re.sub(r"<[^>]+>", "", context.get("title") or pagename.title()))
    front, found, read = pagename == app.config.root_doc, pagename != addresses.NOT_FOUND, doctree is not None
    if front and title == report:
        context["docstitle"] = ""  # once is enough
    figure = context.get("figure")
    about = figure["alt"] if figure else describe(app, pagename, doctree)
    url = addresses.of(app, pagename)
    card = cards.of(app, doctree, figure) if url else None
    image = f"{addresses.site(app)}/{card.path}" if card else ""
    canonical = url if found else ""
    context.pop("pageurl", None)
    if canonical:
        context["pageurl"] = canonical
    changed, facts = None, []
    if read:
        changed = history.last_changed(Path(app.env.doc2path(pagename)))
        facts.append(report_facts(app, front, title, about, url, changed, image))
        if posixpath.basename(pagename) == DATA_PAGE:
            facts.append(dataset(app))
        context["body"] += end_of_page(app, pagename, title, changed, context)
    kind, feed = (found, front, read), context["pathto"](history.FEED, 1)
    shown = title, about, canonical, *kind, report, citation.citation(), changed, feed, card, image, facts
    context["metatags"] = context.get("metatags", "") + str(HTML.tags(*shown))


class DataLinks(SphinxPostTransform):
    """Code that names a file of data/ becomes a link to the copy that the site holds."""

    default_priority = 300
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        here = posixpath.dirname(self.env.docname)
        for literal in list(self.document.findall(nodes.literal)):
            name = literal.astext()
            if not name.startswith("data/") or literal.next_node(nodes.reference, ascend=False):
                continue
            inside = isinstance(literal.parent, nodes.reference)
            computed = name.removeprefix("data/") in results.FILES
            if inside or not (computed or (tables.ROOT / name).is_file()):
                continue
            link = nodes.reference("", "", refuri=posixpath.relpath(name, here or "."), classes=["data-file"])
            literal.replace_self(link)
            link.append(literal)


def show_changes(app: Sphinx, docname: str, source: list[str]) -> None:
    if history.MARK in source[0]:
        source[0] = source[0].replace(history.MARK, history.page_text())


def finish(app: Sphinx, pages: Pages) -> None:
    """Write what stands beside the pages."""
    out = pages.folder
    own.copy("data", out / "data")
    results.write(out / "data", app.config.report_changes)
    (out / history.FEED).write_bytes(history.feed(addresses.site(app), report_title(app)))
    addresses.write(app, pages)


def setup(app: Sphinx) -> None:
    app.add_post_transform(DataLinks)
    app.connect("source-read", show_changes)
    app.connect("html-collect-pages", addresses.not_found)
    app.connect("html-page-context", complete)

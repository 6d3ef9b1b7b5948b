"""The whole report as one PDF, printed by Chromium from a built site.

The document is put together from the site's own pages, in reading order. Sphinx's `singlehtml` would keep the ids of
all pages as they are, so that a citation on one page leads to a place on another. And so the PDF says what the site
says, in a scenario's site too.

Chromium cannot print the page numbers of the contents, so it prints twice: the first print tells them.
What a page folds away (its code, notes on provenance) is left out. A link to a file of the site becomes absolute where
the site has an address and is no link otherwise, because a PDF travels alone.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import unescape
from importlib.resources import files
from pathlib import Path
from urllib.parse import urlsplit

from markupsafe import Markup

from analysis import written
from analysis.report import notebooks, slots
from analysis.report.printing import ORIGIN, PrintError, eager, finished, printer
from analysis.report.site import templates
from analysis.report.site.metadata import citation

FONTS = {"SourceSansPro-Regular": (400, "normal"), "SourceSansPro-It": (400, "italic")}
FONTS |= {"SourceSansPro-Semibold": (600, "normal"), "SourceSansPro-SemiboldIt": (600, "italic")}
HTML = templates.beside(__file__)
REFERRING = r"(\s(?:id|for|headers|aria-labelledby|aria-describedby|aria-controls)=\")([^\"]*)\""


@dataclass(frozen=True)
class Part:
    """A part of the report: its caption (blank for the front page) and the names of its pages."""

    caption: str
    pages: tuple[str, ...]


def parts(root: Path = notebooks.ROOT) -> list[Part]:
    """The parts in reading order, from _toc.yml."""
    toc = written.yaml_of(root / "_toc.yml")
    named = [
        Part(part["caption"], tuple(Path(c["file"]).name for c in part["chapters"] if "file" in c))
        for part in toc["parts"]
    ]
    return [Part("", (Path(toc["root"]).name,)), *named]


def article(html: str, name: str) -> str:
    """What a page says, without the box at its end and without scripts."""
    match = re.search(r"(?s)<article\b[^>]*>(.*)</article>", html)
    if not match:
        raise PrintError(f"{name}.html has no <article>. Has the theme's version changed? See analysis/report/pdf.py.")
    text = re.sub(r"(?s)<script\b.*?</script>|<noscript\b.*?</noscript>", "", slots.END_OF_PAGE.cut(match[1]))
    # Chromium makes one picture of a <figure>, and what is in it, a table too, is not read: only its image is one.
    text = text.replace("<figure ", '<figure role="group" ')
    return re.sub(r'(?s)<a class="headerlink".*?</a>', "", eager(text))


def relinked(text: str, name: str, names: Iterable[str], address: str) -> str:
    """A page's ids made unique in the document, and its links with them."""
    known = set(names)

    def own(match: re.Match[str]) -> str:
        return match[1] + " ".join(f"{name}--{word}" for word in match[2].split()) + '"'

    def link(match: re.Match[str]) -> str:
        parsed = urlsplit(match[1])
        page = parsed.path.removesuffix(".html") if parsed.path.endswith(".html") else ""
        if parsed.scheme:
            return match[0]
        if not parsed.path or page in known:
            target = page or name
            return f' href="#{target}--{parsed.fragment}"' if parsed.fragment else f' href="#{target}"'
        return f' href="{address}/{match[1]}"' if address else ""

    return re.sub(r'\shref="([^"]*)"', link, re.sub(REFERRING, own, text))


def lowered(text: str) -> str:
    """Headings one level down, so that a page stands below its part."""
    return re.sub(r"<(/?)h([1-5])\b", lambda match: f"<{match[1]}h{int(match[2]) + 1}", text)


def title_of(text: str, name: str) -> str:
    match = re.search(r"(?s)<h1\b[^>]*>(.*?)</h1>", text)
    if not match:
        raise PrintError(f"{name}.html has no heading of the first level.")
    return re.sub(r"(?s)<[^>]+>", "", match[1]).strip()


def report_title(front: str) -> str:
    """The title of the report, with a scenario's where there is one, as its front page tells machines."""
    match = re.search(r'property="og:site_name" content="([^"]*)"', front)
    if not match:
        raise PrintError("The front page does not say the title of the report (og:site_name).")
    return match[1]


def faces() -> str:
    return "\n".join(
        f'@font-face {{ font-family: "Source Sans Pro"; font-weight: {weight}; font-style: {slant}; '
        f"src: url({ORIGIN}/.fonts/{name}.ttf); }}"
        for name, (weight, slant) in FONTS.items()
    )


def document(site: Path, address: str, numbers: Mapping[str, int]) -> str:
    """The site's pages as one HTML document, ready to be printed."""
    names = [name for part in parts() for name in part.pages]
    texts, titles = {}, {}
    for name in names:
        html = (site / f"{name}.html").read_text(encoding="utf-8")
        text = article(html, name)
        titles[name] = title_of(text, name)
        texts[name] = relinked(text, name, names, address)
    (front, *_), said = parts(), citation.citation()
    home = (site / f"{front.pages[0]}.html").read_text(encoding="utf-8")
    scenario = re.search(r'(?s)<div class="scenario">.*?</div>', home)
    sheets = re.findall(r'<link\b[^>]*\bhref="(_static/[^"]+\.css[^"]*)"', home)
    title = report_title(home)
    titles[front.pages[0]] = "Summary"
    texts[front.pages[0]] = re.sub(r"(?s)<h1\b[^>]*>.*?</h1>", "<h1>Summary</h1>", texts[front.pages[0]], count=1)
    articles = [
        # A page stands below its part; the summary has none.
        (
            name,
            part.caption if index == 0 else "",
            Markup(lowered(lowered(texts[name]) if part.caption else texts[name])),
        )
        for part in parts()
        for index, name in enumerate(part.pages)
    ]
    cited = said.sentence(address=f"{address}/" if address else "", report=unescape(title))
    bar = Markup(scenario[0] if scenario else "")
    cover = HTML.cover(Markup(title), said, bar, address, citation.day(said.released), cited)
    contents = HTML.contents(parts(), {name: Markup(text) for name, text in titles.items()}, numbers)
    style = Markup(f"{faces()}\n" + (files("analysis.report") / "print.css").read_text(encoding="utf-8"))
    links = [f"{ORIGIN}/{sheet}" for sheet in sheets]
    return str(HTML.document(Markup(title), links, style, cover, contents, articles))


def pages_of(pdf: bytes, names: Iterable[str]) -> dict[str, int]:
    """Where in a PDF each page of the site begins, counted from 1."""
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(pdf))
    places = reader.named_destinations
    numbers = {}
    for name in names:
        place = places.get(name) or places.get(f"/{name}")
        number = reader.get_destination_page_number(place) if place else None
        if number is None:
            raise PrintError(f"The print has no place for {name}.html.")
        numbers[name] = number + 1
    return numbers


def make(site: Path, address: str = "") -> bytes:
    """The PDF of a built site. PrintError names what is missing."""
    names = [name for part in parts() for name in part.pages]
    with printer(site, "the report") as printed:
        title = report_title((site / f"{names[0]}.html").read_text(encoding="utf-8"))
        first = printed(document(site, address, {}))
        page = document(site, address, pages_of(first, names))
        second = printed(page)
    if pages_of(first, names) != pages_of(second, names):
        raise PrintError("The pages moved between the two prints: the contents would be wrong. See print.css.")
    return finished(second, title, page)

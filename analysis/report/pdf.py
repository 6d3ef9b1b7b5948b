"""The whole report as one PDF, printed by Chromium from a built site.

The document is put together from the site's own pages, in reading order. Sphinx's `singlehtml` would keep the ids of
all pages as they are, so that a citation on one page leads to a place on another. And so the PDF says what the site
says, in a scenario's site too.

Chromium prints text, formulas and drawings as vectors, tags them for screen readers and makes an outline of the
headings. It cannot print the page numbers of the contents, so it prints twice: the first print tells them.
What a page folds away (its code, notes on provenance) is left out. A link to a file of the site becomes absolute where
the site has an address and is no link otherwise, because a PDF travels alone.
"""

from __future__ import annotations

import io
import mimetypes
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape, unescape
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import unquote, urlsplit

from analysis import written
from analysis.report import browser, build, notebooks, slots
from analysis.report.site.metadata import citation

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Route
    from pypdf import PdfWriter
    from pypdf.generic import DictionaryObject

LIBRARIES = ("playwright", "pypdf")
ORIGIN = "http://report.invalid"  # answered from the folder of the site; never looked up
FONTS = {"SourceSansPro-Regular": (400, "normal"), "SourceSansPro-It": (400, "italic")}
FONTS |= {"SourceSansPro-Semibold": (600, "normal"), "SourceSansPro-SemiboldIt": (600, "italic")}
REFERRING = r"(\s(?:id|for|headers|aria-labelledby|aria-describedby|aria-controls)=\")([^\"]*)\""


class PrintError(build.BuildError):
    """The PDF could not be made; the site is as it was."""


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
    # A picture that waits until it is in sight would never come: nobody scrolls through a print.
    text = text.replace(' loading="lazy"', "")
    return re.sub(r'(?s)<a class="headerlink".*?</a>', "", text)


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


def cover(title: str, scenario: str, address: str) -> str:
    said = citation.citation()
    where = f'<p><a href="{address}/">{escape(address)}/</a></p>' if address else ""
    cited = said.sentence(address=f"{address}/" if address else "", report=unescape(title))
    return (
        f'<header class="cover">\n<h1 id="cover">{title}</h1>\n'
        f'<p class="abstract">{escape(said.abstract)}</p>\n{scenario}\n'
        f"<p><strong>{escape(said.names)}</strong><br>Version {said.version}, "
        f"{citation.day(said.released)}</p>\n{where}\n"
        '<p class="terms">Text, data and figures: CC BY 4.0. Code: MIT licence.<br>\n'
        "The code behind each number is left out here; every page is a notebook in the sources of the report.</p>\n"
        f'<p class="terms">Cite as: {escape(cited)}</p>\n</header>\n'
    )


def contents(titles: Mapping[str, str], numbers: Mapping[str, int]) -> str:
    """The table of contents, with page numbers where they are known."""

    def line(name: str, title: str) -> str:
        number = numbers.get(name, 0)
        return f'<li><a href="#{name}"><span>{title}</span> <span class="number">{number or "000"}</span></a></li>'

    lists = [
        (f'<p class="part">{escape(part.caption)}</p>\n' if part.caption else "")
        + "<ol>\n"
        + "\n".join(line(name, titles[name]) for name in part.pages)
        + "\n</ol>"
        for part in parts()
    ]
    return (
        '<nav class="report-contents" aria-label="Contents">\n<p class="title">Contents</p>\n'
        + "\n".join(lists)
        + "\n</nav>\n"
    )


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
    front, *rest = parts()
    home = (site / f"{front.pages[0]}.html").read_text(encoding="utf-8")
    scenario = re.search(r'(?s)<div class="scenario">.*?</div>', home)
    sheets = re.findall(r'<link\b[^>]*\bhref="(_static/[^"]+\.css[^"]*)"', home)
    title = titles[front.pages[0]]
    titles[front.pages[0]] = "Summary"
    texts[front.pages[0]] = re.sub(r"(?s)<h1\b[^>]*>.*?</h1>", "<h1>Summary</h1>", texts[front.pages[0]], count=1)
    body = [cover(title, scenario[0] if scenario else "", address), contents(titles, numbers)]
    body.append(f'<article class="bd-article" id="{front.pages[0]}">{lowered(texts[front.pages[0]])}</article>')
    for part in rest:
        for index, name in enumerate(part.pages):
            head = f'<h2 class="part">{escape(part.caption)}</h2>\n' if index == 0 else ""
            text = lowered(lowered(texts[name]))
            body.append(f'<article class="bd-article" id="{name}">{head}{text}</article>')
    style = (files("analysis.report") / "print.css").read_text(encoding="utf-8")
    links = "\n".join(f'<link rel="stylesheet" href="{ORIGIN}/{sheet}">' for sheet in sheets)
    return (
        f'<!DOCTYPE html>\n<html lang="en" data-theme="light" data-mode="light">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{title}</title>\n{links}\n<style>\n{faces()}\n{style}</style>\n</head>\n"
        f'<body><main class="bd-main"><div class="bd-content">\n{"".join(body)}</div></main></body>\n</html>\n'
    )


def answer(site: Path, page: str, route: Route) -> None:
    """Give Chromium the document, or a file of the site, or a font; nothing else."""
    path = unquote(urlsplit(route.request.url).path)
    if not route.request.url.startswith(f"{ORIGIN}/"):
        route.abort()
    elif path == "/":
        route.fulfill(body=page, content_type="text/html; charset=utf-8")
    elif path.startswith("/.fonts/"):
        font = files("font_source_sans_pro") / "files" / path.rpartition("/")[2]
        route.fulfill(body=font.read_bytes(), content_type="font/ttf")
    elif (file := (site / path.lstrip("/")).resolve()).is_file() and file.is_relative_to(site.resolve()):
        route.fulfill(body=file.read_bytes(), content_type=mimetypes.guess_type(file.name)[0] or "text/plain")
    else:
        route.fulfill(status=404, body="")


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


def headings(page: str) -> dict[str, str]:
    """Every heading of the document, by its letters without spaces."""
    texts = re.findall(r"(?s)<h[1-6]\b[^>]*>(.*?)</h[1-6]>", page)
    plain = [" ".join(unescape(re.sub(r"<[^>]+>", "", text)).split()) for text in texts]
    return {text.replace(" ", ""): text for text in plain}


def mend_outline(writer: PdfWriter, known: Mapping[str, str]) -> None:
    """Chromium says a heading twice where it opens a page, and loses the space where one is broken over two lines."""

    def mend(item: Any) -> None:
        while item:
            item = item.get_object()
            letters = "".join(str(item["/Title"]).split())
            title = known.get(letters) or known.get(letters[: len(letters) // 2])
            if title is None:
                raise PrintError(f"The outline has {item['/Title']!r}, which is no heading of the report.")
            item[NameObject("/Title")] = TextStringObject(title)
            mend(item.get("/First"))
            item = item.get("/Next")

    from pypdf.generic import NameObject, TextStringObject

    mend(cast("DictionaryObject", writer.root_object["/Outlines"]).get("/First"))


def finished(pdf: bytes, title: str, known: Mapping[str, str]) -> bytes:
    """The print with its metadata: who, what, and the day of the release instead of the moment of printing."""
    from pypdf import PdfReader, PdfWriter
    from pypdf.generic import NameObject, TextStringObject

    said = citation.citation()
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf)))
    moment = f"D:{said.released:%Y%m%d}000000Z"
    mend_outline(writer, known)
    writer.pdf_header = "%PDF-1.7"
    writer.metadata = {
        "/Title": title,
        "/Author": said.names,
        "/Subject": said.abstract,
        "/Keywords": ", ".join(said.keywords),
        "/Creator": f"Version {said.version}",
        "/Producer": "Chromium",
        "/CreationDate": moment,
        "/ModDate": moment,
    }
    writer.root_object[NameObject("/Lang")] = TextStringObject("en")
    writer.page_mode = "/UseOutlines"
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def require() -> None:
    """PrintError, with the command that installs it, for what is missing to print."""
    missing = [name for name in LIBRARIES if find_spec(name) is None]
    if missing:
        raise PrintError(f"The PDF needs {' and '.join(missing)}. Install what is missing: pip install -e '.[pdf]'")
    if browser.find() is None:
        raise PrintError(f"The PDF is printed by Chromium, which is missing. {browser.REMEDY}")


def make(site: Path, address: str = "") -> bytes:
    """The PDF of a built site. PrintError names what is missing."""
    require()
    from playwright.sync_api import Error

    names = [name for part in parts() for name in part.pages]
    title = title_of(article((site / f"{names[0]}.html").read_text(encoding="utf-8"), names[0]), names[0])
    try:
        with browser.started() as chromium:
            first = _print(chromium, site, document(site, address, {}))
            page = document(site, address, pages_of(first, names))
            second = _print(chromium, site, page)
    except Error as error:
        raise PrintError(f"Chromium could not print the report: {str(error).splitlines()[0]}") from error
    if pages_of(first, names) != pages_of(second, names):
        raise PrintError("The pages moved between the two prints: the contents would be wrong. See print.css.")
    return finished(second, unescape(title), headings(page))


def _print(chromium: Browser, site: Path, page: str) -> bytes:
    # Without scripts: what a page shows then is what can be printed.
    context = chromium.new_context(java_script_enabled=False, color_scheme="light", locale="en-GB")
    context.route("**/*", lambda route: answer(site, page, route))
    tab = context.new_page()
    tab.goto(f"{ORIGIN}/", wait_until="load")
    pdf = tab.pdf(prefer_css_page_size=True, print_background=True, tagged=True, outline=True)
    context.close()
    return pdf

"""HTML to PDF by Chromium: the one printer of the report and of the slides.

Chromium prints text, formulas and drawings as vectors, tags them for screen readers and makes an outline of the
headings. It is given one document and the files of one folder, and never looks an address up.
"""

from __future__ import annotations

import io
import mimetypes
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from html import unescape
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import unquote, urlsplit

from analysis.report import browser
from analysis.report.place import BuildError
from analysis.report.site.metadata import citation

if TYPE_CHECKING:
    from playwright.sync_api import Route
    from pypdf import PdfWriter
    from pypdf.generic import DictionaryObject

LIBRARIES = ("playwright", "pypdf")
ORIGIN = "http://report.invalid"  # answered from the folder; never looked up


class PrintError(BuildError):
    """The PDF could not be made; what it is printed from is as it was."""


def require() -> None:
    """PrintError, with the command that installs it, for what is missing to print."""
    missing = [name for name in LIBRARIES if find_spec(name) is None]
    if missing:
        raise PrintError(f"The PDF needs {' and '.join(missing)}. Install what is missing: pip install -e '.[pdf]'")
    if browser.find() is None:
        raise PrintError(f"The PDF is printed by Chromium, which is missing. {browser.REMEDY}")


def eager(html: str) -> str:
    """A page whose pictures do not wait until they are in sight: nobody scrolls through a print."""
    return html.replace(' loading="lazy"', "")


@contextmanager
def printer(folder: Path, what: str) -> Iterator[Callable[[str], bytes]]:
    """A function that prints a document, which may use the files in a folder. PrintError names what is missing.

    what: what is printed, for a message
    """
    require()
    from playwright.sync_api import Error

    try:
        with browser.started() as chromium:

            def printed(page: str) -> bytes:
                # Without scripts: what a page shows then is what can be printed.
                context = chromium.new_context(java_script_enabled=False, color_scheme="light", locale="en-GB")
                context.route("**/*", lambda route: answer(folder, page, route))
                tab = context.new_page()
                tab.goto(f"{ORIGIN}/", wait_until="load")
                pdf = tab.pdf(prefer_css_page_size=True, print_background=True, tagged=True, outline=True)
                context.close()
                return pdf

            yield printed
    except Error as error:
        raise PrintError(f"Chromium could not print {what}: {str(error).splitlines()[0]}") from error


def answer(folder: Path, page: str, route: Route) -> None:
    """Give Chromium the document, or a file of the folder, or a font; nothing else."""
    path = unquote(urlsplit(route.request.url).path)
    if not route.request.url.startswith(f"{ORIGIN}/"):
        route.abort()
    elif path == "/":
        route.fulfill(body=page, content_type="text/html; charset=utf-8")
    elif path.startswith("/.fonts/"):
        font = files("font_source_sans_pro") / "files" / path.rpartition("/")[2]
        route.fulfill(body=font.read_bytes(), content_type="font/ttf")
    elif (file := (folder / path.lstrip("/")).resolve()).is_file() and file.is_relative_to(folder.resolve()):
        route.fulfill(body=file.read_bytes(), content_type=mimetypes.guess_type(file.name)[0] or "text/plain")
    else:
        route.fulfill(status=404, body="")


def headings(page: str) -> dict[str, str]:
    """Every heading of the document, by its letters without spaces."""
    texts = re.findall(r"(?s)<h[1-6]\b[^>]*>(.*?)</h[1-6]>", page)
    # What is for the ear alone is not on paper.
    seen = [re.sub(r'<span class="said">.*?</span>', "", text) for text in texts]
    plain = [" ".join(unescape(re.sub(r"<[^>]+>", "", text)).split()) for text in seen]
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


def finished(pdf: bytes, title: str, page: str) -> bytes:
    """The print of a page with its metadata: who, what, and the day of the release instead of that of printing.

    title: HTML
    """
    from pypdf import PdfReader, PdfWriter
    from pypdf.generic import NameObject, TextStringObject

    said = citation.citation()
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf)))
    moment = f"D:{said.released:%Y%m%d}000000Z"
    mend_outline(writer, headings(page))
    writer.pdf_header = "%PDF-1.7"
    writer.metadata = {
        "/Title": unescape(title),
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

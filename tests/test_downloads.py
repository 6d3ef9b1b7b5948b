"""The report to take along: the PDF, the zip, and the links to them."""

from __future__ import annotations

import io
import re
import shutil
import zipfile
from collections.abc import Iterator
from functools import partial
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Browser
from pypdf import PdfReader
from pypdf.generic import Destination, DictionaryObject
from test_site import soup

from analysis import cli
from analysis.report import downloads, manifest, pdf, place, printing, slots
from analysis.report.site.metadata import citation

ADDRESS = "https://example.org/some/report"
NAMES = [name for part in pdf.parts() for name in part.pages]


@pytest.fixture(scope="module")
def printed(site: Path) -> bytes:
    return pdf.make(site, ADDRESS)


@pytest.fixture(scope="module")
def reader(printed: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(printed))


@pytest.fixture(scope="module")
def numbers(printed: bytes) -> dict[str, int]:
    """Where in the PDF each page of the site begins."""
    return pdf.pages_of(printed, NAMES)


@pytest.fixture(scope="module")
def elements(reader: PdfReader) -> list[DictionaryObject]:
    """Everything in the PDF that has properties: its tags among them."""
    held = (reader.get_object(number) for number in range(1, int(reader.trailer["/Size"])))
    return [each for each in held if isinstance(each, DictionaryObject)]


@pytest.fixture
def copy(site: Path, tmp_path: Path) -> Path:
    """A site of two pages that may be changed."""
    folder = tmp_path / "site"
    (folder / "figures").mkdir(parents=True)
    for name in ("index.html", "fleet.html", "404.html", "robots.txt", "feed.xml"):
        shutil.copyfile(site / name, folder / name)
    shutil.copyfile(site / "figures" / "capex.csv", folder / "figures" / "capex.csv")
    shutil.copyfile(site / ".nojekyll", folder / ".nojekyll")
    manifest.seal(folder, manifest.SITE)
    return folder


def links(page: Path) -> list[str]:
    html = page.read_text(encoding="utf-8")
    return [str(a["href"]) for a in BeautifulSoup(html, "html.parser").select(".report-downloads a")]


# PDF


def test_pdf_has_the_report_s_metadata_and_is_tagged(reader: PdfReader) -> None:
    said, told = citation.citation(), reader.metadata
    assert told and (told.title, told.author, told.subject) == (said.title, said.names, said.abstract)
    assert told["/CreationDate"] == told["/ModDate"] == f"D:{said.released:%Y%m%d}000000Z", "a date of today"
    root = reader.root_object
    assert root["/MarkInfo"]["/Marked"] and root["/Lang"] == "en", "Chromium should tag the PDF."
    assert said.version in reader.pages[0].extract_text()


def outline(reader: PdfReader) -> Iterator[tuple[int, Destination]]:
    def walk(items: list[Any], depth: int) -> Iterator[tuple[int, Destination]]:
        for item in items:
            if isinstance(item, list):
                yield from walk(item, depth + 1)
            else:
                yield depth, item

    return walk(reader.outline, 0)


def plain(text: str) -> str:
    return re.sub(r"\s+", "", text)


def test_pdf_has_every_page_in_its_outline_and_contents(reader: PdfReader, numbers: dict[str, int], site: Path) -> None:
    items = list(outline(reader))
    titles = [str(item.title) for _, item in items]
    assert len(titles) > 100 and citation.citation().title in titles
    places: dict[str, set[int | None]] = {}
    for _, item in items:
        places.setdefault(plain(str(item.title)), set()).add(reader.get_destination_page_number(item))
    listed = "".join(page.extract_text() for page in reader.pages[1 : numbers["index"] - 1])
    for name in NAMES:
        title = "Summary" if name == "index" else soup(site / f"{name}.html").h1.get_text()  # type: ignore[union-attr]
        title = title.removesuffix("#")
        assert numbers[name] - 1 in places.get(plain(title), set()), f"The outline lacks {title!r}, or leads elsewhere."
        assert f"{plain(title)}{numbers[name]}" in plain(listed), f"The contents give another page for {title!r}."
        assert plain(title) in plain(reader.pages[numbers[name] - 1].extract_text()), title
    for part in pdf.parts()[1:]:
        assert plain(part.caption) in places, f"The outline lacks the part {part.caption!r}."
    assert max(depth for depth, _ in items) >= 3, "Sections stand below pages, pages below parts."


def annotations(reader: PdfReader) -> Iterator[DictionaryObject]:
    for page in reader.pages:
        for entry in page.get("/Annots", []):
            held = entry.get_object()
            if held.get("/Subtype") == "/Link":
                yield held


def test_links_of_the_pdf_lead_somewhere(reader: PdfReader, site: Path) -> None:
    known = set(reader.named_destinations)
    inner, outer, lost = 0, set(), []
    for link in annotations(reader):
        action = link.get("/A", {})
        if "/URI" in action:
            outer.add(str(action["/URI"]))
            continue
        target = link.get("/Dest", action.get("/D"))
        inner += 1
        if isinstance(target, str) and target.lstrip("/") not in known | {name.lstrip("/") for name in known}:
            lost.append(target)
    assert not lost, f"{len(lost)} links lead nowhere, for example {lost[:5]}. See pdf.relinked."
    assert inner > 300, f"only {inner} links inside the PDF"
    strange = [url for url in outer if not url.startswith(("https://", "http://")) or "report.invalid" in url]
    assert not strange, f"These links work on the computer that printed the PDF alone: {strange[:5]}"
    cited = {str(a["href"]) for a in soup(site / "references.html").select("div.citation a[href^=http]")}
    assert {url.rstrip("/") for url in cited} <= {url.rstrip("/") for url in outer}, "A source's link is missing."
    assert f"{ADDRESS}/data/assumptions.csv" in outer, "A file of the site is linked by its address."


def test_citations_of_the_pdf_lead_to_their_source(reader: PdfReader, numbers: dict[str, int], site: Path) -> None:
    ids = [str(entry["id"]) for entry in soup(site / "references.html").select("div.citation[id]")]
    places = {name.lstrip("/"): place for name, place in reader.named_destinations.items()}
    found_ = [places[f"references--{key}"] for key in ids if f"references--{key}" in places]
    assert len(found_) > 30, "Citations should lead to the list of references."
    assert all(reader.get_destination_page_number(place) >= numbers["references"] - 1 for place in found_)


def test_figures_of_the_pdf_are_all_there_and_have_their_words(elements: list[DictionaryObject], site: Path) -> None:
    wanted = [
        str(image["alt"]) for name in NAMES for image in soup(site / f"{name}.html").select("article img.drawing")
    ]
    spoken = [str(each.get("/Alt", "")) for each in elements if each.get("/S") == "/Figure"]
    assert wanted and not set(wanted) - set(spoken), f"{len(wanted)} figures, {len(spoken)} with words in the PDF"
    assert all(spoken), f"{spoken.count('')} figures of the PDF have no words."


def above(element: DictionaryObject) -> Iterator[str]:
    """The kinds of element that one element of the PDF stands in."""
    while element := element.get("/P", DictionaryObject()).get_object():
        yield str(element.get("/S"))


def test_no_table_of_the_pdf_is_hidden_in_a_picture(elements: list[DictionaryObject]) -> None:
    tables = [each for each in elements if each.get("/S") == "/Table"]
    hidden = [each for each in tables if "/Figure" in above(each)]
    assert len(tables) > 50 and not hidden, (
        f"{len(hidden)} of {len(tables)} tables stand in a figure: nobody hears them."
    )


# What sticks out of the page, or hides a part of itself because nothing scrolls on paper.
WIDE = """() => [...document.querySelectorAll('article *')].filter(e => {
    const hides = ['auto', 'scroll', 'hidden'].includes(getComputedStyle(e).overflowX)
    return e.getBoundingClientRect().right > innerWidth + 1
        || hides && e.clientWidth && e.scrollWidth > e.clientWidth + 3
}).slice(0, 5).map(e => `${e.closest('article').id}: ${e.outerHTML.slice(0, 120)}`)"""


def test_nothing_is_wider_than_the_paper(browser: Browser, site: Path) -> None:
    # 174 mm between the margins of A4, at 96 pixels an inch.
    page = browser.new_page(viewport={"width": 657, "height": 1000}, color_scheme="light")
    page.emulate_media(media="print")
    page.route("**/*", partial(printing.answer, site, pdf.document(site, ADDRESS, {})))
    page.goto(f"{printing.ORIGIN}/", wait_until="load")
    wide = page.evaluate(WIDE)
    missing = page.evaluate("[...document.images].filter(i => !i.naturalWidth).map(i => i.getAttribute('src'))")
    page.close()
    assert not wide, "\n".join(["Wider than the paper; see analysis/report/print.css:", *wide])
    assert not missing, f"Images that the print lacks: {missing}"


def test_ids_of_two_pages_stay_apart() -> None:
    text = (
        '<p id="id1" aria-describedby="a b"><a href="#id1"><a href="b.html#id1"><a href="b.html"><a href="data/x.csv">'
    )
    assert pdf.relinked(text, "a", ["a", "b"], ADDRESS) == (
        '<p id="a--id1" aria-describedby="a--a a--b"><a href="#a--id1"><a href="#b--id1"><a href="#b">'
        f'<a href="{ADDRESS}/data/x.csv">'
    )
    assert pdf.relinked('<a href="data/x.csv">', "a", ["a"], "") == "<a>", "a PDF without an address links to no file"
    assert pdf.relinked('<a href="https://e.org/b.html">', "a", ["b"], "") == '<a href="https://e.org/b.html">'


def test_page_without_an_article_is_refused() -> None:
    with pytest.raises(printing.PrintError, match=r"x.html has no <article>"):
        pdf.article("<html></html>", "x")
    kept = pdf.article(f"<article>a<script>s</script>{slots.END_OF_PAGE.holding('end')}b</article>", "x")
    assert kept == "ab"


def test_what_printing_needs_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(printing, "find_spec", lambda name: None if name == "pypdf" else object())
    with pytest.raises(printing.PrintError, match=r"The PDF needs pypdf\. .*pip install -e '\.\[pdf\]'"):
        printing.require()
    monkeypatch.undo()
    monkeypatch.setattr(printing.browser, "find", lambda: None)
    with pytest.raises(printing.PrintError) as told:
        cli.pdf(out=tmp_path / "none")
    assert not (tmp_path / "none").exists(), "It should fail before it builds."
    assert str(told.value) == (
        "The PDF is printed by Chromium, which is missing. "
        "Run `make browser`, or install Chromium or Chrome (Debian: apt install chromium)."
    )


# Links and zip


def test_site_without_downloads_links_to_none(site: Path) -> None:
    for path in site.glob("*.html"):
        # The class of the links, and of nothing else: test_a_download_is_linked_from_every_page finds them by it.
        bare = "report-downloads" not in path.read_text(encoding="utf-8")
        assert bare, f"{path.name} links to a file that `report build` does not make."


def test_a_download_is_linked_from_every_page(copy: Path) -> None:
    downloads.add(copy, downloads.PDF, b"%PDF-" + b"0" * 2_400_000)
    assert links(copy / "fleet.html") == [downloads.PDF]
    assert "PDF (2.4 MB)." in BeautifulSoup((copy / "index.html").read_text(), "html.parser").get_text()
    downloads.add(copy, downloads.ZIP, downloads.zipped(copy))
    assert links(copy / "fleet.html") == [downloads.PDF, downloads.ZIP]
    assert all((copy / name).is_file() for name in links(copy / "index.html"))
    before = (copy / downloads.ZIP).read_bytes()
    downloads.add(copy, downloads.PDF, b"%PDF-another")
    with zipfile.ZipFile(copy / downloads.ZIP) as archive:
        held = archive.read(f"{downloads.NAME}/{downloads.PDF}")
    assert held == b"%PDF-another" and before != (copy / downloads.ZIP).read_bytes(), "The zip holds an older PDF."


def test_a_download_that_fails_changes_nothing(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> str:
        raise OSError("disk full")

    before = {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()}
    monkeypatch.setattr(downloads, "with_links", refuse)
    with pytest.raises(place.BuildError, match=r"disk full.*is as it was before"):
        downloads.add(copy, downloads.PDF, b"%PDF-")
    assert {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()} == before
    assert [path.name for path in copy.parent.iterdir()] == ["site"], "Something half-made was left behind."


def test_zip_is_the_same_twice_and_opens_into_one_folder(copy: Path) -> None:
    first = downloads.zipped(copy)
    (copy / "index.html").touch()
    assert downloads.zipped(copy) == first
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        entries = archive.infolist()
    names = [entry.filename for entry in entries]
    assert names == sorted(names) and {name.split("/")[0] for name in names} == {downloads.NAME}
    released = citation.citation().released
    assert {entry.date_time[:3] for entry in entries} == {(released.year, released.month, released.day)}
    assert not {f"{downloads.NAME}/{name}" for name in downloads.ONLINE_ONLY} & set(names)
    assert {f"{downloads.NAME}/{name}" for name in ("figures/capex.csv", ".nojekyll")} <= set(names)
    assert f"{downloads.NAME}/{manifest.NAME}" not in names, "The list is of the site, whose pages link to other files."


def test_unpacked_zip_can_be_read_without_a_network(browser: Browser, site: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(downloads.zipped(site))) as archive:
        archive.extractall(tmp_path)
    folder = tmp_path / downloads.NAME
    page = browser.new_page()
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    lost = [
        f"{path.name}: {url}"
        for path in sorted(folder.glob("*.html"))
        for url in map(unescape, re.findall(r'<a\b[^>]* href="([^"#?]+)', path.read_text(encoding="utf-8")))
        if not re.match(r"https?://|mailto:", url) and not (folder / url).exists()
    ]
    assert not lost, f"{len(lost)} links lead nowhere: {lost[:5]}"
    # Every page is opened from a folder in test_tour.py: what is another here is the links to files that are not there.
    page.goto((folder / "index.html").as_uri())
    page.goto((folder / "fleet.html").as_uri())
    page.get_by_text("Cite this page").click()
    page.get_by_text("@misc{").wait_for(state="visible")
    page.close()
    outside = [url for url in asked if not url.startswith((folder.as_uri(), "data:"))]
    assert not outside and not complaints, f"asked for {outside[:5]}, complained of {complaints[:5]}"

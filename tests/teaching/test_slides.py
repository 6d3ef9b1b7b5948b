"""The deck: its numbers are the case's, its figures the pages', and it runs alone, by keyboard, under its policy."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Literal

import pytest
import yaml
from bs4 import BeautifulSoup
from PIL import Image
from playwright.sync_api import Browser, Page
from pypdf import PdfReader
from test_accessibility import AXE_RUN, axe
from test_pages import typed_numbers
from test_site import until

from analysis import parameters
from analysis.case import Case
from analysis.figures.drawing import size
from analysis.figures.sheet import LEAST
from analysis.report import execution, notebooks, printing
from analysis.scenarios import Scenario
from analysis.teaching import slides
from analysis.teaching.wanted import Wanted

PAGES = {page.name: page.path for page in notebooks.pages() if page.runs}
SLIDES = slides.source()
DRAWINGS = notebooks.drawings(PAGES.values())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A deck that travels alone, from the committed pages."""
    target = tmp_path_factory.mktemp("deck")
    slides.write(target, PAGES, Scenario())
    return target


@pytest.fixture(scope="module")
def soup(folder: Path) -> BeautifulSoup:
    return BeautifulSoup((folder / slides.DECK).read_text(encoding="utf-8"), "html.parser")


@pytest.fixture(scope="module")
def tab(browser: Browser, folder: Path) -> Iterator[tuple[Page, list[str]]]:
    """The one tab of the tests of the deck, and everything that was asked for or complained of there."""
    context = browser.new_context(viewport={"width": 1280, "height": 720}, reduced_motion="reduce")
    context.add_init_script(axe())
    page = context.new_page()
    heard: list[str] = []
    page.on("console", lambda message: heard.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: heard.append(f"error: {error}"))
    inside = (f"{folder.as_uri()}/", "data:")
    page.on("request", lambda request: request.url.startswith(inside) or heard.append(f"request: {request.url}"))
    yield page, heard
    context.close()


@pytest.fixture
def deck(tab: tuple[Page, list[str]], folder: Path) -> Iterator[tuple[Page, list[str]]]:
    """The deck as a file, loaded anew at its first slide in a browser that keeps nothing of it, and what is heard."""
    page, heard = tab
    heard.clear()
    page.goto((folder / slides.DECK).as_uri(), wait_until="load")
    until(page, "window.Reveal && Reveal.isReady()")
    yield page, heard
    page.evaluate("localStorage.clear(); sessionStorage.clear();")
    page.emulate_media(forced_colors="none")
    for other in page.context.pages:
        if other != page:
            other.close()
    page.goto("about:blank")


def test_a_slide_says_what_the_case_says() -> None:
    changed = Scenario(name="dear", title="Dearer rent", changes={"rental_usd_per_gpu_hour": 3.0})
    for scenario in (Scenario(), changed):
        case = Case(scenario=scenario)
        deck = slides.Deck(SLIDES, case, DRAWINGS, slides.titles(PAGES), pages="../")
        text = BeautifulSoup(deck.html(), "html.parser").get_text(" ")
        for name in ("v3_rental_usd", "v3_programme_usd", "semianalysis_fleet_capex_usd"):
            assert case[name].text in text, f"No slide says {case[name].text} for {name}."
            assert case[name].range in text, f"No slide gives the range of {name}, {case[name].range}."
        assert case.text("v3_rental_usd_exact") in text
        assert ("Scenario: Dearer rent" in text) is not scenario.is_base
    assert Case()["v3_programme_usd"].range not in text, "The scenario's deck holds a number of the base case."
    # DeepSeek's own sum stays DeepSeek's.
    assert case.text("deepseek_v3_usd_exact") == "$5.576 million" in text


@pytest.mark.parametrize("slide", SLIDES, ids=lambda slide: slide.id)
def test_no_result_is_typed_on_a_slide(slide: slides.Slide) -> None:
    texts = [re.sub(r"\{\w+\}", "", text) for _, text in slides.words_of([slide])]
    found = [place for text in texts for place in typed_numbers(text)]
    assert not found, f"Slide {slide.id} has typed numbers: {found}. Name the result in braces."


@pytest.mark.parametrize("slide", SLIDES, ids=lambda slide: slide.id)
def test_a_slide_rests_on_pages_and_figures_that_exist(slide: slides.Slide) -> None:
    assert not slide.page or slide.page in slides.titles(PAGES), f"Slide {slide.id}: there is no page {slide.page}."
    if slide.figure:
        picture = DRAWINGS.get(slide.figure)
        assert picture, f"Slide {slide.id} shows {slide.figure}, which is on no page."
        _, high = size(picture.svg)
        assert slide.top <= high, f"Slide {slide.id}: the figure is {high} points high."


# Each of its rows has its number beside it, so that a part of them can be read without an axis.
NUMBERED = {"gpu-hours"}


@pytest.mark.parametrize("slide", [each for each in SLIDES if each.figure], ids=lambda slide: slide.id)
def test_letters_of_a_figure_can_be_read_from_the_last_row(slide: slides.Slide) -> None:
    deck = slides.Deck(SLIDES, Case(), DRAWINGS, slides.titles(PAGES))
    _, picture, wide, _ = deck.frame(slide)
    scale = wide / size(picture.svg)[0]
    letters = re.findall(r"translate\([\d.]+ ([\d.]+)\) scale\(([\d.]+) -", picture.svg)
    shown = [100 * scale * float(high) for y, high in letters if not slide.top or float(y) < slide.top]
    assert shown and min(shown) >= 15, (
        f"Slide {slide.id}: letters of {slide.figure} are {min(shown):.0f} pixels high on a slide of 720. "
        "Show less of it (`top`), or say it in words."
    )


@pytest.mark.parametrize(
    "slide", [each for each in SLIDES if each.top and each.figure not in NUMBERED], ids=lambda slide: slide.id
)
def test_a_figure_is_cut_between_its_panels(slide: slides.Slide) -> None:
    """A panel that is shown is shown with its last row and the numbers of its axis."""
    svg = DRAWINGS[slide.figure].svg
    for panel in re.split(r'(?=<g id="axes_\d+">)', svg)[1:]:
        if 'id="xtick_' not in panel:
            continue  # the sheet, with the words around the panels
        box = re.search(r'<g id="patch_\d+">\s*<path d="([^"]*)"', panel)
        assert box, f"The panels of {slide.figure} have no ground any more. Has matplotlib's version changed?"
        rows = [float(y) for y in re.findall(r"[ML] [\d.]+ ([\d.]+)", box[1])]
        numbers = 11 if 'id="xtick_1"' in panel else 0  # points: a line of small letters below the axis
        assert slide.top <= min(rows) or slide.top >= max(rows) + numbers, (
            f"Slide {slide.id} cuts {slide.figure} at {slide.top} points, through the panel from {min(rows):.0f} to "
            f"{max(rows) + numbers:.0f}. Change `top` in book/teaching/slides.yml."
        )


def test_images_have_the_alt_text_of_the_pages(soup: BeautifulSoup, folder: Path) -> None:
    known = DRAWINGS
    images = soup.find_all("img")
    assert images
    for image in images:
        slide = next(slide for slide in SLIDES if f"figures/{slide.id}.svg" == image["src"])
        drawing = known[slide.figure]
        assert image["alt"] == drawing.alt
        shown = (folder / str(image["src"])).read_text(encoding="utf-8")
        assert shown == slides.cropped(drawing.svg, slide.top)
        assert image.find_previous("source")["srcset"] == f"figures/{slide.id}-narrow.svg"
        phone = (folder / "figures" / f"{slide.id}-narrow.svg").read_text(encoding="utf-8")
        assert phone == slides.cropped(drawing.narrow)
        top, high = map(float, re.search(r'viewBox="0 ([\d.]+) [\d.]+ ([\d.]+)"', shown).groups())  # type: ignore[union-attr]
        assert top == slides.head(drawing.svg) and top + high <= slides.foot(drawing.svg) + 1e-6


def test_every_slide_has_a_title_of_its_own_and_notes(soup: BeautifulSoup) -> None:
    sections = soup.select(".slides > section")
    titles = [section.h1.get_text() for section in sections if section.h1]
    assert len(set(titles)) == len(sections) == len(SLIDES)
    assert all(section.select_one("aside.notes").get_text(strip=True) for section in sections)


def test_the_page_holds_no_script_and_no_style_of_its_own(folder: Path) -> None:
    for name in (slides.DECK, slides.NOTES):
        html = (folder / name).read_text(encoding="utf-8")
        found = re.findall(r"<script(?![^>]*\bsrc=)[^>]*>|<style|\sstyle=|\son[a-z]+=\"|https?://", html)
        assert not found, f"{name} holds {found}, which the policy forbids or which leads outside."
        assert slides.POLICY in html
        assert re.search(r'<meta name="description" content="[^"{]{20,}">', html), f"{name} does not say what it is."


# What does not fit into the slide that is shown.
UNFIT = """() => {
  const slide = Reveal.getCurrentSlide(), out = [];
  const body = slide.querySelector(".body"), foot = slide.querySelector(".foot").getBoundingClientRect();
  if (body.scrollHeight > body.clientHeight + 1) out.push(`${slide.id}: ${body.scrollHeight} in a body`);
  for (const e of slide.querySelectorAll("h1, .body *, .foot *")) {
    const box = e.getBoundingClientRect();
    if (!box.width) continue;
    const under = e.closest(".body") && box.bottom > foot.top + 1;
    if (under || box.left < 0 || box.top < 0 || box.right > 1281 || box.bottom > 721)
      out.push(`${slide.id}: ${e.outerHTML.slice(0, 80)}`);
    const size = parseFloat(getComputedStyle(e).fontSize);
    if (e.closest(".words, .numbers") && size < 24) out.push(`${slide.id}: type of ${size} pixels`);
  }
  return out;
}"""


def walked(page: Page) -> tuple[list[str], list[str]]:
    """The slides in the order in which arrow keys show them, and what does not fit."""
    seen, faults = [], []
    for _ in SLIDES:
        seen.append(page.evaluate("Reveal.getCurrentSlide().id"))
        until(page, "[...Reveal.getCurrentSlide().querySelectorAll('img')].every(i => i.complete && i.naturalWidth)")
        faults += page.evaluate(UNFIT)
        page.keyboard.press("ArrowRight")
    return seen, faults


def test_arrow_keys_walk_through_all_slides_and_each_fits_its_frame(deck: tuple[Page, list[str]]) -> None:
    page, heard = deck
    seen, faults = walked(page)
    assert seen == [slide.id for slide in SLIDES]
    assert not faults, "Shorten the text, or see analysis/teaching/deck/deck.css:\n" + "\n".join(faults)
    assert not heard, "The deck asked for something outside its folder, or broke its policy:\n" + "\n".join(heard)


@pytest.mark.slow
def test_the_words_of_a_scenario_fit_too(browser: Browser, tmp_path: Path) -> None:
    """What a scenario says beside the sources is longer than the base case's words."""
    prices = [row for name, row in parameters.known().items() if name.startswith("server_price_")]
    far: dict[str, parameters.Value] = {row.name: row.maximum for row in prices}
    far |= {"rental_usd_per_gpu_hour": 50.0, "staff_count": 199, "price_decline_oom_per_year": 1.0}
    changed = Scenario(name="far", title="Everything that can be far from the base case", changes=far)
    slides.write(tmp_path / "deck", PAGES, changed)
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    page.goto((tmp_path / "deck" / slides.DECK).as_uri(), wait_until="load")
    until(page, "window.Reveal && Reveal.isReady()")
    _, faults = walked(page)
    page.close()
    assert not faults, "Shorten the words of the judgements on these slides:\n" + "\n".join(faults)


@pytest.mark.slow
def test_axe_finds_nothing_on_any_slide(deck: tuple[Page, list[str]], folder: Path) -> None:
    page, _ = deck
    faults = []
    for slide in SLIDES:
        found = page.evaluate(AXE_RUN, "all")
        faults += [f"{slide.id}: {rule}: {nodes[0][:120]}" for rule, _, nodes in found]
        page.keyboard.press("ArrowRight")
    page.goto((folder / slides.NOTES).as_uri())
    faults += [f"notes: {rule}: {nodes[0][:120]}" for rule, _, nodes in page.evaluate(AXE_RUN, "all")]
    assert not faults, "\n".join(faults)


# Letters that are too small, of the page and of its figures.
UNREADABLE = """(least) => [
  ...[...document.querySelectorAll("main :not(picture):not(img)")].filter((e) => e.checkVisibility() &&
    [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()) && parseFloat(getComputedStyle(e).fontSize) < 11
  ).map((e) => e.outerHTML.slice(0, 80)),
  ...[...document.images].filter((i) => !i.currentSrc.endsWith("-narrow.svg") || least * i.width / i.naturalWidth < 11)
    .map((i) => `${i.currentSrc}: ${i.width} of ${i.naturalWidth} pixels`),
]"""


@pytest.mark.parametrize(
    ("width", "height", "way", "scheme"),
    [(390, 844, "", "light"), (320, 568, "", "dark"), (640, 360, "", "light"), (1280, 720, "?page", "dark")],
)
def test_a_small_window_has_all_slides_as_one_page(
    width: int, height: int, way: str, scheme: Literal["light", "dark"], browser: Browser, folder: Path
) -> None:
    """640 by 360 is a laptop's window at twice its size."""
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
    context.add_init_script(axe())
    page = context.new_page()
    page.goto((folder / slides.DECK).as_uri() + way, wait_until="load")
    assert page.locator(".slides > section:visible h1").count() == len(SLIDES)
    assert not page.get_by_role("button").count(), "What needs reveal.js is shown without it."
    for image in page.locator("img").all():
        image.scroll_into_view_if_needed()
    until(page, "[...document.images].every((i) => i.complete && i.naturalWidth)")
    if width in (390, 640):
        assert not page.evaluate(UNREADABLE, LEAST * 4 / 3)
    assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth"), "The page slides sideways."
    found = page.evaluate(AXE_RUN, "all")
    assert not found, "\n".join(f"{rule}: {nodes[0][:120]}" for rule, _, nodes in found)
    page.get_by_role("link", name="As slides").click()
    until(page, "window.Reveal && Reveal.isReady()")
    assert page.locator(".slides > section:visible").count() == 1
    context.close()


def test_a_screen_reader_keeps_its_keys_and_hears_the_figure(deck: tuple[Page, list[str]]) -> None:
    page, _ = deck
    assert not page.locator("[role=application]").count()
    pictured = next(number for number, slide in enumerate(SLIDES) if slide.figure)
    page.evaluate(f"Reveal.slide({pictured - 1})")
    page.keyboard.press("ArrowRight")
    alt = DRAWINGS[SLIDES[pictured].figure].alt
    until(page, f"document.querySelector('.aria-status').textContent.endsWith({json.dumps(alt)})", 2)
    assert SLIDES[pictured].title in page.locator(".aria-status").inner_text()


def test_buttons_and_progress_are_seen_with_the_keyboard_and_in_high_contrast(deck: tuple[Page, list[str]]) -> None:
    page, _ = deck
    page.evaluate("Reveal.slide(3)")
    for name in ("navigate-left", "navigate-right"):
        before = page.screenshot()
        page.keyboard.press("Tab")  # so that the browser shows where the keyboard is
        page.locator(f".{name}").focus()
        assert page.screenshot() != before, f"No ring around {name}."
    page.evaluate("document.activeElement.blur()")
    page.emulate_media(forced_colors="active")
    for part in (".navigate-left", ".navigate-right", ".progress"):
        seen = Image.open(io.BytesIO(page.locator(part).screenshot())).convert("L")
        low, high = seen.getextrema()
        assert high - low > 100, f"In high contrast nothing is seen of {part}."


STATE = "JSON.stringify([Reveal.getState(), Reveal.getConfig().showNotes, !!document.fullscreenElement])"


def test_letters_are_keys_only_where_the_list_says_so_and_can_be_switched_off(deck: tuple[Page, list[str]]) -> None:
    page, heard = deck
    listed = " ".join(page.locator("#help th").all_text_contents())
    own = {letter.lower() for letter in re.findall(r"\b[A-Z]\b", listed)}
    assert own == set("bfnos")
    page.evaluate("Reveal.slide(3)")
    before = page.evaluate(STATE)
    for letter in set("abcdefghijklmnopqrstuvwxyz/1") - own:
        page.keyboard.press(letter)
        assert page.evaluate(STATE) == before, f"The key {letter} does something that the list of keys does not say."
    page.keyboard.press("o")
    assert page.evaluate("Reveal.isOverview()")
    page.keyboard.press("Escape")

    page.keyboard.press("?")
    assert page.get_by_role("dialog", name="Keys").is_visible()
    page.get_by_role("checkbox", name="Letters and signs are keys").press("Space")
    page.keyboard.press("Escape")
    assert page.evaluate(STATE) == before, "Escape closed the list, and did more."
    until(page, "location.hash === '#/' + Reveal.getCurrentSlide().id")  # reveal.js writes it once a second at most
    page.reload()
    until(page, "window.Reveal && Reveal.isReady()")
    for key in [*own, ".", "?"]:
        page.keyboard.press(key)
    assert page.evaluate(STATE) == before and not page.locator("#help").is_visible()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("Reveal.getIndices().h") == 4
    page.keyboard.press("F1")
    assert page.locator("#help").is_visible()
    assert not heard, "\n".join(heard)


def test_notes_show_on_the_slide_and_in_a_window_that_follows(deck: tuple[Page, list[str]]) -> None:
    page, heard = deck
    assert not page.locator(".speaker-notes.visible, .show-notes .speaker-notes").count()
    page.keyboard.press("n")
    page.wait_for_selector(".reveal.show-notes .speaker-notes")
    assert "Nobody needs to know" in page.locator(".reveal .speaker-notes").inner_text()
    room = "document.querySelector('.speaker-notes').getBoundingClientRect().left"
    assert page.evaluate(f"Reveal.getCurrentSlide().getBoundingClientRect().right <= {room} + 1"), (
        "The notes hide a part of the slide."
    )
    with page.expect_popup() as opened:
        page.keyboard.press("s")
    opened.value.wait_for_url(f"**/{slides.NOTES}#{SLIDES[0].id}")
    page.keyboard.press("ArrowRight")
    opened.value.wait_for_url(f"**/{slides.NOTES}#{SLIDES[1].id}")
    assert not heard, "\n".join(heard)


def test_the_overview_shows_every_slide(deck: tuple[Page, list[str]]) -> None:
    page, _ = deck
    page.keyboard.press("o")
    until(page, "Reveal.isOverview()")
    blank = page.evaluate("Reveal.getSlides().filter(slide => !slide.offsetWidth).map(slide => slide.id)")
    assert not blank, f"O shows an empty frame for {', '.join(blank)}."


def test_a_message_of_another_page_is_not_obeyed(deck: tuple[Page, list[str]]) -> None:
    """reveal.js would take commands from any page that holds the deck in a frame, whatever its origin."""
    page, _ = deck
    orders = [{"method": "configure", "args": [{"showNotes": True}]}, {"method": "slide", "args": [3]}]
    page.evaluate(
        """orders => new Promise(done => {
          let heard = 0;
          window.addEventListener("message", () => ++heard === orders.length && done());
          for (const order of orders) window.postMessage(JSON.stringify(order), "*");
        })""",
        orders,
    )
    assert page.evaluate("Reveal.getConfig().showNotes") is False
    assert page.evaluate("Reveal.getCurrentSlide().id") == SLIDES[0].id


@pytest.mark.slow
def test_the_pdf_has_a_page_for_every_slide_and_is_tagged(folder: Path) -> None:
    with ThreadPoolExecutor(1) as apart:  # the browser of the other tests holds the event loop of this thread
        reader = PdfReader(io.BytesIO(apart.submit(slides.printed, folder).result()))
    assert len(reader.pages) == len(SLIDES)
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    for number, (page, slide) in enumerate(zip(reader.pages, SLIDES, strict=True), start=1):
        assert f"{number} / {len(SLIDES)}" in page.extract_text(), f"Page {number} is not slide {slide.id}."
        assert bool(page.extract_text().strip())


def test_a_classroom_without_chromium_has_its_slides_and_no_pdf(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printing.browser, "find", lambda: None)
    monkeypatch.setattr(slides, "execute_pages", lambda *_: PAGES)
    slides.build(tmp_path, execution.silent, Wanted())
    made = {path.name for path in (tmp_path / slides.FOLDER).iterdir()}
    assert {slides.DECK, slides.NOTES} <= made and slides.PDF not in made


def test_the_source_s_faults_are_told(tmp_path: Path) -> None:
    good = {"id": "a", "title": "A", "minutes": 1, "notes": "n"}
    cases = [
        ({**good, "figur": "capex"}, "has a key 'figur'. Did you mean 'figure'"),
        ({"id": "a", "title": "A"}, "lacks minutes, notes"),
    ]
    path = tmp_path / "slides.yml"
    for given, message in [*(([given], message) for given, message in cases), ([good, good], "same id")]:
        path.write_text(yaml.safe_dump(given), encoding="utf-8")
        with pytest.raises(slides.SlideError, match=message):
            slides.source(path)


def test_a_figure_that_is_on_no_page_is_refused_with_the_nearest_name() -> None:
    wrong = slides.Slide("a", "A", 1, "n", figure="capexx")
    deck = slides.Deck([wrong], Case(), DRAWINGS, {})
    with pytest.raises(slides.SlideError, match="Did you mean 'capex'"):
        deck.html()

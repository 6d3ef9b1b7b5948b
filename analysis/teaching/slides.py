"""The deck of slides: one HTML file on reveal.js, a page of speaker notes, and a PDF.

book/teaching/slides.yml holds what only the deck says: titles, few words, speaker notes. Numbers come from the case,
figures and their alt texts from the executed pages, so that a scenario's deck is right.

sphinx-revealjs is a dependency for the reveal.js that it brings. Its builder is not used: it writes scripts into the
page, and the deck runs under a policy that allows none. reveal.js's own window for speakers needs one as well, so the
key S opens the page of notes instead and keeps it at the slide that is shown.
Paper does not need reveal.js: the same file, printed, has one slide a page.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

from markdown_it import MarkdownIt

from analysis import written
from analysis.case import Case
from analysis.figures import style
from analysis.parameters import nearest
from analysis.report import browser, manifest, notebooks, place
from analysis.report import build as builder
from analysis.report.execution import Progress, execute_pages, silent
from analysis.report.site import typography
from analysis.scenarios import Scenario

SOURCE = notebooks.BOOK / "teaching" / "slides.yml"
FOLDER, DECK, NOTES, PDF = "slides", "index.html", "notes.html", "slides.pdf"
OWN = ("deck.css", "paper.css", "deck.js")
REVEAL = ("reveal.js", "reveal.css")
FONTS = ("report-sans-regular.woff2", "report-sans-italic.woff2", "report-sans-semibold.woff2")

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "base-uri 'none'; form-action 'none'"
)
# A figure this many times as wide as high fills the slide, with its words below; others stand beside their words.
WIDE = 1.6
# Quotes as on the pages.
TYPOGRAPHIC = {"typographer": True}
# Width and height that a slide of 1280 by 720 pixels leaves for its figure.
ROOM = {"below": (1168, 486), "beside": (800, 572)}
KEYS = {"id", "title", "minutes", "notes"}
OPTIONAL = {"text", "figure", "top", "numbers", "page", "kind"}


class SlideError(builder.BuildError):
    """The source of the deck cannot be used; the message names the slide and what is wrong with it."""


@dataclass(frozen=True)
class Slide:
    """One slide, as its source states it.

    text, notes: Markdown with {names} of results, parameters, published figures and judgements
    figure:      name of a figure
    top:         points of its height that are shown, from the top, where the rest would be too small to read; 0: all
    numbers:     results shown large: name and label
    page:        the page of the report that it rests on
    minutes:     time to speak, for the page of notes
    """

    id: str
    title: str
    minutes: float
    notes: str
    text: str = ""
    figure: str = ""
    top: float = 0
    numbers: tuple[tuple[str, str], ...] = ()
    page: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Picture:
    """A figure of an executed page: its drawing and its words."""

    svg: str
    alt: str

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in points."""
        found = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', self.svg)
        if not found:
            raise SlideError("A figure has no viewBox. Has matplotlib's version changed?")
        return float(found[1]), float(found[2])


def source(path: Path = SOURCE) -> list[Slide]:
    """The slides in order. SlideError names the slide and the key that is missing or unknown."""
    slides = []
    for number, given in enumerate(written.yaml_of(path), start=1):
        where = f"{path.name}, slide {number} ({given.get('id', 'no id')})"
        if missing := KEYS - set(given):
            raise SlideError(f"{where} lacks {', '.join(sorted(missing))}.")
        if unknown := set(given) - KEYS - OPTIONAL:
            allowed = ", ".join(sorted(KEYS | OPTIONAL))
            raise SlideError(f"{where} has {', '.join(sorted(unknown))}. Allowed: {allowed}.")
        numbers = tuple(given.pop("numbers", {}).items())
        slides.append(Slide(**given, numbers=numbers))
    if len({slide.id for slide in slides}) < len(slides):
        raise SlideError(f"{path.name}: two slides have the same id.")
    return slides


def pictures(executed: Iterable[Path]) -> dict[str, Picture]:
    """Every figure of executed pages by its name."""
    found: dict[str, Picture] = {}
    for path in executed:
        for cell in notebooks.read(path).cells:
            for output in cell.get("outputs", []):
                words = output.get("metadata", {}).get("image/svg+xml", {})
                if words.get("name"):
                    found.setdefault(words["name"], Picture(output.data["image/svg+xml"], words["alt"]))
    return found


def titles(executed: Mapping[str, Path]) -> dict[str, str]:
    """The first heading of every page, by the page's name. Pages that do not run are read where they stand."""
    found = {}
    for page in notebooks.pages():
        path = executed.get(page.name, page.path)
        if path.suffix == ".ipynb":
            cells = notebooks.read(path).cells
            text = next((cell.source for cell in cells if cell.cell_type == "markdown"), "")
        else:
            text = path.read_text(encoding="utf-8")
        heading = re.search(r"^# (.+)$", text, flags=re.MULTILINE)
        found[page.name] = heading[1] if heading else page.name
    return found


@dataclass(frozen=True)
class Deck:
    """All that a deck is made from.

    figures: where the figures' files lie, seen from the deck
    pages:   where the report's pages lie, seen from the deck; "" where they do not travel with it
    """

    slides: list[Slide]
    case: Case
    pictures: Mapping[str, Picture]
    titles: Mapping[str, str]
    figures: str = "figures"
    pages: str = ""

    def words(self, text: str) -> str:
        """Markdown with its names filled in, as HTML."""
        html: str = MarkdownIt("commonmark", TYPOGRAPHIC).enable(["table", "smartquotes"]).render(self.case.fill(text))
        return html.strip()

    def inline(self, text: str) -> str:
        html: str = MarkdownIt("commonmark", TYPOGRAPHIC).enable("smartquotes").renderInline(self.case.fill(text))
        return html

    def plain(self, text: str) -> str:
        return re.sub(r"[*`]", "", self.case.fill(text))

    def picture(self, slide: Slide) -> Picture:
        """A slide's figure."""
        if slide.figure not in self.pictures:
            near = nearest(slide.figure, self.pictures)
            raise SlideError(
                f"Slide {slide.id} shows the figure '{slide.figure}', which is on no page. Did you mean '{near}'?"
            )
        return self.pictures[slide.figure]

    def shown(self, slide: Slide) -> tuple[str, str]:
        """Where a slide's figure stands, and the image at its size. The style sheet cuts off what is below `top`."""
        picture = self.picture(slide)
        wide, whole = picture.size
        high = slide.top or whole
        place = "below" if wide / high > WIDE else "beside"
        scale = min(ROOM[place][0] / wide, ROOM[place][1] / high)
        return place, (
            f'<img class="figure" src="{self.figures}/{slide.figure}.svg" width="{int(wide * scale)}" '
            f'height="{int(high * scale)}" alt="{escape(picture.alt)}" loading="lazy">'
        )

    def cards(self, slide: Slide) -> str:
        """A slide's large numbers, each with its range and its cost basis."""
        parts = []
        for name, label in slide.numbers:
            result = self.case[name]
            span = "" if result.certain else f'<span class="range">{escape(result.range)}, 5–95 %</span>'
            basis = f'<span class="basis">{result.basis} basis</span>' if result.basis else ""
            parts.append(
                f'<li class="{result.basis or "none"}"><strong>{escape(result.text)}</strong>{span}'
                f"<span>{self.inline(label)}</span>{basis}</li>"
            )
        return f'<ul class="numbers" data-count="{len(parts)}">{"".join(parts)}</ul>' if parts else ""

    def foot(self, slide: Slide, number: int) -> str:
        """Which page a slide rests on, which scenario it shows, and its number."""
        scenario = self.case.scenario
        told = "" if scenario.is_base else f"Scenario: {escape(scenario.title)}"
        page = ""
        if slide.page:
            title = typography.html(self.titles[slide.page])
            page = f'<a href="{self.pages}{slide.page}.html">{title}</a>' if self.pages else title
        return f'<p class="foot"><span>{page}</span><span>{told}</span><span>{number} / {len(self.slides)}</span></p>'

    def section(self, slide: Slide, number: int) -> str:
        place, figure = self.shown(slide) if slide.figure else ("", "")
        words = f'<div class="words">{self.words(slide.text)}</div>' if slide.text else ""
        return (
            f'<section id="{slide.id}" class="{place or slide.kind or "plain"}" aria-labelledby="{slide.id}-title">\n'
            f'<h1 id="{slide.id}-title">{self.inline(slide.title)}</h1>\n'
            f'<div class="body">{figure}{self.cards(slide)}{words}</div>\n{self.foot(slide, number)}\n'
            f'<aside class="notes" aria-label="Speaker notes">{self.words(slide.notes)}</aside>\n</section>'
        )

    @property
    def title(self) -> str:
        scenario = self.case.scenario
        return self.plain(self.slides[0].title) + ("" if scenario.is_base else f" ({scenario.title})")

    def html(self) -> str:
        sections = "\n".join(self.section(slide, number) for number, slide in enumerate(self.slides, start=1))
        return (
            f"{head(f'Slides: {self.title}')}"
            '<link rel="stylesheet" href="reveal.css" media="screen">\n'
            '<link rel="stylesheet" href="deck.css">\n<link rel="stylesheet" href="paper.css" media="print">\n'
            '<noscript><link rel="stylesheet" href="paper.css"></noscript>\n'
            '<script defer src="reveal.js"></script>\n<script defer src="deck.js"></script>\n</head>\n<body>\n'
            f'<main><div class="reveal"><div class="slides">\n{sections}\n</div></div></main>\n</body>\n</html>\n'
        )

    def notes(self) -> str:
        """The speaker notes with the time of each slide and the time passed, beside the deck or in print."""
        parts, passed = [], 0.0
        for number, slide in enumerate(self.slides, start=1):
            parts.append(
                f'<section id="{slide.id}"><h2>{number}. {self.inline(slide.title)}</h2>\n'
                f'<p class="time">{slide.minutes:g} min, from minute {passed:g}</p>\n'
                f"{self.words(slide.notes)}</section>"
            )
            passed += slide.minutes
        return (
            f"{head(f'Speaker notes: {self.title}')}"
            '<link rel="stylesheet" href="deck.css">\n</head>\n<body class="speaker">\n<main>\n'
            f"<h1>Speaker notes: {escape(self.title)}</h1>\n"
            f'<p>{len(self.slides)} slides, {passed:g} minutes. <a href="{DECK}">Open the slides</a></p>\n'
            f"{chr(10).join(parts)}\n</main>\n</body>\n</html>\n"
        )


def head(title: str) -> str:
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n"
    )


def colours() -> str:
    """The figures' colours of the cost bases, by name."""
    return ":root { " + " ".join(f"--{name}: {colour};" for name, colour in style.BASIS_COLOURS.items()) + " }\n"


def reveal() -> Path:
    """The folder of reveal.js in the package that brings it."""
    found = find_spec("sphinx_revealjs")
    if found is None or not found.submodule_search_locations:
        raise SlideError("The slides need the package sphinx-revealjs. Run `make setup`.")
    return Path(found.submodule_search_locations[0]) / "_static" / "revealjs" / "dist"


def write(
    folder: Path, executed: Mapping[str, Path], scenario: Scenario, figures: str = "figures", pages: str = ""
) -> Deck:
    """The deck and its notes in a folder, from executed pages; see Deck for `figures` and `pages`.

    Without `figures` elsewhere, those that the deck shows are written beside it.
    """
    shutil.rmtree(folder, ignore_errors=True)
    deck = Deck(source(), Case(scenario=scenario), pictures(executed.values()), titles(executed), figures, pages)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / DECK).write_text(deck.html(), encoding="utf-8")
    (folder / NOTES).write_text(deck.notes(), encoding="utf-8")
    for name in OWN:
        text = (files("analysis.teaching") / "deck" / name).read_text(encoding="utf-8")
        (folder / name).write_text(colours() + text if name == "deck.css" else text, encoding="utf-8")
    for name in REVEAL:
        shutil.copyfile(reveal() / name, folder / name)
    for name in FONTS:
        shutil.copyfile(notebooks.BOOK / "assets" / name, folder / name)
    shutil.copyfile(reveal().parent / "LICENSE", folder / "reveal-LICENSE.txt")
    if figures == "figures":
        (folder / figures).mkdir(exist_ok=True)
        for name in sorted({slide.figure for slide in deck.slides if slide.figure}):
            (folder / figures / f"{name}.svg").write_text(deck.pictures[name].svg, encoding="utf-8")
    return deck


def printed(folder: Path) -> bytes:
    """A finished deck as PDF, a slide a page. PrintError names what is missing."""
    from playwright.sync_api import Error

    from analysis.report import pdf as printer

    printer.require()
    html = (folder / DECK).read_text(encoding="utf-8")
    # Nobody scrolls through a print, so a picture that waits until it is in sight would never come.
    page = html.replace(' loading="lazy"', "").replace("<head>", f'<head>\n<base href="{printer.ORIGIN}/">', 1)
    page = page.replace("base-uri 'none'; ", "")
    title = re.search(r"<title>(.*?)</title>", html)
    try:
        with browser.started() as chromium:
            context = chromium.new_context(java_script_enabled=False, color_scheme="light", locale="en-GB")
            context.route("**/*", lambda route: printer.answer(folder, page, route))
            tab = context.new_page()
            tab.goto(f"{printer.ORIGIN}/", wait_until="networkidle")
            content = tab.pdf(prefer_css_page_size=True, print_background=True, tagged=True, outline=True)
    except Error as error:
        raise printer.PrintError(f"Chromium could not print the slides: {str(error).splitlines()[0]}") from error
    return printer.finished(content, title[1] if title else "", printer.headings(page))


def make(scenario: Scenario, out: Path, progress: Progress = silent) -> Path:
    """A scenario's deck with its notes and its PDF in a folder of its own, which travels alone; the folder."""
    with (
        place.filling(out, manifest.SLIDES) as folder,
        place.work_of_its_own(place.BUILD / ".work" / "slides") as work,
        place.told(f"the slides in {folder} are as they were before"),
    ):
        _make(scenario, work / "slides", progress, paper=True)
        place.put(work / "slides", folder, manifest.SLIDES)
    return folder


def _make(scenario: Scenario, folder: Path, progress: Progress, paper: bool) -> None:
    builder.require_sound_data()
    executed = execute_pages(notebooks.pages(), scenario, folder.with_name("executed"), progress)
    progress("slides", 0, 2)
    address = builder.site_address()
    write(folder, executed, scenario, pages=f"{address}/" if address else "")
    progress("slides as PDF", 1, 2)
    if paper:
        (folder / PDF).write_bytes(printed(folder))


def build(folder: Path, progress: Progress = silent) -> None:
    """The deck as a part of the classroom's folder; without Chromium it has no PDF, and all else is there."""
    from analysis.report import pdf as printer

    try:
        printer.require()
    except printer.PrintError:
        paper = False
    else:
        paper = True
    _make(Scenario(), folder / FOLDER, progress, paper)


def words_of(slides: Iterable[Slide]) -> Iterator[tuple[str, str]]:
    """Every text of the source with the id of its slide."""
    for slide in slides:
        yield from ((slide.id, text) for text in (slide.title, slide.text, slide.notes))
        yield from ((slide.id, label) for _, label in slide.numbers)


def names_of(slides: Iterable[Slide]) -> set[str]:
    """Every result, parameter, published figure and judgement that the slides name."""
    slides = list(slides)
    found = {name for _, text in words_of(slides) for name in re.findall(r"\{(\w+)\}", text)}
    return found | {name for slide in slides for name, _ in slide.numbers}

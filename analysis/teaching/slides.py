"""The deck of slides: one HTML file on reveal.js, a page of speaker notes, and a PDF.

book/teaching/slides.yml holds what only the deck says: titles, few words, speaker notes. Numbers come from the case,
figures and their alt texts from the executed pages, so that a scenario's deck is right.

sphinx-revealjs is a dependency for the reveal.js that it brings. Its builder is not used: it writes scripts into the
page, and the deck runs under a policy that allows none. reveal.js's own window for speakers needs one as well, so the
key S opens the page of notes instead and keeps it at the slide that is shown.
Neither paper nor a phone needs reveal.js: the same file, printed, has one slide a page, and is one page that can be
read, enlarged and scrolled until deck.js finds room for slides.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING, dataclass, fields
from importlib.resources import files
from importlib.util import find_spec
from itertools import accumulate
from pathlib import Path

from markdown_it import MarkdownIt
from markupsafe import Markup

from analysis import written
from analysis.case import Case
from analysis.figures import style
from analysis.figures.drawing import in_pixels, size
from analysis.report import manifest, notebooks, place, rendering
from analysis.report.check import require_sound_data
from analysis.report.execution import Progress, execute_pages, silent
from analysis.report.notebooks import Drawing
from analysis.report.printing import ORIGIN, PrintError, eager, finished, printer, require
from analysis.report.site import templates, typography
from analysis.scenarios import Scenario
from analysis.teaching.wanted import Wanted
from analysis.untrusted import meant

SOURCE = notebooks.BOOK / "teaching" / "slides.yml"
FOLDER, DECK, NOTES, PDF = "slides", "index.html", "notes.html", "slides.pdf"
OWN = ("deck.css", "page.css", "slide.css", "deck.js")
REVEAL = ("reveal.js", "reveal.css")
ASSETS = ("favicon.svg", "report-sans-regular.woff2", "report-sans-italic.woff2", "report-sans-semibold.woff2")

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

HTML = templates.beside(__file__)


class SlideError(place.BuildError):
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


def source(path: Path = SOURCE) -> list[Slide]:
    """The slides in order. SlideError names the slide and the key that is missing or unknown."""
    slides, known = [], {each.name: each for each in fields(Slide)}
    needed = [name for name, each in known.items() if each.default is MISSING]
    for number, given in enumerate(written.yaml_of(path), start=1):
        where = f"{path.name}, slide {number} ({given.get('id', 'no id')})"
        written.require_keys(given, known, needed, where, SlideError)
        numbers = tuple(given.pop("numbers", {}).items())
        slides.append(Slide(**given, numbers=numbers))
    if len({slide.id for slide in slides}) < len(slides):
        raise SlideError(f"{path.name}: two slides have the same id.")
    return slides


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


def head(svg: str) -> float:
    """How many points of a drawing its title and its unit take; the slide has a title of its own."""
    return float(re.search(r'data-head="([\d.]+)"', svg)[1])  # type: ignore[index]


def foot(svg: str) -> float:
    """How many points below its top a drawing ends, and its line of sources begins."""
    return float(re.search(r'data-foot="([\d.]+)"', svg)[1])  # type: ignore[index]


def cropped(svg: str, top: float = 0) -> str:
    """A drawing without its title and its sources, and without what is below `top` points where that is given."""
    high = (top or foot(svg)) - head(svg)
    view = re.sub(r'viewBox="[\d.]+ [\d.]+ ([\d.]+) [\d.]+"', rf'viewBox="0 {head(svg):g} \1 {high:g}"', svg, count=1)
    return re.sub(r'(<svg [^>]*?)height="[^"]*"', rf'\1height="{high:g}pt"', view, count=1)


@dataclass(frozen=True)
class Deck:
    """All that a deck is made from.

    pages:   where the report's pages lie, seen from the deck; "" where they do not travel with it
    """

    slides: list[Slide]
    case: Case
    pictures: Mapping[str, Drawing]
    titles: Mapping[str, str]
    pages: str = ""

    def words(self, text: str) -> Markup:
        """Markdown with its names filled in, as HTML."""
        html = MarkdownIt("commonmark", TYPOGRAPHIC).enable(["table", "smartquotes"]).render(self.case.fill(text))
        return Markup(html.strip())

    def inline(self, text: str) -> Markup:
        return Markup(MarkdownIt("commonmark", TYPOGRAPHIC).enable("smartquotes").renderInline(self.case.fill(text)))

    def page(self, slide: Slide) -> Markup:
        """The title of the page that a slide rests on."""
        return Markup(typography.html(self.titles[slide.page]))

    def plain(self, text: str) -> str:
        return re.sub(r"[*`]", "", self.case.fill(text))

    def picture(self, slide: Slide) -> Drawing:
        """A slide's figure."""
        if slide.figure not in self.pictures:
            hint = meant(slide.figure, self.pictures)
            raise SlideError(f"Slide {slide.id} shows the figure '{slide.figure}', which is on no page.{hint}")
        return self.pictures[slide.figure]

    def frame(self, slide: Slide) -> tuple[str, Drawing | None, int, int]:
        """Where a slide's figure stands, and at what size."""
        if not slide.figure:
            return "", None, 0, 0
        picture = self.picture(slide)
        wide, _ = size(picture.svg)
        if not wide:
            raise SlideError(f"The figure {picture.name} has no viewBox. Has matplotlib's version changed?")
        high = (slide.top or foot(picture.svg)) - head(picture.svg)
        place = "below" if wide / high > WIDE else "beside"
        scale = min(ROOM[place][0] / wide, ROOM[place][1] / high)
        return place, picture, int(wide * scale), int(high * scale)

    def phone(self, slide: Slide) -> str:
        """The size of a slide's figure on a phone, as attributes."""
        return in_pixels(cropped(self.picture(slide).narrow))

    @property
    def title(self) -> str:
        scenario = self.case.scenario
        return self.plain(self.slides[0].title) + ("" if scenario.is_base else f" ({scenario.title})")

    def html(self) -> str:
        return str(HTML.deck(self, POLICY, NOTES))

    def notes(self) -> str:
        """The speaker notes with the time of each slide and the time passed, beside the deck or in print."""
        passed = list(accumulate((slide.minutes for slide in self.slides), initial=0))
        return str(HTML.notes(self, POLICY, passed, DECK))


def colours(name: str) -> str:
    """The figures' colours of the cost bases, by name, for a style sheet: page.css alone follows the system's dark."""
    bases = style.BASIS_COLOURS.items()
    told = {
        "deck.css": f":root {{ --filter: none; {' '.join(f'--{basis}: {colour};' for basis, colour in bases)} }}\n",
        "page.css": f"@media screen and (prefers-color-scheme: dark) {{ :root {{ --filter: {style.DARK_FILTER}; "
        f"{' '.join(f'--{basis}: {style.dark(colour)};' for basis, colour in bases)} }} }}\n",
    }
    return told.get(name, "")


def reveal() -> Path:
    """The folder of reveal.js in the package that brings it."""
    found = find_spec("sphinx_revealjs")
    if found is None or not found.submodule_search_locations:
        raise SlideError("The slides need the package sphinx-revealjs. Run `make setup`.")
    return Path(found.submodule_search_locations[0]) / "_static" / "revealjs" / "dist"


def write(folder: Path, executed: Mapping[str, Path], scenario: Scenario, pages: str = "") -> Deck:
    """The deck, its notes and its figures in a folder, from executed pages; see Deck for `pages`."""
    shutil.rmtree(folder, ignore_errors=True)
    deck = Deck(source(), Case(scenario=scenario), notebooks.drawings(executed.values()), titles(executed), pages)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / DECK).write_text(deck.html(), encoding="utf-8")
    (folder / NOTES).write_text(deck.notes(), encoding="utf-8")
    for name in OWN:
        text = (files("analysis.teaching") / "deck" / name).read_text(encoding="utf-8")
        (folder / name).write_text(colours(name) + text, encoding="utf-8")
    for name in REVEAL:
        shutil.copyfile(reveal() / name, folder / name)
    for name in ASSETS:
        shutil.copyfile(notebooks.BOOK / "assets" / name, folder / name)
    shutil.copyfile(reveal().parent / "LICENSE", folder / "reveal-LICENSE.txt")
    (folder / "figures").mkdir()
    for slide in deck.slides:
        if slide.figure:
            picture = deck.picture(slide)
            for name, svg in (
                (slide.id, cropped(picture.svg, slide.top)),
                (f"{slide.id}-narrow", cropped(picture.narrow)),
            ):
                (folder / "figures" / f"{name}.svg").write_text(svg, encoding="utf-8")
    return deck


def printed(folder: Path) -> bytes:
    """A finished deck as PDF, a slide a page. PrintError names what is missing."""
    html = (folder / DECK).read_text(encoding="utf-8")
    page = eager(html).replace("<head>", f'<head>\n<base href="{ORIGIN}/">', 1).replace("base-uri 'none'; ", "")
    title = re.search(r"<title>(.*?)</title>", html)
    with printer(folder, "the slides") as chromium:
        return finished(chromium(page), title[1] if title else "", page)


def make(scenario: Scenario, out: Path, progress: Progress = silent) -> Path:
    """A scenario's deck with its notes and its PDF in a folder of its own, which travels alone; the folder."""
    with (
        place.filling(out, manifest.SLIDES) as folder,
        place.work_of_its_own(place.BUILD / ".work" / "slides") as work,
        place.told(f"the slides in {folder} are as they were before"),
    ):
        _make(scenario, work / "slides", work / "executed", progress, paper=True)
        place.put(work / "slides", folder, manifest.SLIDES)
    return folder


def _make(scenario: Scenario, folder: Path, work: Path, progress: Progress, paper: bool) -> None:
    require_sound_data()
    executed = execute_pages(notebooks.pages(), scenario, work, progress)
    progress("slides", 0, 2)
    address = rendering.site_address()
    write(folder, executed, scenario, pages=f"{address}/" if address else "")
    progress("slides as PDF", 1, 2)
    if paper:
        (folder / PDF).write_bytes(printed(folder))


def build(folder: Path, progress: Progress, wanted: Wanted) -> None:
    """The deck as a part of the classroom's folder; without Chromium it has no PDF, and all else is there."""
    try:
        require()
    except PrintError:
        paper = False
    else:
        paper = True
    _make(wanted.scenario, folder / FOLDER, folder.with_name("executed"), progress, paper)


def words_of(slides: Iterable[Slide]) -> Iterator[tuple[str, str]]:
    """Every text of the source with the id of its slide."""
    for slide in slides:
        yield from ((slide.id, text) for text in (slide.title, slide.text, slide.notes))
        yield from ((slide.id, label) for _, label in slide.numbers)

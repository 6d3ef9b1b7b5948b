"""In the site: a figure says where it comes from, rows and results have their places, notes are within reach."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from bs4 import Tag
from playwright.sync_api import Browser
from test_site import NAMES, anchors, by_id, drawings, soup, told

from analysis import parameters, provenance, words
from analysis.dictionary import PAGES
from analysis.judgements import JUDGEMENTS
from analysis.listing import UNVERIFIED
from analysis.quantities import REGISTRY
from analysis.report import notebooks
from analysis.report.site import figures, typography
from analysis.report.site.hints import ABBREVIATION
from analysis.report.site.links import Places, anchor, breakable, grade
from analysis.trace import unpacked

SVG = "image/svg+xml"


@cache
def boxes(site: Path) -> list[tuple[Path, Tag]]:
    """The box of every figure on every page."""
    found = []
    for path, image in drawings(site):
        cell = image.find_parent(class_="cell_output")
        inside = cell.select_one(".figure-box") if isinstance(cell, Tag) else None
        assert inside is not None, f"{path.name}: the figure '{str(image.get('alt'))[:40]}' has no box below it."
        found.append((path, inside))
    return found


def leads_somewhere(path: Path, href: str) -> bool:
    page, _, fragment = href.partition("#")
    target = path.parent / page if page else path
    return target.exists() and (not fragment or re.sub("%3A", ":", fragment) in anchors(target))


def committed(page: str) -> list[dict[str, list[str]]]:
    """What the figures of a page rest on, as its notebook has it."""
    cells = notebooks.read(notebooks.page(page).path).cells
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    described = [output.get("metadata", {}).get(SVG) for output in outputs]
    return [unpacked(words["rests_on"]) for words in described if words]


# Boxes of figures


def test_every_figure_lists_all_that_it_rests_on(site: Path) -> None:
    for path in {path for path, _ in boxes(site)}:
        shown = [inside for other, inside in boxes(site) if other == path]
        for inside, rests_on in zip(shown, committed(path.stem), strict=True):
            links = [str(a["href"]).replace("%3A", ":") for a in inside.select("details.rests-on li > a:first-child")]
            links = [path.name + link if link.startswith("#") else link for link in links]
            wanted = [f"{PAGES[table]}.html#{anchor(table, key)}" for table, keys in rests_on.items() for key in keys]
            assert sorted(links) == sorted(wanted), f"{path.name}: the box does not list what the figure rests on."


def test_every_row_in_a_box_has_a_place_and_a_source(site: Path) -> None:
    faults = []
    for path, inside in boxes(site):
        for item in inside.select("details.rests-on li"):
            links = [str(a["href"]) for a in item("a") if "external" not in a.get("class", [])]
            faults += [f"{path.name}: {href} leads nowhere" for href in links if not leads_somewhere(path, href)]
            if not any("references.html#" in href for href in links):
                faults.append(f"{path.name}: '{item.get_text()[:60]}' has no source")
    assert not faults, told(faults, "Look at analysis/report/site/figures.py, or at the row's `source`.")


def test_every_box_links_the_notebook_that_came_with_the_site(site: Path) -> None:
    for path, inside in boxes(site):
        link = inside.select_one("p.notebook a")
        assert link is not None and (site / str(link["href"])).exists(), f"{path.name} has no notebook to download."
        assert str(link["href"]).endswith(f"/{path.stem}.ipynb")
        assert not inside.select("p.notebook a.external") or "github" in str(inside.select("p.notebook a.external"))


def test_only_repositories_on_github_have_launch_links() -> None:
    found = dict(figures.launchers("https://github.com/owner/a-report.git", "book/fleet.ipynb"))
    assert found == {
        "Binder": "https://mybinder.org/v2/gh/owner/a-report/HEAD?labpath=book%2Ffleet.ipynb",
        "Colab": "https://colab.research.google.com/github/owner/a-report/blob/HEAD/book/fleet.ipynb",
    }
    for other in (
        "",
        "https://example.org/owner/report",
        "https://github.com/owner",
        "https://github.com.example.org/a/b",
    ):
        assert figures.launchers(other, "book/fleet.ipynb") == []


def test_a_page_older_than_the_data_is_found() -> None:
    assert figures.checked({"models": ["dsv3"], "assumptions": ["pue"]}) == []
    assert figures.checked({"models": ["gone"], "nothing": ["x"]}) == ["models: gone", "nothing: x"]


def test_a_scenario_sets_its_value_beside_the_base_case() -> None:
    config = SimpleNamespace(root_doc="index", report_changes={"pue": 1.4})
    where = Places(SimpleNamespace(config=config))  # type: ignore[arg-type]
    rows = provenance.rows("assumptions")
    assert where.shown(rows["pue"]) == "1.4 in this scenario; base case: 1.25"
    assert where.shown(rows["utilisation"]) == "89 %"


@pytest.mark.parametrize(
    ("table", "key", "value", "spread"),
    [
        ("published", "semianalysis_server_capex_all_musd", "$1.6 billion, 2025", ""),
        ("published", "epoch_openai_final_run_share", "10 %", ""),
        ("published", "deepseek_v3_rental_usd_per_gpu_hour", "$2.00 per GPU-hour, 2024", ""),
        ("assumptions", "server_price_a100_usd_per_gpu", "$13,928 per GPU, 2021", "range $12,500 to $16,340"),
        ("assumptions", "service_life_years", "4 years", "range 3 to 6"),
    ],
)
def test_a_row_tells_its_number_in_words(table: str, key: str, value: str, spread: str) -> None:
    row = provenance.rows(table)[key]
    assert (row.value, row.spread) == (value, spread)


def test_an_archived_page_is_called_by_what_it_keeps() -> None:
    address = "https://web.archive.org/web/20220511211849/https://cloud.google.com/tpu/pricing"
    assert breakable(address) == (
        f'<a class="external" href="{address}">archived page of cloud.google.com, 11 May 2022</a>'
    )


# Rows and results


@cache
def listed(path: Path) -> list[str]:
    """Anchors of the rows and results on a page; headings have anchors too, and may be called like a row."""
    return [str(tag["id"]) for tag in soup(path).select(".row-entry[id], .rows tr[id], .rows td[id], .entry[id]")]


@pytest.mark.parametrize("table", [*provenance.DESCRIBERS, "results"])
def test_every_row_stands_under_one_anchor(site: Path, table: str) -> None:
    keys = list(REGISTRY) if table == "results" else list(provenance.rows(table))
    wanted = {anchor(table, key) for key in keys}
    count = Counter(ident for ident in listed(site / f"{PAGES[table]}.html") if ident in wanted)
    missing = sorted(wanted - set(count))
    assert not missing, told(missing, f"{PAGES[table]}.html lists every row of {table}: see its `rows` directives.")
    twice = [key for key, times in count.items() if times > 1]
    assert not twice, f"{table}: rows that are listed twice: {twice}"
    others = [name for name in NAMES if name != PAGES[table] and wanted & set(listed(site / f"{name}.html"))]
    assert not others, f"Rows of {table} have a second place on {others}."


def test_an_assumption_tells_all_that_is_known_of_it(site: Path) -> None:
    page = site / "assumptions.html"
    declared = {each.name: notebooks.declared(notebooks.read(each.path)) for each in notebooks.pages() if each.runs}
    resting = {result: provenance.rests_on(result, parameters.base()).get("assumptions", []) for result in REGISTRY}
    for name, parameter in parameters.known().items():
        entry = by_id(page).get(name)
        assert isinstance(entry, Tag)
        assert entry.h3 is not None and typography.curled(parameter.title) in entry.h3.get_text()
        text = "".join(entry.get_text().split())
        value = words.set_to(parameter.value, parameter.unit)
        for part in (parameter.title, value, parameter.confidence, *parameter.range_reason.split()[:3]):
            assert typography.curled(part).replace(" ", "") in text, (
                f"The entry of {name} on assumptions.html does not say '{part}'."
            )
        links = [str(a["href"]) for a in entry("a")]
        assert len([h for h in links if h.startswith("references.html#")]) == len(parameter.source.split(";"))
        using = {each for each, names in declared.items() if name in names}
        assert using <= {h.removesuffix(".html") for h in links}, f"The entry of {name} does not link all its pages."
        for result, names in resting.items():
            rests = name in names
            assert rests == (f"results.html#{result}" in links), f"{name}: link to {result} should be there: {rests}"


def test_unverified_is_a_word_on_the_page(site: Path) -> None:
    # Not a title, a colour or a note: what is read without hovering.
    silent = []
    for table in provenance.DESCRIBERS:
        for key, row in provenance.rows(table).items():
            entry = by_id(site / f"{PAGES[table]}.html").get(anchor(table, key))
            said = isinstance(entry, Tag) and entry.select_one(".unverified") is not None
            if said != (row.unverified or bool(row.gaps)):
                silent.append(f"{table}: {key}")
    assert not silent, told(silent, "A row is marked exactly if nobody could source it.")
    assert "unverified" in UNVERIFIED and "unverified" in grade(provenance.rows("fleet")["semianalysis:H20"])


# Notes beside words and numbers


@cache
def hints(site: Path) -> list[tuple[Path, Tag]]:
    return [(site / f"{name}.html", tag) for name in NAMES for tag in soup(site / f"{name}.html").select("a.hint")]


def test_every_note_is_there_and_its_link_leads_somewhere(site: Path) -> None:
    faults = []
    for path, link in hints(site):
        note = by_id(path).get(str(link.get("aria-describedby") or link["data-note"]))
        if not isinstance(note, Tag) or len(note.get_text()) < 20:
            faults.append(f"{path.name}: '{link.get_text()}' has no note")
        if not leads_somewhere(path, str(link["href"])):
            faults.append(f"{path.name}: {link['href']} leads nowhere")
    assert hints(site) and not faults, told(faults, "Look at analysis/report/site/hints.py.")


def test_notes_stay_out_of_headings_links_code_and_tables(site: Path) -> None:
    inside = [
        f"{path.name}: '{link.get_text()}' in <{parent.name}>"
        for path, link in hints(site)
        if (parent := link.find_parent(["h1", "h2", "h3", "a", "code", "pre", "table", "math"])) is not None
    ]
    assert not inside, told(inside, "LEFT_ALONE in analysis/report/site/hints.py names what is left alone.")


def test_a_citation_has_a_note_of_one_line_and_in_a_table_none(site: Path) -> None:
    faults = []
    for name in NAMES:
        article = soup(site / f"{name}.html").article
        assert article is not None
        faults += [f"{name}: {a['title']}" for a in article.select("a[title]:not(.headerlink)")]
        for link in article.select("a.hint-citation"):
            note = by_id(site / f"{name}.html").get(str(link.get("aria-describedby") or link["data-note"]))
            if not note or not re.search(r"\b\d{4}\.$", note.get_text()):
                faults.append(f"{name}: {link.get_text()} has {note}")
    assert len(soup(site / "six_million.html").select("a.hint-citation")) > 9
    assert not faults, told(faults, "Look at Hints.citations in analysis/report/site/hints.py.")


def test_a_note_is_told_once_in_a_chapter(site: Path) -> None:
    repeated = []
    for name in NAMES:
        page = soup(site / f"{name}.html")
        for chapter in page.select("article section section") or page.select("article section"):
            if chapter.find_parent("section") and chapter.find_parent("section").find_parent("section"):  # type: ignore[union-attr]
                continue
            told_here = Counter(str(a["aria-describedby"]) for a in chapter.select("a.hint[aria-describedby]"))
            repeated += [f"{name}: {note}" for note, count in told_here.items() if count > 1]
    assert not repeated, told(repeated, "A note is told the first time in a section.")


def test_definitions_come_from_the_glossary_alone(site: Path) -> None:
    glossary = soup(site / "glossary.html")
    following = {str(term["id"]): term.find_next("dd") for term in glossary.select("dt[id]")}
    meanings = {ident: " ".join(text.get_text().split()) for ident, text in following.items() if text}
    for path, link in hints(site):
        if "hint-term" in link["class"]:
            ident = str(link["href"]).partition("#")[2]
            note = by_id(path).get(str(link.get("aria-describedby") or link["data-note"]))
            assert isinstance(note, Tag) and " ".join(note.get_text().split()) == meanings[ident]


def test_every_number_with_a_place_is_a_link_to_it(site: Path) -> None:
    # The page's own sums, told by case.tell, have no entry, and no more have words:
    # judgements, how two sides differ, and what a scenario adds.
    bare = []
    for page in notebooks.pages():
        if not page.runs:
            continue
        notebook = notebooks.read(page.path)
        own = notebooks.told(notebook)
        linked = {str(a["href"]).rpartition("#")[2] for a in soup(site / f"{page.name}.html").select("a.hint-number")}
        for name in notebooks.mentioned(notebook):
            found = provenance.stem(name)
            if name in JUDGEMENTS or name.endswith(("_here", "_difference")):
                continue
            if name not in own and (found is None or anchor(*found) not in linked):
                bare.append(f"{page.name}: {name}")
    # In a heading or inside another link a number is no link of its own.
    assert not bare, told(bare, "Look at Hints.numbers in analysis/report/site/hints.py.")


def shown(page: Any) -> str:
    return str(page.evaluate("(n => n && !n.hidden ? n.textContent : '')(document.querySelector('.hint-note'))"))


@pytest.mark.parametrize("width", [1280, 390])
def test_a_note_is_shown_by_keyboard_and_hidden_by_escape(browser: Browser, address: str, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.goto(address + "six_million.html", wait_until="load")
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('a.hint')"):
            break
    described = page.evaluate(
        "document.getElementById(document.activeElement.getAttribute('aria-describedby')).textContent"
    )
    assert shown(page) == described, "The first number or term that Tab reaches shows no note."
    edges = page.evaluate("(r => [r.left, r.right])(document.querySelector('.hint-note').getBoundingClientRect())")
    assert edges[0] >= 0 and edges[1] <= width, f"The note reaches from {edges[0]} to {edges[1]} on {width} pixels."
    page.keyboard.press("Escape")
    assert shown(page) == "", "Escape does not hide the note."
    assert page.evaluate("document.activeElement.matches('a.hint')"), "Escape must leave the focus where it is."
    page.close()


def test_a_note_stays_while_the_pointer_is_on_it(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.goto(address + "six_million.html", wait_until="load")
    page.hover("a.hint-number")
    page.wait_for_selector(".hint-note:not([hidden])")
    page.hover(".hint-note")
    page.wait_for_timeout(500)
    assert shown(page), "The note vanished under the pointer."
    page.mouse.move(5, 700)
    page.wait_for_selector(".hint-note", state="hidden")
    page.close()


def test_the_first_tap_shows_a_note_and_the_second_follows_the_link(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(address + "six_million.html", wait_until="load")
    page.tap("a.hint-number")
    assert shown(page) and page.url.endswith("six_million.html")
    assert page.locator("p.said[role=status]").text_content() == shown(page), "A tap is no focus: it must be said."
    page.tap("a.hint-number")
    page.wait_for_url("**/results.html#*")
    context.close()


def test_notes_can_be_switched_off_for_all_pages(browser: Browser, address: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(address + "six_million.html", wait_until="load")
    button = page.get_by_role("button", name="Notes on numbers, terms and sources")
    button.click()
    assert "off" in button.inner_text()
    page.goto(address + "fleet.html", wait_until="load")
    assert page.locator("a.hint[aria-describedby]").count() == 0
    page.locator("a.hint").first.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    assert not shown(page)
    page.get_by_role("button", name="Notes on numbers, terms and sources").click()
    assert page.locator("a.hint[aria-describedby]").count() > 9
    context.close()


def test_a_note_without_a_script_is_a_link_and_a_fold_opens(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address + "fleet.html", wait_until="load")
    assert page.is_hidden(".hint-notes")
    page.focus("details.rests-on > summary")
    page.keyboard.press("Enter")
    assert page.is_visible("details.rests-on li >> nth=0"), "The list of sources does not open by keyboard."
    page.click("a.hint-number >> nth=0")
    assert "#" in page.url and "fleet" not in page.url
    context.close()


def test_abbreviations_are_told_from_words() -> None:
    short = ["MFU", "PUE", "BF16", "MoE", "MLA", "TFLOP/s", "H100", "GPU-hour", "KV"]
    long = ["Capex", "Hopper", "Amortised basis", "Range", "Owner's cost"]
    assert [bool(ABBREVIATION.fullmatch(word)) for word in short + long] == [True] * len(short) + [False] * len(long)


def test_an_address_becomes_a_link_whatever_its_scheme() -> None:
    for scheme in ("http", "https"):
        link = f'<a class="external" href="{scheme}://example.org/a_b">example.org/<wbr>a_<wbr>b</a>'
        assert breakable(f"{scheme}://example.org/a_b") == link

"""The live page: its formulas are Python's, its words are words.py's, and nothing in an address can harm it."""

from __future__ import annotations

import functools
import json
import math
import random
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sympy
from playwright.sync_api import Browser, Page
from test_policy import Watched
from test_site import until

from analysis import formulas, parameters, scenarios, words
from analysis.case import Case, Data, Values
from analysis.costs.units import where_positive
from analysis.figures import FIGURES
from analysis.quantities import Definition
from analysis.report import live

KNOWN, BASE = parameters.known(), parameters.base()
MODEL = live.live({})
RESULTS = live.results()
SETTINGS = 10_000


def javascript(compute: Callable[[Any, Any], Any], name: str = "made_up_usd") -> str:
    definition = Definition(name, "Made up", "USD", "", True, compute)
    return formulas.formula(definition, Data(), KNOWN, lambda name: KNOWN[name].choices).javascript


# --- the generator ---------------------------------------------------------------------------------------------------


def test_v3_is_hours_times_price() -> None:
    # DeepSeek-V3 report, Table 1: 2,788,000 h x $2 = $5,576,000
    found = MODEL.formulas["v3_rental_usd"]
    assert found.javascript == "2788000*x.rental_usd_per_gpu_hour"
    assert found.uses == {"rental_usd_per_gpu_hour"}


@pytest.mark.parametrize(
    ("compute", "expected"),
    [
        (lambda x, data: x.pue - x.utilisation * 2, "x.pue - x.utilisation*2"),
        (lambda x, data: x.pue / (x.utilisation * 3), "x.pue/(x.utilisation*3)"),
        (lambda x, data: x.pue * (x.utilisation / x.load_fraction), "x.pue*(x.utilisation/x.load_fraction)"),
        (lambda x, data: 10 ** (-x.pue), "Math.pow(10, -x.pue)"),
        (lambda x, data: x.pue - (x.utilisation - x.load_fraction), "x.pue - (x.utilisation - x.load_fraction)"),
        (lambda x, data: x.pue / (1 / x.utilisation), "x.pue/(1/x.utilisation)"),
        (lambda x, data: x.pue * -(x.utilisation + 1), "x.pue*(-(x.utilisation + 1))"),
        (lambda x, data: 0.1 + x.pue, "0.1 + x.pue"),
        (lambda x, data: sympy.Max(x.pue, x.utilisation), "Math.max(x.pue, x.utilisation)"),
        (lambda x, data: sympy.exp(x.pue) + sympy.log(x.pue), "Math.exp(x.pue) + Math.log(x.pue)"),
        (
            lambda x, data: where_positive(x.cost_of_capital, lambda r: 1 / r, x.pue),
            "(x.cost_of_capital > 0 ? 1/x.cost_of_capital : x.pue)",
        ),
        (lambda x, data: 3.0, "3"),
    ],
)
def test_arithmetic_is_printed_as_it_is_written(compute: Callable[[Any, Any], Any], expected: str) -> None:
    assert javascript(compute) == expected


@pytest.mark.parametrize(
    ("compute", "message"),
    [
        (lambda x, data: sympy.sin(x.pue), r"made_up_usd holds sin, which the live page does not compute"),
        (lambda x, data: sympy.Function("g")(x.pue), r"made_up_usd holds g, which"),
        (lambda x, data: sympy.zoo * x.pue, r"made_up_usd holds ComplexInfinity"),
        (lambda x, data: math.exp(x.pue), r"made_up_usd cannot be traced with symbols"),
        (lambda x, data: np.exp(x.pue), r"made_up_usd cannot be traced with symbols"),
        (lambda x, data: sympy.Piecewise((x.pue, x.pue > 1)), r"made_up_usd has cases, of which none may hold"),
    ],
)
def test_what_a_browser_may_not_know_is_refused(compute: Callable[[Any, Any], Any], message: str) -> None:
    with pytest.raises(formulas.FormulaError, match=message):
        javascript(compute)


def test_a_choice_is_traced_for_each_of_its_values() -> None:
    found = MODEL.formulas["fleet_capex_usd"]
    for choice in KNOWN["fleet"].choices:
        assert f'x.fleet === "{choice}" ? ' in found.javascript
    assert "fleet" in found.uses


def test_the_script_is_the_same_for_the_same_case_and_starts_where_a_scenario_does() -> None:
    changes = {"rental_usd_per_gpu_hour": 3.0}
    script = live.script(live.live(changes))
    assert script == live.script(live.live(dict(changes)))
    assert '"base":2.0,"start":3.0' in script, "a scenario's page starts from the scenario; published is the base case"


def test_every_assumption_is_on_the_page_or_known_to_be_left_out() -> None:
    # how_sure.md says why: three shape the ranges only, and the exchange rate cancels.
    assert set(KNOWN) - set(MODEL.used) == {*live.LEFT_OUT, "cny_per_usd"}, (
        "An assumption is on no live panel. Show a result that depends on it, or say on the page why it is left out."
    )


@pytest.mark.parametrize("name", [name for name in MODEL.used if not KNOWN[name].choices])
def test_a_slider_covers_the_plausible_range_in_round_steps(name: str) -> None:
    row, at = KNOWN[name], live.slider(KNOWN[name])
    assert row.minimum <= at.low <= row.low
    assert row.high <= at.high <= row.maximum
    assert 30 <= (at.high - at.low) / at.step <= 130, f"{name}: {at}"
    assert round(at.low / at.step) == pytest.approx(at.low / at.step)
    assert str(float(f"{at.step:.1g}")) == str(float(at.step)), f"{name} has a step of {at.step}"


def test_panels_name_what_exists() -> None:
    for panel in live.panels().values():
        assert not panel.figure or panel.figure in FIGURES
        assert panel.height > 60
        bases = {live.definition(name).basis for name in panel.swings}
        assert "" not in bases
        for group in panel.dots:
            assert {live.definition(name).basis for name in group.results} == {group.basis}, (
                f"The panel {panel.name} mixes cost bases in one group."
            )


@pytest.mark.parametrize(
    ("was", "put", "words"),
    [
        ("page: six_million", "pages: six_million", "panel 'rental' has a key 'pages'. Did you mean 'page'?"),
        ("  page: six_million\n", "", "panel 'rental' lacks page."),
        ("colour: muted", "colour: mute", "panel 'capex', bars 2, pieces 1, colour: there is no colour 'mute'. Did "),
        ("after: [rd_compute", "after: [compute", "panel 'bill', bars 3, after: there is no result 'compute_usd'. Did"),
        ("[gpt3, gpt4,", "[gtp3, gpt4,", "panel 'models', dots 4, peers: there is no model 'gtp3'. Did you mean "),
        ("opacity: 0.7", "opacity: some", "panel 'hour', bars 1, pieces 2, opacity: 'some' is of the wrong kind."),
        ("name: rental", "name: run", "two panels are called 'run'. Rename one."),
        ("results: []", "results: none", "panel 'swings', results must be a list, not 'none'."),
    ],
)
def test_a_panel_that_cannot_be_drawn_is_refused_in_one_line(was: str, put: str, words: str, tmp_path: Path) -> None:
    text = live.SOURCE.read_text(encoding="utf-8")
    assert was in text
    (tmp_path / "live.yml").write_text(text.replace(was, put, 1), encoding="utf-8")
    with pytest.raises(live.PanelError) as told:
        live.panels(tmp_path / "live.yml")
    assert words in str(told.value)
    assert "\n" not in str(told.value)


def test_a_peer_without_a_current_figure_is_refused() -> None:
    with pytest.raises(live.PanelError, match=r"names dsv3 among the peers on the basis amortised"):
        live.peers(live.Dots("amortised", {}, ("gpt4", "dsv3")))


# --- the page --------------------------------------------------------------------------------------------------------


class Tab(Watched):
    """A tab that keeps what it complained about and asked for, and how a reader reads and types there."""

    def open(self, name: str = "how_sure", fragment: str = "") -> Page:
        super().open(f"{name}.html{fragment}")
        return self.settle()

    def settle(self) -> Page:
        """Wait until what was changed is drawn."""
        self.page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        return self.page

    def text(self, selector: str) -> str:
        return self.page.locator(selector).first.inner_text()

    def here(self, result: str) -> str:
        return self.text(f'tr[data-result="{result}"] output')

    def field(self, name: str) -> Any:
        return self.page.locator(f'[data-parameter="{name}"] input[type="text"]')

    def slider(self, name: str) -> Any:
        return self.page.locator(f'[data-parameter="{name}"] input[type="range"]')

    def enter(self, name: str, text: str) -> None:
        """Type a value, as a reader does."""
        group = self.page.locator(f'details:not([open]):has([data-parameter="{name}"]) > summary')
        if group.count():
            group.first.click()
        self.field(name).fill(text)
        self.field(name).press("Tab")
        self.settle()


@pytest.fixture(scope="module")
def kept(browser: Browser, address: str) -> Iterator[Tab]:
    """The one tab of all tests: a new one would read the same scripts again."""
    with closing(browser.new_context()) as context:
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        yield Tab(context, address)


@pytest.fixture
def tab(kept: Tab) -> Iterator[Tab]:
    """The tab, of a desktop's size and with nothing in its storage, that loads the page anew when it is opened."""
    kept.page.set_viewport_size({"width": 1280, "height": 900})
    yield kept
    faults = kept.faults()
    kept.page.evaluate("localStorage.clear(); sessionStorage.clear();")
    assert not faults, f"The page complains, or asks another host: {faults}"


def random_settings(count: int) -> list[dict[str, parameters.Value]]:
    """Settings over all that is accepted: uniform, by order of magnitude, and at the ends, nought included."""
    draw = random.Random(20261123)
    found = []
    for index in range(count):
        setting: dict[str, parameters.Value] = {}
        for name in MODEL.used:
            row = KNOWN[name]
            if row.choices:
                setting[name] = draw.choice(row.choices)
                continue
            ends = (row.minimum, row.maximum, row.low, row.high, float(row.value))
            way = draw.random()
            if way < 0.4:
                value = draw.uniform(row.minimum, row.maximum)
            elif way < 0.6 and row.minimum > 0:
                value = math.exp(draw.uniform(math.log(row.minimum), math.log(row.maximum)))
            else:
                value = draw.choice(ends)
            setting[name] = round(value) if row.type == "int" else min(max(value, row.minimum), row.maximum)
        if index % 5 == 0:
            setting["cost_of_capital"] = 0.0
        # Where hardware keeps its value and electricity is free, V3 costs nothing, and no model is a multiple of it.
        setting["price_decline_oom_per_year"] = max(0.001, float(setting["price_decline_oom_per_year"]))
        found.append(setting)
    return found


def expected(settings: list[dict[str, parameters.Value]]) -> dict[str, np.ndarray]:
    """Every result of every setting, from Python."""
    data = Data()
    data.fleet = functools.cache(data.fleet)  # type: ignore[method-assign]
    data.model = functools.cache(data.model)  # type: ignore[method-assign]
    found = {name: np.empty(len(settings)) for name in RESULTS}
    for fleet in KNOWN["fleet"].choices:
        rows = [index for index, setting in enumerate(settings) if setting["fleet"] == fleet]
        columns: dict[str, Any] = {
            name: np.array([float(settings[index][name]) for index in rows]) for name in MODEL.used if name != "fleet"
        }
        for name in RESULTS:
            found[name][rows] = live.definition(name).compute(Values({**BASE, **columns, "fleet": fleet}, set()), data)
    return found


def test_the_page_computes_what_python_computes(tab: Tab) -> None:
    settings = random_settings(SETTINGS)
    page = tab.open()
    # As one text: Playwright would look into each number. JSON has no infinite one, so a number is a word in it.
    text = page.evaluate(
        """text => {
            const { formulas } = window.reportLive, settings = JSON.parse(text);
            const found = Object.entries(formulas).map(([n, formula]) => [n, settings.map(x => String(formula(x)))]);
            return JSON.stringify(Object.fromEntries(found));
        }""",
        json.dumps(settings),
    )
    got: dict[str, list[str]] = json.loads(text)
    assert set(got) == set(RESULTS)
    faults = []
    for name, wanted in expected(settings).items():
        here = np.array([float(each) for each in got[name]])
        with np.errstate(invalid="ignore"):
            close = np.abs(here - wanted) <= 1e-9 * np.abs(wanted)
        # What is infinite is so on both sides.
        apart = ~(np.where(np.isfinite(wanted), close, here == wanted))
        faults += [
            f"{name}: {got[name][i]} here, {wanted[i]!r} in Python, at {settings[i]}" for i in np.where(apart)[0]
        ]
    assert not faults, f"{len(faults)} values differ by more than 1e-9, the first: {faults[0]}"


def test_numbers_are_written_as_python_writes_them(tab: Tab) -> None:
    draw = random.Random(7)
    cases: list[tuple[Any, ...]] = []
    units = ["USD", "USD/GPU-hour", "fraction", "times", "GPU", "people", "year", "ratio"]
    for _ in range(4000):
        value = math.exp(draw.uniform(-8, 26)) * draw.choice((1, 1, 1, -1))
        width = abs(value) * draw.choice((0.0, 0.003, 0.1, 0.8, 5))
        low, high = (value - width * draw.random(), value + width) if draw.random() < 0.7 else (None, None)
        cases.append((value, draw.choice(units), low, high, draw.choice((2, 3, 4)), draw.choice((1, 2))))
    exact = [0.0, 0.5, 2.5, 1.005, 0.125, 999_500.0, 999_949.9, 1e6, 9.995e8, 1e12, 0.0005, 1e-7]
    exact += [-0.4, 5_576_000.0, 150.0]
    exact += [10.0**power for power in range(-9, 14)]
    for value in exact:
        for unit in units:
            cases += [(value, unit, None, None, n) for n in (2, 3, 4)] + [(value, unit, value - 3, value + 40, 3)]
    page = tab.open()
    amounts = "text => JSON.stringify(JSON.parse(text).map(c => window.reportLive.words.amount(...c)))"
    got = json.loads(page.evaluate(amounts, json.dumps(cases)))
    wrong = [
        (case, text, words.amount(*case)) for case, text in zip(cases, got, strict=True) if text != words.amount(*case)
    ]
    assert not wrong, f"{len(wrong)} of {len(cases)} read otherwise than in analysis/words.py, for example {wrong[:3]}"
    plain = [case[0] for case in cases]
    for ours, theirs in (("tick", words.money_tick), ("percent", words.signed_percent), ("setting", words.setting)):
        sample = [abs(v) for v in plain] if ours == "tick" else plain + [math.nan, math.inf] * (ours == "percent")
        shown = page.evaluate(f"vs => vs.map(v => window.reportLive.words.{ours}(v))", sample)
        assert shown == [theirs(v) for v in sample]


def test_the_published_setting_reads_as_the_report_does(tab: Tab) -> None:
    tab.open()
    for name in live.panels()["models"].results:
        known = Case()[name]
        assert tab.here(name) == known.text
    assert tab.text(".live-moved") == "This is the published setting."
    assert tab.page.url.endswith("how_sure.html")
    assert tab.page.locator(".live-notice").is_hidden()
    assert tab.page.locator(".live-still").first.is_hidden(), "the static figure stands in only where no script runs"


def test_a_moved_slider_moves_the_results_and_the_address(tab: Tab) -> None:
    page = tab.open()
    tab.slider("rental_usd_per_gpu_hour").fill("3")
    tab.settle()
    assert tab.here("v3_rental_usd") == "$8.4 million"  # 2,788,000 h x $3 = 8,364,000, as fine as the published range
    assert tab.text('tr[data-result="v3_rental_usd"] .live-change') == "+50 %"
    assert tab.field("rental_usd_per_gpu_hour").input_value() == "3"
    assert page.url.endswith("#rental_usd_per_gpu_hour=3")
    assert "now 3 (+50 %)" in tab.text('[data-parameter="rental_usd_per_gpu_hour"]')
    assert "$8.4 million instead of $5.6 million (+50 %)" in tab.text(".live-moved")


def test_an_arrow_key_is_one_step(tab: Tab) -> None:
    page = tab.open()
    slider = tab.slider("rental_usd_per_gpu_hour")
    slider.focus()
    page.keyboard.press("ArrowRight")
    tab.settle()
    at = live.slider(KNOWN["rental_usd_per_gpu_hour"])
    assert tab.field("rental_usd_per_gpu_hour").input_value() == f"{2 + at.step:g}"
    assert slider.get_attribute("aria-valuetext") == f"{2 + at.step:g} dollars an hour"
    until(page, "document.querySelector('.live-said').textContent.includes('instead of')")
    assert (
        page.locator('article :is([role="status"], [aria-live]:not([aria-live="off"])):not(.quiz-said)').count() == 1
    ), "one place speaks"


def test_an_arrow_key_stops_at_the_published_value(tab: Tab) -> None:
    """13,928 lies between two steps of its slider: from either side a key finds it again."""
    page, name = tab.open(), "server_price_a100_usd_per_gpu"
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
    at, field = live.slider(KNOWN[name]), tab.field(name)
    above = math.ceil(13_928 / at.step) * at.step
    assert field.input_value() == "13,928"
    tab.slider(name).focus()
    for key, wanted in (("Right", above), ("Left", 13_928), ("Left", above - at.step), ("Right", 13_928)):
        page.keyboard.press(f"Arrow{key}")
        tab.settle()
        assert field.input_value() == words.digits(wanted, 12)
    assert "#" not in page.url
    page.keyboard.press("ArrowRight")
    tab.settle()
    reset = page.locator(f'[data-parameter="{name}"] .live-reset')
    reset.focus()
    page.keyboard.press("Enter")
    tab.settle()
    assert field.input_value() == "13,928"
    assert reset.evaluate("e => e === document.activeElement && e.checkVisibility({ visibilityProperty: true })")


def test_the_bar_of_a_phone_tells_what_the_slider_decides(tab: Tab) -> None:
    """Not the result that is furthest in per cent, which was the use at which owning breaks even."""
    page = tab.open()
    page.set_viewport_size({"width": 390, "height": 844})
    tab.enter("rental_usd_per_gpu_hour", "3")
    assert tab.text(".live-strip").startswith("DeepSeek-V3, official run, rented $8.4 million (+50 %)")
    assert tab.text(".live-moved").startswith("DeepSeek-V3, official run, rented $8.4 million instead of $5.6 million")
    tab.enter("server_price_h20_usd_per_gpu", "24,000")
    assert tab.text(".live-strip").startswith("Server capex of the fleet $1.61 billion")


def test_the_table_has_every_figure_of_the_drawing(tab: Tab) -> None:
    page = tab.open()
    tab.enter("server_price_h800_usd_per_gpu", "40000")
    page.locator('[data-panel="models"]').scroll_into_view_if_needed()
    until(page, "document.querySelector('[data-panel=models] svg').textContent.includes('× V3')")
    drawn = page.locator('[data-panel="models"] svg text').all_text_contents()
    table = page.locator('[data-panel="models"] table').inner_text().replace("\t", " ")
    for text in drawn:
        for money in re.findall(r"\$[\d.]+ (?:million|billion)", text):
            assert money in table, f"The drawing says {text!r}, and the table below it does not."
    divided = next(group for group in live.panels()["models"].dots if group.divided)
    assert table.count("× V3") == len(divided.peers)


def test_a_setting_can_be_shared_and_reopened(tab: Tab) -> None:
    page = tab.open()
    tab.enter("service_life_years", "3.3")
    tab.enter("staff_count", "180")
    page.locator('[data-parameter="fleet"] input[value="documented"]').evaluate("e => e.click()")
    tab.settle()
    fragment = page.url.split("#")[1]
    assert fragment == "service_life_years=3.3&staff_count=180&fleet=documented"
    before = [tab.here(name) for name in live.panels()["models"].results + live.panels()["capex"].results]
    tab.open(fragment="#" + fragment)
    assert [tab.here(name) for name in live.panels()["models"].results + live.panels()["capex"].results] == before
    assert tab.field("service_life_years").input_value() == "3.3"
    assert page.locator('input[value="documented"]').is_checked()
    assert "Owner's documents (published SemiAnalysis's count)" in tab.text(".live-changed")


def test_back_undoes_a_whole_move_of_a_slider(tab: Tab) -> None:
    page = tab.open()
    slider = tab.slider("rental_usd_per_gpu_hour")
    slider.evaluate(
        """e => {
            const tell = kind => e.dispatchEvent(new Event(kind, { bubbles: true }));
            for (const v of [2.1, 2.2, 2.3, 2.4]) { e.value = v; tell('input'); }
            tell('change');
        }"""
    )
    tab.enter("pue", "1.4")
    assert page.url.endswith("#rental_usd_per_gpu_hour=2.4&pue=1.4")
    page.go_back()
    tab.settle()
    assert page.url.endswith("#rental_usd_per_gpu_hour=2.4")
    assert tab.field("pue").input_value() == "1.25"
    page.go_back()
    tab.settle()
    assert tab.here("v3_rental_usd") == "$5.6 million"
    page.go_forward()
    tab.settle()
    assert tab.field("rental_usd_per_gpu_hour").input_value() == "2.4"


def test_a_place_on_the_page_is_no_setting(tab: Tab) -> None:
    page = tab.open(fragment="#rental_usd_per_gpu_hour=3")
    page.locator("h1 .headerlink").evaluate("e => e.click()")
    until(page, "location.hash.includes('=')")
    assert page.url.endswith("#rental_usd_per_gpu_hour=3"), "A link to a heading takes the setting out of the address."
    assert tab.here("v3_rental_usd") == "$8.4 million"
    assert page.locator(".live-notice").is_hidden()
    page = tab.open("six_million", "#what-this-page-does-not-show")
    assert page.url.endswith("#what-this-page-does-not-show")


HOSTILE = [
    ("#rental_usd_per_gpu_hour=<img src=x onerror=alert(1)>", "rental_usd_per_gpu_hour"),
    ("#<script>alert(1)</script>=1", "?script?alert"),
    ("#__proto__=1", "__proto__"),
    ("#constructor=1&toString=2", "constructor, toString"),
    ("#rental_usd_per_gpu_hour=1e999", "rental_usd_per_gpu_hour"),
    ("#rental_usd_per_gpu_hour=0x10", "rental_usd_per_gpu_hour"),
    ("#rental_usd_per_gpu_hour=Infinity", "rental_usd_per_gpu_hour"),
    ("#rental_usd_per_gpu_hour=-1", "rental_usd_per_gpu_hour"),
    ("#rental_usd_per_gpu_hour=", "rental_usd_per_gpu_hour"),
    ("#staff_count=150.5", "staff_count"),
    ("#fleet=__proto__", "fleet"),
    ("#fleet=semianalysis%00", "fleet"),
    ("#draws=512", "draws"),
    ("#pue=1.3&pue=1.4", "pue"),
    ("#%E0%A4%A=1", "?E0?A4?A"),
    ("#=1", ""),
    ("#" + "&".join(f"x{i}=1" for i in range(400)), "x0, x1, x2, x3, x4 and"),
    ("#" + "9" * 100_000 + "=1", "9" * 40),
]


def test_a_hostile_address_is_ignored_and_named(tab: Tab) -> None:
    """The first when the page is loaded, the others typed into the address of the page that is there."""
    page = tab.open(fragment=HOSTILE[0][0])
    notice = page.locator(".live-notice")
    for fragment, named in HOSTILE:
        page.evaluate("hash => { location.hash = hash; }", fragment)
        tab.settle()
        said = notice.inner_text()
        assert said.startswith("The address names settings that cannot be used. They were ignored: "), fragment[:80]
        assert named in said and len(said) < 400, fragment[:80]
        assert not page.locator("report-live img[src=x], report-live script").count(), fragment
        assert tab.here("v3_rental_usd") == "$5.6 million"
        assert page.evaluate("({}).polluted === undefined && Object.prototype.start === undefined")
        page.evaluate("location.hash = ''")
        tab.settle()
        assert notice.is_hidden()


def test_good_settings_beside_bad_ones_are_used(tab: Tab) -> None:
    tab.open(fragment="#rental_usd_per_gpu_hour=3&nonsense=4")
    assert tab.here("v3_rental_usd") == "$8.4 million"
    assert tab.text(".live-notice").endswith("They were ignored: nonsense.")
    # As a mail programme may write it.
    page = tab.open(fragment="#rental_usd_per_gpu_hour%3D3%26staff_count%3D170")
    assert tab.text(".live-changed").count("(published ") == 2
    assert page.locator(".live-notice").is_hidden()


# Assumption, what is typed, what the field then holds, and what is said if that is the value from before.
TYPED = [
    ("utilisation", "1.2", "0.89", "GPU is in use: '1.2' is not used. It must be a number from 0.01 to 1"),
    ("rental_usd_per_gpu_hour", "2,5", "2.5", ""),
    ("rental_usd_per_gpu_hour", "2,500", "2.5", "'2,500' is not used; write a decimal point: 2.5."),
    (
        "rental_usd_per_gpu_hour",
        "250",
        "2.5",
        "'250' is not used. It must be a number from 0.01 to 100 (dollars an hour).",
    ),
    ("rental_usd_per_gpu_hour", "$3.10", "3.1", ""),
    ("service_life_years", "35", "4", "'35' is not used. It must be a number from 0.5 to 20 (years)."),
    ("cost_of_capital", "10", "0", "'10' is not used. It must be a number from 0 to 1 (as a share of 1, a year)."),
    ("pue", "1,3", "1.3", ""),
    ("pue", "12,3", "1.3", "'12,3' is not used. It must be a number from 1 to 3 (times)."),
    ("server_price_a100_usd_per_gpu", "14,928", "14,928", ""),
    ("server_price_a100_usd_per_gpu", "150,500", "14,928", "; a comma may be either: write 150500 or 150.5."),
    ("server_price_a100_usd_per_gpu", "15,928.5", "15,928.5", ""),
    ("server_price_a100_usd_per_gpu", "1,59,28", "15,928.5", "'1,59,28' is not used. It must be a number"),
    ("server_price_a100_usd_per_gpu", "16’000", "16,000", ""),
    ("staff_cost_usd_per_head_year", "340\u202f000", "340,000", ""),
    ("staff_cost_usd_per_head_year", "165.000,5", "165,000.5", ""),
]


def test_what_is_typed_becomes_no_other_number(tab: Tab) -> None:
    page = tab.open()
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
    for name, text, after, said in TYPED:
        field, before = tab.field(name), page.url
        field.select_text()
        page.keyboard.type(text)
        tab.settle()
        assert page.url == before, f"{name}: of {text!r} something is used before it is whole"
        page.keyboard.press("Enter")
        tab.settle()
        assert field.input_value() == after, f"{name}: {text!r}"
        assert (page.url == before) == bool(said), f"{name}: {text!r} and the address"
        notice = page.locator(".live-notice")
        assert said in notice.inner_text() if said else notice.is_hidden(), (
            f"{name}: {text!r} gets {notice.inner_text()!r}"
        )
    field = tab.field("utilisation")
    field.select_text()
    page.keyboard.type("0.5")
    assert "press Enter, or leave the field, to use 0.5" in page.locator('[data-parameter="utilisation"]').inner_text()
    page.locator(".live-reset-all").focus()
    tab.settle()
    assert "utilisation=0.5" in page.url


def test_what_is_not_defined_has_no_change_and_is_no_multiple(tab: Tab) -> None:
    # At a rent that is what the electricity of an hour costs, no use is enough for owning to break even.
    page = tab.open(fragment="#rental_usd_per_gpu_hour=0.095625075")
    row = page.locator('tr[data-result="break_even_utilisation"]')
    assert row.inner_text().split("\t")[1:3] == ["not defined", "–"]
    assert "not defined instead of 62 %" in tab.text(".live-moved")
    page.locator('[data-panel="models"]').scroll_into_view_if_needed()
    until(page, "document.querySelector('[data-panel=models] svg').textContent.includes('× V3')")
    drawn = page.locator("svg.live-draw").evaluate_all("all => all.map(each => each.outerHTML).join()")
    assert not re.search(r"not defined|NaN|Infinity", drawn)


def test_a_field_says_what_is_outside_its_range_or_not_accepted(tab: Tab) -> None:
    page = tab.open()
    name = "rental_usd_per_gpu_hour"
    word = page.locator(f'[data-parameter="{name}"] .live-word')
    assert word.is_hidden()
    tab.enter(name, "99")
    assert word.inner_text() == "outside the plausible range 1.65 to 3.42"
    until(page, "document.querySelector('.live-said').textContent.includes('outside the plausible range')")
    tab.enter(name, "2")
    assert word.is_hidden()
    for typed in ("", "0"):
        tab.field(name).fill(typed)
        assert word.inner_text() == "must be 0.01 to 100; still at 2"
    until(page, "document.querySelector('.live-said').textContent.includes('still at 2')")
    tab.field(name).press("Tab")
    tab.settle()
    assert word.is_visible(), "the field is back at its value, so the reader has to be told why"
    page.locator(".live-reset-all").click()
    tab.settle()
    assert word.is_hidden()


def test_only_figures_of_one_method_and_price_are_multiples_of_v3(tab: Tab) -> None:
    page = tab.open()
    page.locator('[data-panel="models"]').scroll_into_view_if_needed()
    until(page, "document.querySelector('[data-panel=models] svg').textContent.includes('× V3')")
    texts = page.locator('[data-panel="models"] svg text').all_text_contents()
    divided = [texts[index - 1] for index, text in enumerate(texts) if text.endswith("× V3")]
    data, groups = Data(), {group.basis: group for group in live.panels()["models"].dots}
    assert [basis for basis, group in groups.items() if group.divided] == ["amortised"]
    assert divided == ["Llama 3.1 405B at V3's price", *(data.model(m).model for m in groups["amortised"].peers)]
    methods = data.table("estimates").set_index(["model_id", "basis"]).method
    assert "amortised" in methods["gpt4", "amortised"].iloc[0]
    assert sum(text.endswith(", at cloud prices, by Epoch AI") for text in texts) == len(groups["rental"].peers)


def test_swings_are_computed_at_this_setting_and_the_drawing_fits_its_bars(tab: Tab) -> None:
    page = tab.open(fragment="#rental_usd_per_gpu_hour=4")
    panel = page.locator('[data-panel="swings"]')
    assert "90,000: " in panel.locator("tbody").inner_text()
    page.locator(".live-pick select").select_option("v3_rental_usd")
    tab.settle()
    # 2,788,000 h x $1.65 and x $3.42
    assert panel.locator("tbody td").all_inner_texts() == ["1.65: $4.6 million", "3.42: $9.5 million"]
    assert panel.locator("svg").get_attribute("height") == str(live.AXIS + live.ROW)
    page.locator(".live-pick select").select_option("fleet_capex_usd")
    tab.settle()
    assert "SemiAnalysis's count: " in panel.locator("tbody").inner_text()


def test_the_focused_slider_stays_above_the_summary_bar(tab: Tab) -> None:
    tab.page.set_viewport_size({"width": 390, "height": 844})
    page = tab.open(fragment="#rental_usd_per_gpu_hour=3")
    page.evaluate("document.querySelectorAll('.live-group').forEach(group => { group.open = true; })")
    page.locator("#live0-rental_usd_per_gpu_hour-slider").focus()
    under = []
    for _ in range(60):
        page.keyboard.press("Tab")
        under.append(
            page.evaluate(
                """() => {
                    const box = document.activeElement.getBoundingClientRect();
                    const bar = document.querySelector('.live-strip').getBoundingClientRect();
                    const inside = document.activeElement.closest('.live-controls');
                    return inside && box.bottom > bar.top ? document.activeElement.id : '';
                }"""
            )
        )
    assert not any(under), f"Hidden by the bar: {[name for name in under if name]}"


def test_reset_of_one_and_of_all(tab: Tab) -> None:
    page = tab.open(fragment="#rental_usd_per_gpu_hour=3&utilisation=0.5&fleet=documented")
    page.locator('[data-parameter="rental_usd_per_gpu_hour"] .live-reset').click()
    tab.settle()
    assert tab.here("v3_rental_usd") == "$5.6 million"
    assert page.url.endswith("#utilisation=0.5&fleet=documented")
    page.locator(".live-reset-all").click()
    tab.settle()
    assert "#" not in page.url
    assert tab.text(".live-moved") == "This is the published setting."


def test_copied_command_and_scenario_are_the_same_case(tab: Tab, tmp_path: Path) -> None:
    changes = {
        "rental_usd_per_gpu_hour": 2.35,
        "cost_of_capital": 0.0000001,
        "staff_count": 199,
        "fleet": "hopper_only",
    }
    fragment = "&".join(f"{name}={value}" for name, value in changes.items())
    page = tab.open(fragment="#" + fragment)
    page.locator('[data-copy="command"]').click()
    until(page, "document.querySelector('.live-notice').textContent.includes('copied')")
    command = page.evaluate("navigator.clipboard.readText()")
    assert command.startswith("report build -p ")
    assert parameters.parsed(command.removeprefix("report build -p ").split(" -p ")) == changes
    page.locator('[data-copy="scenario"]').click()
    until(page, "document.querySelector('.live-notice').textContent.includes('scenario file was')")
    copied = page.evaluate("navigator.clipboard.readText()")
    with page.expect_download() as download:
        page.locator(".live-save").click()
    file = tmp_path / "live_setting.yml"
    download.value.save_as(file)
    assert file.read_text(encoding="utf-8") == copied
    assert scenarios.read_scenario(file).changes == changes


def test_without_leave_to_copy_the_text_is_selected(tab: Tab) -> None:
    page = tab.open(fragment="#pue=1.3")
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('no')); }")
    page.locator('[data-copy="command"]').click()
    until(page, "String(getSelection()).length > 0")
    assert page.evaluate("String(getSelection())") == "report build -p pue=1.3"
    assert "does not let this page copy" in tab.text(".live-notice")


COMPACT = {
    "six_million": ("rental_usd_per_gpu_hour", "3", "v3_rental_usd"),
    "fleet": ("server_price_h20_usd_per_gpu", "30000", "fleet_capex_usd"),
    "owning_and_renting": ("service_life_years", "3", "owner_usd_per_gpu_hour"),
    "whole_bill": ("final_run_share_of_rd_compute", "0.1", "v3_programme_usd"),
}


@pytest.mark.parametrize("name", COMPACT)
def test_the_control_beside_a_figure_leads_to_all_assumptions(tab: Tab, name: str) -> None:
    parameter, value, result = COMPACT[name]
    page = tab.open(name)
    before = tab.here(result)
    tab.enter(parameter, value)
    assert tab.here(result) != before
    with page.expect_navigation():
        page.locator(".live-all").click()
    tab.settle()
    assert page.url.endswith(f"how_sure.html#{parameter}={value}")
    assert tab.field(parameter).input_value().replace(",", "") == value


def test_nothing_jumps_when_the_script_arrives(browser: Browser, address: str) -> None:
    heights = []
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.route("**/live.js*", lambda route: route.abort())
    for script in (False, True):
        if script:
            page.unroute("**/live.js*")
        page.goto(address + "how_sure.html", wait_until="load")
        page.wait_for_timeout(100)
        heights.append(page.evaluate("document.querySelector('.live-results').getBoundingClientRect().top"))
        heights.append(page.evaluate("document.querySelector('[data-panel=bill]').getBoundingClientRect().top"))
    page.close()
    assert heights[:2] == pytest.approx(heights[2:], abs=40), "Reserve the height of what a script fills in."


def test_without_a_script_the_published_figures_and_tables_are_there(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address + "how_sure.html", wait_until="load")
    assert page.locator(".live-still img").count() == 5
    assert page.locator(".live-still img").first.is_visible()
    row = page.locator('tr[data-result="v3_rental_usd"]').first
    assert row.inner_text().split("\t")[-2:] == ["$5.6 million", "$5.1 to 8.5 million"]
    for selector in (".live-draw", ".live-inputs", ".live-here", ".live-tools"):
        assert page.locator(selector).first.is_hidden(), f"{selector} does nothing without a script"
    assert "assumed" in page.locator('[data-parameter="rental_usd_per_gpu_hour"]').inner_text()
    assert "needs JavaScript" in page.locator("article").inner_text()
    page.set_viewport_size({"width": 400, "height": 800})
    assert page.locator('#pst-primary-sidebar a[href="fleet.html"]').is_visible(), "No way to the other pages."
    assert not page.locator(".bd-header-article button:visible").count(), "A button that does nothing is shown."
    context.close()


def test_only_pages_with_live_figures_load_the_scripts(site: Path) -> None:
    loading = {
        path.stem
        for path in site.glob("*.html")
        if re.search(r'src="_static/live(-model)?\.js', path.read_text("utf-8"))
    }
    assert loading == {"how_sure", *COMPACT}
    text = (site / "_static" / "live.js").read_text("utf-8") + (site / "_static" / "live-model.js").read_text("utf-8")
    forbidden = r"\beval\b|new Function|innerHTML|insertAdjacentHTML|document\.write\b|\bfetch\("
    found = re.search(forbidden, text)
    assert not found, f"{found and found[0]} in the live scripts: a strict content policy forbids it"


def test_targets_are_large_enough_for_a_finger(tab: Tab) -> None:
    page = tab.open(fragment="#pue=1.3")
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 844})
        small = page.evaluate(
            """() => [...document.querySelectorAll(
                'report-live :is(button, select, input[type=range], input[type=text])'
            )].filter(e => e.offsetParent && e.getBoundingClientRect().height < 44)
                .map(e => e.outerHTML.slice(0, 100))"""
        )
        assert not small, f"on {width} pixels"

"""The page that checks a cost claim: it answers as `report claim` does, and nothing that is typed can harm it."""

from __future__ import annotations

import functools
import math
import random
import re
import shlex
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import commands
import pytest
import yaml
from playwright.sync_api import Browser, Page
from test_policy import Watched
from test_site import until

from analysis import placing, stories
from analysis.case import Case
from analysis.placing import book, given, numbers, told
from analysis.report import claim_form

CASE = Case()
ASSETS = Path(__file__).parents[1] / "book" / "assets"
# The first hundred run every line of analysis/placing; of the readings of ten thousand, these have four in five.
SETTINGS = 2_500


# --- the same answers ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def bare(browser: Browser) -> Iterator[Page]:
    """A page with the scripts of the form and nothing else."""
    page = browser.new_page()
    for text in (claim_form.script(CASE), *((ASSETS / name).read_text("utf-8") for name in ("words.js", "claim.js"))):
        page.add_script_tag(content=text)
    yield page
    page.close()


def random_settings(count: int) -> list[dict[str, str]]:
    """Settings as a reader leaves them: models and runs of one's own, by order of magnitude, some near a cost."""
    draw = random.Random(20261129)
    models, chips, halves = list(claim_form.models(CASE)), list(CASE.data.records("gpus")), claim_form.half_years(CASE)
    found = []
    for _ in range(count):
        setting: dict[str, str] = {"reading": draw.choice(list(given.READINGS))}
        if draw.random() < 0.5:
            setting["model"] = draw.choice(models)
        elif draw.random() < 0.5:
            setting["name"] = draw.choice(["Qwen-X 3.5", "модель 7", "a/b (c)", "<b>x</b>"])
        for name, among, share in (
            ("gpu", chips, 0.5),
            ("when", halves, 0.6),
            ("counts", list(numbers.BOUNDARIES), 0.5),
        ):
            if draw.random() < share:
                setting[name] = draw.choice(among)
        for name, field in claim_form.FIELDS.items():
            if draw.random() < 0.3:
                _, low, high = given.LIMITS[field["key"]]
                setting[name] = (
                    f"{min(max(low * (high / low) ** draw.random(), low), high):.{draw.choice((3, 6, 17))}g}"
                )
                if float(setting[name]) > high or float(setting[name]) < low:
                    del setting[name]
        if draw.random() < 0.9:
            setting |= {"sum": random_sum(draw), "to": random_sum(draw)}
            if setting["reading"] == "between" and not consistent(setting):
                setting["reading"] = "about"
        found.append(setting)
    return found


def consistent(setting: dict[str, str]) -> bool:
    try:
        return bool(placing.amount_of(f"{setting['sum']} to {setting['to']}"))
    except placing.GivenError:
        return False


def random_sum(draw: random.Random) -> str:
    word = draw.choice(["", "", "thousand", "million", "million", "billion"])
    digits = draw.choice(
        [str(draw.randint(1, 999)), f"{draw.uniform(1, 99):.{draw.randint(1, 3)}f}", f"{draw.randint(1, 99)}00", "100"]
    )
    return f"{digits} {word}".strip()


def asked(setting: dict[str, str]) -> placing.Placed:
    """What Python says of a setting of the form."""
    own = {field["key"]: float(setting[name]) for name, field in claim_form.FIELDS.items() if name in setting}
    found = placing.asked(
        CASE, setting.get("model", ""), own, setting.get("gpu", ""), setting.get("when", ""), setting.get("name", "")
    )
    text = ""
    if "sum" in setting:
        between = setting["reading"] == "between"
        text = f"{setting['sum']} to {setting['to']}" if between else f"{setting['reading']} {setting['sum']}"
    told_of = found.about(placing.amount_of(text) if text else None, setting.get("counts", ""))
    return placing.place(told_of, float(CASE.point.cny_per_usd))


def in_words(placed: placing.Placed) -> dict[str, Any]:
    """What is said of it, as the page has it."""
    behind = [told.hours(placed), *(f"{told.PRICES[name]}: {said}" for name, said in placed.given.prices.items())]
    return {
        "verdict": placed.verdict,
        "fits": list(placed.fits),
        "where": placed.where,
        "slips": list(placed.slips),
        "sentence": placed.sentence,
        "tests": [list(row) for row in told.numbers(placed)],
        "costs": [[*names, text.removesuffix(" ←"), how] for *names, text, how in told.costs(placed)],
        "known": told.known(placed.given),
        "behind": [line for line in behind if line],
    }


@pytest.fixture
def looked_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A case stays as it is, so what Python reads of its tables for one setting holds for the next."""
    for module, names in ((book, ("rent", "server", "age_years")), (given, ("row", "chip", "assumptions"))):
        for name in names:
            known = functools.cache(functools.partial(getattr(module, name), CASE))
            monkeypatch.setattr(module, name, lambda case, *rest, known=known: known(*rest))


def differences(setting: dict[str, str], page: dict[str, Any], python: placing.Placed) -> Iterator[str]:
    for name, answer in python.answers.items():
        here, wanted = page["numbers"][name], answer.span and (answer.span.low, answer.span.value, answer.span.high)
        close = here and wanted and all(map(functools.partial(math.isclose, rel_tol=1e-9), here, wanted))
        if not close and (here or wanted):
            yield f"{name} is {here}, in Python {wanted}: {setting}"
    for part, text in in_words(python).items():
        if page[part] != text:
            yield f"{part} is {page[part]!r}, in Python {text!r}: {setting}"


ANSWERS = """settings => settings.map(setting => {
    const { answers, given, ...told } = window.reportClaim.answered(setting);
    const numbers = Object.fromEntries(Object.entries(answers).map(([name, { span }]) => [name, span]));
    return { ...told, numbers };
})"""


@pytest.mark.usefixtures("looked_up_once")
def test_thousands_of_settings_have_the_answers_of_python(bare: Page) -> None:
    verdicts, found, worked_out = set(), list[str](), 0
    settings = random_settings(SETTINGS)
    for setting, page in zip(settings, bare.evaluate(ANSWERS, settings), strict=True):
        python = asked(setting)
        verdicts.add(python.verdict)
        worked_out += sum(answer.span is not None for answer in python.answers.values())
        found += differences(setting, page, python)
    assert not found, f"{len(found)} answers differ from Python's, the first: {found[0]}"
    assert verdicts == set(placing.verdict.VERDICTS), "the settings meet every verdict"
    assert worked_out > 5 * SETTINGS, "the settings leave much to be worked out"


# --- the page --------------------------------------------------------------------------------------------------------


class Form(Watched):
    """A tab with the form, and how a reader fills it in."""

    def at(self, fragment: str = "") -> Page:
        return self.open(f"check_claim.html{fragment}")

    def field(self, name: str) -> Any:
        return self.page.locator(f'[data-field="{name}"]')

    def enter(self, name: str, text: str) -> None:
        self.field(name).fill(text)
        self.field(name).press("Enter")

    def told(self, part: str) -> str:
        return str(self.page.locator(f'[data-part="{part}"]').text_content())


@pytest.fixture(scope="module")
def form(browser: Browser, address: str) -> Iterator[Form]:
    with closing(browser.new_context(viewport={"width": 1280, "height": 900})) as context:
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        made = Form(context, address)
        yield made
        faults = made.faults()
    assert not faults, f"The page complains, or asks another host: {faults}"


FINE_TUNE = "#gpu=A100-SXM-80&when=2023H1&counts=fine_tune&gpus=8&days=5&sum=98"
SENTENCE = (
    "$98 is below the rent of its GPU-hours, for {0}: none of the costs that follow from what is known has this size."
)


def test_a_claim_of_a_model_in_no_table_is_checked_by_keyboard(form: Form) -> None:
    """8 GPUs for 5 days are 960 h; 98 dollars times 24 is 2,352, a rent of $2.45 an hour: hours counted as days."""
    page = form.at()
    form.field("reading").focus()

    def next_field(name: str) -> None:
        for _ in range(4):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.dataset.field") == name:
                return
        pytest.fail(f"Tab does not lead to {name}")

    for name, typed in {
        "sum": "98",
        "counts": "a fine-tune",
        "name": "A tune",
        "gpu": "NVIDIA A100 SXM4 80",
        "gpus": "8",
        "days": "5",
        "when": "2023H1",
    }.items():
        next_field(name)
        page.keyboard.type(typed)
    page.keyboard.press("Tab")
    assert form.told("verdict") == "None of the four costs has this size."
    assert form.told("slips") == "It would fit a rent if hours were counted as days."
    assert form.told("sentence") == SENTENCE.format("A tune")
    assert form.told("behind").startswith(
        "GPU-hours: 960, GPUs times days. Rent of an hour: list, on demand, in 2023H1"
    )
    until(page, "document.querySelector('[data-part=said]').textContent.includes('hours were counted as days')")
    page.locator('[data-copy="sentence"]').focus()
    page.keyboard.press("Enter")
    until(page, "document.querySelector('[data-part=notice]').textContent === 'The sentence was copied.'")
    assert page.evaluate("navigator.clipboard.readText()") == SENTENCE.format("A tune")


def test_the_link_the_command_and_the_story_are_the_same_claim(form: Form, tmp_path: Path) -> None:
    page = form.at(FINE_TUNE)
    form.enter("name", "A tune (small)")
    page.locator('[data-copy="link"]').click()
    until(page, "document.querySelector('[data-part=notice]').textContent === 'The link was copied.'")
    link = page.evaluate("navigator.clipboard.readText()")
    with page.expect_download() as download:
        page.locator(".claim-save").click()
    download.value.save_as(tmp_path / "story.yml")
    story = yaml.safe_load((tmp_path / "story.yml").read_text("utf-8"))
    sentence = SENTENCE.format("A tune (small)")
    (claim,) = story["claims"]
    assert (claim["better_wording"], claim["boundary"], claim["amount"]) == (sentence, "fine_tune", "about 98")
    assert claim.keys() < {column.name for column in stories.columns.CLAIMS}
    (audited,) = stories.audited(stories.read(tmp_path / "story.yml")).claims
    assert audited.placed.sentence == sentence
    status, said = commands.here("story", "check", str(tmp_path / "story.yml"))
    assert status == 0 and "nothing is wrong" in said
    run = story["run"]
    assert run == {"name": "A tune (small)", "gpu": "A100-SXM-80", "when": "2023H1", "gpus": 8, "days": 5}
    _, *arguments = shlex.split(form.told("command"))
    status, said = commands.here(*arguments)
    assert status == 0 and sentence in " ".join(said.split())
    form.open("index.html")
    page.goto(link)
    assert form.told("sentence") == sentence
    page.locator(".claim-clear").click()
    assert form.told("verdict") == "No sum was given, so there is nothing to check."
    assert "#" not in page.url and form.field("gpus").input_value() == ""
    page.go_back()
    until(page, f"document.querySelector('[data-part=sentence]').textContent === {sentence!r}")


def test_what_may_be_tried_is_understood(form: Form) -> None:
    page = form.at()
    for button in page.locator("[data-example]").all():
        button.click()
        until(page, "document.querySelector('[data-part=sentence]').textContent !== ''")
        assert page.locator('[data-part="notice"]').is_hidden()
        assert bool(page.locator("tr.claim-fits").count()) == ("$98" not in button.inner_text())


# Field, what is typed, what the field then holds, and what is said where that is not used.
TYPED = [
    ("sum", "13,928", "13928", ""),
    ("sum", "$4.6 million", "4.6 million", ""),
    ("sum", "4.6M", "4.6 million", ""),
    ("sum", "2,5 million", "2.5 million", ""),
    ("sum", "1e5", "1e5", "Not used: write a number from 1 to 10 trillion, such as 2.5 or 2.5 million."),
    ("sum", "0", "0", "Not used: write a number from 1 to 10 trillion"),
    ("hours", "2,788,000", "2788000", ""),
    ("hours", "13,928", "13928", ""),
    ("hours", "13,928 thousand", "13,928 thousand", "a comma may be either: write 13928 thousand or 13.928 thousand."),
    ("days", "2,5", "2.5", ""),
    ("days", "1,234", "1,234", "Not used: a comma may be either: write 1234 or 1.234."),
    ("days", "-3", "-3", "Not used: write a number from 0.001 to 10,000"),
    ("gpus", "2\u202f048", "2048", ""),
    ("gpus", "<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>", "Not used: write a number"),
    ("tokens", "14.8 Trillion", "14.8 trillion", ""),
    ("name", '<b>"x"</b>\u202e`; rm', "b x /b rm", ""),
]


def test_what_is_typed_becomes_no_other_number(form: Form) -> None:
    page = form.at()
    for name, text, after, said in TYPED:
        form.enter(name, text)
        word = page.locator(f"#claim-{name}-word")
        assert form.field(name).input_value() == after, f"{name}: {text!r}"
        assert said in word.inner_text() if said else word.is_hidden(), f"{name}: {text!r}: {word.inner_text()!r}"
        assert (form.field(name).get_attribute("aria-invalid") == "true") == bool(said)
        assert (f"{name}=" in page.url) == (not said), f"{name}: {text!r} and the address"
        form.enter(name, "")
        assert f"{name}=" not in page.url
    form.field("reading").select_option("between")
    form.enter("sum", "23 million")
    form.enter("to", "4 million")
    assert page.locator("#claim-to-word").inner_text() == "Not used: the second sum is the smaller one."
    assert not page.locator("article img[src=x], article b").count()


HOSTILE = [
    ("#sum=<img src=x onerror=alert(1)>", "sum"),
    ("#<script>alert(1)</script>=1", "?script?alert"),
    ("#__proto__=1&constructor=2&model=__proto__", "__proto__, constructor, model"),
    ("#model=toString", "model"),
    ("#gpu=constructor&when=2019H3&counts=hasOwnProperty&reading=x", "gpu, when, counts, reading"),
    ("#hours=1e999&days=Infinity&gpus=0x10&tokens=NaN", "hours, days, gpus, tokens"),
    ("#sum=5&sum=6", "sum"),
    ("#reading=between&sum=5&to=4", "to"),
    ("#name=<>", "name"),
    ("#%E0%A4%A=1", "?E0?A4?A"),
    ("#" + "&".join(f"x{i}=1" for i in range(400)), "x0, x1, x2, x3, x4 and"),
    ("#" + "9" * 100_000 + "=1", "9" * 40),
]


def test_a_hostile_address_is_ignored_and_named(form: Form) -> None:
    page = form.at(HOSTILE[0][0])
    for fragment, named in HOSTILE:
        page.evaluate("hash => { location.hash = hash; }", fragment)
        until(page, "!document.querySelector('[data-part=notice]').hidden")
        said = form.told("notice")
        assert said.startswith("The address names settings that cannot be used. They were ignored: "), fragment[:80]
        assert named in said and len(said) < 400, fragment[:80]
        assert not page.locator("article :is(img[src=x], report-claim script)").count()
        assert form.field("model").input_value() == "" and page.evaluate("({}).model === undefined")
        page.evaluate("location.hash = ''")
        until(page, "document.querySelector('[data-part=notice]').hidden")
    page.evaluate("location.hash = '#name=%3Ci%3ENew%3C/i%3E&sum=5'")
    until(page, "document.querySelector('[data-part=sentence]').textContent.includes('New')")
    assert form.told("sentence").startswith("$5 is said of i New /i; what it counts"), "no markup, and no more letters"
    page = form.at("#cost")
    assert page.locator('[data-part="notice"]').is_hidden(), "a place on the page is no setting"


def test_it_works_from_a_folder_and_on_a_phone(browser: Browser, site: Path) -> None:
    with closing(browser.new_context(viewport={"width": 390, "height": 844}, offline=True)) as context:
        form = Form(context, site.as_uri() + "/")
        page = form.at(FINE_TUNE)
        assert form.told("sentence") == SENTENCE.format("the run described")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        tables = page.locator(".claim-table")
        assert tables.count() == 2
        assert tables.evaluate_all("all => all.every(e => e.scrollWidth <= e.clientWidth)"), "no table slides sideways"
        small = page.evaluate(
            """() => [...document.querySelectorAll('report-claim :is(button, select, input)')]
                .filter(e => e.offsetParent && e.getBoundingClientRect().height < 44).map(e => e.outerHTML)"""
        )
        assert not small
        form.enter("sum", "2,100")
        assert form.told("verdict") == "It has the size of the rent of this stage alone; its base is not in it."
        assert not form.faults()


def test_without_a_script_the_page_says_how_else(browser: Browser, address: str) -> None:
    with closing(browser.new_context(java_script_enabled=False)) as context:
        page = context.new_page()
        page.goto(address + "check_claim.html", wait_until="load")
        assert "report claim" in page.locator("noscript").first.inner_text()
        assert page.locator("report-claim").is_hidden()


def test_the_scripts_of_the_form_are_on_its_page_alone_and_run_no_text(site: Path) -> None:
    loading = {path.stem for path in site.glob("*.html") if "_static/claim" in path.read_text("utf-8")}
    assert loading == {"check_claim"}
    texts = [(site / "_static" / name).read_text("utf-8") for name in ("claim-model.js", "words.js", "claim.js")]
    assert not re.search(
        r"\beval\b|new Function|innerHTML|insertAdjacentHTML|document\.write\b|\bfetch\(", "".join(texts)
    )

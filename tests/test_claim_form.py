"""The page that checks a cost claim: it answers as `report claim` does, and nothing that is typed can harm it."""

from __future__ import annotations

import functools
import random
import re
import shlex
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import yaml
from playwright.sync_api import Browser, Page
from test_policy import Watched
from test_site import until

from analysis import placing
from analysis.case import Case
from analysis.placing import book, given, numbers, told
from analysis.report import claim_form

CASE = Case()
ASSETS = Path(__file__).parents[1] / "book" / "assets"
FIELDS = {field.name: field for field in claim_form.FIELDS}
SETTINGS = 10_000


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
        for name, field in FIELDS.items():
            if draw.random() < 0.3:
                _, low, high = given.LIMITS[field.key]
                setting[name] = f"{min(max(low * (high / low) ** draw.random(), low), high):.{draw.choice((3, 6, 17))}g}"
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
    own = {field.key: float(setting[name]) for name, field in FIELDS.items() if name in setting}
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
        "costs": [[title, text.removesuffix(" ←"), how] for title, text, how in told.costs(placed)],
        "known": told.known(placed.given),
        "behind": [line for line in behind if line],
    }


def test_ten_thousand_settings_have_the_answers_of_python(bare: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("rent", "server", "age_years"):
        # A case stays as it is, so a price has to be looked up once.
        known = functools.lru_cache(maxsize=None)(functools.partial(getattr(book, name), CASE))
        monkeypatch.setattr(book, name, lambda case, gpu_id, when, known=known: known(gpu_id, when))
    settings = random_settings(SETTINGS)
    verdicts, compared = set(), 0
    for start in range(0, SETTINGS, 1000):
        some = settings[start : start + 1000]
        here = bare.evaluate("settings => settings.map(window.reportClaim.answered)", some)
        for setting, page in zip(some, here, strict=True):
            python = asked(setting)
            verdicts.add(python.verdict)
            for name, answer in python.answers.items():
                span, found = answer.span, page["answers"][name]["span"]
                wanted = span and [span.low, span.value, span.high]
                assert (found is None) == (wanted is None), f"{name} of {setting}"
                assert found is None or found == pytest.approx(wanted, rel=1e-9, abs=0), f"{name} of {setting}"
                assert page["answers"][name]["missing"] == list(answer.missing), f"{name} of {setting}"
                compared += found is not None
            for part, text in in_words(python).items():
                assert page[part] == text, f"{part} of {setting}"
    assert verdicts == set(placing.verdict.VERDICTS), "every verdict is met"
    assert compared > 5 * SETTINGS

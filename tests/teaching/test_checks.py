"""A check says what is wrong: the slips, the types and the declared mistakes, each by its message."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis.teaching import checks
from analysis.teaching.expected import ExpectationError, between, choice, chosen, expect, function, number, text

ROOT = Path(__file__).resolve().parents[2]
WANTED = 4321.5


@pytest.fixture(autouse=True)
def declared() -> None:
    expect("t-number", cost_usd=number(WANTED, "USD", step="Look again.", mistakes=[(WANTED * 1.25, "The PUE is in.")]))
    expect("t-two", a_usd=number(10, "USD", step="Look at a."), b_usd=number(3, "USD", step="Look at b."))
    expect("t-between", x_usd=between(5, "USD", 1, 10, step="Another."))
    expect(
        "t-function",
        cost_usd=function(
            lambda hours, price: hours * price,
            "USD",
            on=[(10, 2.0), (7, 3.0)],
            step="Hours times price.",
            mistakes=[(lambda hours, price: hours + price, "You added.")],
        ),
    )
    expect("t-choice", basis=choice("rental", ["rental", "amortised"], step="No.", mistakes=[("amortised", "Bases!")]))
    expect("t-chosen", fair=chosen(["a", "c"], ["a", "b", "c"], step="Read on.", mistakes=[("b", "Two bases in b.")]))
    expect("t-text", argument=text("x", mentions=[("the hours", ["hour"], "They matter.")], checklist=["It is short."]))


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (None, "Not answered yet: set `cost_usd`"),
        ("4321.5", "is text; write the number without quotation marks"),
        (True, "is true or false"),
        ((4, 321.5), "a comma makes several of one. Write one number, with a point for decimals"),
        ((3, 59), "Write 3.59, with a point for decimals."),
        ((2, 788), "Write 2.788, with a point for decimals, or 2788."),
        ((2, 788, 0), "Write 2788000."),
        ((5,), "Write 5 without the comma."),
        (10**400, "is larger than any number of this kind"),
        ([4321.5], "is of the type list; one number is asked for"),
        (float("nan"), "is nan"),
        (WANTED * 1e3, "too large by a factor of 1,000:"),
        (WANTED / 1e6, "too small by a factor of 1,000,000:"),
        (WANTED * 1e9, "too large by a factor of 1,000,000,000:"),
        (WANTED * 100, "cents for dollars. The answer is wanted in USD."),
        (WANTED / 24, "hours for days"),
        (WANTED * 8766, "hours for years"),
        (WANTED / 365.25, "days for years"),
        (WANTED * 3600, "seconds for hours"),
        (WANTED / 8, "a server of eight GPUs for one GPU"),
        (WANTED * 12, "months for years"),
        (1 / WANTED, "is one over what is asked for"),
        (-WANTED, "right size and the wrong sign"),
        (WANTED * 1.25, "The PUE is in."),
        (WANTED * 1.04, "near, but outside the tolerance of 1.00%"),
        (WANTED * 1.7, "is too large. Look again."),
        (WANTED / 1.7, "is too small. Look again."),
        (0, "is zero. Did a filter find no row, for a name that is spelt otherwise? Look again."),
    ],
)
def test_a_wrong_number_is_told_by_what_is_wrong(given: Any, told: str) -> None:
    verdict = checks.check("t-number", given)
    assert not verdict.passed
    assert told in verdict.text, f"{given!r} should be told with '{told}', but the check says: {verdict.text}"


def test_per_cent_for_a_fraction_is_told_as_that() -> None:
    expect("t-fraction", share_fraction=number(0.16, "fraction", step="Look again."))
    assert "per cent for a fraction. The answer is wanted as a fraction." in checks.check("t-fraction", 16).text


@pytest.mark.parametrize("given", [WANTED, WANTED * 1.009, np.float64(WANTED), np.int64(4321), Fraction(8643, 2)])
def test_a_right_number_passes_whatever_its_type(given: Any) -> None:
    assert checks.check("t-number", given).outcome == "right"


def test_a_result_with_its_range_is_asked_for_its_value() -> None:
    from analysis.case import Case

    assert "`.value`" in checks.check("t-number", Case()["v3_gpu_hours"]).text


def test_no_message_gives_the_answer() -> None:
    for given in (None, "x", 1, WANTED * 1e3, WANTED * 1.04, -WANTED):
        assert "4321" not in checks.check("t-number", given).text.replace(",", "")


def test_of_several_answers_the_first_that_is_wrong_is_told() -> None:
    assert checks.check("t-two", None, None).outcome == "blank"
    assert "`b_usd`" in checks.check("t-two", 10, 4.4).text
    assert "`a_usd` is not answered yet" in checks.check("t-two", None, 3).text
    assert checks.check("t-two", 10, 3).passed
    with pytest.raises(TypeError, match="takes 2 answers"):
        checks.check("t-two", 10)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (lambda hours, price: None, "returns nothing yet"),
        (20.0, "is no function but of the type float"),
        (lambda hours: hours, "stops with TypeError"),
        (lambda hours, price: 1 / 0, "stops with ZeroDivisionError"),
        (lambda hours, price: str(hours * price), "is text"),
        (lambda hours, price: hours + price, "You added."),
        (lambda hours, price: hours * price / 1000, "too small by a factor of 1,000:"),
        (lambda hours, price: hours * price if hours == 10 else None, "returns nothing, though other inputs"),
        (lambda hours, price: 20.0, "Try cost_usd(7, 3.0) by hand."),
    ],
)
def test_a_wrong_function_is_told_by_what_is_wrong(given: Any, told: str) -> None:
    verdict = checks.check("t-function", given)
    assert not verdict.passed and told in verdict.text, verdict.text


def test_a_function_that_takes_entries_out_of_its_input_passes_twice() -> None:
    asked = function(lambda counts: counts["a"] + counts["b"], "1", on=[({"a": 1, "b": 2},)], step="Add.")
    expect("t-dictionary", total=asked)
    for _ in range(2):
        assert checks.check("t-dictionary", lambda counts: counts.pop("a") + counts["b"]).passed


def test_words_lists_and_bounds() -> None:
    assert checks.check("t-function", lambda hours, price: price * hours).passed
    assert checks.check("t-choice", " Rental ").passed
    assert checks.check("t-choice", "“rental”.").passed
    assert "Bases!" in checks.check("t-choice", "amortised").text
    assert "none of the answers to choose from" in checks.check("t-choice", "rent").text
    assert checks.check("t-choice", None).outcome == "blank"
    assert checks.check("t-chosen", ("C", "a")).passed
    assert "Two bases in b." in checks.check("t-chosen", ["a", "b", "c"]).text
    assert "1 missing. Read on." in checks.check("t-chosen", ["a"]).text
    assert "not on the list" in checks.check("t-chosen", ["z"]).text
    assert "must be a list" in checks.check("t-chosen", "a").text
    assert checks.check("t-chosen", []).outcome == "blank"
    assert checks.check("t-between", 7).passed
    assert "too high. Another." in checks.check("t-between", 11).text


def test_a_text_is_never_called_right() -> None:
    assert checks.check("t-text", "  ").outcome == "blank"
    assert "An argument needs at least" in checks.check("t-text", "Too few hours.").text
    assert "does not seem to speak of the hours" in checks.check("t-text", "word " * 40).text
    verdict = checks.check("t-text", "The hours are disclosed. " * 10)
    assert verdict.outcome == "read" and "[ ] It is short." in verdict.text and "RIGHT" not in verdict.text
    assert "counted 40 words" in verdict.text


def test_one_key_word_that_is_missed_is_a_question_and_no_fault() -> None:
    mentions = [("the hours", ["hour"], "They matter."), ("the rent", ["rent"], "It was assumed.")]
    expect("t-mentions", argument=text("x", mentions=mentions, checklist=["It is short."]))
    verdict = checks.check("t-mentions", "The hours are disclosed. " * 10)
    assert verdict.passed and "No key word was found for the rent" in verdict.text
    assert "does not seem to speak of the hours" in checks.check("t-mentions", "word " * 40).text


def test_a_mistake_that_no_check_could_tell_apart_is_refused() -> None:
    with pytest.raises(ExpectationError, match="gives the same as the answer"):
        expect("t-same", a_usd=number(100, "USD", step="x", mistakes=[(101, "The network is missing.")]))


def test_two_answers_in_each_other_s_place_are_told_as_that() -> None:
    assert "are the wrong way round" in checks.check("t-two", 3, 10).text
    assert "wrong way round" not in checks.check("t-two", 3, 11).text


def test_one_answer_can_be_demanded() -> None:
    checks.demand("t-two", "b_usd", 3)
    with pytest.raises(AssertionError, match=r"`a_usd` is too large\. Look at a\."):
        checks.demand("t-two", "a_usd", 17)
    with pytest.raises(AssertionError, match="is not answered yet"):
        checks.demand("t-two", "a_usd", None)


def test_the_standing_counts_exercises_of_the_chapter_by_how_they_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Five exercises, of which one was not checked: it is open, and a text is never called right."""
    monkeypatch.setattr(checks, "_standing", {})
    for place in range(1, 5):
        expect(f"stand-{place}", a_usd=number(place, "USD", step="Look."))
    expect("stand-5", argument=text("x", mentions=[], checklist=["It is short."]))
    checks.check("stand-1", 1)
    checks.check("stand-2", 7)
    checks.check("stand-3", None)
    checks.check("stand-5", "word " * 40)
    assert repr(checks.standing()).splitlines() == [
        "1 of 5 right, 1 for a reader to judge, 1 not yet right, 1 blank, 1 not checked.",
        "stand-1: right",
        "stand-2: not yet right",
        "stand-3: blank",
        "stand-4: not checked",
        "stand-5: for a reader to judge",
    ]


def test_an_unknown_exercise_is_named() -> None:
    with pytest.raises(checks.UnknownExercise, match="no exercise 'nowhere-9'"):
        checks.check("nowhere-9", 1)


def test_checks_need_the_standard_library_only() -> None:
    # They run in a browser too, where nothing else is installed: -S leaves site-packages out.
    code = "from analysis.teaching.checks import check; print(check('capex-4', 1.79481).text)"
    inside = {**os.environ, "PYTHONPATH": str(ROOT)}
    run = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True, env=inside)
    assert "You read it as the bill of one year" in run.stdout, run.stderr


def test_answers_are_not_readable_at_a_glance() -> None:
    encoded = checks.encode({"a-1": {"answers": [{"value": 12345.5, "step": "Divide by the hours."}]}})
    assert "12345" not in encoded and "Divide" not in encoded
    checks.load(encoded)
    assert checks.expected("a-1")["answers"][0]["value"] == 12345.5
    assert set(json.loads(encoded)) == {"a-1"}

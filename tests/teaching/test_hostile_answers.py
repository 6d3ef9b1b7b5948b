"""Every check survives every answer: it says a sentence, and none that holds the expected answer."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.case import Case
from analysis.report import notebooks
from analysis.teaching import checks, exercises

CHAPTERS = exercises.chapters()
EXERCISES = [(chapter, exercise) for chapter in CHAPTERS for exercise in chapter.exercises]


class Evil:
    """An object that stops whatever looks at it."""

    def refuse(self, *_: object) -> Any:
        raise RuntimeError("no")

    __eq__ = __repr__ = __str__ = __float__ = __len__ = __bool__ = __iter__ = __hash__ = refuse  # type: ignore[assignment]
    value = shape = property(refuse)


def stops(*_: object) -> None:
    raise SystemExit(1)


def recurses(*inputs: object) -> Any:
    return recurses(*inputs)


class Unspeakable(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no")


def unspeakable(*_: object) -> None:
    raise Unspeakable


NESTED: list[Any] = []
NESTED.append(NESTED)

HOSTILE: dict[str, Any] = {
    **{
        repr(each): each
        for each in (None, math.nan, math.inf, -math.inf, 0, -0.0, True, 3j, 1e308, b"1", ..., NotImplemented)
    },
    **{
        repr(each): each
        for each in ("", "  ", "x", "3,59", "$5", "None", [], [1], (), (5,), (7, 31), (2, 345, 0), {}, {1: 2})
    },
    **{repr(each): each for each in ({"programme_years": 0.1}, {"programme_yearz": 0.7}, {"programme_years": "x"})},
    **{repr(each): each for each in ({"programme_years": math.nan}, {"fleet": "documented"}, {"": None}, {1: {}})},
    **{repr(each): each for each in (np.nan, np.True_, np.array([1.0, 2.0]), np.array(2.0), np.array([]), np.int64(3))},
    **{
        repr(each): each
        for each in (pd.NA, pd.Series([1, 2]), Fraction(1, 3), Decimal("NaN"), range(3), {1, 2}, int, math)
    },
    "a huge number": 10**400,
    "minus a huge number": -(10**5000),
    "a long text": "word " * 100_000,
    "a list in itself": NESTED,
    "an object": object(),
    "an evil object": Evil(),
    "a list of evil objects": [Evil()],
    "a generator": (each for each in (1, 2)),
    "a result": Case()["v3_gpu_hours"],
    "a function without inputs": lambda: 1,
    "a function of any inputs": lambda *_: 1,
    "a function that fails": lambda *_: 1 / 0,
    "a function that returns nothing": lambda *_: None,
    "a function that returns text": lambda *_: "1",
    "a function that returns a function": lambda *_: stops,
    "a function that returns evil": lambda *_: Evil(),
    "a function that returns a huge number": lambda *_: 10**400,
    "a function that stops": stops,
    "a function that recurses": recurses,
    "a function whose error cannot be told": unspeakable,
}


@cache
def space(name: str) -> dict[str, Any]:
    """The names of a chapter's notebook before its first answer, its checks' functions among them."""
    chapter = next(each for each in CHAPTERS if each.name == name)
    return exercises.run(cell for cell in chapter.notebook.cells if set(notebooks.tags(cell)) in ({"setup"}, {"given"}))


def said(chapter: exercises.Chapter, exercise: exercises.Exercise, **answers: Any) -> checks.Verdict:
    """What the check's cell gives for these answers."""
    (source,) = exercise.sources("check")
    found = eval(compile(source, "<check>", "eval"), {**space(chapter.name), **answers})
    assert isinstance(found, checks.Verdict)
    return found


def prints(value: float) -> set[str]:
    """The usual ways to print a number, with three digits or more."""
    shown = {repr(value), *(f"{value * unit:{form}}" for unit in (1, 100, 1e-3, 1e-6, 1e-9) for form in FORMS)}
    return {each for each in shown if len(re.sub(r"e.*|\D", "", each).strip("0")) >= 3}


FORMS = (".0f", ",.0f", ".1f", ".2f", ",.2f", ".3f", ".4f", ".3g", ".4g", ".6g", "_.0f")


def leaks(text: str, values: list[float]) -> list[str]:
    return [
        each
        for value in values
        for each in prints(value)
        if re.search(rf"(?<![\d.,_]){re.escape(each)}(?![\d_])", text)
    ]


def wanted(exercise: exercises.Exercise) -> Iterator[float]:
    """The numbers that an exercise expects; where there are many right ones, none is the answer."""
    for spec in checks.expected(exercise.id)["answers"]:
        if "between" not in spec and spec["kind"] in ("number", "function"):
            yield from spec["value"] if isinstance(spec["value"], list) else [spec["value"]]


@pytest.mark.parametrize(("chapter", "exercise"), EXERCISES, ids=[exercise.id for _, exercise in EXERCISES])
def test_a_check_tells_any_answer_in_a_sentence_that_does_not_give_it_away(
    chapter: exercises.Chapter, exercise: exercises.Exercise
) -> None:
    numbers = list(wanted(exercise))
    for what, given in HOSTILE.items():
        for names in (list(exercise.answers), *([name] for name in exercise.answers)):
            answers = {**dict.fromkeys(exercise.answers), **dict.fromkeys(names, given)}
            verdict = said(chapter, exercise, **answers)
            assert verdict.outcome in ("wrong", "blank") or what == "1", (
                f"{exercise.id} takes {what} for {verdict.outcome}"
            )
            first = str(verdict).splitlines()[0]
            assert first.startswith(f"{exercise.id}: ") and first[-1] in ".?" and repr(verdict), f"{what}: {first}"
            assert len(str(verdict)) < 1500, f"{exercise.id} answers {what} with {len(str(verdict))} letters."
            assert not leaks(str(verdict), numbers), f"{exercise.id} answers {what} with the answer: {verdict}"


@pytest.mark.parametrize(("chapter", "exercise"), EXERCISES, ids=[exercise.id for _, exercise in EXERCISES])
def test_no_slip_or_mistake_is_told_with_the_answer(chapter: exercises.Chapter, exercise: exercises.Exercise) -> None:
    specs = checks.expected(exercise.id)["answers"]
    numbers = list(wanted(exercise))
    for spec in specs:
        if spec["kind"] != "number" or "between" in spec:
            continue
        right = {each["name"]: each["value"] for each in specs}
        near = [spec["value"] * factor for factor in (1.05, 0.5, 3.0, -1.0, 1e3, 1e-6, 100.0, 24.0, 8.0)]
        for given in (*near, *(mistake["value"] for mistake in spec["mistakes"]), 1 / spec["value"]):
            verdict = said(chapter, exercise, **{**right, spec["name"]: given})
            assert verdict.outcome == "wrong" and not leaks(str(verdict), numbers), str(verdict)


def test_the_search_finds_an_answer_in_any_print() -> None:
    for text in ("Write 5576000.", "that is $5,576,000, no less", "5.576 million", "5_576_000", "5.58"):
        assert leaks(text, [5_576_000.0]), text
    assert leaks("about 35.9 %", [0.359]) and not leaks("capex-2: 15576000", [5_576_000.0])


def test_a_scenario_is_refused_in_the_command_s_words() -> None:
    chapter = next(each for each in CHAPTERS if each.name == "whole_bill")
    exercise = next(each for each in chapter.exercises if each.id == "whole_bill-3")
    for given, told in (
        ({"programme_years": 0.1}, "has programme_years = 0.1 outside its range"),
        ({"programme_year": 0.7}, "There is no parameter 'programme_year'. Did you mean programme_years?"),
        ({"programme_years": "x"}, "programme_years = 'x' is not allowed: it must be a number from"),
        ({"fleet": "documented"}, "changes fleet, which has no range. Change a number."),
        (0.7, 'must be a dictionary such as {"programme_years": 0.9}.'),
    ):
        verdict = said(chapter, exercise, changes=given)
        assert verdict.outcome == "wrong" and told in verdict.text, verdict.text
    assert said(chapter, exercise, changes={}).outcome == "blank"

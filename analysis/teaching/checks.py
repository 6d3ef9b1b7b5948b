"""Checks of exercises: they say what is wrong with an answer, not only that it is.

`check("capex-2", answer_usd)` compares an answer with the one that the solution computed when the students' edition was
built. Expected answers stand in `answers.json` beside this file, in Base64: not readable at a glance, and no secret.
In the sources of the exercises there is no such file; there `analysis.teaching.expected` declares them.

Standard library only, so that this file also runs in a browser.
"""

from __future__ import annotations

import base64
import copy
import json
import math
import textwrap
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ANSWERS = Path(__file__).with_name("answers.json")

# What an answer that is off by this factor has confused. The first that fits is told.
SLIPS = (
    (1e3, "a factor of 1,000: thousand for million, million for billion, or watt for kilowatt"),
    (1e6, "a factor of 1,000,000: million for one, or billion for thousand"),
    (1e9, "a factor of 1,000,000,000: billion for one"),
    (100.0, "a factor of 100: {hundredths}"),
    (24.0, "a factor of 24: hours for days"),
    (8766.0, "a factor of 8,766: hours for years"),
    (8760.0, "a factor of 8,760: hours for years"),
    (365.25, "a factor of 365: days for years"),
    (3600.0, "a factor of 3,600: seconds for hours"),
    (8.0, "a factor of 8: a server of eight GPUs for one GPU"),
    (12.0, "a factor of 12: months for years"),
)
# A slip is recognised although the answer was rounded, and an answer this near is called near.
SLIP_TOLERANCE, NEAR = 0.02, 0.10
FEWEST_WORDS = 25
WIDTH = 88

_expected: dict[str, dict[str, Any]] = {}
_standing: dict[str, str] = {}


class Unusable(str):
    """Why a cell of an exercise can make nothing of an answer, in words: a check tells it as it is."""


class UnknownExercise(KeyError):
    """There is no exercise of this name."""

    def __str__(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True)
class Verdict:
    """What a check says. outcome: right, wrong, blank, or read (a text, which only a reader can mark)."""

    outcome: str
    text: str

    @property
    def passed(self) -> bool:
        return self.outcome in ("right", "read")

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        # Jupyter breaks longer lines in the middle of a word.
        return "\n".join(textwrap.fill(line, WIDTH, subsequent_indent="  ") for line in self.text.splitlines())


def declare(name: str, spec: Mapping[str, Any]) -> None:
    """Say what an exercise expects; instead of `answers.json`."""
    _expected[name] = json.loads(json.dumps(spec))


def encode(specs: Mapping[str, Mapping[str, Any]]) -> str:
    """The text of `answers.json`: one Base64 string an exercise."""
    lines = {name: base64.b64encode(json.dumps(spec, sort_keys=True).encode()).decode() for name, spec in specs.items()}
    return json.dumps(lines, indent=1, sort_keys=True) + "\n"


def decoded(text: str) -> dict[str, dict[str, Any]]:
    """What each exercise expects, from the text of an `answers.json`."""
    return {name: json.loads(base64.b64decode(line)) for name, line in json.loads(text).items()}


def load(text: str) -> None:
    """Take the expected answers from the text of an `answers.json`."""
    _expected.update(decoded(text))


def expected(name: str) -> dict[str, Any]:
    """What an exercise expects: `answers`, a list in the order in which `check` takes them."""
    if name not in _expected and ANSWERS.exists():
        load(ANSWERS.read_text(encoding="utf-8"))
    if name not in _expected:
        raise UnknownExercise(f"There is no exercise '{name}'. Known: {', '.join(sorted(_expected)) or 'none'}.")
    return _expected[name]


def verdicts(specs: Iterable[Mapping[str, Any]], answers: Iterable[Any]) -> list[Verdict]:
    """A verdict on each answer. specs: what is expected of each"""
    return [_tested(spec, given) for spec, given in zip(specs, answers, strict=True)]


def demand(name: str, answer: str, given: Any) -> None:
    """AssertionError, with the verdict as its message, where one answer to an exercise is not right; for graders."""
    (spec,) = (each for each in expected(name)["answers"] if each["name"] == answer)
    verdict = _tested(spec, given)
    if verdict.outcome != "right":
        raise AssertionError(verdict.text)


def check(name: str, *answers: Any) -> Verdict:
    """Compare the answers to an exercise with the expected ones; the first that is not right is told."""
    specs = expected(name)["answers"]
    if len(answers) != len(specs):
        raise TypeError(f"Exercise {name} takes {len(specs)} answers ({_names(specs)}), but got {len(answers)}.")
    found = verdicts(specs, answers)
    if all(verdict.outcome == "blank" for verdict in found) and specs[0]["kind"] != "function":
        verdict = Verdict("blank", f"Not answered yet: set {_names(specs)} above, and run it.")
    elif _swapped(specs, answers):
        verdict = Verdict("wrong", f"{_names(specs)} are the wrong way round: each has the value of the other.")
    else:
        verdict = next((each for each in found if not each.passed), found[-1])
    _standing[name] = verdict.outcome
    mark = {"right": "RIGHT", "wrong": "NOT YET RIGHT", "blank": "BLANK", "read": "FOR YOU TO JUDGE"}[verdict.outcome]
    return Verdict(verdict.outcome, f"{name}: {mark}. {verdict.text}")


class Told(str):
    """A text that a notebook shows as it is, line by line."""

    def __repr__(self) -> str:
        return str(self)


def standing() -> Told:
    """Of the chapters whose checks were run: exercises that are right, for a reader to judge, wrong, and open."""
    begun = {_chapter(name) for name in _standing}
    lines = {name: _standing.get(name, "not checked") for name in sorted(_known()) if _chapter(name) in begun}
    count = {outcome: list(lines.values()).count(outcome) for outcome in ("read", "wrong", "blank", "not checked")}
    told = {"read": "for a reader to judge", "wrong": "not yet right", "blank": "blank", "not checked": "not checked"}
    parts = [f"{list(lines.values()).count('right')} of {len(lines)} right"]
    parts += [f"{number} {told[outcome]}" for outcome, number in count.items() if number]
    return Told(
        "\n".join([f"{', '.join(parts)}.", *(f"{name}: {told.get(each, each)}" for name, each in lines.items())])
    )


def _chapter(name: str) -> str:
    return name.rpartition("-")[0]


def _known() -> set[str]:
    """Every exercise whose answers are known here."""
    there = json.loads(ANSWERS.read_text(encoding="utf-8")) if ANSWERS.exists() else {}
    return {*there, *_expected}


def _swapped(specs: list[dict[str, Any]], answers: tuple[Any, ...]) -> bool:
    """Whether two numbers that differ stand in each other's place."""
    if [spec["kind"] for spec in specs] != ["number", "number"] or any("between" in spec for spec in specs):
        return False
    try:
        numbers = [_as_number(given)[0] for given in answers]
    except Exception:
        # Told as what it is where each answer is looked at.
        return False
    right, turned = (
        all(_close(a, spec["value"], spec["tolerance"]) for a, spec in zip(order, specs, strict=True))
        for order in (numbers, reversed(numbers))
    )
    return turned and not right


def _tested(spec: Mapping[str, Any], given: Any) -> Verdict:
    """The verdict on one answer. Whatever an answer is made of, it is told in a sentence."""
    try:
        return _wrong(spec, given) if isinstance(given, Unusable) else _TESTS[spec["kind"]](spec, given)
    except Exception as error:
        return _wrong(spec, f"cannot be read: a look at it stops with {type(error).__name__}.")


def _names(specs: Iterable[Mapping[str, Any]]) -> str:
    return ", ".join(f"`{spec['name']}`" for spec in specs)


def _wrong(spec: Mapping[str, Any], text: str) -> Verdict:
    return Verdict("wrong", f"`{spec['name']}`{'' if text[0].islower() else ':'} {text}")


def _blank(spec: Mapping[str, Any]) -> Verdict:
    return Verdict("blank", f"`{spec['name']}` is not answered yet.")


def _as_number(given: Any) -> tuple[float, str]:
    """A number, or what is wrong with its type."""
    kind = type(given).__name__
    if kind in ("bool", "bool_"):
        return math.nan, "is true or false; a number is asked for."
    if isinstance(given, str):
        return math.nan, (
            "is text; write the number without quotation marks, unit or thousands separator, and with a point for "
            "decimals."
        )
    if isinstance(given, tuple):
        return math.nan, f"is a list of numbers: a comma makes several of one. {_without_comma(given)}"
    if not isinstance(given, int | float) and hasattr(given, "value"):
        return math.nan, "is a result with its range; take its central value, with `.value`."
    if getattr(given, "shape", ()) != ():
        return math.nan, f"is of the type {kind}; one number is asked for."
    try:
        number = float(given)
    except OverflowError:
        return math.nan, "is larger than any number of this kind; look at the units."
    except (TypeError, ValueError):
        return math.nan, f"is of the type {kind}; one number is asked for."
    if not math.isfinite(number):
        return math.nan, f"is {number}; look for a division by zero or a missing cell."
    return number, ""


def _without_comma(given: tuple[Any, ...]) -> str:
    """How a number has to be written that came with commas: 3,59 or 2,788,000."""
    first, *rest = given or (None,)
    if not all(type(each) is int for each in given) or any(not 0 <= each <= 999 for each in rest):
        return "Write one number, with a point for decimals and nothing between thousands."
    if not rest:
        return f"Write {first} without the comma." if given else "Write one number."
    joined = f"{first}{''.join(f'{each:03d}' for each in rest)}"
    if len(rest) > 1:
        return f"Write {joined}."
    return f"Write {first}.{rest[0]}, with a point for decimals" + (f", or {joined}." if rest[0] > 99 else ".")


def _close(given: float, wanted: float, tolerance: float) -> bool:
    return abs(given - wanted) <= tolerance * abs(wanted) + 1e-12


def _slip(given: float, wanted: float, unit: str) -> str:
    """The unit or operation that an answer has confused; "" where none fits."""
    if not given or not wanted:
        return ""
    if _close(-given, wanted, SLIP_TOLERANCE):
        return "has the right size and the wrong sign."
    ratio = given / wanted
    hundredths = "cents for dollars" if unit.startswith("USD") else "per cent for a fraction"
    asked = "as a fraction" if unit == "fraction" else f"in {unit}"
    for factor, slip in SLIPS:
        told = slip.format(hundredths=hundredths)
        if _close(ratio, factor, SLIP_TOLERANCE):
            return f"is too large by {told}. The answer is wanted {asked}."
        if _close(ratio, 1 / factor, SLIP_TOLERANCE):
            return f"is too small by {told}. The answer is wanted {asked}."
    # Near one, a number and its reciprocal are near each other too.
    if _close(given * wanted, 1.0, SLIP_TOLERANCE) and abs(math.log(abs(wanted))) > NEAR:
        return "is one over what is asked for: which number belongs above the line?"
    return ""


def _number(spec: Mapping[str, Any], given: Any) -> Verdict:
    if given is None:
        return _blank(spec)
    number, fault = _as_number(given)
    if fault:
        return _wrong(spec, fault)
    if "between" in spec:
        return _within(spec, number)
    return _judged(spec, [number], [spec["value"]], [mistake["value"] for mistake in spec["mistakes"]], "is")


def _within(spec: Mapping[str, Any], number: float) -> Verdict:
    low, high = spec["between"]
    if low <= number <= high:
        return Verdict("right", spec["praise"])
    return _wrong(spec, f"{number:,.6g} {spec['unit']} is too {'low' if number < low else 'high'}. {spec['step']}")


def _judged(
    spec: Mapping[str, Any], given: list[float], wanted: list[float], mistakes: list[Any], verb: str
) -> Verdict:
    """One number, or those of a function on several inputs: a mistake or slip counts if it fits all of them."""
    tolerance, unit = spec["tolerance"], spec["unit"]
    if all(_close(a, b, tolerance) for a, b in zip(given, wanted, strict=True)):
        return Verdict("right", spec["praise"])
    for mistake, wrong in zip(spec["mistakes"], mistakes, strict=True):
        values = wrong if isinstance(wrong, list) else [wrong]
        # A mistake can come out right on some inputs, so it must fit everywhere.
        if all(_close(a, b, max(tolerance, 1e-6)) for a, b in zip(given, values, strict=True)):
            return _wrong(spec, mistake["message"])
    slips = {_slip(a, b, unit) for a, b in zip(given, wanted, strict=True) if b}
    if len(slips) == 1 and (slip := slips.pop()):
        return _wrong(spec, slip)
    if all(_close(a, b, NEAR) for a, b in zip(given, wanted, strict=True)):
        return _wrong(
            spec,
            f"{verb} near, but outside the tolerance of {tolerance:.2%}. Was an input or a step between rounded, or a "
            f"small part left out? {spec['step']}",
        )
    if not any(given):
        return _wrong(
            spec, f"{verb} zero. Did a filter find no row, for a name that is spelt otherwise? {spec['step']}"
        )
    size = "too large" if all(abs(a) > abs(b) for a, b in zip(given, wanted, strict=True)) else ""
    size = size or ("too small" if all(abs(a) < abs(b) for a, b in zip(given, wanted, strict=True)) else "off")
    return _wrong(spec, f"{verb} {size}. {spec['step']}")


def _function(spec: Mapping[str, Any], given: Any) -> Verdict:
    if given is None:
        return _blank(spec)
    if not callable(given):
        return _wrong(spec, f"is no function but of the type {type(given).__name__}; keep the line that begins `def`.")
    numbers: list[float] = []
    for inputs in spec["on"]:
        shown = f"{spec['name']}({', '.join(map(repr, inputs))})"
        try:
            # A copy: a function may take entries out of what it is given.
            result = given(*copy.deepcopy(inputs))
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            return _wrong(spec, f"stops with {_said(error)}. It was called as {shown}.")
        if result is None:
            if not numbers:
                return Verdict("blank", f"`{spec['name']}` returns nothing yet: end it with `return`.")
            return _wrong(spec, f"{shown} returns nothing, though other inputs give a number.")
        number, fault = _as_number(result)
        if fault:
            return _wrong(spec, f"what {shown} returns {fault}")
        numbers.append(number)
    verdict = _judged(
        spec, numbers, spec["value"], [mistake["value"] for mistake in spec["mistakes"]], "gives a result that is"
    )
    if verdict.passed:
        return verdict
    first = next(
        inputs
        for inputs, a, b in zip(spec["on"], numbers, spec["value"], strict=True)
        if not _close(a, b, spec["tolerance"])
    )
    return Verdict("wrong", f"{verdict.text} Try {spec['name']}({', '.join(map(repr, first))}) by hand.")


def _said(error: BaseException) -> str:
    """An error by its type, and what it says as far as it says it briefly."""
    try:
        said = " ".join(str(error).split())
    except Exception:
        said = ""
    return f"{type(error).__name__}: {said[:200].rstrip('.')}" if said else type(error).__name__


def _shown(given: object) -> str:
    """A value as a message shows it."""
    text = repr(given)
    return text if len(text) <= 80 else f"{text[:79]}…"


def _plain(text: object) -> str:
    return " ".join(str(text).split()).casefold()


def _bare(text: object) -> str:
    """A short answer without what does not change it: quotation marks, a dollar sign, a full stop."""
    return _plain(text).strip(" .,;!$\"'“”‘’")


def _choice(spec: Mapping[str, Any], given: Any) -> Verdict:
    if given is None or (isinstance(given, str) and not given.strip()):
        return _blank(spec)
    options = spec["options"]
    if not isinstance(given, str | bool):
        return _wrong(spec, f"is of the type {type(given).__name__}; write one of: {', '.join(map(repr, options))}.")
    if _bare(given) not in {_bare(option) for option in options}:
        return _wrong(spec, f"{_shown(given)} is none of the answers to choose from: {', '.join(map(repr, options))}.")
    if _bare(given) == _bare(spec["value"]):
        return Verdict("right", spec["praise"])
    for mistake in spec["mistakes"]:
        if _bare(mistake["value"]) == _bare(given):
            return _wrong(spec, mistake["message"])
    return _wrong(spec, spec["step"])


def _chosen(spec: Mapping[str, Any], given: Any) -> Verdict:
    """A set of names out of a list: what is missing is counted, not named; what is too much is named."""
    if given is None or (isinstance(given, list | set | tuple) and not given):
        return _blank(spec)
    if isinstance(given, str) or not isinstance(given, list | set | tuple):
        return _wrong(spec, "must be a list, for example ['a', 'b'].")
    options = {_bare(option): option for option in spec["options"]}
    strange = [each for each in given if _bare(each) not in options]
    if strange:
        return _wrong(spec, f"{_shown(strange[0])} is not on the list: {', '.join(map(repr, spec['options']))}.")
    got, wanted = {_bare(each) for each in given}, {_bare(each) for each in spec["value"]}
    if got == wanted:
        return Verdict("right", spec["praise"])
    for mistake in spec["mistakes"]:
        if _bare(mistake["value"]) in got - wanted:
            return _wrong(spec, mistake["message"])
    if got - wanted:
        return _wrong(spec, f"{options[sorted(got - wanted)[0]]!r} does not belong there. {spec['step']}")
    return _wrong(spec, f"{len(wanted - got)} missing. {spec['step']}")


def _text(spec: Mapping[str, Any], given: Any) -> Verdict:
    if given is None or (isinstance(given, str) and not given.strip()):
        return _blank(spec)
    if not isinstance(given, str):
        return _wrong(
            spec, f"is of the type {type(given).__name__}; write a text between the two lines of quotation marks."
        )
    if len(given.split()) < FEWEST_WORDS:
        return _wrong(spec, f"has {len(given.split())} words. An argument needs at least {FEWEST_WORDS}.")
    plain = _plain(given)
    missed = [each for each in spec["mentions"] if not any(word in plain for word in each["words"])]
    if 2 * len(missed) > len(spec["mentions"]):
        return _wrong(spec, f"does not seem to speak of {missed[0]['what']}. {missed[0]['why']}")
    # One miss may be another way to say it, and nobody who said it well should be told to say it again.
    notes = "".join(f" No key word was found for {each['what']}: is it said in other words?" for each in missed)
    points = "\n".join(f"  [ ] {point}" for point in spec["checklist"])
    return Verdict(
        "read",
        f"No computer marks an argument; this one only looked for key words, and counted {len(given.split())} words."
        f"{notes} Judge your text yourself:\n{points}",
    )


_TESTS: dict[str, Callable[[Mapping[str, Any], Any], Verdict]] = {
    "number": _number,
    "function": _function,
    "choice": _choice,
    "chosen": _chosen,
    "text": _text,
}

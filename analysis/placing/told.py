"""A placed sum in words: the numbers that test it, the costs with their ends, the verdict and the sentence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from analysis import words, written
from analysis.placing import verdict
from analysis.placing.given import Given
from analysis.placing.numbers import BOUNDARIES, COSTS, Answer, Span
from analysis.placing.verdict import VERDICTS, Placed, missing

# Outside this an MFU is no run that anybody has published.
PLAUSIBLE = {"plausible_mfu": Span(0.15, 0.35, 0.55)}

TABLES = written.toml_of(Path(__file__).with_suffix(".toml"))
# Tests of a sum by eye: what each is set beside, and in which words.
BY_EYE: dict[str, tuple[str, str]] = TABLES["by_eye"]
# What each takes without which it is not shown.
SHOWN_WITH: dict[str, str] = TABLES["shown_with"]
# What is known of a run before anything is worked out: input -> unit and words.
KNOWN: dict[str, tuple[str, str]] = TABLES["known"]
# How a number stands to what it is set beside: under it, having a value in common with it, over it.
STANDS = ("below", "in line with", "above")

PRICES = {"rent": "Rent of an hour", "server_price": "A chip with its share of the server"}
ONLY = "follows only from a whole run of a developer's own base"
LACKS = "cannot be computed: needs {0}"
NONE = "–"


def ends(span: Span, unit: str) -> str:
    """The ends of a number: "15 % to 55 %"."""
    return words.THIN_RANGE.join(words.amount(end, unit, significant=2) for end in (span.low, span.high))


def spanned(span: Span, unit: str) -> str:
    """A number with its ends: "$5.6 million ($3.6 million to $9.5 million)"."""
    if span.certain:
        return words.amount(span.value, unit, significant=3)
    central, between = words.amount(span.value, unit, significant=2), ends(span, unit)
    # Ends that read alike, as those of "about $98", say nothing.
    return central if between == f"{central}{words.THIN_RANGE}{central}" else f"{central} ({between})"


def beside(placed: Placed, name: str) -> str:
    """How one of BY_EYE stands to what it is set beside, in words; "" where that is not known."""
    other, text = BY_EYE[name]
    answer = placed.answers[name]
    worked_out = placed.answers[other].span if other in placed.answers else None
    found = PLAUSIBLE.get(other) or placed.given.inputs.get(other) or worked_out
    if not found or not answer.span:
        return ""
    unit = answer.number.unit
    return f"{stands(answer.span, found)} {text.format(spanned(found, unit), ends(found, unit))}"


def stands(span: Span, other: Span) -> str:
    """A word of STANDS."""
    return STANDS[1] if span.meets(other) else STANDS[0] if span.high < other.low else STANDS[2]


def how(answer: Answer, given: Given) -> str:
    """How a number is known, or what is missing for it."""
    if answer.span:
        return answer.said
    return LACKS.format(missing(answer, given)) if answer.missing else ONLY


def numbers(placed: Placed) -> list[tuple[str, str, str]]:
    """The tests of a sum: title, value with ends, and what it is set beside, or why there is none."""
    given = placed.given
    known = {*given.inputs, *(name for name, answer in placed.answers.items() if answer.span)}
    rows = []
    for name in BY_EYE:
        answer = placed.answers[name]
        if name in SHOWN_WITH and SHOWN_WITH[name] not in known:
            continue
        text = spanned(answer.span, answer.number.unit) if answer.span else NONE
        rows.append((answer.number.title, text, (answer.span and beside(placed, name)) or how(answer, given)))
    return rows


def costs(placed: Placed) -> list[tuple[str, str, str, str]]:
    """The costs: title, basis, value with ends, and how it is known, or why it is not."""
    rows = []
    for name in COSTS:
        answer = placed.answers[name]
        text = spanned(answer.span, "USD") if answer.span else NONE
        mark = " ←" if name in placed.fits else ""
        rows.append((answer.number.title, answer.number.basis, text + mark, how(answer, placed.given)))
    return rows


def title(placed: Placed) -> str:
    """What is placed, in a line."""
    given = placed.given
    of = f"{given.name}, {BOUNDARIES[given.boundary]}"
    return f"{verdict.money(given.inputs['amount'])}: {of}" if "amount" in given.inputs else of


def models(case: Any) -> list[tuple[str, str, str, str]]:
    """Every model of the report: identifier, name, developer and day of release."""
    rows = case.data.table("models")
    return [(row.model_id, row.model, row.developer, f"{row.release_date:%Y-%m-%d}") for row in rows.itertuples()]


def known(given: Given) -> str:
    """What is known of a run, in a line; "" if nothing is."""
    parts = [
        text.format(words.amount(given.inputs[name].value, unit))
        for name, (unit, text) in KNOWN.items()
        if name in given.inputs
    ]
    return "; ".join(part for part in (*parts, given.gpu_id, given.when) if part)


def hours(placed: Placed) -> str:
    """GPU-hours with their ends, and how they are known; "" where they are not."""
    answer = placed.answers["chip_hours"]
    if not answer.span:
        return ""
    said = answer.said or placed.given.read_as or placed.answers["chip_hours_known"].said
    return f"{answer.number.title}: {spanned(answer.span, answer.number.unit)}, {said}"


def lines(placed: Placed) -> list[str]:
    """The hours and prices behind the costs, the verdict and the sentence, a line each."""
    prices = [f"{PRICES[name]}: {said}" for name, said in placed.given.prices.items()]
    prices = [line for line in (hours(placed), *prices) if line]
    if placed.verdict == "nothing_told":
        return prices
    return [*prices, f"Verdict: {VERDICTS[placed.verdict].means}", *placed.slips, f"To print: {placed.sentence}"]

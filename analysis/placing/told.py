"""A placed sum in words: five numbers, the costs with their ends, the verdict and the sentence."""

from __future__ import annotations

from typing import Any

from analysis import words
from analysis.placing import verdict
from analysis.placing.given import Given
from analysis.placing.numbers import BOUNDARIES, COSTS, Answer, Span
from analysis.placing.verdict import VERDICTS, Placed, missing

# Tests of a sum by eye, in the order in which they are shown, and what each is set beside.
FIVE = {
    "implied_rent": "rent",
    "implied_days": "days",
    "implied_gpus": "gpus",
    "mfu": "plausible_mfu",
    "implied_w": "nameplate_w",
}

# Outside this an MFU is no run that anybody has published.
PLAUSIBLE_MFU = Span(0.15, 0.35, 0.55)


def spanned(span: Span, unit: str) -> str:
    """A number with its ends: "$5.6 million ($3.6 million to $9.5 million)"."""
    if span.certain:
        return words.amount(span.value, unit, significant=3)
    ends = (words.amount(end, unit, significant=2) for end in (span.low, span.high))
    return f"{words.amount(span.value, unit, significant=2)} ({words.THIN_RANGE.join(ends)})"


def beside(placed: Placed, name: str) -> str:
    """What one of FIVE is set beside, in words; "" where that is not known."""
    other = FIVE[name]
    if other == "plausible_mfu":
        return f"runs that are published lie between {spanned_ends(PLAUSIBLE_MFU, 'fraction')}"
    found = placed.given.inputs.get(other) or (placed.answers[other].span if other in placed.answers else None)
    if not found:
        return ""
    unit = placed.answers[name].number.unit
    return f"{BESIDE[other]} {spanned(found, unit)}"


BESIDE = {"rent": "rents were", "days": "the run took", "gpus": "the run is on", "nameplate_w": "nameplate gives"}


def spanned_ends(span: Span, unit: str) -> str:
    """The ends of a number: "15 % and 55 %"."""
    return " and ".join(words.amount(end, unit, significant=2) for end in (span.low, span.high))


def how(answer: Answer, given: Given) -> str:
    """How a number is known, or what is missing for it."""
    if answer.span:
        return answer.said
    if answer.missing:
        return f"cannot be computed: needs {missing(answer)}"
    return "makes no sense of a stage or a fine-tune"


def numbers(placed: Placed) -> list[tuple[str, str, str]]:
    """The five numbers: title, value with ends, and what it is set beside, or why there is none."""
    rows = []
    for name in FIVE:
        answer = placed.answers[name]
        text = spanned(answer.span, answer.number.unit) if answer.span else "–"
        rows.append((answer.number.title, text, beside(placed, name) if answer.span else how(answer, placed.given)))
    return rows


def costs(placed: Placed) -> list[tuple[str, str, str]]:
    """The costs: title, value with ends, and how it is known, or why it is not."""
    rows = []
    for name in COSTS:
        answer = placed.answers[name]
        text = spanned(answer.span, "USD") if answer.span else "–"
        mark = " ←" if name in placed.fits else ""
        rows.append((answer.number.title, text + mark, how(answer, placed.given)))
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


def lines(placed: Placed) -> list[str]:
    """The prices, the verdict and the sentence, a line each."""
    prices = [f"{PRICES[name]}: {said}" for name, said in placed.given.prices.items()]
    if placed.verdict == "nothing_told":
        return prices
    return [*prices, f"Verdict: {VERDICTS[placed.verdict]}", *placed.slips, f"To print: {placed.sentence}"]


PRICES = {"rent": "Rent", "server_price": "Server"}

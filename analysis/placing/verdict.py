"""Which cost a sum can be, by rules, and the sentence that stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from analysis import words
from analysis.placing.given import Given
from analysis.placing.numbers import BOUNDARIES, COSTS, FINE_TUNE, STAGE, Answer, Span, worked_out

TITLES = {
    "rental_usd": "the rent of its GPU-hours",
    "amortised_usd": "what its hardware lost in value, with energy",
    "acquisition_usd": "buying its GPUs with servers and network",
    "chips_usd": "buying its bare GPUs",
    "rd_compute_usd": "the research compute behind it",
}

# Verdict -> what it means. The first whose test holds is given, in this order.
VERDICTS = {
    "other_quantity": "A sum for something else than a run: it is none of the four costs.",
    "nothing_told": "No sum was given, so there is nothing to place.",
    "cannot_be_placed": "Too little is known of the run to work out any of the four costs.",
    "stage_only": "It has the size of the rent of this stage alone; its base is not in it.",
    "several": "More than one cost has this size.",
    "one": "One cost has this size.",
    "none": "None of the four costs has this size.",
}
_OTHER = ("family", "company_year", "cluster", "allocation", "serving", "price")

# Slips by a whole factor: what happened if the sum is so many times too large, and if it is too small.
SLIPS = (
    (
        8.0,
        "the price of a server of eight was taken for that of one GPU",
        "the price of one GPU was taken for a server's",
    ),
    (24.0, "days were counted as hours in its price", "hours were counted as days"),
    (12.0, "a year was taken for a month", "a month was taken for a year"),
    (1000.0, "a thousand was taken for one", "thousands were dropped"),
)


@dataclass(frozen=True)
class Placed:
    """A sum of money, placed.

    answers: every number by name
    fits:    names of the costs that have its size
    verdict: a key of VERDICTS
    where:   below, between or above which of them it lies, where none fits
    slips:   what would make it fit a rent, in words
    """

    given: Given
    answers: Mapping[str, Answer]
    fits: tuple[str, ...]
    verdict: str
    where: str
    slips: tuple[str, ...]
    sentence: str


def place(given: Given, cny_per_usd: float = 0.0) -> Placed:
    """What the sum of `given` can be."""
    answers = worked_out(given.inputs, given.boundary)
    amount = given.inputs.get("amount")
    spans = {name: span for name in COSTS if (span := answers[name].span)}
    fits = tuple(name for name, span in spans.items() if amount and amount.meets(span))
    verdict = _verdict(given, spans, fits)
    where = _where(amount, spans) if verdict == "none" and amount else ""
    slips = _slips(amount, spans.get("rental_usd"), cny_per_usd) if verdict == "none" and amount else ()
    return Placed(given, answers, fits, verdict, where, slips, _sentence(given, answers, fits, verdict, where))


def _verdict(given: Given, spans: Mapping[str, Span], fits: tuple[str, ...]) -> str:
    tests = {
        "other_quantity": given.boundary in _OTHER,
        "nothing_told": "amount" not in given.inputs,
        "cannot_be_placed": not spans,
        "stage_only": given.boundary in (STAGE, FINE_TUNE) and "rental_usd" in fits,
        "several": len(fits) > 1,
        "one": len(fits) == 1,
        "none": True,
    }
    return next(verdict for verdict in VERDICTS if tests[verdict])


def _where(amount: Span, spans: Mapping[str, Span]) -> str:
    under = [name for name, span in spans.items() if span.high < amount.low]
    above = [name for name, span in spans.items() if span.low > amount.high]
    parts = []
    if under:
        parts.append(f"above {TITLES[max(under, key=lambda name: spans[name].high)]}")
    if above:
        parts.append(f"below {TITLES[min(above, key=lambda name: spans[name].low)]}")
    return " and ".join(parts)


def _slips(amount: Span, rental: Span | None, cny_per_usd: float) -> tuple[str, ...]:
    if not rental:
        return ()
    yuan = ((cny_per_usd, "yuan were told as dollars", "dollars were told as yuan"),) if cny_per_usd else ()
    found = []
    for factor, large, small in (*SLIPS, *yuan):
        for times, text in ((1 / factor, large), (factor, small)):
            if Span(amount.low * times, amount.value * times, amount.high * times).meets(rental):
                found.append(f"It would fit a rent if {text}.")
    return tuple(found)


# Verdict -> the sentence that can be printed.
SENTENCES = {
    "other_quantity": "{amount} is told of {boundary}, and is not what a training run of {name} cost.",
    "nothing_told": "",
    "cannot_be_placed": "{amount} is said of {name}; what it counts cannot be checked, since {lacking}.",
    "stage_only": "{amount} is the size of the rent of this stage of {name}{hours}{price}; its base is not in it.",
    "several": "{amount} is the size of {told}{hours}{price}, for {name}.",
    "one": "{amount} is the size of {told}{hours}{price}, for {name}.",
    "none": "{amount} is {where}, for {name}: none of the costs that follow from what is known has this size.",
}
LACKING = "neither GPU-hours, nor GPUs and days, nor size and tokens with a chip, are known"


def _sentence(given: Given, answers: Mapping[str, Answer], fits: tuple[str, ...], verdict: str, where: str) -> str:
    hours, rent = answers["chip_hours"].span, answers["implied_rent"].span
    # No sum stands for an hour unless hours are known.
    return SENTENCES[verdict].format(
        amount=money(given.inputs["amount"]) if "amount" in given.inputs else "",
        name=given.name,
        boundary=BOUNDARIES[given.boundary],
        lacking=f"{missing(answers['rental_usd'])} was not found" if hours else LACKING,
        told=" or ".join(TITLES[cost] for cost in fits),
        hours=f" for {words.amount(hours.value, 'GPU-hour')} GPU-hours" if hours else "",
        price=f", at {words.amount(rent.value, 'USD/GPU-hour')} an hour" if rent else "",
        where=where,
    )


# What an input is called where it is missing.
INPUTS = {
    "chip_hours_known": "GPU-hours",
    "chip_hours_given": "GPU-hours",
    "chip_hours": "GPU-hours",
    "flop": "size and tokens",
    "flop_given": "size and tokens",
    "gpus": "a count of GPUs",
    "gpus_given": "a count of GPUs",
    "days_given": "days",
    "peak_tflops": "the chip",
    "rent": "a rent of this chip at that time",
    "server_price": "a price of this chip's server",
    "age_years": "the age of the chips",
    "amount": "a sum",
    "energy_given": "an energy",
    "rental_usd": "a rented run",
    "implied_hours": "a sum and a rent",
    "active_parameters": "size and tokens",
    "tokens": "size and tokens",
    "chip_tdp_w": "the chip",
    "server_to_chip_power_ratio": "the chip",
    "server_kw": "the chip",
    "energy_kwh": "the chip",
}


def missing(answer: Answer) -> str:
    """What a number lacks, in words."""
    return " and ".join(dict.fromkeys(INPUTS[name] for name in answer.missing))


def money(span: Span) -> str:
    """A sum in words."""
    return words.amount(span.value, "USD")

"""Which cost a sum can be, by rules, and the sentence that stands. The page that checks a claim has the same tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from analysis import costs, words, written
from analysis.placing.given import READINGS, Given, Sum
from analysis.placing.numbers import BOUNDARIES, COSTS, Answer, Span, worked_out

TABLES = written.toml_of(Path(__file__).with_suffix(".toml"))

# A cost as a sentence has it.
TITLES: dict[str, str] = TABLES["titles"]
# The same without numbers, where a sum is said to lie above or below it.
SHORT = {**TITLES, "rental_usd": "the rent of its GPU-hours"}


@dataclass(frozen=True)
class Verdict:
    """A verdict: what it means, the sentence that can be printed, and when it holds.

    boundaries: what the sum must be said to count; anything, if none is named
    told:       whether a sum is given
    known:      whether any cost is known
    fits:       a cost that must be among those that have its size
    least:      how many have its size, at least
    """

    means: str
    sentence: str
    boundaries: tuple[str, ...] = ()
    told: bool = True
    known: bool = True
    fits: str = ""
    least: int = 0

    def holds(self, boundary: str, told: bool, known: bool, fits: tuple[str, ...]) -> bool:
        return (
            (boundary in self.boundaries or not self.boundaries)
            and told == self.told
            and (known or not self.known)
            and (self.fits in fits or not self.fits)
            and len(fits) >= self.least
        )


# The first that holds is given.
VERDICTS = {name: Verdict(**each) for name, each in TABLES["verdicts"].items()}
# What an input is called where it is missing.
INPUTS: dict[str, str] = TABLES["inputs"]
# A factor, and what happened if a sum is so many times too large, and if it is too small.
SLIPS: list[tuple[float, str, str]] = TABLES["slips"]
SLIP = "It would fit a rent if {0}."


@dataclass(frozen=True)
class Placed:
    """A sum of money, placed.

    answers: every number by name
    fits:    names of the costs that have its size
    verdict: a key of VERDICTS
    where:   above and below which of them it lies, where none fits
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
    holding = (name for name, each in VERDICTS.items() if each.holds(given.boundary, bool(amount), bool(spans), fits))
    verdict = next(holding)
    where = _where(amount, spans) if verdict == "none" and amount else ""
    slips = _slips(amount, spans.get("rental_usd"), cny_per_usd) if verdict == "none" and amount else ()
    return Placed(given, answers, fits, verdict, where, slips, _sentence(given, answers, fits, verdict, where))


def _where(amount: Span, spans: Mapping[str, Span]) -> str:
    under = [name for name, span in spans.items() if span.high < amount.low]
    above = [name for name, span in spans.items() if span.low > amount.high]
    parts = []
    if under:
        parts.append(f"above {SHORT[max(under, key=lambda name: spans[name].high)]}")
    if above:
        parts.append(f"below {SHORT[min(above, key=lambda name: spans[name].low)]}")
    return " and ".join(parts)


def slips(cny_per_usd: float) -> tuple[tuple[float, str, str], ...]:
    """SLIPS, with that of the currency where its rate is known."""
    yuan = ((cny_per_usd, "yuan were taken for dollars", "dollars were taken for yuan"),) if cny_per_usd else ()
    return (*SLIPS, *yuan)


def _slips(amount: Span, rental: Span | None, cny_per_usd: float) -> tuple[str, ...]:
    found = []
    for factor, large, small in slips(cny_per_usd) if rental else ():
        for times, text in ((1 / factor, large), (factor, small)):
            if rental and Span(amount.low * times, amount.value * times, amount.high * times).meets(rental):
                found.append(SLIP.format(text))
    return tuple(found)


# Before hours that follow from arithmetic at an MFU that nobody has told, and as many digits as they bear.
ROUGHLY, ROUGH_DIGITS = "roughly ", 2
# Hours of a row that are so read are told with that word.
GUESSED = ("estimated", "assumed")


def _hours(hours: Span, read_as: str) -> str:
    if not hours.certain:
        return ROUGHLY + words.amount(hours.value, "GPU-hour", significant=ROUGH_DIGITS)
    return (f"{read_as} " if read_as in GUESSED else "") + words.amount(hours.value, "GPU-hour")


def _lacking(given: Given, answers: Mapping[str, Answer]) -> str:
    if answers["chip_hours"].span:
        return UNKNOWN.format(missing(answers["rental_usd"], given))
    return UNKNOWN.format(NO_CHIP) if answers["flop"].span and not given.gpu_id else LACKING


LACKING = "neither GPU-hours, nor GPUs and days, nor size and tokens with a chip, are known"
UNKNOWN = "{0} is not known"


def _sentence(given: Given, answers: Mapping[str, Answer], fits: tuple[str, ...], verdict: str, where: str) -> str:
    hours, amount = answers["chip_hours"].span, given.inputs.get("amount")
    numbers = {
        "hours": _hours(hours, given.read_as) if hours else "",
        "price": price(amount, hours) if amount and hours else "",
    }
    text = VERDICTS[verdict].sentence.format(
        amount=money(amount) if amount else "",
        name=given.name,
        boundary=BOUNDARIES[given.boundary],
        lacking=_lacking(given, answers),
        told=", or of ".join(TITLES[cost].format(**numbers) for cost in fits),
        rent=TITLES["rental_usd"].format(**numbers),
        where=where,
    )
    return text[:1].upper() + text[1:]


# These follow from a chip and a half-year: where one of the two is not known, it is what is missing.
OF_CHIP = ("rent", "server_price", "age_years", "implied_hours")
NO_CHIP, NO_TIME = "the chip", "the half-year"


def missing(answer: Answer, given: Given) -> str:
    """What a number lacks, in words."""
    instead = NO_CHIP if not given.gpu_id else "" if given.when else NO_TIME
    names = [instead if instead and name in OF_CHIP else INPUTS[name] for name in answer.missing]
    return words.label("", list(dict.fromkeys(names)))


def money(amount: Span) -> str:
    """A sum in words."""
    return amount.said if isinstance(amount, Sum) else words.amount(amount.value, "USD")


def price(amount: Span, hours: Span) -> str:
    """The price of an hour that a sum would pay, as the sum is told: "$1.90 to $10.95", "$1.75 or more"."""
    told, reading = (amount.told, amount.reading) if isinstance(amount, Sum) else ((amount.value,), "about")
    prices = (words.amount(costs.implied_usd_per_gpu_hour(each, hours.value), "USD/GPU-hour") for each in told)
    return words.THIN_RANGE.join(dict.fromkeys(prices)) + READINGS[reading][2]

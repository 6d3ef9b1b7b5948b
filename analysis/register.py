"""Claims in circulation, judged by rule: a row of data/register.csv and what its amount can be, to a verdict.

The row says what was found of a claim: what it counts, who gave it, what denies it. `placing` says which cost has its
size by what is known of the run. TESTS turn both into a verdict: the first that holds is given, so that what was found
of a source goes before size. A total of the right size proves none of its factors, and nobody's payment.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from analysis import placing, words, written
from analysis.placing.given import READINGS, Sum
from analysis.placing.numbers import BOUNDARIES, FINE_TUNE, NUMBERS, STAGE, Span
from analysis.placing.verdict import Placed

Row = Mapping[str, Any]

BASES = {number.name: number.basis for number in NUMBERS if number.basis}

SAID = written.toml_of(Path(__file__).with_suffix(".toml"))
# Unit -> its unit for `words.amount`, what stands after the amount, and what such an amount is, where it is no cost.
UNITS: dict[str, list[str]] = SAID["units"]
# Kind of confusion -> its short name, and what it is.
CONFUSIONS: dict[str, list[str]] = SAID["confusions"]

# What of a row is a number of the run: column -> name in `placing`, and its factor.
INPUTS = {
    "chip_hours": ("chip_hours", 1.0),
    "gpus": ("gpus", 1.0),
    "days": ("days", 1.0),
    "params_active_b": ("active_parameters", 1e9),
    "tokens_t": ("tokens", 1e12),
    "energy_gwh": ("energy", 1e6),
}


@dataclass(frozen=True)
class Rule:
    """A verdict, what it means, its badge's look, and when it holds of a row and its placed amount (None: no sum)."""

    title: str
    means: str
    look: str
    holds: Callable[[Row, Placed | None], bool]
    why: Callable[[Row, Placed | None], str]


def _size(row: Row, placed: Placed | None) -> str:
    return placed.sentence if placed else ""


def _unsupported(row: Row, placed: Placed | None) -> str:
    disowned = f"Disowned: {row['disowned_by']}." if row["disowned_by"] else ""
    return " ".join(filter(None, (SAID["origins"][row["origin"]], disowned)))


def _other(row: Row, placed: Placed | None) -> str:
    return UNITS[row["unit"]][2] or f"It counts {BOUNDARIES[row['boundary']]}, and not one run."


def _stage_only(row: Row, placed: Placed | None) -> str:
    return f"It counts {BOUNDARIES[row['boundary']]}; the base is {row['base']}. {_size(row, placed)}"


def _is_ambiguous(row: Row, placed: Placed | None) -> bool:
    fits = fitting(row, placed)
    return len(fits) > 1 or (row["boundary"] == "not_said" and not fits)


def _ambiguous(row: Row, placed: Placed | None) -> str:
    return ("What it counts was not said. " if row["boundary"] == "not_said" else "") + _size(row, placed)


def _fits_none(row: Row, placed: Placed | None) -> str:
    other = placed is not None and placed.verdict != "none"
    return (f"Its source speaks of the {row['basis_said']} basis, which it does not fit. " if other else "") + _size(
        row, placed
    )


def _known(row: Row, placed: Placed) -> bool:
    """Whether a cost of the basis that the source names is known; a rent where it names none."""
    return any(placed.answers[name].span for name, basis in BASES.items() if basis == (row["basis_said"] or "rental"))


def _no_verdict(row: Row, placed: Placed | None) -> str:
    unknown = "" if placed and placed.verdict == "cannot_be_placed" else "What it would be cannot be worked out. "
    return unknown + _size(row, placed)


def _found(column: str, form: str) -> tuple[Callable[[Row, Placed | None], Any], ...]:
    return lambda row, _: bool(row[column]), lambda row, _: form.format(row[column])


def fitting(row: Row, placed: Placed | None) -> tuple[str, ...]:
    """Costs that have the amount's size; of the basis which the source names alone, where it names one."""
    fits = placed.fits if placed else ()
    return tuple(name for name in fits if row["basis_said"] in ("", BASES[name]))


# Verdict -> whether it holds, and why; the first that holds is given.
TESTS: dict[str, tuple[Callable[[Row, Placed | None], Any], ...]] = {
    "fabricated": _found("invented_because", "{0}."),
    "contradicted": _found("contradicted_by", "{0}."),
    "misattributed": _found("belongs_to", "It belongs to {0}."),
    "unsupported": (lambda row, _: bool(SAID["origins"][row["origin"]] or row["disowned_by"]), _unsupported),
    "other_quantity": (lambda _, placed: placed is None or placed.verdict == "other_quantity", _other),
    "stage_only": (lambda row, _: row["boundary"] in (STAGE, FINE_TUNE), _stage_only),
    "ambiguous": (_is_ambiguous, _ambiguous),
    "fits_basis": (lambda row, placed: len(fitting(row, placed)) == 1, _size),
    "fits_none": (lambda row, placed: placed is not None and _known(row, placed), _fits_none),
    "no_verdict": (lambda *_: True, _no_verdict),
}
RULES = {name: Rule(**SAID["rules"][name], holds=holds, why=why) for name, (holds, why) in TESTS.items()}


@dataclass(frozen=True)
class Judged:
    """A claim with what its amount can be, its verdict and the reason."""

    row: Row
    placed: Placed | None
    verdict: str
    reason: str

    @property
    def rule(self) -> Rule:
        return RULES[self.verdict]


def amount(row: Row) -> str:
    """An amount as a sentence has it: "over $100 million", "161,280 GPU-hours"."""
    unit, after, _ = UNITS[row["unit"]]
    digits = 4 if unit == "USD" else 6
    ends = [words.amount(end, unit, significant=digits) for end in _told(row)]
    before = f"{side} " if (side := _reading(row)) in ("over", "under") else ""
    return before + words.THIN_RANGE.join(ends) + after


def _reading(row: Row) -> str:
    """How an amount is told, a key of READINGS, by where it lies between its ends."""
    low, value, high = row["low"], row["value"], row["high"]
    if low < high and value in (low, high):
        return "over" if value == low else "under"
    return "between" if high > 2 * low else "about"


def _told(row: Row) -> tuple[float, ...]:
    """The number that is told, or both ends of a range."""
    return (row["low"], row["high"]) if _reading(row) == "between" else (row["value"],)


def placed(case: Any, row: Row) -> Placed | None:
    """What an amount of dollars can be; None for what is no such sum.

    The rents are those of the price book, widened to the rent that the claim's source says it used.
    """
    if row["unit"] != "USD":
        return None
    numbers = {name: row[column] * factor for column, (name, factor) in INPUTS.items() if row[column] == row[column]}
    given = placing.asked(case, row["model_id"], numbers, row["gpu_id"], row["half_year"], row["model"])
    if row["usd_per_gpu_hour"] == row["usd_per_gpu_hour"]:
        named = Span.of(row["usd_per_gpu_hour"])
        book = given.inputs.get("rent", named)
        widened = Span(min(book.low, named.low), book.value, max(book.high, named.high))
        given = replace(given, inputs={**given.inputs, "rent": widened})
    ends, reading = _told(row), _reading(row)
    said = READINGS[reading][0].format(*(words.amount(end, "USD") for end in ends))
    told = Sum(row["low"], row["value"], row["high"], said, reading, ends)
    return placing.place(given.about(told, row["boundary"]))


def judged(row: Row, found: Placed | None) -> Judged:
    """The verdict on a row, by the first rule that holds."""
    verdict = next(name for name, rule in RULES.items() if rule.holds(row, found))
    return Judged(row, found, verdict, RULES[verdict].why(row, found).strip())


def register(case: Any) -> dict[str, Judged]:
    """Every claim of data/register.csv with its verdict."""
    rows = case.data.chosen("register", case.data.table("register")).to_dict("records")
    return {row["claim_id"]: judged(row, placed(case, row)) for row in rows}

"""Claims in circulation, judged by rule: a row of data/register.csv and what its amount can be, to a verdict.

The row says what was found of a claim: what it counts, who gave it, what denies it. `placing` says which cost has its
size by what is known of the run. RULES turn both into a verdict: the first that holds is given, so that what was found
of a source goes before size. A total of the right size proves none of its factors, and nobody's payment.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from analysis import placing, words
from analysis.placing.given import READINGS, Sum
from analysis.placing.numbers import BOUNDARIES, FINE_TUNE, NUMBERS, STAGE, Span
from analysis.placing.verdict import Placed

Row = Mapping[str, Any]

BASES = {number.name: number.basis for number in NUMBERS if number.basis}

# Unit -> its unit for `words.amount`, what stands after the amount, and what such an amount is, where it is no cost.
UNITS = {
    "USD": ("USD", "", ""),
    "USD per year": ("USD", " a year", "It is a sum of a year, for all that a company did in it."),
    "USD per day": ("USD", " a day", "It is a sum of a day."),
    "USD per million tokens": ("USD", " a million tokens", "It is a price of use."),
    "CNY per trillion tokens": ("CNY", " a trillion tokens", "It is a rate, and no sum."),
    "GPU-hours": ("GPU-hours", " GPU-hours", "It is hours, and no money."),
    "GPUs": ("GPUs", " GPUs", "It is a count of chips, and no money."),
    "share of hours": ("fraction", " of another model's GPU-hours", "It is a share of hours, and no money."),
}

# Origin -> what is wrong with it; "" for one that can be followed up.
ORIGINS = {
    "own_words": "",
    "worked_out": "",
    "unnamed": "One source that is not named.",
    "none": "No source is given.",
}

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
    """A verdict, what it means, and when it holds of a row and its placed amount (None for what is no sum)."""

    title: str
    means: str
    holds: Callable[[Row, Placed | None], bool]
    why: Callable[[Row, Placed | None], str]


def _size(row: Row, placed: Placed | None) -> str:
    return placed.sentence if placed else ""


def _unsupported(row: Row, placed: Placed | None) -> str:
    disowned = f"Disowned: {row['disowned_by']}." if row["disowned_by"] else ""
    return " ".join(filter(None, (ORIGINS[row["origin"]], disowned)))


def _other(row: Row, placed: Placed | None) -> str:
    return UNITS[row["unit"]][2] or f"It counts {BOUNDARIES[row['boundary']]}, and not one run."


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


def _found(column: str, form: str) -> dict[str, Callable[[Row, Placed | None], Any]]:
    return {"holds": lambda row, _: bool(row[column]), "why": lambda row, _: form.format(row[column])}


def fitting(row: Row, placed: Placed | None) -> tuple[str, ...]:
    """Costs that have the amount's size; of the basis which the source names alone, where it names one."""
    fits = placed.fits if placed else ()
    return tuple(name for name in fits if row["basis_said"] in ("", BASES[name]))


RULES = {
    "fabricated": Rule(
        "fabricated", "Invented: the text contradicts itself or the facts.", **_found("invented_because", "{0}.")
    ),
    "contradicted": Rule("contradicted", "A better source denies it.", **_found("contradicted_by", "{0}.")),
    "misattributed": Rule(
        "misattributed", "The amount belongs to another model or thing.", **_found("belongs_to", "It belongs to {0}.")
    ),
    "unsupported": Rule(
        "unsupported",
        "No source, an unnamed one, or one that the developer disowns.",
        lambda row, _: bool(ORIGINS[row["origin"]] or row["disowned_by"]),
        _unsupported,
    ),
    "other_quantity": Rule(
        "another quantity",
        "True or plausible, but not what training a model cost: a year, hours, a count, a family, a price.",
        lambda row, placed: placed is None or placed.verdict == "other_quantity",
        _other,
    ),
    "stage_only": Rule(
        "stage only",
        "It counts one stage or a fine-tune; the base on which that builds is not in it.",
        lambda row, _: row["boundary"] in (STAGE, FINE_TUNE),
        lambda row, placed: f"It counts {BOUNDARIES[row['boundary']]}; the base is {row['base']}. {_size(row, placed)}",
    ),
    "ambiguous": Rule(
        "ambiguous",
        "What it counts was not said, or more than one cost has its size.",
        lambda row, placed: (
            (row["boundary"] == "not_said" and not fitting(row, placed)) or len(fitting(row, placed)) > 1
        ),
        lambda row, placed: (
            f"What it counts was not said. {_size(row, placed)}"
            if row["boundary"] == "not_said"
            else _size(row, placed)
        ),
    ),
    "fits_basis": Rule(
        "fits a cost",
        "By what is disclosed, leaked or estimated, it has the size of one cost, or of the one that its source "
        "speaks of. Nobody need have paid it.",
        lambda row, placed: len(fitting(row, placed)) == 1,
        _size,
    ),
    "fits_none": Rule(
        "fits no cost",
        "By what is known of the run, none of the costs has its size, or not the one that its source speaks of.",
        lambda row, placed: placed is not None and _known(row, placed),
        _fits_none,
    ),
    "no_verdict": Rule(
        "no verdict", "Too little is known to work out the cost that it would be.", lambda row, _: True, _no_verdict
    ),
}

# Kind of confusion -> its short name, and what it is.
CONFUSIONS = {
    "list_v_paid": (
        "price not paid",
        "A list price or an assumed one presented as money paid; the choice of price makes the sum",
    ),
    "bases_mixed": ("two bases", "Two sums of different basis, boundary or year set side by side"),
    "run_v_programme": ("run or programme", "A final run against research, staff or a family of models"),
    "stage_v_run": ("stage as run", "One stage presented as the run"),
    "finetune_v_base": ("fine-tune as model", "A fine-tune of somebody else's base presented as the whole model"),
    "scope_unstated": ("no scope", "Nobody said what is counted"),
    "model_v_model": ("another model", "The figure of another model or version"),
    "invented": ("no source", "No source behind it"),
    "digits_units": ("digits or units", "Digits, units, chip or days garbled"),
    "year_v_total": ("rate as total", "A year, a day or a unit rate presented as a model's total"),
    "flop_or_hours_v_dollars": ("hours into dollars", "Hours, FLOP or ratios turned into dollars by somebody else"),
    "inference_v_training": ("serving as training", "The cost of answering users presented as training"),
    "owned_v_used": ("owned or used", "GPUs owned against GPUs or hours used"),
    "company_money_v_model": ("company's money", "A company's money presented as a model's cost"),
    "rent_v_purchase": ("rent or purchase", "A price of hardware against the rent of its hours"),
    "forecast_v_fact": ("forecast as fact", "A forecast or a rule of thumb presented as a fact"),
    "price_v_cost": ("price as cost", "A selling price called a cost"),
}


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

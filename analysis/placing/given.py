"""What is known of a run: from a row of data/models.csv, or as somebody types it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from analysis import claims, parameters, words, written
from analysis.placing import book
from analysis.placing.numbers import BOUNDARIES, Span
from analysis.quantities.rents import half_year
from analysis.reconciliation import epoch
from analysis.uncertainty import range_around
from analysis.untrusted import shown, unknown

# MFU where none is known. Large runs that are published lie between the ends.
MFU = Span(0.20, 0.35, 0.50)

# The share of a final run, which has its range wherever a programme is worked out.
SHARE = "final_run_share_of_rd_compute"

# The assumption that is the age of a run's chips, by model.
AGE = {"dsv3": "h800_years_in_service"}

TABLES = written.toml_of(Path(__file__).with_suffix(".toml"))
LIMITS: dict[str, tuple[str, float, float]] = TABLES["limits"]
INPUT: dict[str, str] = TABLES["input"]
REPLACED: list[tuple[list[str], str, list[str]]] = TABLES["replaced"]
READINGS: dict[str, tuple[str, list[float], str]] = TABLES["readings"]
BOUNDARY: dict[str, str] = TABLES["boundary"]

PRICED = ("rent", "server_price")
GIVEN = "given"
NAMELESS = "the run described"


@dataclass(frozen=True)
class Sum(Span):
    """A sum of money as it was told.

    said:    how a sentence says it: "more than $100 million"
    reading: a key of READINGS
    told:    the one number that was told, or the two
    """

    said: str
    reading: str
    told: tuple[float, ...]


class GivenError(parameters.ParameterError):
    """Something about a claim cannot be used; the message says what, why, and what is allowed."""


@dataclass(frozen=True)
class Given:
    """What is known of one run.

    name:     what it is called
    boundary: what a sum about it counts, a key of BOUNDARIES
    gpu_id:   the chip, "" where it is not known
    when:     the half-year of its prices, "" where it is not known
    inputs:   numbers by the names that `numbers.NUMBERS` asks for
    prices:   what the rent and the server's price rest on, in words
    read_as:  how sure the GPU-hours of a row are, as its `chip_hours_confidence` says; "" for hours that somebody gives
    """

    name: str
    boundary: str = "not_said"
    gpu_id: str = ""
    when: str = ""
    inputs: Mapping[str, Span] = field(default_factory=dict)
    prices: Mapping[str, str] = field(default_factory=dict)
    read_as: str = ""

    def about(self, amount: Span | None = None, boundary: str = "") -> Given:
        """The same with a sum of money that is said of it, and with what that is said to count."""
        if boundary and boundary not in BOUNDARIES:
            raise GivenError(f"{unknown('boundary', boundary, BOUNDARIES)} Known are {', '.join(BOUNDARIES)}.")
        told = {"amount": amount} if amount else {}
        return replace(self, boundary=boundary or self.boundary, inputs={**self.inputs, **told})


def checked(name: str, value: float) -> Span:
    """A number that was given, or GivenError."""
    unit, low, high = LIMITS[name]
    if not (math.isfinite(value) and low <= value <= high):
        raise GivenError(
            f"{name.replace('_', ' ')} is {shown(value)}; it must be a number from {low:g} to {high:g} ({unit})."
        )
    return Span.of(float(value))


def filled(cells: Mapping[str, Any]) -> dict[str, Span]:
    """Those cells of a row that hold a number."""
    return {name: Span.of(float(value)) for name, value in cells.items() if value == value}


def of_model(case: Any, model_id: str) -> Given:
    """What data/models.csv knows of a model."""
    return with_chip(case, *row(case, model_id))


def row(case: Any, model_id: str) -> tuple[Given, float]:
    """A row of data/models.csv without what its chip is and costs, and the age of its chips when the run begins."""
    known = case.data.records("models")
    if model_id not in known:
        raise GivenError(f"{unknown('model', model_id, known)} `report model` lists all.")
    row = case.data.model(model_id)
    cells = {
        "chip_hours_given": row.chip_hours,
        "gpus_given": row.hardware_quantity,
        "days_given": row.wall_hours / 24,
        "flop_given": row.train_flop,
        "active_parameters": row.params_active_b * 1e9,
        "tokens": row.tokens_t * 1e12,
    }
    inputs = filled(cells)
    gpu_id = row.gpu_id if isinstance(row.gpu_id, str) else ""
    if row.flop_from_hours == "yes":
        # It would confirm the hours from which it was made, whatever they are.
        inputs.pop("flop_given", None)
    dated = {"chip_hours_given", "gpus_given"} <= inputs.keys()
    if dated:
        # Days beside them are often those of one stage, or of all stops.
        inputs.pop("days_given", None)
    day = epoch.start_by_rule(case.data, model_id) if dated else row.release_date
    read_as = row.chip_hours_confidence if "chip_hours_given" in inputs else ""
    found = Given(row.model, BOUNDARY[row["scope"]], gpu_id, half_year(day), inputs, read_as=read_as)
    return found, _age_years(case, model_id) if dated and gpu_id else math.nan


def _age_years(case: Any, model_id: str) -> float:
    """Age of the hardware when a run begins: the case's assumption where it has one, else Epoch AI's rules."""
    if model_id in AGE:
        return float(getattr(case.point, AGE[model_id]))
    return epoch.age_by_rule_years(case.data, model_id)


def asked(
    case: Any, model_id: str, numbers: Mapping[str, float], gpu_id: str = "", when: str = "", name: str = ""
) -> Given:
    """A model of the report with what is given in place of what it has, or a run that is given alone.

    numbers: by the names of LIMITS, in its units; `mfu` in place of the range that is assumed
    when:    the half-year of its prices, such as 2025H1
    name:    what a run is called that is in no table
    """
    own = {INPUT.get(key, key): checked(key, value) for key, value in numbers.items()}
    if when and not book.HALF_YEAR.fullmatch(when):
        raise GivenError(f"{shown(when)} is no half-year. Write it as 2025H1 or 2025H2.")
    known, age_years = row(case, model_id) if model_id else (Given(named(name)), math.nan)
    gpu_id, when = gpu_id or known.gpu_id, when or known.when
    if (gpu_id, when) != (known.gpu_id, known.when):
        age_years = book.age_years(case, gpu_id, when)
    inputs = {**known.inputs, **own}
    for given, gone, needs in REPLACED:
        if gone not in own and numbers.keys() & set(given) and inputs.keys() >= set(needs):
            inputs.pop(gone, None)
    prices = {price: GIVEN for price in PRICED if price in own}
    read_as = known.read_as if "chip_hours_given" in inputs.keys() - own.keys() else ""
    return with_chip(case, Given(known.name, known.boundary, gpu_id, when, inputs, prices, read_as), age_years)


def named(name: str) -> str:
    """What somebody calls a run, in letters, digits and a few marks; NAMELESS where nothing is left."""
    kept = "".join(c if c.isalnum() or c in NAME_MARKS else " " for c in name[:200])
    return " ".join(kept.split())[:60].strip() or NAMELESS


NAME_MARKS = ".-+/()"


def with_chip(case: Any, given: Given, age_years: float = math.nan) -> Given:
    """The same with what its chip is and costs, and with the case's assumptions.

    age_years: age of the chip when the run begins; NaN where nobody knows it
    """
    inputs = {**assumptions(case), **given.inputs}
    prices = dict(given.prices)
    if given.gpu_id:
        inputs |= chip(case, given.gpu_id) | filled({"age_years": age_years})
        for name, found in book_prices(case, given.gpu_id, given.when).items():
            if name not in given.inputs:
                inputs[name], prices[name] = found.span, found.said
    return replace(given, inputs=inputs, prices=prices)


def chip(case: Any, gpu_id: str) -> dict[str, Span]:
    """What a chip of data/gpus.csv is."""
    rows = case.data.records("gpus")
    if gpu_id not in rows:
        raise GivenError(f"{unknown('chip', gpu_id, rows)} Known are {', '.join(rows)}.")
    gpu = case.data.gpu(gpu_id)
    cells = {
        "peak_tflops": gpu.peak_bf16_dense_tflops,
        "chip_tdp_w": gpu.tdp_w,
        "server_to_chip_power_ratio": gpu.server_to_chip_power_ratio,
    }
    return filled(cells)


def book_prices(case: Any, gpu_id: str, when: str) -> dict[str, book.Price]:
    """What a chip costs in a half-year, as far as the price book knows."""
    found = {"rent": book.rent(case, gpu_id, when), "server_price": book.server(case, gpu_id, when)}
    return {name: price for name, price in found.items() if price}


_SHARED = (
    *("interconnect_fraction", "load_fraction", "pue", "electricity_usd_per_kwh", "price_decline_oom_per_year"),
    "server_overhead_ratio",
)


def assumptions(case: Any) -> dict[str, Span]:
    """Assumptions that hold for every run: at their value, but for the share of a final run, which has its range."""
    value = float(getattr(case.point, SHARE))
    low, high = range_around(case.known[SHARE], value)
    return {
        **{name: Span.of(float(getattr(case.point, name))) for name in _SHARED},
        "final_run_share": Span(float(low), value, float(high)),
        "mfu_assumed": MFU,
    }


def needs(case: Any) -> list[str]:
    """Names of the assumptions on which what is known of some run may depend."""
    prices = case.data.table("fleet").price_parameter
    return sorted({*_SHARED, SHARE, *book.RENT.values(), *AGE.values(), *prices})


def amount_of(text: str) -> Sum:
    """A sum as somebody writes it: "4.6e6", "$4.6 million", "over $100 million", "4 to 23 million", "under 2 million".

    A plain number is that number; with a word it is read as what its digits allow, and a floor or a ceiling as READINGS
    says.
    """
    bare = text.strip()
    try:
        number = checked("amount", float(bare))
        return Sum(number.low, number.value, number.high, words.amount(number.value, "USD"), "about", (number.value,))
    except ValueError:
        pass
    try:
        ranged = " to " in bare and not bare.startswith("up to ")
        found = _between(bare) if ranged or bare.startswith("between ") else _one(bare)
    except ValueError:
        raise GivenError(
            f'{shown(text)} is not a sum of money. Write it as 4600000, 4.6e6, "4.6 million", "over 100 million" or '
            '"4 to 23 million", in dollars. (A shell takes "$4" for something else: leave the sign out.)'
        ) from None
    checked("amount", found.value)
    return found


def _one(text: str) -> Sum:
    told = claims.printed(text)
    side = "over" if text.startswith(_FLOOR) else "under" if text.startswith(_CEILING) else "about"
    said, times, _ = READINGS[side]
    low, high = [told.value * each for each in times] or [told.value - told.below, told.value + told.above]
    return Sum(low, told.value, high, said.format(words.amount(told.value, "USD")), side, (told.value,))


_FLOOR, _CEILING = ("over", "more than", "at least"), ("under", "less than", "up to", "at most")


def _between(text: str) -> Sum:
    low, high = claims.two_ends(text)
    told = low.value, high.value
    said = READINGS["between"][0].format(*(words.amount(end, "USD") for end in told))
    return Sum(low.value - low.below, sum(told) / 2, high.value + high.above, said, "between", told)

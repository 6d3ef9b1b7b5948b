"""What is known of a run: from a row of data/models.csv, or as somebody types it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from analysis import claims, parameters
from analysis.placing import book
from analysis.placing.numbers import BOUNDARIES, RUN, STAGE, Span
from analysis.reconciliation import epoch
from analysis.uncertainty import range_around
from analysis.untrusted import shown, unknown

# MFU where none is known. Large runs that are published lie between the ends.
MFU = Span(0.20, 0.35, 0.50)

# The assumption that is the age of a run's chips, by model.
AGE = {"dsv3": "h800_years_in_service"}

# What may be given, with its unit, and what is accepted at all.
LIMITS = {
    "amount": ("USD", 1.0, 1e13),
    "chip_hours": ("hours", 1e-3, 1e11),
    "gpus": ("GPUs", 1, 1e8),
    "days": ("days", 1e-3, 1e4),
    "active_parameters": ("parameters", 1e3, 1e14),
    "tokens": ("tokens", 1e3, 1e16),
    "flop": ("FLOP", 1e9, 1e30),
    "mfu": ("fraction", 1e-3, 1.0),
    "energy": ("kWh", 1e-3, 1e12),
}


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
    """

    name: str
    boundary: str = "not_said"
    gpu_id: str = ""
    when: str = ""
    inputs: Mapping[str, Span] = field(default_factory=dict)
    prices: Mapping[str, str] = field(default_factory=dict)

    def about(self, amount: Span, boundary: str = "") -> Given:
        """The same with a sum of money that is said of it."""
        if boundary and boundary not in BOUNDARIES:
            raise GivenError(unknown("boundary", boundary, BOUNDARIES))
        return replace(self, boundary=boundary or self.boundary, inputs={**self.inputs, "amount": amount})


def checked(name: str, value: float) -> Span:
    """A number that was given, or GivenError."""
    unit, low, high = LIMITS[name]
    if not (math.isfinite(value) and low <= value <= high):
        raise GivenError(
            f"{name.replace('_', ' ')} is {shown(value)}; it must be a number from {low:g} to {high:g} ({unit})."
        )
    return Span.of(float(value))


def of_model(case: Any, model_id: str, boundary: str = "") -> Given:
    """What data/models.csv knows of a model."""
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
    inputs = {name: Span.of(float(value)) for name, value in cells.items() if value == value}
    gpu_id = row.gpu_id if isinstance(row.gpu_id, str) else ""
    kind = boundary or (STAGE if "increment" in model_id else RUN)
    dated = {"chip_hours_given", "gpus_given"} <= inputs.keys()
    if dated:
        # Days beside them are often those of one stage, or of all stops.
        inputs.pop("days_given", None)
    day = epoch.start_by_rule(case.data, model_id) if dated else row.release_date
    given = Given(row.model, kind, "", book.half_year(day), inputs)
    return with_chip(case, given, gpu_id, _age_years(case, model_id) if dated and gpu_id else math.nan)


def _age_years(case: Any, model_id: str) -> float:
    """Age of the hardware when a run begins: the case's assumption where it has one, else Epoch AI's rules."""
    if model_id in AGE:
        return float(getattr(case.point, AGE[model_id]))
    return epoch.age_by_rule_years(case.data, model_id)


def asked(case: Any, model_id: str, numbers: Mapping[str, float], gpu_id: str = "", when: str = "") -> Given:
    """A model of the report with what is given in place of what it has, or a run that is given alone."""
    typed = of_words(case, "the run described", numbers, gpu_id, when)
    if not model_id:
        return typed
    known = of_model(case, model_id)
    # Hours, or GPUs and days, that are given replace those that the table has.
    hours = {"chip_hours", "gpus", "days"} & numbers.keys()
    kept = {
        k: v for k, v in known.inputs.items() if not (hours and k in ("chip_hours_given", "gpus_given", "days_given"))
    }
    own = {k: v for k, v in typed.inputs.items() if k.removesuffix("_given") in numbers}
    merged = replace(known, inputs={**kept, **own}, when=when or known.when)
    return with_chip(case, merged, gpu_id, book.age_years(case, gpu_id, merged.when)) if gpu_id else merged


def of_words(
    case: Any,
    name: str,
    numbers: Mapping[str, float],
    gpu_id: str = "",
    when: str = "",
) -> Given:
    """What somebody gives of a run that no table holds.

    numbers: by the names of LIMITS, in its units; `mfu` in place of the range that is assumed
    when:    the half-year of its prices, such as 2025H1
    """
    asked = {"chip_hours": "chip_hours_given", "gpus": "gpus_given", "days": "days_given", "flop": "flop_given"}
    inputs = {asked.get(key, key): checked(key, value) for key, value in numbers.items() if key != "energy"}
    if "energy" in numbers:
        inputs["energy_given"] = checked("energy", numbers["energy"])
    if when and not book.HALF_YEAR.fullmatch(when):
        raise GivenError(f"{shown(when)} is no half-year. Write it as 2025H1 or 2025H2.")
    return with_chip(case, Given(name, "not_said", "", when, inputs), gpu_id, book.age_years(case, gpu_id, when))


def with_chip(case: Any, given: Given, gpu_id: str, age_years: float = math.nan) -> Given:
    """The same with what a chip is and costs, and with the case's assumptions.

    age_years: age of the chip when the run begins; NaN where nobody knows it
    """
    inputs = {**_assumptions(case), **given.inputs}
    prices = dict(given.prices)
    if gpu_id:
        rows = case.data.records("gpus")
        if gpu_id not in rows:
            raise GivenError(f"{unknown('chip', gpu_id, rows)} Known are {', '.join(rows)}.")
        gpu = case.data.gpu(gpu_id)
        cells = {
            "peak_tflops": gpu.peak_bf16_dense_tflops,
            "chip_tdp_w": gpu.tdp_w,
            "server_to_chip_power_ratio": gpu.server_to_chip_power_ratio,
            "age_years": age_years,
        }
        inputs |= {name: Span.of(float(value)) for name, value in cells.items() if value == value}
        for name, found in {
            "rent": book.rent(case, gpu_id, given.when),
            "server_price": book.server(case, gpu_id, given.when),
        }.items():
            if found and name not in given.inputs:
                inputs[name], prices[name] = found.span, found.said
    return replace(given, gpu_id=gpu_id, inputs=inputs, prices=prices)


_SHARED = (
    *("interconnect_fraction", "load_fraction", "pue", "electricity_usd_per_kwh", "price_decline_oom_per_year"),
    "server_overhead_ratio",
)


def _assumptions(case: Any) -> dict[str, Span]:
    """Assumptions that hold for every run: at their value, but for the share of a final run, which has its range."""
    share = "final_run_share_of_rd_compute"
    value = float(getattr(case.point, share))
    low, high = range_around(parameters.known()[share], value)
    return {
        **{name: Span.of(float(getattr(case.point, name))) for name in _SHARED},
        "final_run_share": Span(float(low), value, float(high)),
        "mfu": MFU,
    }


def amount_of(text: str) -> Span:
    """A sum as somebody writes it: "4.6e6", "$4.6 million", "over $100 million", "4 to 23 million", "under 2 million".

    A sum alone is read as what its digits allow; "over" as up to twice as much, "under" as down to half of it.
    """
    bare = text.strip()
    try:
        value = float(bare)
        return checked("amount", value)
    except ValueError:
        pass
    ends = [part.strip() for part in bare.replace("between ", "").replace(" and ", " to ").split(" to ")]
    try:
        if len(ends) == 2:
            word = "".join(c for c in ends[1] if c.isalpha())
            first = ends[0] if any(c.isalpha() for c in ends[0]) else f"{ends[0]} {word}"
            low, high = claims.printed(first), claims.printed(ends[1])
            span = Span(low.value - low.below, (low.value + high.value) / 2, high.value + high.above)
        else:
            told = claims.printed(bare)
            kind = next((side for side in ("over", "more than", "at least") if bare.startswith(side)), "")
            below = next((side for side in ("under", "less than", "up to", "at most") if bare.startswith(side)), "")
            low_end = told.value / 2 if below else told.value if kind else told.value - told.below
            high_end = told.value if below else told.value * 2 if kind else told.value + told.above
            span = Span(low_end, told.value, high_end)
    except ValueError:
        raise GivenError(
            f'{shown(text)} is no sum of money. Write it as 4600000, 4.6e6, "$4.6 million", "over $100 million" or '
            '"4 to 23 million", in dollars.'
        ) from None
    checked("amount", span.value)
    return span

"""V3 against the trend of published costs, and its cost taken apart into arithmetic, hours and price.

The published costs are Epoch AI's, one method a basis. V3 is in no fit: the figure that its database holds for it is a
deflated rental price. What V3 is set against them with is its cost by Epoch AI's formula, at this report's price of its
cards (`v3_by_epoch_usd`) and at the one that Epoch AI lists (`v3_by_epoch_at_listing_usd`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from analysis import costs, trend
from analysis.quantities.comparison import (
    LLAMA31,
    llama31_by_epoch_usd,
    llama31_over_v3_amortised,
    llama31_over_v3_at_listing,
    llama31_over_v3_hours,
    over_v3,
    v3_by_epoch_usd,
)
from analysis.quantities.hours import PUBLIC
from analysis.quantities.registry import EPOCH, EPOCH_DISCLOSED, EPOCH_V3, PRICE_OF_H800, result
from analysis.quantities.rents import CONTRACT, HOPPER_MODULES, observations, summary
from analysis.quantities.runs import V3, v3_gpu_hours
from analysis.reconciliation import epoch

METHODS = {"amortised": "Epoch AI amortised method", "rental": "Epoch AI cloud-price method"}

AMORTISED, RENTAL = "amortised", "rental"

# The line of all models bends. The year was chosen by looking at it, so that the two periods differ a little too much.
BEND_YEAR = 2023

# Choices among the models with an estimate, by the name that the table of fits has for them.
EVERY, OPEN_HOURS, HIDDEN_HOURS = "all models with an estimate", "chip-hours public", "chip-hours not public"
EARLY, RECENT = f"before {BEND_YEAR}", f"since {BEND_YEAR}"
RECORDS, BEFORE_V3 = "the costliest so far", "released before V3"
CHOICES: dict[str, Callable[[pd.DataFrame, Any], Any]] = {
    EVERY: lambda rows, data: rows.value_usd > 0,
    OPEN_HOURS: lambda rows, data: rows.hours_public,
    HIDDEN_HOURS: lambda rows, data: ~rows.hours_public,
    EARLY: lambda rows, data: rows.years < BEND_YEAR,
    RECENT: lambda rows, data: rows.years >= BEND_YEAR,
    RECORDS: lambda rows, data: rows.record,
    BEFORE_V3: lambda rows, data: rows.years < release(data),
    "without speculative FLOP": lambda rows, data: rows.flop_confidence != "speculative",
    "in the newest edition only": lambda rows, data: rows.vintage == rows.vintage.max(),
    "open weights": lambda rows, data: rows.open_weights == "yes",
}
FITTED = {AMORTISED: list(CHOICES), RENTAL: [EVERY, RECORDS]}

RENTS = ("list_on_demand", "list_1y", "list_3y", CONTRACT)


def published_costs(data: Any, basis: str) -> pd.DataFrame:
    """Current estimates of a basis by Epoch AI's method and without a known error, in order of release.

    Adds years, record (the costliest so far), hours_public, and usd_per_1e24_flop.
    """
    return data.once(("published costs", basis), lambda: _published_costs(data, basis))


def _published_costs(data: Any, basis: str) -> pd.DataFrame:
    estimates = data.table("estimates")
    good = (
        (estimates.basis == basis)
        & (estimates.method == METHODS[basis])
        & estimates.current
        & ~estimates.known_error
        & estimates.value_usd.notna()
    )
    columns = ["model_id", "model", "developer", "open_weights", "release_date"]
    columns += ["train_flop", "flop_confidence", "chip_hours", "chip_hours_confidence", "chip_hours_source"]
    rows = data.chosen("estimates", estimates[good]).merge(data.table("models")[columns], on="model_id")
    data.chosen("models", rows)
    rows = rows.sort_values(["release_date", "value_usd"], ignore_index=True)
    return rows.assign(
        years=trend.decimal_years(rows.release_date),
        record=trend.running_maximum(rows.value_usd),
        hours_public=rows.chip_hours_confidence.isin(PUBLIC),
        usd_per_1e24_flop=costs.per_1e24_flop(rows.value_usd, rows.train_flop),
    )


def fitted(rows: pd.DataFrame, column: str = "value_usd") -> trend.Growth:
    """The line through some published costs."""
    return trend.fit(rows.years.to_numpy(), rows[column].to_numpy())


def chosen(data: Any, basis: str, models: str) -> pd.DataFrame:
    """The published costs of one of the CHOICES."""
    rows = published_costs(data, basis)
    return data.once(("chosen costs", basis, models), lambda: rows[CHOICES[models](rows, data)])


def measured(data: Any) -> pd.DataFrame:
    """Models with public hours and an amortised estimate: only for them is cost over arithmetic an observation.

    value_usd is Epoch AI's amortised cost on the disclosed hours, in the dollars of its newest edition, whatever hours
    its own estimate rests on.
    """
    rows = chosen(data, AMORTISED, OPEN_HOURS)
    rows = rows[rows.train_flop.notna()].reset_index(drop=True)
    usd = [epoch.on_hours_usd(data, row.model_id, row.chip_hours) for row in rows.itertuples()]
    return rows.assign(value_usd=usd, usd_per_1e24_flop=costs.per_1e24_flop(usd, rows.train_flop))


def splits(x: Any, data: Any) -> pd.DataFrame:
    """What makes each measured model dearer or cheaper than V3: a row a model, every figure over V3's.

    usd = flop x hours_per_flop x usd_per_hour: how much arithmetic, how many hours it took, and what an hour cost.
    Both sides on Epoch AI's constants and the disclosed hours; the price of V3's cards is this report's.
    """
    rows, v3, usd = measured(data), data.model(V3), v3_by_epoch_usd(x, data)
    hours_per_flop, v3_hours_per_flop = rows.chip_hours / rows.train_flop, v3.chip_hours / v3.train_flop
    return rows[["model_id", "model", "release_date", "chip_hours_source", "usd_per_1e24_flop"]].assign(
        usd=rows.value_usd / usd,
        flop=rows.train_flop / v3.train_flop,
        hours_per_flop=hours_per_flop / v3_hours_per_flop,
        usd_per_hour=rows.value_usd / rows.chip_hours / (usd / v3.chip_hours),
    )


def flop_share(flop: float, usd: float) -> float:
    """How much of the distance between two costs is arithmetic, as a fraction of it on a logarithmic scale.

    flop, usd: one of them over the other, as `splits` has them; its other two factors have the rest, which can be
    negative
    """
    return float(np.log(flop) / np.log(usd))


def release(data: Any) -> Any:
    """V3's release in decimal years."""
    return trend.decimal_years([data.model(V3).release_date])[0]


def single_model(data: Any, models: str = EVERY) -> tuple[float, float]:
    """Where one more model of V3's day would lie by the line of some models: ends of the interval, in USD."""
    low, high = fitted(chosen(data, AMORTISED, models)).model_interval(release(data))
    return float(low), float(high)


def further_below(data: Any, v3_usd: float) -> int:
    """How many models lie further below the line than V3 does at a cost."""
    rows = published_costs(data, AMORTISED)
    line = fitted(rows)
    return int((rows.value_usd / line.at(rows.years) < v3_usd / line.at(release(data))).sum())


def hidden_hours(data: Any) -> trend.Term:
    """What hidden hours multiply an amortised estimate by, at one date: one slope for both kinds of models."""
    rows = published_costs(data, AMORTISED)
    return trend.terms(rows.value_usd, [_since(rows), ~rows.hours_public], rows.developer)[2]


def bend(data: Any) -> trend.Term:
    """The squared term of a parabola through the logarithms of all amortised costs: above zero, growth quickens."""
    rows = published_costs(data, AMORTISED)
    return trend.terms(rows.value_usd, [_since(rows), _since(rows) ** 2], rows.developer)[2]


def _since(rows: pd.DataFrame) -> pd.Series:
    return rows.years - rows.years.mean()


def fits(data: Any) -> pd.DataFrame:
    """Every fit of the trend page: its models, its growth with three kinds of range, and its line on V3's day.

    A line is not drawn on for more than a year: where its models end earlier, it has no height on that day.
    """
    day, found = release(data), []
    for basis, models in [(basis, models) for basis, names in FITTED.items() for models in names]:
        rows = chosen(data, basis, models)
        growth = fitted(rows)
        by_developer = trend.terms(rows.value_usd, [_since(rows)], rows.developer)[1]
        low, high = growth.interval
        clustered_low, clustered_high = by_developer.clustered_interval
        least, most = trend.leave_one_out(rows.years.to_numpy(), rows.value_usd.to_numpy())
        found.append(
            {
                "basis": basis,
                "models": models,
                "count": growth.models,
                "developers": by_developer.clusters,
                "first": rows.release_date.min(),
                "last": rows.release_date.max(),
                "growth": growth.factor,
                "low": low,
                "high": high,
                "clustered_low": clustered_low,
                "clustered_high": clustered_high,
                "least": least,
                "most": most,
                "line_at_v3_usd": float(growth.at(day)) if rows.years.max() > day - 1 else np.nan,
            }
        )
    return pd.DataFrame(found)


def open_costs(data: Any) -> pd.DataFrame:
    """Published amortised costs of models whose weights can be had."""
    return chosen(data, AMORTISED, "open weights").reset_index(drop=True)


def rents(data: Any) -> pd.DataFrame:
    """Rents of an H100 or H800 module by kind and year: number of observations, lowest, median, highest."""
    rows = data.once(("rents of Hoppers",), lambda: observations(data, HOPPER_MODULES, RENTS))
    return summary(rows.assign(year=rows.date.dt.year), "kind", "year")


def v3_at_rents(data: Any) -> pd.DataFrame:
    """V3's GPU-hours at the lowest, the median and the highest rent of each kind and year, in USD of that year."""
    found = rents(data)
    hours = v3_gpu_hours(None, data)
    return found.assign(
        **{f"v3_{end}_usd": costs.rental_run_cost_usd(hours, found[end]) for end in ("low", "median", "high")}
    )


@result("Models with an amortised estimate", "model", uncertain=False)
def trend_models(x: Any, data: Any) -> Any:
    return float(len(published_costs(data, AMORTISED)))


# What is told of a line: the beginning of the results' names, its models, and what a title calls them.
LINES = {
    "": (EVERY, "all models"),
    "public_": (OPEN_HOURS, "the models with public hours"),
    "hidden_": (HIDDEN_HOURS, "the models without public hours"),
    "recent_": (RECENT, f"the models since {BEND_YEAR}"),
    "record_": (RECORDS, "the costliest models so far"),
    "earlier_": (BEFORE_V3, "the models before V3"),
}


def _results_of_a_line(prefix: str, models: str, called: str) -> None:
    """Register its growth a year, its height on V3's day, and that over V3 at either price of its cards."""

    def cost_growth(x: Any, data: Any) -> Any:
        return fitted(chosen(data, AMORTISED, models)).factor

    def line_at_v3_usd(x: Any, data: Any) -> Any:
        return float(fitted(chosen(data, AMORTISED, models)).at(release(data)))

    cost_growth.__name__, line_at_v3_usd.__name__ = f"{prefix}cost_growth", f"{prefix}line_at_v3_usd"
    result(f"Growth of amortised cost a year, {called}", "times", uncertain=False)(cost_growth)
    line = f"The line of {called}"
    result(f"{line} on the day of V3's release, amortised", "USD", AMORTISED, False, EPOCH)(line_at_v3_usd)
    over_v3(f"{prefix}line_over_v3", line, line_at_v3_usd)
    over_v3(f"{prefix}line_over_v3_at_listing", line, line_at_v3_usd, listed=True)


for _prefix, (_models, _called) in LINES.items():
    _results_of_a_line(_prefix, _models, _called)


@result("Hidden over public hours, amortised estimates of one date", "times", uncertain=False)
def hidden_over_public(x: Any, data: Any) -> Any:
    return hidden_hours(data).factor


@result("V3 per 1e24 FLOP, amortised", "USD", "amortised", rule=EPOCH_V3)
def v3_amortised_usd_per_1e24_flop(x: Any, data: Any) -> Any:
    return costs.per_1e24_flop(v3_by_epoch_usd(x, data), data.model(V3).train_flop)


@result(
    "Median model with public hours per 1e24 FLOP, amortised",
    "USD",
    "amortised",
    uncertain=False,
    rule=EPOCH_DISCLOSED,
)
def median_amortised_usd_per_1e24_flop(x: Any, data: Any) -> Any:
    return float(np.median(measured(data).usd_per_1e24_flop))


@result("Llama 3.1 405B per 1e24 FLOP, amortised", "USD", "amortised", uncertain=False, rule=EPOCH_DISCLOSED)
def llama31_amortised_usd_per_1e24_flop(x: Any, data: Any) -> Any:
    return costs.per_1e24_flop(llama31_by_epoch_usd(x, data), data.model(LLAMA31).train_flop)


@result(
    "V3 over Llama 3.1 405B per FLOP, amortised",
    "times",
    compares=("v3_amortised_usd_per_1e24_flop", "llama31_amortised_usd_per_1e24_flop"),
    difference=PRICE_OF_H800,
)
def v3_over_llama31_per_flop(x: Any, data: Any) -> Any:
    return v3_amortised_usd_per_1e24_flop(x, data) / llama31_amortised_usd_per_1e24_flop(x, data)


@result("Llama 3.1 405B's training FLOP over V3's", "times", uncertain=False, digits=3)
def llama31_over_v3_flop(x: Any, data: Any) -> Any:
    return data.model(LLAMA31).train_flop / data.model(V3).train_flop


@result(
    "V3 at Epoch AI's listing of an H800 over Llama 3.1 405B per FLOP, amortised",
    "times",
    uncertain=False,
    compares=("v3_by_epoch_at_listing_usd", "llama31_by_epoch_usd"),
)
def v3_over_llama31_per_flop_at_listing(x: Any, data: Any) -> Any:
    return llama31_over_v3_flop(x, data) / llama31_over_v3_at_listing(x, data)


@result("Llama 3.1 405B's GPU-hours per FLOP over V3's", "times", uncertain=False)
def llama31_over_v3_hours_per_flop(x: Any, data: Any) -> Any:
    return llama31_over_v3_hours(x, data) / llama31_over_v3_flop(x, data)


@result(
    "An hour of Llama 3.1 405B's GPUs over one of V3's, amortised",
    "times",
    compares=("llama31_by_epoch_usd", "v3_by_epoch_usd"),
    difference=PRICE_OF_H800,
)
def llama31_over_v3_hour_price(x: Any, data: Any) -> Any:
    return llama31_over_v3_amortised(x, data) / llama31_over_v3_hours(x, data)


@result("V3 at the median list price of its year, on demand", "USD", "rental", uncertain=False)
def v3_at_list_price_usd(x: Any, data: Any) -> Any:
    found = rents(data)
    year = data.model(V3).release_date.year
    row = found[(found.kind == "list_on_demand") & (found.year == year)].iloc[0]
    return costs.rental_run_cost_usd(v3_gpu_hours(x, data), float(row["median"]))

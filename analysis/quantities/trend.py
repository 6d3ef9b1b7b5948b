"""V3 against the trend of published costs, and per unit of arithmetic.

The published costs are Epoch AI's, in dollars of 2023, one method a basis. V3 is in no fit: the figure that its
database holds for it is a deflated rental price.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from analysis import costs, trend
from analysis.quantities.comparison import (
    LLAMA31,
    llama31_by_epoch_usd,
    v3_by_epoch_usd,
)
from analysis.quantities.registry import EPOCH, EPOCH_DISCLOSED, EPOCH_V3, result
from analysis.quantities.runs import V3, v3_gpu_hours

METHODS = {"amortised": "Epoch AI amortised method", "rental": "Epoch AI cloud-price method"}

# Hours that a developer gave, or that follow from what it gave. All others are guesses, or are worked back from FLOP.
PUBLIC = ("reported", "derived")

FLOP_UNIT = 1e24

# The module that V3 ran on, and its twin: the card (PCIe) is slower and cheaper.
HOPPER_MODULES = ("H100-SXM", "H800-SXM")
RENTS = {
    "list_on_demand": "List, on demand",
    "list_1y": "List, for one year",
    "list_3y": "List, for three years",
    "contract_1y": "Contract, for one year",
}


def published_costs(data: Any, basis: str) -> pd.DataFrame:
    """Current estimates of a basis by Epoch AI's method and without a known error, in order of release.

    Adds years, record (the costliest so far), hours_public, and usd_per_1e24_flop.
    """
    estimates = data.table("estimates")
    good = (
        (estimates.basis == basis)
        & (estimates.method == METHODS[basis])
        & estimates.current
        & ~estimates.known_error
        & estimates.value_usd.notna()
    )
    columns = ["model_id", "model", "open_weights", "release_date"]
    columns += ["train_flop", "flop_confidence", "chip_hours_confidence"]
    rows = data.chosen("estimates", estimates[good]).merge(data.table("models")[columns], on="model_id")
    data.chosen("models", rows)
    rows = rows.sort_values(["release_date", "value_usd"], ignore_index=True)
    return rows.assign(
        years=trend.decimal_years(rows.release_date),
        record=trend.running_maximum(rows.value_usd),
        hours_public=rows.chip_hours_confidence.isin(PUBLIC),
        usd_per_1e24_flop=rows.value_usd / rows.train_flop * FLOP_UNIT,
    )


def fitted(rows: pd.DataFrame, column: str = "value_usd") -> trend.Growth:
    """The line through some published costs."""
    return trend.fit(rows.years.to_numpy(), rows[column].to_numpy())


def measured_per_flop(data: Any) -> pd.DataFrame:
    """Amortised costs whose hours are public: only for them is cost over arithmetic an observation."""
    rows = published_costs(data, "amortised")
    return rows[rows.hours_public & rows.train_flop.notna()].reset_index(drop=True)


def release(data: Any) -> Any:
    """V3's release in decimal years."""
    return trend.decimal_years([data.model(V3).release_date])[0]


def single_model(data: Any) -> tuple[float, float]:
    """Where one more model of V3's day would lie by the line of all models: ends of the interval, in USD."""
    low, high = fitted(published_costs(data, "amortised")).model_interval(release(data))
    return float(low), float(high)


def further_below(data: Any, v3_usd: float) -> int:
    """How many models lie further below the line than V3 does at a cost."""
    rows = published_costs(data, "amortised")
    line = fitted(rows)
    return int((rows.value_usd / line.at(rows.years) < v3_usd / line.at(release(data))).sum())


def fits(data: Any) -> pd.DataFrame:
    """Every fit of the trend page: its models, its growth with two kinds of range, and its line on V3's day."""
    amortised, rental = published_costs(data, "amortised"), published_costs(data, "rental")
    day = release(data)
    chosen = {
        ("amortised", "all models with an estimate"): amortised,
        ("amortised", "the costliest so far"): amortised[amortised.record],
        ("amortised", "released before V3"): amortised[amortised.years < day],
        ("amortised", "without speculative FLOP"): amortised[amortised.flop_confidence != "speculative"],
        ("amortised", "in the newest edition only"): amortised[amortised.vintage == amortised.vintage.max()],
        ("amortised", "open weights"): amortised[amortised.open_weights == "yes"],
        ("rental", "all models with an estimate"): rental,
        ("rental", "the costliest so far"): rental[rental.record],
        ("rental", "without the doubtful hours"): rental[~rental.model_id.isin(doubtful_hours(data))],
    }
    found = []
    for (basis, models), rows in chosen.items():
        growth = fitted(rows)
        low, high = growth.interval
        least, most = trend.leave_one_out(rows.years.to_numpy(), rows.value_usd.to_numpy())
        found.append(
            {
                "basis": basis,
                "models": models,
                "count": growth.models,
                "first": rows.release_date.min(),
                "last": rows.release_date.max(),
                "growth": growth.factor,
                "low": low,
                "high": high,
                "least": least,
                "most": most,
                "line_at_v3_usd": float(growth.at(day)),
            }
        )
    return pd.DataFrame(found)


def doubtful_hours(data: Any) -> set[str]:
    """Models with as many hours as chips in the database: more likely a slip than a run."""
    models = data.table("models")
    doubtful = models[models.hardware_quantity.notna() & (models.hardware_quantity == models.wall_hours)]
    return set(data.chosen("models", doubtful).model_id)


def open_costs(data: Any) -> pd.DataFrame:
    """Published amortised costs of models whose weights can be had."""
    rows = published_costs(data, "amortised")
    return rows[rows.open_weights == "yes"].reset_index(drop=True)


def rents(data: Any) -> pd.DataFrame:
    """Rents of an H100 or H800 module by kind and year: number of observations, lowest, median, highest.

    indices: all of them are indices or medians over many providers, and no offers.
    """
    prices = data.table("prices")
    rows = prices[prices.gpu_id.isin(HOPPER_MODULES) & prices.basis.isin(RENTS) & (prices.unit == "USD per GPU-hour")]
    rows = data.chosen("prices", rows).assign(year=rows.date.dt.year, order=rows.basis.map(list(RENTS).index))
    return pd.DataFrame(
        [
            {
                "kind": RENTS[str(part.basis.iloc[0])],
                "year": year,
                "prices": len(part),
                "indices": bool((part.confidence == "estimated").all()),
                "low": part.price_usd.min(),
                "median": part.price_usd.median(),
                "high": part.price_usd.max(),
                "source": ";".join(sorted(set(part.source))),
            }
            for (_, year), part in rows.groupby(["order", "year"])
        ]
    )


def v3_at_rents(data: Any) -> pd.DataFrame:
    """V3's GPU-hours at the lowest, the median and the highest rent of each kind and year, in USD of that year."""
    found = rents(data)
    hours = v3_gpu_hours(None, data)
    return found.assign(
        **{f"v3_{end}_usd": costs.rental_run_cost_usd(hours, found[end]) for end in ("low", "median", "high")}
    )


@result("Models with an amortised estimate", "model", uncertain=False)
def trend_models(x: Any, data: Any) -> Any:
    return float(len(published_costs(data, "amortised")))


@result("Growth of amortised cost a year, all models with an estimate", "times", uncertain=False)
def cost_growth(x: Any, data: Any) -> Any:
    return fitted(published_costs(data, "amortised")).factor


@result("Growth of amortised cost a year, the costliest models so far", "times", uncertain=False)
def record_cost_growth(x: Any, data: Any) -> Any:
    rows = published_costs(data, "amortised")
    return fitted(rows[rows.record]).factor


@result("Growth of amortised cost a year, models released before V3", "times", uncertain=False)
def cost_growth_before_v3(x: Any, data: Any) -> Any:
    rows = published_costs(data, "amortised")
    return fitted(rows[rows.years < release(data)]).factor


@result("The line of all models on the day of V3's release, amortised", "USD", "amortised", uncertain=False, rule=EPOCH)
def line_at_v3_usd(x: Any, data: Any) -> Any:
    return float(fitted(published_costs(data, "amortised")).at(release(data)))


@result(
    "The line of the costliest models on the day of V3's release, amortised",
    "USD",
    "amortised",
    uncertain=False,
    rule=EPOCH,
)
def record_line_at_v3_usd(x: Any, data: Any) -> Any:
    rows = published_costs(data, "amortised")
    return float(fitted(rows[rows.record]).at(release(data)))


@result("The line of all models over V3, amortised", "times", compares=("line_at_v3_usd", "v3_by_epoch_usd"))
def line_over_v3(x: Any, data: Any) -> Any:
    return costs.over(line_at_v3_usd(x, data), v3_by_epoch_usd(x, data))


@result(
    "The line of the costliest models over V3, amortised",
    "times",
    compares=("record_line_at_v3_usd", "v3_by_epoch_usd"),
)
def record_line_over_v3(x: Any, data: Any) -> Any:
    return costs.over(record_line_at_v3_usd(x, data), v3_by_epoch_usd(x, data))


@result("The line of the models before V3 over V3, amortised", "times")
def earlier_line_over_v3(x: Any, data: Any) -> Any:
    rows = published_costs(data, "amortised")
    line = float(fitted(rows[rows.years < release(data)]).at(release(data)))
    return costs.over(line, v3_by_epoch_usd(x, data))


@result("V3 per 1e24 FLOP, amortised", "USD", "amortised", rule=EPOCH_V3)
def v3_amortised_usd_per_1e24_flop(x: Any, data: Any) -> Any:
    return v3_by_epoch_usd(x, data) / data.model(V3).train_flop * FLOP_UNIT


@result("Median model with public hours per 1e24 FLOP, amortised", "USD", "amortised", uncertain=False, rule=EPOCH)
def median_amortised_usd_per_1e24_flop(x: Any, data: Any) -> Any:
    return float(np.median(measured_per_flop(data).usd_per_1e24_flop))


@result("Llama 3.1 405B per 1e24 FLOP, amortised", "USD", "amortised", uncertain=False, rule=EPOCH_DISCLOSED)
def llama31_amortised_usd_per_1e24_flop(x: Any, data: Any) -> Any:
    return llama31_by_epoch_usd(x, data) / data.model(LLAMA31).train_flop * FLOP_UNIT


@result(
    "V3 over Llama 3.1 405B per FLOP, amortised",
    "times",
    compares=("v3_amortised_usd_per_1e24_flop", "llama31_amortised_usd_per_1e24_flop"),
)
def v3_over_llama31_per_flop(x: Any, data: Any) -> Any:
    return v3_amortised_usd_per_1e24_flop(x, data) / llama31_amortised_usd_per_1e24_flop(x, data)


@result("Llama 3.1 405B's training FLOP over V3's", "times", uncertain=False)
def llama31_over_v3_flop(x: Any, data: Any) -> Any:
    return data.model(LLAMA31).train_flop / data.model(V3).train_flop


@result("V3 at the median list price of its year, on demand", "USD", "rental", uncertain=False)
def v3_at_list_price_usd(x: Any, data: Any) -> Any:
    found = rents(data)
    year = data.model(V3).release_date.year
    row = found[(found.kind == RENTS["list_on_demand"]) & (found.year == year)].iloc[0]
    return costs.rental_run_cost_usd(v3_gpu_hours(x, data), float(row["median"]))

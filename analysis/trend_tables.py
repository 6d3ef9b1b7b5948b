"""The trend of published costs in words: the tables of its page."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis import words
from analysis.case import Quantity
from analysis.listing import cite
from analysis.quantities import trend
from analysis.quantities.runs import V3


def growth(found: pd.DataFrame, basis: str, models: str) -> Quantity:
    """One of `trend.fits`, as a growth factor a year with its 90 % interval."""
    row = found[(found.basis == basis) & (found.models == models)].iloc[0]
    return Quantity("", models, row.growth, row.low, row.high, "times", basis)


def fall_per_flop(data: Any) -> Quantity:
    """The factor by which the cost of arithmetic falls a year, with its 90 % interval."""
    line = trend.fitted(trend.measured_per_flop(data), "usd_per_1e24_flop")
    low, high = line.interval
    return Quantity("", "Fall of cost per FLOP", 1 / line.factor, 1 / high, 1 / low, "times")


def fits(data: Any) -> pd.DataFrame:
    """Every fit, and the growth that Epoch AI published, as a table shows them."""
    found = trend.fits(data)
    shown = pd.DataFrame(
        {
            "Basis": found.basis,
            "Models": found.models,
            "Number": found["count"].map(words.number),
            "From": found["first"].dt.year.astype(str) + " to " + found["last"].dt.year.astype(str),
            "Times a year": found.growth.map(lambda value: words.number(value, 1)),
            "90 % interval": [f"{row.low:.1f} to {row.high:.1f}" for row in found.itertuples()],
            "One left out": [f"{row.least:.1f} to {row.most:.1f}" for row in found.itertuples()],
            "Line on V3's day": found.line_at_v3_usd.map(lambda value: words.amount(value, "USD", significant=2)),
        }
    )
    published = data.row("published", "epoch_frontier_cost_growth")
    theirs = {
        "Basis": "amortised",
        "Models": f"published {cite(published.source)}: those with the most compute",
        "Times a year": words.number(published.value, 1),
        "90 % interval": f"{published.low:.1f} to {published.high:.1f}",
    }
    return pd.concat([shown, pd.DataFrame([theirs])]).fillna("").sort_values("Basis", kind="stable")


def per_flop(unit: Quantity, data: Any) -> pd.DataFrame:
    """Amortised cost per unit of arithmetic of the measured models, and of V3 (`unit`), as a table shows them."""
    own, listed = data.model(V3), trend.measured_per_flop(data)
    listed["cost"] = listed.usd_per_1e24_flop.map(lambda value: words.amount(value, "USD", significant=3))
    v3 = {
        **own[["release_date", "train_flop", "flop_confidence"]],
        "model": f"**{own.model}**",
        "cost": f"{unit.text} ({unit.range})",
        "source": f"{own.chip_hours_source};{own.flop_source}",
    }
    listed = pd.concat([listed[list(v3)], pd.DataFrame([v3])]).sort_values("release_date")
    return pd.DataFrame(
        {
            "Model": listed.model,
            "Year": listed.release_date.dt.year,
            "FLOP": listed.train_flop.map(words.scientific),
            "FLOP are": listed.flop_confidence,
            "USD per 1e24 FLOP": listed.cost,
            "Source": listed.source.map(cite),
        }
    )


def rents(data: Any) -> pd.DataFrame:
    """V3's run at the rents of other years, as a table shows it."""
    found = trend.v3_at_rents(data)
    low, median, high = (
        found[f"v3_{end}_usd"].map(lambda value: words.amount(value, "USD", significant=3))
        for end in ("low", "median", "high")
    )
    return pd.DataFrame(
        {
            "Kind of price": found.kind,
            "Year": found.year,
            "Prices": found.prices.astype(str) + found.indices.map({True: " (index)", False: ""}),
            "Median, USD an hour": found["median"].map(lambda value: words.number(value, 2)),
            "V3's run": median,
            "Lowest to highest": (low + " to " + high).mask(low == high, ""),
            "Source": found.source.map(cite),
        }
    )

"""The trend of published costs in words: the tables of its page."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis import words
from analysis.case import Case, Quantity
from analysis.listing import cite
from analysis.quantities import trend
from analysis.quantities.rents import CONTRACT, KINDS
from analysis.quantities.runs import V3
from analysis.trend import Term


def growth(found: pd.DataFrame, basis: str, models: str) -> Quantity:
    """One of `trend.fits`, as a growth factor a year with its 90 % interval."""
    row = found[(found.basis == basis) & (found.models == models)].iloc[0]
    return Quantity("", models, row.growth, row.low, row.high, "times", basis)


def term(found: Term) -> dict[str, str]:
    """A factor with its 90 % intervals in words: all models independent, and developers independent."""
    intervals = {"range": found.interval, "by_developer": found.clustered_interval}
    return {"text": f"{found.factor:.1f} times", **{name: words.between(*ends) for name, ends in intervals.items()}}


def _ends(low: float, high: float) -> str:
    return f"{low:.1f} to {high:.1f}"


def fall_per_flop(data: Any) -> Quantity:
    """The factor by which the cost of arithmetic falls a year, with its 90 % interval."""
    line = trend.fitted(trend.measured(data), "usd_per_1e24_flop")
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
            "90 % interval": list(map(_ends, found.low, found.high)),
            "By developer": list(map(_ends, found.clustered_low, found.clustered_high)),
            "Developers": found.developers.map(words.number),
            "One left out": list(map(_ends, found.least, found.most)),
            "Line on V3's day": found.line_at_v3_usd.map(
                lambda value: words.amount(value, "USD", significant=3), na_action="ignore"
            ),
        }
    )
    published = data.row("published", "epoch_frontier_cost_growth")
    theirs = {
        "Basis": "amortised",
        "Models": f"published {cite(published.source)}: those with the most compute",
        "Times a year": words.number(published.value, 1),
        "90 % interval": _ends(published.low, published.high),
    }
    return pd.concat([shown, pd.DataFrame([theirs])]).fillna("").sort_values("Basis", kind="stable")


def splits(case: Case) -> pd.DataFrame:
    """What makes the measured models dearer or cheaper than V3, as a table shows it.

    Over V3 at the listing is the last of its ratios: the arithmetic and the hours are the same.
    """
    found, v3 = trend.splits(case.point, case.data), case.data.model(V3)
    own = {"model": f"**{v3.model}**", "release_date": v3.release_date, "chip_hours_source": v3.chip_hours_source}
    unit = case["v3_amortised_usd_per_1e24_flop"]
    factors = ["usd", "flop", "hours_per_flop", "usd_per_hour"]
    listed = case["v3_by_epoch_at_listing_usd"].value / case["v3_by_epoch_usd"].value
    found = pd.concat([found, pd.DataFrame([{**own, **dict.fromkeys(factors, 1.0), "usd_per_1e24_flop": unit.value}])])
    found = found.sort_values("release_date")
    usd, flop, hours, price = (found[name].map(lambda value: words.digits(value, 3)) for name in factors)
    return pd.DataFrame(
        {
            "Model": found.model,
            "Year": found.release_date.dt.year,
            "Cost": usd,
            "= FLOP": flop,
            "× hours a FLOP": hours,
            "× price of an hour": price,
            "Cost, at the listing": (found.usd / listed).map(lambda value: words.digits(value, 3)),
            "USD per 1e24 FLOP": found.usd_per_1e24_flop.map(lambda value: words.amount(value, "USD", significant=3)),
            "Source of the hours": found.chip_hours_source.map(cite),
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
            "Kind of price": found.kind.map(KINDS),
            "Year": found.year,
            "Prices": found.prices.astype(str) + (found.kind == CONTRACT).map({True: " of an index", False: ""}),
            "Median, USD an hour": found["median"].map(lambda value: words.number(value, 2)),
            "V3's run": median,
            "Lowest to highest": (low + " to " + high).mask(low == high, ""),
            "Source": found.source.map(cite),
        }
    )

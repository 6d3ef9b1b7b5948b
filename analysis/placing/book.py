"""What an hour and a server of a chip cost at the time of a run: the case's assumption, else prices that were asked.

An assumption of the case prices a chip wherever there is one, so that V3 costs here what it costs on every page.
For other chips the price book takes the rows of data/prices.csv of the chip and the half-year: from the lowest to the
highest, with the median as its centre. Without a row there is no price: no other chip or year stands in for it.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.placing.numbers import Span
from analysis.reconciliation import epoch
from analysis.uncertainty import range_around

# The assumption that is the rent of an hour, by chip; that of a server's price stands in data/fleet.csv.
RENT = {"H800-SXM": "rental_usd_per_gpu_hour"}

# Rows of data/prices.csv that somebody asked or paid: a rent of an hour, a chip with its share of the server.
RENTED = ("list_on_demand", "list_1y", "list_3y", "contract_1y")
BOUGHT = ("purchase_server",)

HALF_YEAR = re.compile(r"20\d\dH[12]")


@dataclass(frozen=True)
class Price:
    """A price with what it rests on, in words; `rows` are the keys of data/prices.csv, empty for an assumption."""

    span: Span
    said: str
    rows: tuple[str, ...] = ()


def half_year(day: Any) -> str:
    """The half-year of a day: '2024H2'."""
    stamp = pd.Timestamp(day)
    return f"{stamp.year}H{1 if stamp.month <= 6 else 2}"


def age_years(case: Any, gpu_id: str, when: str) -> float:
    """Age of a chip in the middle of a half-year, bought by Epoch AI's rule; NaN where chip or time is not known."""
    if not when or gpu_id not in case.data.records("gpus"):
        return math.nan
    middle = pd.Timestamp(int(when[:4]), 4 if when.endswith("1") else 10, 1)
    return epoch.age_years(case.data, gpu_id, middle)


def rent(case: Any, gpu_id: str, when: str) -> Price | None:
    """The rent of an hour of a chip in a half-year, in USD; None where none was found."""
    return _assumed(case, RENT.get(gpu_id, "")) or _found(case, gpu_id, when, RENTED, "rent")


def server(case: Any, gpu_id: str, when: str) -> Price | None:
    """The price of a chip with its share of the server in a half-year, in USD; None where none was found."""
    fleet = case.data.table("fleet")
    names = fleet[fleet.gpu_id == gpu_id].price_parameter
    return _assumed(case, names.iloc[0] if len(names) else "") or _found(case, gpu_id, when, BOUGHT, "server's price")


def _assumed(case: Any, name: str) -> Price | None:
    if not name:
        return None
    row, value = case.known[name], float(getattr(case.point, name))
    low, high = range_around(row, value)
    return Price(Span(float(low), value, float(high)), f"assumption: {row.title}")


def _found(case: Any, gpu_id: str, when: str, bases: tuple[str, ...], what: str) -> Price | None:
    prices = case.data.table("prices")
    rows = prices[(prices.gpu_id == gpu_id) & prices.basis.isin(bases) & (prices.date.map(half_year) == when)]
    if rows.empty:
        return None
    usd = case.data.chosen("prices", rows).price_usd
    span = Span(float(usd.min()), float(usd.median()), float(usd.max()))
    return Price(span, f"{what} in {when}: median of {len(rows)} prices", tuple(rows.price_id))

"""What an hour and a server of a chip cost at the time of a run: the case's assumption, else prices that were asked.

An assumption of the case prices a chip wherever there is one, so that V3 costs here what it costs on every page.
For other chips the price book takes what was asked or agreed for the chip in the half-year, by kind of price: the kind
that is nearest to what a run pays gives the centre, its median; the ends are the lowest and the highest of all kinds.
Without a price there is none: no other chip or year stands in for it.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.placing.numbers import Span
from analysis.quantities import rents
from analysis.quantities.rents import half_year
from analysis.reconciliation import epoch
from analysis.uncertainty import range_around

# The assumption that is the rent of an hour, by chip; that of a server's price stands in data/fleet.csv.
RENT = {"H800-SXM": "rental_usd_per_gpu_hour"}

# Kinds of rent that somebody asked or agreed, the nearest to what a run of weeks on many GPUs pays first.
RENTED = (rents.CONTRACT, "list_1y", "list_on_demand", "list_3y")
# A chip with its share of the server.
BOUGHT = "purchase_server"

HALF_YEAR = re.compile(r"20\d\dH[12]")


@dataclass(frozen=True)
class Price:
    """A price with what it rests on, in words."""

    span: Span
    said: str


def age_years(case: Any, gpu_id: str, when: str) -> float:
    """Age of a chip in the middle of a half-year, bought by Epoch AI's rule; NaN where chip or time is not known."""
    if not when or gpu_id not in case.data.records("gpus"):
        return math.nan
    middle = pd.Timestamp(int(when[:4]), 4 if when.endswith("1") else 10, 1)
    return epoch.age_years(case.data, gpu_id, middle)


def rent(case: Any, gpu_id: str, when: str) -> Price | None:
    """The rent of an hour of a chip in a half-year, in USD; None where none was found."""
    return _assumed(case, RENT.get(gpu_id, "")) or _rented(case, gpu_id, when)


def server(case: Any, gpu_id: str, when: str) -> Price | None:
    """The price of a chip with its share of the server in a half-year, in USD; None where none was found."""
    fleet = case.data.table("fleet")
    names = fleet[fleet.gpu_id == gpu_id].price_parameter
    return _assumed(case, names.iloc[0] if len(names) else "") or _bought(case, gpu_id, when)


def _assumed(case: Any, name: str) -> Price | None:
    if not name:
        return None
    row, value = case.known[name], float(getattr(case.point, name))
    low, high = range_around(row, value)
    return Price(Span(float(low), value, float(high)), f"assumption: {row.title}")


def _rented(case: Any, gpu_id: str, when: str) -> Price | None:
    rows = case.data.once(("rents", gpu_id), lambda: _halved(rents.observations(case.data, [gpu_id], RENTED)))
    rows = rows[rows.half == when]
    kind = next((each for each in RENTED if each in set(rows.kind)), "")
    if not kind:
        return None
    of_kind = rows[rows.kind == kind].price_usd
    span = Span(float(rows.low_usd.min()), float(of_kind.median()), float(rows.high_usd.max()))
    median = f"{rents.KINDS[kind].lower()}, in {when}, median of {len(of_kind)}"
    ends = f"the ends are those of {len(rows)} prices of all kinds" if len(rows) > 1 else "no other price was found"
    return Price(span, f"{median}; {ends}")


def _halved(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(half=rows.date.map(half_year))


def _purchases(case: Any, gpu_id: str) -> pd.DataFrame:
    prices = case.data.table("prices")
    return _halved(prices[(prices.gpu_id == gpu_id) & (prices.basis == BOUGHT)])


def _bought(case: Any, gpu_id: str, when: str) -> Price | None:
    rows = case.data.once(("bought", gpu_id), lambda: _purchases(case, gpu_id))
    rows = rows[rows.half == when]
    if rows.empty:
        return None
    usd = case.data.chosen("prices", rows).price_usd
    span = Span(float(usd.min()), float(usd.median()), float(usd.max()))
    return Price(span, f"server's price in {when}, median of {len(rows)}")

"""What an hour of an accelerator cost, by chip, time and kind of price. Kinds are never mixed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

H100 = "H100-SXM"
# The module that V3 ran on, and its twin: the card (PCIe) is slower and cheaper.
HOPPER_MODULES = (H100, "H800-SXM")
CONTRACT, LEASE = "contract_1y", "lease_month"
# Kinds of price in data/, as a table names them. The index of contracts is a table of its own.
KINDS = {
    "list_on_demand": "List, on demand",
    "list_1y": "List, for one year",
    "list_3y": "List, for three years",
    CONTRACT: "Contract, for one year",
    LEASE: "Month of a server, China",
    "index_on_demand": "Index of list prices",
    "marketplace": "Marketplace",
    "owner_cost": "Owner's cost",
    "assumed_rate": "Assumed",
}


def contracts(data: Any) -> pd.DataFrame:
    """The index of one-year contracts for an H100: its band, the 25th to the 75th percentile, and the middle of it."""
    index = data.chosen("rent_index", data.table("rent_index"))
    return index.assign(gpu_id=H100, kind=CONTRACT, price_usd=(index.low_usd + index.high_usd) / 2)


def observations(data: Any, gpus: Iterable[str] | None = None, kinds: Iterable[str] = tuple(KINDS)) -> pd.DataFrame:
    """Dated prices of an hour of some chips, or of all in the catalogue, in dollars of their date, one kind a row."""
    prices, kinds = data.table("prices"), list(kinds)
    known = (prices.gpu_id != "") if gpus is None else prices.gpu_id.isin(list(gpus))
    rows = prices[known & prices.basis.isin(kinds) & (prices.unit == "USD per GPU-hour")]
    rows = data.chosen("prices", rows)
    found = [rows.assign(kind=rows.basis, low_usd=rows.price_usd, high_usd=rows.price_usd)]
    if CONTRACT in kinds and (gpus is None or H100 in set(gpus)):
        found.append(contracts(data))
    columns = ["gpu_id", "date", "kind", "low_usd", "price_usd", "high_usd", "source"]
    return pd.concat([part[columns] for part in found], ignore_index=True)


def summary(rows: pd.DataFrame, *by: str) -> pd.DataFrame:
    """Number of prices, lowest, median and highest of each group, in the order of KINDS within it.

    Of the index of contracts, lowest and highest are those of its bands, and the median that of their middles.
    """
    order = list(KINDS)
    grouped = rows.assign(kind=pd.Categorical(rows.kind, order, ordered=True)).groupby(list(by), observed=True)
    found = grouped.agg(
        prices=("price_usd", "size"),
        low=("low_usd", "min"),
        median=("price_usd", "median"),
        high=("high_usd", "max"),
        source=("source", lambda keys: ";".join(sorted({key for row in keys for key in row.split(";")}))),
    )
    return found.reset_index().astype({"kind": str})


def half_year(day: Any) -> str:
    """The half-year of a day: '2024H2'."""
    stamp = pd.Timestamp(day)
    return f"{stamp.year}H{1 if stamp.month <= 6 else 2}"


def book(data: Any) -> pd.DataFrame:
    """The price book: what an hour of each chip cost in each half-year, by kind of price."""
    rows = observations(data)
    return summary(rows.assign(half=rows.date.map(half_year).str.replace("H", " H")), "gpu_id", "half", "kind")


def china(data: Any) -> pd.DataFrame:
    """Rents of a whole Hopper server in China, an hour of one of its eight cards, by date; one names no card."""
    prices = data.table("prices")
    rows = prices[(prices.basis == LEASE) & prices.gpu_id.isin([H100, ""])]
    return data.chosen("prices", rows.sort_values(["date", "price_usd"]))


def contracts_of_month(data: Any, day: Any) -> pd.Series:
    """The band of one-year contracts for an H100 of the month in which a day lies."""
    rows = data.table("rent_index")
    rows = rows[(rows.date.dt.year == day.year) & (rows.date.dt.month == day.month)]
    return data.chosen("rent_index", rows).iloc[0]


def turns(data: Any) -> tuple[pd.Series, pd.Series, pd.Series]:
    """First, lowest and last period of the index of contracts, by the middle of its band."""
    index = contracts(data)
    return index.iloc[0], index.loc[index.price_usd.idxmin()], index.iloc[-1]

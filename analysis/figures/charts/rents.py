"""What an hour of an H100 cost from 2023 on: the band of one-year contracts, and rents in China as points."""

from __future__ import annotations

import pandas as pd
from matplotlib.ticker import MultipleLocator
from matplotlib.transforms import Bbox

from analysis.case import Case
from analysis.figures.drawing import Drawing, observed
from analysis.figures.labels import free_note
from analysis.figures.style import BLUE, INK, ORANGE, paper, settle
from analysis.owning import price
from analysis.quantities import rents as book
from analysis.quantities.runs import V3
from analysis.trend import decimal_years

NAME = "rents"


def _table(case: Case) -> pd.DataFrame:
    """Every mark: the index, the rents in China, and DeepSeek's assumption on the day of V3's release."""
    index = book.contracts(case.data).assign(mark="one-year contracts")
    china = book.china(case.data)
    china = china.assign(mark="server in China", low_usd=china.price_usd, high_usd=china.price_usd)
    assumed = case.data.published("deepseek_v3_rental_usd_per_gpu_hour")
    ours = {"mark": "DeepSeek's assumption", "date": case.data.model(V3).release_date, "source": "deepseek_v3_2024"}
    ours |= dict.fromkeys(["low_usd", "price_usd", "high_usd"], assumed)
    columns = ["mark", "date", "gpu_id", "low_usd", "price_usd", "high_usd", "source"]
    table = pd.concat([index, china, pd.DataFrame([ours])], ignore_index=True)[columns].fillna({"gpu_id": ""})
    return table.assign(years=decimal_years(table.date))


@observed
def rents(case: Case) -> Drawing:
    """The band of contracts with its middle, the rents in China, and DeepSeek's two dollars among them."""
    table = _table(case)
    index, china, ours = (table[table["mark"] == mark] for mark in table["mark"].unique())
    low = index.price_usd.idxmin()
    with paper(NAME, 3.9) as figure:
        ax = figure.add_subplot()
        ax.fill_between(index.years, index.low_usd, index.high_usd, color=BLUE, alpha=0.16, linewidth=0)
        ax.plot(index.years, index.price_usd, color=BLUE, linewidth=2, marker="o", markersize=3.5)
        for named, fill in ((china.gpu_id != "", ORANGE), (china.gpu_id == "", "white")):
            rows = china[named]
            ax.plot(rows.years, rows.price_usd, "s", color=fill, markeredgecolor=ORANGE, markersize=6.5, zorder=5)
        ax.plot(ours.years, ours.price_usd, "D", color=INK, markersize=7.5, zorder=6)
        ax.set_ylim(0, table.high_usd.max() * 1.12)
        ax.xaxis.set_major_locator(MultipleLocator(1))
        ax.xaxis.set_major_formatter(lambda value, _: f"{value:.0f}")
        ax.set_ylabel("USD of the time, an hour of a card")
        ax.yaxis.set_major_formatter(lambda value, _: f"${value:.2f}")
        settle(figure)
        lines = [index[["years", end]].to_numpy(float) for end in ("low_usd", "price_usd", "high_usd")]
        marks = ax.transData.transform(table[["years", "price_usd"]].to_numpy(float))
        taken = [Bbox([centre - 5, centre + 5]) for centre in marks]
        for row, role, colour in (
            (ours.iloc[0], "DeepSeek", INK),
            *((index.loc[place], "contracts", BLUE) for place in (index.index[0], low, index.index[-1])),
            (china.iloc[-1], "in China", ORANGE),
        ):
            said = f"{role} {price(row.price_usd)}, {row.date:%b %Y}"
            taken += free_note(ax, [(row.years, row.price_usd)], said, taken, lines, color=colour)
    return Drawing(NAME, figure, table.drop(columns="years"), _alt(case, china))


def _alt(case: Case, china: pd.DataFrame) -> str:
    first, low, last = (f"{price(row.price_usd)} in {row.date:%B %Y}" for row in book.turns(case.data))
    return (
        f"Line chart with a band. One-year contracts for an H100 went from {first} over {low} to {last}, by the middle "
        f"of the index. {case.text('two_dollars_beside_contracts')} Rents of servers in China are "
        f"{price(china.price_usd.min())} to {price(china.price_usd.max())} an hour of a card."
    )

"""What an hour of an H100 cost from 2023 on: the band of one-year contracts, and rents in China as points."""

from __future__ import annotations

from functools import partial

import pandas as pd
from matplotlib.ticker import MultipleLocator
from matplotlib.transforms import Bbox

from analysis.case import Case
from analysis.figures.drawing import Sketch, observed
from analysis.figures.labels import free_note
from analysis.figures.sheet import Sheet
from analysis.figures.style import BLUE, GREY, MUTED, ORANGE, PAPER, bare
from analysis.judgements.rent import among_contracts
from analysis.owning import price
from analysis.quantities import rents as book
from analysis.quantities.runs import V3
from analysis.trend import decimal_years


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
def rents(case: Case) -> Sketch:
    """The band of contracts with its middle, the rents in China, and DeepSeek's two dollars among them."""
    table = _table(case)
    unit = "US dollars of the day for one hour of one card, contracts for a year; band: middle half of the contracts"
    china = table[table["mark"] == "server in China"]
    return Sketch("rents", title(case), unit, partial(_draw, table), table.drop(columns="years"), _alt(case, china))


def title(case: Case) -> str:
    """The finding: where DeepSeek's price stands among the contracts of the month of V3's release."""
    assumed, place, _ = among_contracts(case)
    where = {"below": "below", "in": "in line with", "above": "above"}[place]
    return f"DeepSeek’s {price(assumed)} an hour was {where} the H100 contracts of its day"


def _draw(table: pd.DataFrame, sheet: Sheet) -> None:
    index, china, ours = (table[table["mark"] == mark] for mark in table["mark"].unique())
    ax = sheet.panel(sheet.of(210, 230), 30, 4, below=20)
    ax.set_xlim(table.years.min() - 0.15, table.years.max() + 0.15)
    ax.set_ylim(0, table.high_usd.max() * 1.12)
    ax.fill_between(index.years, index.low_usd, index.high_usd, color=GREY, alpha=0.22, linewidth=0)
    ax.plot(index.years, index.price_usd, color=MUTED, linewidth=2, marker="o", markersize=3.5)
    for named, fill in ((china.gpu_id != "", ORANGE), (china.gpu_id == "", PAPER)):
        rows = china[named]
        ax.plot(rows.years, rows.price_usd, "s", color=fill, markeredgecolor=ORANGE, markersize=6, zorder=5)
    ax.plot(ours.years, ours.price_usd, "D", color=BLUE, markersize=7.5, zorder=6)
    ax.xaxis.set_major_locator(MultipleLocator(1))
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:.0f}")
    ax.yaxis.set_major_formatter(lambda value, _: f"${value:.0f}")
    bare(ax, grid=True)
    lines = [index[["years", end]].to_numpy(float) for end in ("low_usd", "price_usd", "high_usd")]
    marks = ax.transData.transform(table[["years", "price_usd"]].to_numpy(float))
    taken = [Bbox([centre - 5, centre + 5]) for centre in marks]
    dearest = china.loc[china.price_usd.idxmax()]
    rented = f"servers in China\n{price(china.price_usd.min())} to {price(dearest.price_usd)}"
    for row, said, colour, prefer in (
        (ours.iloc[0], _dated("DeepSeek’s assumption", ours.iloc[0]), BLUE, (0.3, -1)),
        (index.iloc[0], _dated("H100 contracts", index.iloc[0]), MUTED, (1, 1)),
        *((row, _dated(role, row), MUTED, prefer) for role, row, prefer in _turns(index)),
        (dearest, rented, ORANGE, (1, 1)),
    ):
        weight = "semibold" if colour == BLUE else "normal"
        look = {"color": colour, "fontsize": 9.5, "fontweight": weight, "linespacing": 1.1}
        taken += free_note(ax, [(row.years, row.price_usd)], said, taken, lines, prefer, **look)


def _turns(index: pd.DataFrame) -> list[tuple[str, pd.Series, tuple[float, float]]]:
    """The lowest and the latest period of the index, with the side on which its words are looked for first."""
    return [("lowest", index.loc[index.price_usd.idxmin()], (0, -1)), ("latest", index.iloc[-1], (-1, 1))]


def _dated(role: str, row: pd.Series) -> str:
    return f"{role}\n{price(row.price_usd)}, {row.date:%b %Y}"


def _alt(case: Case, china: pd.DataFrame) -> str:
    first, low, last = (f"{price(row.price_usd)} in {row.date:%B %Y}" for row in book.turns(case.data))
    return (
        f"Line chart with a band. One-year contracts for an H100 went from {first} to {low} and then to {last}. "
        f"{case.text('two_dollars_beside_contracts')} Rents of servers in China are "
        f"{price(china.price_usd.min())} to {price(china.price_usd.max())} an hour."
    )

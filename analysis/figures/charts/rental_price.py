"""What the $6M is: GPU-hours times a rent, on a line of the rents that were assumed, asked and paid."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from math import isnan, nan
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from analysis import costs, parameters, words
from analysis.case import Case, Quantity
from analysis.figures.drawing import Sketch, observed
from analysis.figures.rows import Row, strips
from analysis.figures.sheet import Sheet
from analysis.figures.style import BLUE, MUTED, short
from analysis.owning import price
from analysis.quantities import rents
from analysis.quantities.runs import R1, V3
from analysis.uncertainty import interval


@dataclass(frozen=True)
class Mark:
    """A rent of the line, or a range of rents, in USD an hour of a card; nan where it has none."""

    name: str
    what: str
    rental: float = nan
    low: float = nan
    high: float = nan

    @property
    def ends(self) -> list[float]:
        """What is told of it in numbers."""
        return [self.low, self.high] if isnan(self.rental) else [self.rental]


def marks(case: Case) -> list[Mark]:
    """The rent of the case with its range, DeepSeek's, and those that were asked and paid when V3 was trained."""
    known, day = parameters.known()["rental_usd_per_gpu_hour"], case.data.model(V3).release_date
    assumed = case.data.published("deepseek_v3_rental_usd_per_gpu_hour")
    here = float(case.point.rental_usd_per_gpu_hour)
    ends = interval(case.draws.rental_usd_per_gpu_hour)
    band = rents.contracts_of_month(case.data, day)
    china = rents.china(case.data)
    china = china[china.date.dt.year == day.year].price_usd
    listed = rents.observations(case.data, [rents.H100], ["list_on_demand"])
    listed = listed[listed.date.dt.year == day.year].price_usd
    own = "whisker: 5–95 % range"
    theirs = "DeepSeek’s assumption"
    return [
        *([Mark(theirs, own, here, *ends)] if here == assumed else [Mark("This case", own, here, *ends)]),
        *([] if here == assumed else [Mark(theirs, "for an H800", assumed)]),
        Mark("Lowest plausible rent", "a contract in China, card inferred", known.low),
        Mark("Highest plausible rent", "the one offer found for an H800", known.high),
        Mark("One-year contracts, H100", f"middle half, {day:%B %Y}", low=band.low_usd, high=band.high_usd),
        Mark(f"Servers in China, {day.year}", f"{len(china)} rents found", low=china.min(), high=china.max()),
        Mark(f"List prices, H100, {day.year}", f"{len(listed)} found, on demand", low=listed.min(), high=listed.max()),
    ]


@observed
def rental_price(case: Case) -> Sketch:
    """Rents of a Hopper GPU on one line, and V3's bill at each."""
    found, bill = marks(case), case["v3_rental_usd"]
    hours, extra = (float(case.data.model(model).chip_hours) for model in (V3, R1))
    others = "" if bill.certain else f"; nine plausible rents in ten make it {bill.range}"
    title = f"At {price(found[0].rental)} an hour V3’s run comes to {bill.text}{others}"
    unit = (
        "US dollars for an hour of a card (lower scale), and for V3’s "
        f"{case['v3_gpu_hours'].text} hours at that rent (upper scale); rental basis"
    )
    columns = {"rental": "", "low": "low_", "high": "high_"}
    table = pd.DataFrame(
        {
            "mark": [mark.name for mark in found],
            "what": [mark.what for mark in found],
            **{f"{to}rental_usd_per_gpu_hour": [getattr(mark, of) for mark in found] for of, to in columns.items()},
            "v3_gpu_hours": hours,
            **{
                f"v3_{to}usd": [costs.rental_run_cost_usd(hours, getattr(mark, of)) for mark in found]
                for of, to in columns.items()
            },
            "r1_gpu_hours": extra,
            "r1_usd": [costs.rental_run_cost_usd(extra, mark.rental) for mark in found],
        }
    )
    return Sketch("rental-price", title, unit, partial(_draw, found, hours, bill), table, _alt(case, found))


def _draw(found: list[Mark], hours: float, bill: Quantity, sheet: Sheet) -> None:
    rows = [_row(mark, hours, bill, mark is found[0]) for mark in found]
    top = max(end for mark in found for end in (mark.rental, mark.low, mark.high) if not isnan(end))
    # Room for the second scale.
    sheet.skip(16)
    _bills(strips(sheet, rows, (0, 1.04 * top), words.money_tick, log=False), hours)


def _row(mark: Mark, hours: float, bill: Quantity, chosen: bool) -> Row:
    bills = [costs.rental_run_cost_usd(hours, end) for end in mark.ends]
    if chosen:
        told = bill.text if bill.certain else f"{bill.text} ({bill.range})"
    elif len(bills) == 1:
        # As fine as the bill of the case is told.
        told = words.amount(bills[0], "USD", bill.low, bill.high)
    else:
        told = words.between(bills[0], bills[1], "USD")
    rent = " to ".join(dict.fromkeys(price(end) for end in mark.ends))
    colour = BLUE if chosen else MUTED
    ends = mark.low, mark.high
    return Row(mark.name, mark.rental, rent, *ends, f"V3: {short(told)}", mark.what, colour, strong=chosen)


def _bills(ax: Axes, hours: float) -> None:
    """The second scale: what V3's hours come to at each rent."""

    def bills(rents_: Any) -> Any:
        return rents_ * hours

    def back(usd: Any) -> Any:
        return usd / hours

    above = ax.secondary_xaxis("top", functions=(bills, back))
    above.xaxis.set_major_locator(MaxNLocator(4))
    above.xaxis.set_major_formatter(lambda value, _: words.money_tick(value))
    above.spines["top"].set_visible(False)
    above.tick_params(length=0, labelsize=9, labelcolor=BLUE, pad=2)


def _alt(case: Case, found: list[Mark]) -> str:
    bill, first = case["v3_rental_usd"], found[0]
    span = "" if bill.certain else f", range {bill.range}"
    others = "; ".join(f"{mark.name}, {' to '.join(price(end) for end in mark.ends)}" for mark in found[1:])
    return (
        f"Dots and ranges of rents on a line. At {price(first.rental)} an hour, V3's bill is {bill.text}{span}. "
        f"Other rents: {others}."
    )

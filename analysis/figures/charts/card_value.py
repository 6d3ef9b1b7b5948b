"""What an H800 is worth over its age by the two rules of depreciation, and what an hour of it costs by each."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import Bbox

from analysis import words
from analysis.case import Case
from analysis.figures.drawing import Sketch, observed
from analysis.figures.labels import free_note
from analysis.figures.sheet import Sheet
from analysis.figures.style import BASIS_COLOURS, INK, MUTED, PURPLE, bare, dollar_axis, dot
from analysis.owning import card_value_usd, hours_at_full_use, price

# Words for a rule on a drawing, and its colour and stroke.
RULES: tuple[tuple[str, str, Any], ...] = (
    ("straight line", PURPLE, "-"),
    ("fall of price-\nperformance", BASIS_COLOURS["amortised"], (0, (5, 2))),
)
POINTS = 61

Pair = tuple[np.ndarray, np.ndarray]


@observed
def card_value(case: Case) -> Sketch:
    """Value of a card over its service life by both rules, and the cost of an hour at full use by both."""
    years = np.linspace(0, float(case.point.service_life_years), POINTS)
    values, hours = card_value_usd(case, years), hours_at_full_use(case, years)
    table = pd.DataFrame({"age_years": years})
    for column, pair in (("value_usd", values), ("usd_per_gpu_hour_at_full_use", hours)):
        table[f"straight_line_{column}"], table[f"fall_{column}"] = pair
    line, fall = (price(float(hour)) for hour in hours_at_full_use(case, _age(case)))
    title = f"An hour of V3’s cards: {line} by one rule of depreciation, {fall} by the other"
    unit = "One H800, by its age; amortised basis, US dollars. An hour: at full use, with network and power"
    return Sketch("card-value", title, unit, partial(_draw, case, years, values, hours), table, _alt(case))


def _age(case: Case) -> float:
    """Of V3's cards, as far as the service life goes."""
    return min(float(case.point.h800_years_in_service), float(case.point.service_life_years))


def _draw(case: Case, years: np.ndarray, values: Pair, hours: Pair, sheet: Sheet) -> None:
    sheet.heading("An hour at full use", above=0)
    _name(*_panel(sheet, case, years, hours, price), years, hours)
    sheet.heading("The card with its share of the server")
    ax, _ = _panel(sheet, case, years, values, words.money_tick)
    ax.set_xlabel("age of the card, years", fontsize=9, color=MUTED, loc="left")
    sheet.skip(14)


def _panel(
    sheet: Sheet, case: Case, years: np.ndarray, pair: Pair, told: Callable[[float], str]
) -> tuple[Axes, list[Bbox]]:
    """Both rules over the age, and their values at the age of V3's cards; and where words are now."""
    ax = sheet.panel(sheet.of(130, 140), 34, 8, below=18)
    ax.set(xlim=(0, years[-1]), ylim=(0, 1.25 * max(line.max() for line in pair)))
    bare(ax, grid=True)
    ax.yaxis.set_major_locator(MaxNLocator(4))
    ax.xaxis.set_major_formatter(lambda value, _: words.digits(value, 3))
    dollar_axis(ax, "y")
    age = _age(case)
    marks = [float(np.interp(age, years, line)) for line in pair]
    for line, mark, (_, colour, stroke) in zip(pair, marks, RULES, strict=True):
        ax.plot(years, line, color=colour, linestyle=stroke, linewidth=2.2)
        dot(ax, age, mark, colour)
    ax.plot([age, age], [0, max(marks)], color=INK, linewidth=1, linestyle=(0, (2, 2)), zorder=1)
    lines = [np.column_stack([years, line]) for line in pair]
    text = f"V3’s cards: {' and '.join(told(mark) for mark in marks)}"
    look: dict[str, Any] = {"fontsize": 9.5, "fontweight": "semibold"}
    return ax, free_note(ax, [(age, max(marks))], text, [], lines, prefer=(1, 1), **look)


def _name(ax: Axes, taken: list[Bbox], years: np.ndarray, pair: Pair) -> None:
    """Each line is named where the two are farthest apart after V3's day, on its outer side."""
    lines = [np.column_stack([years, line]) for line in pair]
    late = len(years) * 3 // 4
    for line, other, (name, colour, _) in zip(lines, reversed(lines), RULES, strict=True):
        side = 1 if line[late, 1] > other[late, 1] else -1
        spots = [(float(x), float(y)) for x, y in (line[late], line[late - 8], line[late + 8])]
        look: dict[str, Any] = {"color": colour, "fontsize": 9.5, "linespacing": 1.0}
        taken += free_note(ax, spots, name, taken, lines, prefer=(0, side), **look)


def _alt(case: Case) -> str:
    age, life = _age(case), float(case.point.service_life_years)
    both = " and ".join(price(float(value)) for value in hours_at_full_use(case, age))
    return (
        f"Two line charts over the age of an H800, up to {words.digits(life, 3)} years, by a straight line and by the "
        f"fall of price-performance. At {words.digits(age, 3)} years, the age of V3's cards, an hour at full use costs "
        f"{both}. {case.text('rules_agree')}"
    )

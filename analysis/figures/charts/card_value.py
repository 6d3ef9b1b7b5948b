"""What an H800 is worth over its age by the two rules of depreciation, and what an hour of it costs by each."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analysis import words
from analysis.case import Case
from analysis.figures.drawing import Drawing, observed
from analysis.figures.labels import free_note
from analysis.figures.style import BASIS_COLOURS, PURPLE, dollar_axis, dot, paper, settle
from analysis.owning import card_value_usd, hours_at_full_use, price

NAME = "card-value"
RULES = {"straight line over the service life": PURPLE, "fall of price-performance": BASIS_COLOURS["amortised"]}
STROKES = ("-", (0, (5, 2)))
POINTS = 61

Pair = tuple[np.ndarray, np.ndarray]


@observed
def card_value(case: Case) -> Drawing:
    """Value of a card over its service life by both rules, and the cost of an hour at full use by both."""
    years = np.linspace(0, float(case.point.service_life_years), POINTS)
    values, hours = card_value_usd(case, years), hours_at_full_use(case, years)
    with paper(NAME, 5.4) as figure:
        top, bottom = figure.subplots(2, 1, sharex=True)
        _frame(top, "Value of a card with its share of the server, USD", years, values)
        _frame(bottom, "An hour at full use, with network and power, without interest, USD", years, hours)
        dollar_axis(top, "y")
        bottom.yaxis.set_major_formatter(lambda value, _: price(value))
        bottom.set_xlabel("age of the card, years")
        settle(figure)
        _label(top, case, years, values, _money(card_value_usd(case, _age(case))))
        _label(bottom, case, years, hours, _prices(hours_at_full_use(case, _age(case))))
    table = pd.DataFrame({"age_years": years})
    for column, pair in (("value_usd", values), ("usd_per_gpu_hour_at_full_use", hours)):
        table[f"straight_line_{column}"], table[f"fall_{column}"] = pair
    return Drawing(NAME, figure, table, _alt(case))


def _age(case: Case) -> float:
    """Of V3's cards, as far as the service life goes."""
    return min(float(case.point.h800_years_in_service), float(case.point.service_life_years))


def _frame(ax: Axes, title: str, years: np.ndarray, pair: Pair) -> None:
    for line, colour, stroke in zip(pair, RULES.values(), STROKES, strict=True):
        ax.plot(years, line, color=colour, linestyle=stroke, linewidth=2.2)
    ax.set_title(title)
    ax.set_xlim(0, years[-1])
    ax.set_ylim(0, 1.25 * max(line.max() for line in pair))


def _label(ax: Axes, case: Case, years: np.ndarray, pair: Pair, told: str) -> None:
    """Words for one panel: which line is which, and what V3's cards come to."""
    age = _age(case)
    marks = [float(np.interp(age, years, line)) for line in pair]
    for mark, colour in zip(marks, RULES.values(), strict=True):
        dot(ax, age, mark, colour)
    lines = [np.column_stack([years, line]) for line in pair]
    taken = free_note(ax, [(age, max(marks))], f"V3's cards: {told}", [], lines, prefer=(1, 1))
    # Each line is named where the two are farthest apart, on its outer side.
    widest = int(np.argmax(abs(pair[0] - pair[1])[5:-5])) + 5
    for line, other, (rule, colour) in zip(lines, reversed(lines), RULES.items(), strict=True):
        side = 1 if line[widest, 1] > other[widest, 1] else -1
        spots = [(float(x), float(y)) for x, y in (line[widest], line[widest - 5], line[widest + 5])]
        taken += free_note(ax, spots, rule, taken, lines, prefer=(0, side), color=colour)


def _money(pair: tuple[float, float]) -> str:
    return " and ".join(words.money_tick(float(value)) for value in pair)


def _prices(pair: tuple[float, float]) -> str:
    return " and ".join(price(float(value)) for value in pair)


def _alt(case: Case) -> str:
    age, life = _age(case), float(case.point.service_life_years)
    left = card_value_usd(case, life)[1]
    return (
        f"Two line charts over the age of an H800. By the straight line its value falls from "
        f"{words.money_tick(float(case.point.server_price_h800_usd_per_gpu))} to nothing in {words.digits(life, 3)} "
        f"years, by the fall of price-performance to {words.money_tick(float(left))}. At {words.digits(age, 3)} years, "
        f"the age of V3's cards, it is {_money(card_value_usd(case, age))}, and an hour at full use costs "
        f"{_prices(hours_at_full_use(case, age))}. {case.text('rules_agree')}"
    )

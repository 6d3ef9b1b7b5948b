"""What V3's run cost those who own the cards: one run, four questions, four answers."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
from matplotlib.axes import Axes

from analysis.case import Case, Quantity
from analysis.figures import style
from analysis.figures.drawing import Drawing, observed

NAME = "cost-to-owner"
MARGINAL = "v3_marginal_usd"

# Inches: words left and right of the bars, height of a row, room above and below.
LEFT, RIGHT, ROW, OVER, UNDER = 2.62, 1.1, 0.52, 0.4, 0.52
BAR = 0.5


@dataclass(frozen=True)
class Answer:
    """A question about the run, what its answer is made of, and the answer."""

    question: str
    made_of: str
    result: Quantity
    colour: str
    hatch: str = ""


def answers(case: Case) -> list[Answer]:
    """The four, in the order of the questions: from what can be saved to what could have been had."""
    own, rent = style.BASIS_COLOURS["amortised"], style.BASIS_COLOURS["rental"]
    return [
        Answer("What did it add to the bills?", "power alone, at most", case[MARGINAL], own, "----"),
        Answer("What did it use up?", "value lost, network, power", case["v3_amortised_usd"], own),
        Answer("What is its share of ownership?", "price over the life, by use", case["v3_owner_usd"], own, "////"),
        Answer("What did it forgo?", "the rent; nothing if cards stood idle", case["v3_rental_usd"], rent),
    ]


def title(found: list[Answer]) -> str:
    """The finding: how far apart the least and the most of the answers are."""
    least, most = (pick(found, key=lambda answer: answer.result.value).result for pick in (min, max))
    bound = "at most " if least.name == MARGINAL else ""
    return f"The same run: {bound}{style.short(least.text)} to {style.short(most.text)}, by the question"


@observed
def cost_to_owner(case: Case) -> Drawing:
    """Marginal cost, loss of value, owner's average and rent forgone of V3's run, each with its range."""
    found = answers(case)
    height_inches = OVER + ROW * len(found) + UNDER
    with style.paper(NAME, height_inches) as figure:
        ax = style.panel(figure, OVER, ROW * len(found), LEFT, RIGHT)
        ax.set_xlim(0, 1.03 * max(max(each.result.value, each.result.high) for each in found))
        ax.set_ylim(len(found) - 0.5, -0.5)
        ax.set_yticks([])
        style.bare(ax, keep=("bottom",))
        style.dollar_axis(ax)
        ax.set_xlabel("USD. Whiskers: 5–95 %", fontsize=9.5, loc="left")
        style.heading(ax, title(found), LEFT - 0.1)
        for y, answer in enumerate(found):
            _row(ax, y, answer)
        # Where nobody else would have taken the cards, the last answer is none.
        style.dot(ax, 0, len(found) - 1, found[-1].colour, fill="none", size=8)
    return Drawing(NAME, figure, _table(found), _alt(found))


def _row(ax: Axes, y: float, answer: Answer) -> None:
    result, left = answer.result, -(LEFT - 0.1) * 72
    ax.barh(
        y, result.value, BAR, color=answer.colour, hatch=answer.hatch, hatchcolor=(1, 1, 1, 0.6), edgecolor=style.PAPER
    )
    style.range_bar(ax, result.low, result.high, y, height=0.26)
    style.beside(ax, y - 0.19, answer.question, left, ha="left", fontsize=10.5)
    style.beside(ax, y + 0.21, answer.made_of, left, ha="left", fontsize=9, color=style.MUTED)
    style.beside(ax, y - 0.19, style.short(result.text), 10, fontsize=10.5, fontweight="semibold")
    style.beside(ax, y + 0.21, style.short(result.range), 10, fontsize=9, color=style.MUTED)


def _table(found: list[Answer]) -> pd.DataFrame:
    columns = ("question", "made_of", "basis", "value_usd", "p05_usd", "p95_usd")
    rows = [
        (each.question, each.made_of, each.result.basis, each.result.value, each.result.low, each.result.high)
        for each in found
    ]
    idle = ("What did it forgo?", "nothing: the cards would have stood idle", "rental", 0.0, 0.0, 0.0)
    return pd.DataFrame([*rows, idle], columns=columns)


def _alt(found: list[Answer]) -> str:
    power, lost, share, rent = (each.result.text for each in found)
    return (
        f"Bar chart with 5 to 95 % ranges. V3's run added at most {power} of power to its owner's bills, used up "
        f"{lost} of hardware, network and power, is {share} at an owner's cost of an hour, and gave up {rent} of "
        "rent, or none if the cards would have stood idle."
    )

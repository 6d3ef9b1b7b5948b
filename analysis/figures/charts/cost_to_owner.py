"""What V3's run cost those who own the cards: one run, four questions, four answers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import pandas as pd

from analysis import words
from analysis.case import Case, Quantity
from analysis.figures import style
from analysis.figures.drawing import Sketch, observed
from analysis.figures.rows import Row, strips
from analysis.figures.sheet import Sheet

MARGINAL = "v3_marginal_usd"


@dataclass(frozen=True)
class Answer:
    """A question about the run, what its answer is made of, and the answer."""

    question: str
    made_of: str
    result: Quantity
    colour: str


def answers(case: Case) -> list[Answer]:
    """The four, in the order of the questions: from what can be saved to what could have been had."""
    own, rent = style.BASIS_COLOURS["amortised"], style.BASIS_COLOURS["rental"]
    return [
        Answer("What did it add to the bills?", "power alone, at most", case[MARGINAL], own),
        Answer("What did it use up?", "value lost, network, power", case["v3_amortised_usd"], own),
        Answer("What is its share of owning?", "price spread over the life, by use", case["v3_owner_usd"], own),
        Answer("What rent did it forgo?", "if the cards could have been let", case["v3_rental_usd"], rent),
    ]


def title(found: list[Answer]) -> str:
    """The finding: how far apart the least and the most of the answers are."""
    least, most = (pick(found, key=lambda answer: answer.result.value).result for pick in (min, max))
    bound = "at most " if least.name == MARGINAL else ""
    return f"One run, four questions: from {bound}{least.text} to {most.text}"


@observed
def cost_to_owner(case: Case) -> Sketch:
    """Marginal cost, loss of value, owner's average and rent forgone of V3's run, each with its range."""
    found = answers(case)
    unit = (
        "Cost of V3’s official run to the owner of its cards, US dollars. Green: amortised basis; blue: rental basis. "
        "Bar: base case, whisker: 5–95 % range"
    )
    return Sketch("cost-to-owner", title(found), unit, partial(_draw, found), _table(found), _alt(found))


def _draw(found: list[Answer], sheet: Sheet) -> None:
    rows = [
        Row(
            each.question,
            each.result.value,
            style.short(each.result.text),
            each.result.low,
            each.result.high,
            style.short(each.result.range),
            each.made_of,
            each.colour,
            start=0,
        )
        for each in found
    ]
    # Where nobody else would have taken the cards, the last answer is none.
    rows.append(Row("or none, if they stood idle", 0.0, "$0", colour=found[-1].colour, fill="none"))
    top = 1.03 * max(max(each.result.value, each.result.high) for each in found)
    strips(sheet, rows, (0, top or 1.0), words.money_tick, log=False)


def _table(found: list[Answer]) -> pd.DataFrame:
    columns = ("question", "made_of", "basis", "value_usd", "p05_usd", "p95_usd")
    rows = [
        (each.question, each.made_of, each.result.basis, each.result.value, each.result.low, each.result.high)
        for each in found
    ]
    idle = (found[-1].question, "nothing: the cards would have stood idle", "rental", 0.0, 0.0, 0.0)
    return pd.DataFrame([*rows, idle], columns=columns)


def _alt(found: list[Answer]) -> str:
    power, lost, share, rent = (each.result.text for each in found)
    return (
        f"Bar chart with 5 to 95 % ranges. V3's run added at most {power} of power to its owner's bills, used up "
        f"{lost} of hardware, network and power, is {share} at an owner's cost of an hour, and gave up {rent} of "
        "rent, or none if the cards would have stood idle."
    )

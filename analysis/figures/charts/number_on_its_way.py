"""How a number changed on its way: each step from the source on, with what was lost in it. A card to be shared."""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd

from analysis import words
from analysis.case import Case
from analysis.figures.drawing import Sketch, observed
from analysis.figures.sheet import Sheet, wrapped
from analysis.figures.style import BLUE, INK, MUTED, PAPER, RED, TEAL

# Points: the line that ties the steps, their words, height of a line of words, gap between steps and between chains.
STEM, TEXT, LINE, GAP, BETWEEN = 6, 19, 12.5, 9, 28
SAID, LOST = 10, 9.2
KINDS = {"start": (BLUE, "o", BLUE), "retold": (RED, "o", PAPER), "set_right": (TEAL, "s", TEAL)}


@observed
def number_on_its_way(case: Case) -> Sketch:
    """The chains of data/chains.csv, side by side or one under the other."""
    table = case.data.chosen("chains", case.data.table("chains"))
    shown = table[["chain", "said_on", "who", "value", "says", "lost", "source"]]
    unit = "US dollars as printed at each step. Red: what a retelling lost; square: set right"
    return Sketch(
        "number-on-its-way",
        title(table),
        unit,
        partial(_draw, table),
        shown.rename(columns={"value": "value_usd"}),
        _alt(table),
    )


def title(table: pd.DataFrame) -> str:
    """The finding: in how many of the retellings something was lost."""
    retold = table[table.kind == "retold"]
    lost, count = int((retold.lost != "").sum()), len(retold)
    if lost == count:
        return f"Each of {count} retellings lost part of what its number meant"
    return f"Of {count} retellings, {lost} lost part of what the number meant"


def _draw(table: pd.DataFrame, sheet: Sheet) -> None:
    chains = [rows.to_dict("records") for _, rows in table.groupby("chain", sort=False)]
    columns = 1 if sheet.narrow else 2
    width = (sheet.width - BETWEEN * (columns - 1)) / columns
    for first in range(0, len(chains), columns):
        top, ends = sheet.at, []
        for place, steps in enumerate(chains[first : first + columns]):
            ends.append(_chain(sheet, steps, place * (width + BETWEEN), top, width))
        sheet.at = max(ends) + GAP


def _chain(sheet: Sheet, steps: list[Any], left: float, y: float, width: float) -> float:
    """One chain from height y on, so far from the left and so wide; the height of its end."""
    y += 15
    sheet.put(left, y, steps[0]["chain"], fontsize=11.5, fontweight="semibold")
    y += 6
    above = None
    for step in steps:
        y, above = _step(sheet, step, left, y, width, above)
    return y


def _step(sheet: Sheet, step: Any, left: float, y: float, width: float, above: float | None) -> tuple[float, float]:
    """One step, tied to the mark above; the heights of its end and of its mark."""
    colour, shape, fill = KINDS[step["kind"]]
    if step["lost"]:
        told = {"fontsize": LOST, "color": RED, "fontstyle": "italic"}
        y = _text(sheet, left + TEXT, y, wrapped(f"Lost: {step['lost']}", width - TEXT, LOST), **told) + GAP
    at = y + LINE * 0.65
    if above is not None:
        sheet.ground.plot([left + STEM] * 2, [above, at], color=MUTED, linewidth=1.2, zorder=1)
    look: dict[str, Any] = {"color": colour, "markerfacecolor": fill, "markersize": 8, "markeredgewidth": 1.8}
    sheet.ground.plot(left + STEM, at, shape, zorder=2, **look)
    sum_ = "set right" if step["value"] != step["value"] else words.amount(step["value"], "USD")
    sheet.put(left + width, y + LINE, sum_, fontsize=11, fontweight="bold", ha="right", color=colour)
    who = [step["who"], *filter(None, [day(step["said_on"])])]
    sheet.put(left + TEXT, y + LINE, ", ".join(who), fontweight="semibold", color=INK)
    y = _text(sheet, left + TEXT, y + LINE, wrapped(step["says"], width - TEXT, SAID), color=INK)
    return y + GAP, at


def _text(sheet: Sheet, x: float, y: float, lines: list[str], **style: Any) -> float:
    for line in lines:
        y += LINE
        sheet.put(x, y, line, **style)
    return y


def day(text: str) -> str:
    """A day, a month or a year in words: "19 September 2025"."""
    if not text:
        return ""
    stamp, parts = pd.Timestamp(text), text.count("-")
    return f"{stamp.day if parts == 2 else ''} {stamp.month_name() if parts else ''} {stamp.year}".strip()


def _alt(table: pd.DataFrame) -> str:
    def told(row: Any) -> str:
        return f"{row.who}, " + ("set right" if row.value != row.value else words.amount(row.value, "USD"))

    chains = [
        f"{chain}: {'; '.join(told(row) for row in rows.itertuples())}"
        for chain, rows in table.groupby("chain", sort=False)
    ]
    return f"Steps from top to bottom. {title(table)}. {'. '.join(chains)}."

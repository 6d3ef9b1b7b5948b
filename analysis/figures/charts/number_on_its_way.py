"""How a number changed on its way: each step from the source on, with what was lost in it. A card to be shared."""

from __future__ import annotations

from textwrap import wrap
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from analysis import words
from analysis.case import Case
from analysis.figures.drawing import Drawing, observed
from analysis.figures.style import BLUE, INK, MUTED, PAPER, RED, TEAL, paper

NAME = "number-on-its-way"
# As wide as a phone, so that its letters keep their size there. All that follows is in points.
WIDTH, STEM, TEXT = 244, 6, 19
LINE, GAP, HEAD = 13, 10, 28
LETTERS = {"says": 48, "lost": 52}
KINDS = {"start": (BLUE, "o", BLUE), "retold": (RED, "o", PAPER), "set_right": (TEAL, "s", TEAL)}


@observed
def number_on_its_way(case: Case) -> Drawing:
    """The chains of data/chains.csv, one under the other."""
    table = case.data.chosen("chains", case.data.table("chains"))
    steps = [(row, _lines(row)) for row in table.to_dict("records")]
    height = sum(_height(lines) for _, lines in steps) + HEAD * table.chain.nunique() + GAP
    with paper(NAME, height / 72, WIDTH / 72) as figure:
        figure.set_layout_engine("none")
        ax = figure.add_axes((0, 0, 1, 1))
        ax.set(xlim=(0, WIDTH), ylim=(height, 0))
        ax.axis("off")
        y = mark = 0.0
        for row, lines in steps:
            starts = row["kind"] == "start"
            if starts:
                y += HEAD
                ax.text(0, y - 10, row["chain"], fontsize=12, fontweight="semibold", va="baseline")
            y, mark = _step(ax, y, row, lines, None if starts else mark)
    shown = table[["chain", "said_on", "who", "value", "says", "lost", "source"]]
    return Drawing(NAME, figure, shown.rename(columns={"value": "value_usd"}), _alt(table))


def _lines(row: Any) -> dict[str, list[str]]:
    lost = f"Lost: {row['lost']}" if row["lost"] else ""
    return {name: wrap(text, LETTERS[name]) for name, text in (("lost", lost), ("says", row["says"]))}


def _height(lines: dict[str, list[str]]) -> float:
    lost = len(lines["lost"]) * LINE + GAP if lines["lost"] else 0
    return lost + (1 + len(lines["says"])) * LINE + GAP


def _step(ax: Axes, y: float, row: Any, lines: dict[str, list[str]], above: float | None) -> tuple[float, float]:
    """One step from height y on, tied to the mark above; the heights of its end and of its mark."""
    end, (colour, shape, fill) = y + _height(lines), KINDS[row["kind"]]
    if lines["lost"]:
        y = _text(ax, y, lines["lost"], fontsize=9.2, color=RED, style="italic") + GAP
    at = y + LINE * 0.65
    if above is not None:
        ax.plot([STEM, STEM], [above, at], color=MUTED, linewidth=1.2, zorder=1)
    ax.plot(STEM, at, shape, color=colour, markerfacecolor=fill, markersize=8, markeredgewidth=1.8, zorder=2)
    who = ", ".join(filter(None, (row["who"], day(row["said_on"]))))
    told = "set right" if row["value"] != row["value"] else words.amount(row["value"], "USD")
    ax.text(TEXT, y + LINE, who, fontsize=10, fontweight="semibold", va="baseline", color=INK)
    ax.text(WIDTH - 2, y + LINE, told, fontsize=11, fontweight="bold", va="baseline", ha="right", color=colour)
    _text(ax, y + LINE, lines["says"], fontsize=10, color=INK)
    return end, at


def _text(ax: Axes, y: float, lines: list[str], **style: Any) -> float:
    for line in lines:
        y += LINE
        ax.text(TEXT, y, line, va="baseline", **style)
    return y


def day(text: str) -> str:
    """A day, a month or a year in words: "19 September 2025"."""
    if not text:
        return ""
    stamp, parts = pd.Timestamp(text), text.count("-")
    return f"{stamp.day if parts == 2 else ''} {stamp.month_name() if parts else ''} {stamp.year}".strip()


def _alt(table: pd.DataFrame) -> str:
    def told(row: Any) -> str:
        sum_ = "corrected" if row.value != row.value else words.amount(row.value, "USD")
        return f"{row.who}, {sum_}" + (f" (lost: {row.lost.rstrip('.')})" if row.lost else "")

    chains = [
        f"{chain}: {'; then '.join(told(row) for row in rows.itertuples())}"
        for chain, rows in table.groupby("chain", sort=False)
    ]
    return f"Chain of steps from top to bottom. {'. '.join(chains)}."

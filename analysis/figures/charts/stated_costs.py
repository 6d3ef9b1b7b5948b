"""What developers themselves say that a run or a stage cost, in the dollars of their statements."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from analysis import words
from analysis.case import Case
from analysis.figures.drawing import Drawing, observed
from analysis.figures.style import (
    BLUE,
    GRID,
    INK,
    MUTED,
    beside,
    dollar_axis,
    dot,
    heading,
    key,
    log_limits,
    log_rows,
    panel,
    paper,
    short,
)
from analysis.quantities import hours
from analysis.quantities.runs import V3

COVERS = {"pretraining": "pre-training", "run": "whole run", "stage": "a stage"}

# Inches: words left and right of the dots, height of a row, of a heading, of an axis with its figures.
LEFT, RIGHT, ROW, HEADING, AXIS = 3.1, 1.5, 0.22, 0.36, 0.4


@observed
def stated_costs(case: Case) -> Drawing:
    """Two dot plots: dollars for a unit of arithmetic of runs, and dollars of stages of reinforcement learning."""
    rows = hours.stated_costs(case.data)
    stages = rows[rows.covers == hours.STAGE].sort_values(["release_date", "value_usd"])
    runs = rows[rows.usd_per_1e24_flop.notna()].sort_values(["usd_per_1e24_flop", "model_id"])
    panels = [
        ("A run, for 10²⁴ FLOP; right: all of it", runs, "usd_per_1e24_flop"),
        ("Reinforcement learning alone, on a base that somebody paid for before", stages, "value_usd"),
    ]
    top = 0.42 + HEADING
    height_inches = top + sum(ROW * len(part) + AXIS + HEADING for _, part, _ in panels) - HEADING + 0.05
    with paper("stated-costs", height_inches) as figure:
        key(figure, [("o", "full", "at a rent"), ("o", "none", "basis not stated")], 0.1)
        for title, part, column in panels:
            ax = panel(figure, top, ROW * len(part), LEFT, RIGHT)
            log_rows(ax, len(part), log_limits(part[column], 1.4), keep=("bottom",), subs=(1, 2, 5), numticks=20)
            dollar_axis(ax)
            ax.tick_params(labelsize=9, pad=2)
            heading(ax, title, LEFT - 0.08, up=8, fontsize=10.5, color=BLUE)
            for y, row in enumerate(part.to_dict("records")):
                _row(ax, y, row, column)
            top += ROW * len(part) + AXIS + HEADING
        ax.set_xlabel("USD of the year of the statement (log scale)", loc="left", fontsize=9.5)
    columns = ["estimate_id", "model_id", "model", "developer", "release_date", "basis", "covers", "value_usd"]
    columns += ["currency_year", "usd_per_1e24_flop", "source", "locator", "note"]
    return Drawing("stated-costs", figure, pd.concat([runs, stages])[columns], _alt(runs, stages))


def _row(ax: Axes, y: int, row: Mapping[Hashable, Any], column: str) -> None:
    chosen = row["model_id"] == V3
    ink, weight = (BLUE, "bold") if chosen else (INK, "normal")
    ax.axhline(y, color=GRID, linewidth=0.8)
    beside(ax, y, row["model"].split(" (")[0], -100, fontsize=9.5, fontweight=weight, color=ink)
    year = f"{row['currency_year']:.0f}, {COVERS[row['covers']]}"
    beside(ax, y, year, -95, ha="left", fontsize=8.8, color=MUTED)
    dot(ax, row[column], y, BLUE if chosen else MUTED, fill="full" if row["basis"] == "rental" else "none")
    amount = short(words.amount(row[column], "USD", significant=2 if column != "value_usd" else 3))
    beside(ax, y, amount, 42, ha="right", fontsize=9.5, fontweight=weight, color=ink)
    if column != "value_usd":
        whole = short(words.amount(row["value_usd"], "USD", significant=3))
        beside(ax, y, whole, 94, ha="right", fontsize=9.5, color=MUTED)


def _alt(runs: pd.DataFrame, stages: pd.DataFrame) -> str:
    def told(part: pd.DataFrame, column: str) -> str:
        return words.label(
            "",
            [
                f"{name.split(' (')[0]} {words.amount(usd, 'USD', significant=3)}"
                for name, usd in zip(part.model, part[column], strict=True)
            ],
        )

    return (
        "Two dot plots on log axes of costs as developers state them. "
        f"For 1e24 FLOP of a run: {told(runs, 'usd_per_1e24_flop')}. "
        f"For a stage of reinforcement learning alone: {told(stages, 'value_usd')}."
    )

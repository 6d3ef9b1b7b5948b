"""Hours for a unit of arithmetic, run by run: no price in it, and no guess from the hours themselves."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from analysis import words
from analysis.case import Case
from analysis.figures.drawing import Drawing, observed
from analysis.figures.style import BLUE, GRID, INK, MUTED, beside, dot, heading, key, log_rows, panel, paper
from analysis.quantities import hours
from analysis.quantities.runs import V3

FILLS = {"run": "full", "pretraining": "none"}

# Inches: words left and right of the dots, height of a row, of a heading, of an axis with its figures.
LEFT, RIGHT, ROW, HEADING, AXIS = 2.62, 1.15, 0.2, 0.36, 0.34


@observed
def hours_per_flop(case: Case) -> Drawing:
    """Two dot plots on one log axis: Hopper GPUs, and Blackwell GPUs turned into H100-hours."""
    rows = hours.hours_per_flop(case.data)
    parts = {False: rows[~rows.blackwell], True: rows[rows.blackwell]}
    titles = {
        False: _title(case),
        True: "Blackwell GPUs, as H100-hours by their BF16 peaks: not like with like",
    }
    limits = rows.hours.min() / 1.25, rows.hours.max() * 1.25
    top = 0.62 + HEADING
    height_inches = top + sum(ROW * len(part) + AXIS + HEADING for part in parts.values()) - HEADING + 0.16
    with paper("hours-per-flop", height_inches) as figure:
        key(figure, [("o", "full", "the whole run, or not said"), ("o", "none", "pre-training alone")], 0.1)
        for blackwell, part in parts.items():
            ax = panel(figure, top, ROW * len(part), LEFT, RIGHT)
            log_rows(ax, len(part), limits, keep=("bottom",), subs=(1, 1.5, 2, 3, 5, 7), numticks=20)
            ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{words.digits(value, 2)}M"))
            heading(ax, titles[blackwell], LEFT - 0.08, up=8, fontsize=10.5, color=MUTED if blackwell else BLUE)
            if not blackwell:
                beside(ax, -0.95, "of BF16\npeak", 78, ha="right", fontsize=8.8, color=MUTED, va="bottom")
            for y, row in enumerate(part.to_dict("records")):
                _row(ax, y, row)
            top += ROW * len(part) + AXIS + HEADING
        ax.set_xlabel("GPU-hours for 10²⁴ FLOP (log scale)", loc="left", fontsize=9.5)
    columns = ["model_id", "model", "developer", "release_date", "gpu", "scope", "precision", "chip_hours"]
    columns += ["chip_hours_confidence", "chip_hours_source", "flop", "flop_from_hours", "hours", "utilisation"]
    table = rows[[*columns, "blackwell"]].rename(
        columns={"flop": "counted_flop", "hours": "million_hours_per_1e24_flop"}
    )
    return Drawing("hours-per-flop", figure, table, _alt(case, parts))


def _row(ax: Axes, y: int, row: Mapping[Hashable, Any]) -> None:
    chosen = row["model_id"] == V3
    ink, weight = (BLUE, "bold") if chosen else (INK, "normal")
    ax.axhline(y, color=GRID, linewidth=0.8)
    beside(ax, y, row["model"], -66, fontsize=9.5, fontweight=weight, color=ink)
    beside(ax, y, f"{row['gpu']} {row['precision']}".strip(), -61, ha="left", fontsize=8.8, color=MUTED)
    dot(ax, row["hours"], y, BLUE if chosen else MUTED, fill=FILLS[row["scope"]])
    beside(ax, y, f"{words.number(row['hours'], 2)}M", 40, ha="right", fontsize=9.5, fontweight=weight, color=ink)
    used = "" if math.isnan(row["utilisation"]) else words.percent(row["utilisation"])
    beside(ax, y, used, 78, ha="right", fontsize=9.5, color=MUTED)


def _title(case: Case) -> str:
    others = words.number(case["hopper_runs_count"].value - 1)
    return (
        f"Hopper GPUs: V3 took {_millions(case)} million hours; of {others} other runs "
        f"{case['hopper_runs_below_v3'].text} took fewer"
    )


def _millions(case: Case) -> str:
    return words.digits(case["v3_hours_per_1e24_flop"].value / 1e6, 2)


def _alt(case: Case, parts: dict[bool, pd.DataFrame]) -> str:
    hopper, blackwell = (part.hours for part in parts.values())
    return (
        f"Dot plot on a log axis of GPU-hours for 1e24 FLOP. {len(hopper)} runs on Hopper GPUs took "
        f"{words.digits(hopper.min(), 2)} to {words.digits(hopper.max(), 2)} million; DeepSeek-V3 took "
        f"{_millions(case)} million, and {case['hopper_runs_below_v3'].text} runs took fewer. {len(blackwell)} runs on "
        f"Blackwell GPUs, turned into H100-hours, took {words.digits(blackwell.min(), 2)} to "
        f"{words.digits(blackwell.max(), 2)} million."
    )

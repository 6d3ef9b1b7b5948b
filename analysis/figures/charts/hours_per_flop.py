"""Hours for a unit of arithmetic, run by run: no price in it, and no guess from the hours themselves."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from functools import partial
from typing import Any

import pandas as pd

from analysis import words
from analysis.case import Case
from analysis.figures.drawing import Sketch, observed
from analysis.figures.rows import Row, room, strips
from analysis.figures.sheet import Sheet
from analysis.figures.style import BLUE, MUTED
from analysis.quantities import hours
from analysis.quantities.runs import V3

FILLS = {"run": "full", "pretraining": "none"}


@observed
def hours_per_flop(case: Case) -> Sketch:
    """Dots on one axis from nothing: Hopper GPUs, and apart from them Blackwell GPUs turned into H100-hours."""
    rows = hours.hours_per_flop(case.data)
    others = words.number(case["hopper_runs_count"].value - 1)
    fewer = case["hopper_runs_below_v3"].text
    title = f"For the same arithmetic {fewer} of {others} other runs took fewer GPU-hours than V3"
    unit = "Million GPU-hours for 10²⁴ operations (FLOP), Hopper GPUs"
    columns = ["model_id", "model", "developer", "release_date", "gpu", "scope", "precision", "chip_hours"]
    columns += ["chip_hours_confidence", "chip_hours_source", "flop", "flop_from_hours", "hours", "utilisation"]
    table = rows[[*columns, "blackwell"]].rename(
        columns={"flop": "counted_flop", "hours": "million_hours_per_1e24_flop"}
    )
    return Sketch("hours-per-flop", title, unit, partial(_draw, rows), table, _alt(case, rows, others))


def _draw(rows: pd.DataFrame, sheet: Sheet) -> None:
    sheet.key([("o", "full", "whole run, or not said"), ("o", "none", "pre-training alone")])
    blackwell = rows.blackwell
    hopper, newer = ([_row(row) for row in part.to_dict("records")] for part in (rows[~blackwell], rows[blackwell]))
    limits, columns = (0, rows.hours.max() * 1.03), room([*hopper, *newer])
    strips(sheet, hopper, limits, _million, log=False, axis=not newer, columns=columns)
    if newer:
        sheet.heading("Blackwell GPUs, as H100-hours: not like with like", MUTED, size=10, above=4)
        strips(sheet, newer, limits, _million, log=False, columns=columns)


def _million(value: float) -> str:
    return f"{words.digits(value, 2)}M" if value else "0"


def _row(row: Mapping[Hashable, Any]) -> Row:
    chosen = row["model_id"] == V3
    return Row(
        f"{row['model']}, {row['gpu']} {row['precision']}".strip(),
        row["hours"],
        f"{words.number(row['hours'], 2)}M",
        colour=BLUE if chosen else MUTED,
        fill=FILLS[row["scope"]],
        strong=chosen,
    )


def _alt(case: Case, rows: pd.DataFrame, others: str) -> str:
    hopper = rows.hours[~rows.blackwell]
    ends = f"{words.number(hopper.min(), 2)} to {words.number(hopper.max(), 2)}"
    own = words.number(case["v3_hours_per_1e24_flop"].value / 1e6, 2)
    newer = rows.hours[rows.blackwell]
    alt = (
        f"Dot plot of the GPU-hours that {len(hopper)} runs on Hopper GPUs took for a trillion trillion operations: "
        f"{ends} million. DeepSeek-V3 took {own} million, and {case['hopper_runs_below_v3'].text} of {others} other "
        "runs took fewer."
    )
    if len(newer):
        ends = f"{words.number(newer.min(), 2)} to {words.number(newer.max(), 2)}"
        alt += f" Apart from them, {len(newer)} runs on Blackwell GPUs, turned into H100-hours, took {ends} million."
    return alt

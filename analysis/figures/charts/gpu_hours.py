"""GPU-hours of final runs on Hopper GPUs, reported or derived: the one cost of a run that needs no price."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from functools import partial
from typing import Any

import pandas as pd

from analysis import words
from analysis.case import Case
from analysis.figures.drawing import Sketch, observed
from analysis.figures.rows import Row, limits_of, strips
from analysis.figures.sheet import Sheet
from analysis.figures.style import BLUE, MUTED
from analysis.quantities.comparison import LLAMA31, MAVERICK
from analysis.quantities.hours import HOPPERS, PUBLIC, STAGE, SUM, gpu_name
from analysis.quantities.runs import V3

# Its hours are a budget: see the note of its row in data/models.csv.
BUDGET = "ax_k1"
TICKS = (1e5, 3e5, 1e6, 3e6, 1e7, 3e7, 1e8)


@observed
def gpu_hours(case: Case) -> Sketch:
    """Every final run on Hopper GPUs whose hours are public, the longest first; no stages, no sums of two runs."""
    rows = _runs(case)
    unit = "GPU-hours of final runs on Hopper GPUs, log scale; ≈: derived from chips and days, or from a rate"
    return Sketch("gpu-hours", title(rows), unit, partial(_draw, rows), _table(rows), _alt(rows))


def title(rows: pd.DataFrame) -> str:
    """The finding: V3's hours, and how many of the other runs took more."""
    return f"V3 took {_millions(_v3(rows))} GPU-hours; {_more(rows)} of {len(rows) - 1} other runs took more"


def _v3(rows: pd.DataFrame) -> float:
    return float(rows.chip_hours[rows.model_id == V3].iloc[0])


def _more(rows: pd.DataFrame) -> int:
    return int((rows.chip_hours > _v3(rows)).sum())


def _runs(case: Case) -> pd.DataFrame:
    models = case.data.table("models")
    gpus = models.hardware.map(gpu_name)
    public = models.chip_hours_confidence.isin(PUBLIC) & gpus.isin(HOPPERS)
    final = ~models.scope.isin((STAGE, SUM)) & (models.model_id != BUDGET)
    rows = case.data.chosen("models", models.assign(gpu=gpus)[public & final])
    rows = rows.assign(after_v3=rows.release_date > case.data.model(V3).release_date)
    return rows.sort_values(["chip_hours", "model_id"], ascending=[False, True], ignore_index=True)


def _millions(hours: float) -> str:
    return words.amount(hours, "GPU-hour", significant=3)


def _draw(rows: pd.DataFrame, sheet: Sheet) -> None:
    sheet.key([("o", "full", "released before V3"), ("o", "none", "released after V3")])
    marks = [_row(row) for row in rows.to_dict("records")]
    low, high = limits = limits_of(marks)
    at = [tick for tick in TICKS if low < tick < high]
    strips(sheet, marks, limits, lambda value: f"{words.digits(value / 1e6, 2)}M", at=at)


def _row(row: Mapping[Hashable, Any]) -> Row:
    chosen = row["model_id"] == V3
    sign = "" if row["chip_hours_confidence"] == "reported" else "≈ "
    return Row(
        f"{row['model']}, {row['gpu']}",
        row["chip_hours"],
        f"{sign}{words.number(row['chip_hours'] / 1e6, 2)}M",
        colour=BLUE if chosen else MUTED,
        fill="none" if row["after_v3"] else "full",
        strong=chosen,
    )


def _table(rows: pd.DataFrame) -> pd.DataFrame:
    columns = ["model_id", "model", "developer", "release_date", "after_v3", "gpu", "chip_hours"]
    columns += ["chip_hours_confidence", "chip_hours_source", "chip_hours_locator", "note"]
    return rows[columns]


def _alt(rows: pd.DataFrame) -> str:
    of = rows.set_index("model_id").chip_hours
    return (
        f"Dot plot on a log axis of the GPU-hours of {len(rows)} final runs on Hopper GPUs, from "
        f"{_millions(of.min())} to {_millions(of.max())}. "
        f"DeepSeek-V3 took {_millions(of[V3])}, and {_more(rows)} runs took more. "
        f"Llama 4 Maverick took {_millions(of[MAVERICK])} and Llama 3.1 405B {_millions(of[LLAMA31])}."
    )

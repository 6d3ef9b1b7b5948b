"""GPU-hours of final runs, disclosed by developers or derived: the one cost of a run that needs no price."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from analysis import words
from analysis.case import Case
from analysis.figures.drawing import Drawing, observed
from analysis.figures.style import (
    BLUE,
    GRID,
    INK,
    MUTED,
    at_dot,
    beside,
    dot,
    heading,
    key,
    log_rows,
    panel,
    paper,
)
from analysis.quantities.comparison import LLAMA31, MAVERICK
from analysis.quantities.hours import HOPPERS, gpu_name
from analysis.quantities.runs import V3

FILLS = {"reported": "full", "derived": "none"}

# Inches: words left and right of the dots, height of a row, of a heading, of an axis with its figures.
LEFT, RIGHT, ROW, HEADING, AXIS = 2.62, 0.68, 0.2, 0.33, 0.34


@observed
def gpu_hours(case: Case) -> Drawing:
    """Every run whose hours are reported or derived: Hopper GPUs like for like, older and other chips apart."""
    rows = case.data.table("models")
    rows = rows[rows.chip_hours_confidence.isin(FILLS)].sort_values(["chip_hours", "model_id"], ascending=[False, True])
    rows = case.data.chosen("models", rows)
    rows = rows.assign(gpu=[gpu_name(hardware) for hardware in rows.hardware])
    hopper, other = rows[rows.gpu.isin(HOPPERS)], rows[~rows.gpu.isin(HOPPERS)]
    v3 = case["v3_gpu_hours"].value
    times = {LLAMA31: case["llama31_over_v3_hours"].text, MAVERICK: case["maverick_over_v3_hours"].text}
    limits = rows.chip_hours.min() / 1.35, rows.chip_hours.max() * 1.35

    heights = [ROW * len(hopper), ROW * len(other)]
    tops = [0.36 + HEADING, 0.36 + HEADING + heights[0] + AXIS + HEADING]
    bottom = tops[1] + heights[1]
    height_inches = bottom + 0.5
    with paper("gpu-hours", height_inches) as figure:
        reported = "o", FILLS["reported"], "reported by the developer"
        derived = "o", FILLS["derived"], "derived: chips × days, or a rate"
        key(figure, [reported, derived], 0.1)
        panels = [
            ("Hopper GPUs: one generation, though an hour need not be the same work", hopper, BLUE),
            ("Other chips: an hour is not the same work, so not comparable with the hours above", other, MUTED),
        ]
        for (title, part, colour), top, height in zip(panels, tops, heights, strict=True):
            ax = panel(figure, top, height, LEFT, RIGHT)
            _axis(ax, len(part), limits)
            heading(ax, title, LEFT - 0.08, up=8, color=colour)
            for y, row in enumerate(part.to_dict("records")):
                chosen = row["model_id"] == V3
                ax.axhline(y, color=GRID, linewidth=0.8)
                weight = "bold" if chosen else "normal"
                ink = BLUE if chosen else INK
                beside(ax, y, row["model"], -42, fontsize=9.5, fontweight=weight, color=ink)
                beside(ax, y, row["gpu"], -37, ha="left", fontsize=8.8, color=MUTED)
                dot(ax, row["chip_hours"], y, BLUE if chosen else MUTED, fill=FILLS[row["chip_hours_confidence"]])
                hours = f"{words.number(row['chip_hours'] / 1e6, 2)}M"
                beside(ax, y, hours, 42, ha="right", fontsize=9.5, fontweight=weight, color=ink)
                if row["model_id"] in times:
                    plate = {"facecolor": "white", "edgecolor": "none", "pad": 1}
                    text = f"{times[row['model_id']]} V3's hours"
                    at_dot(ax, text, row["chip_hours"], y, -8, fontsize=9, color=BLUE, bbox=plate)
            if V3 in set(part.model_id):
                ax.axvline(v3, color=BLUE, linewidth=1, linestyle=(0, (3, 2)), zorder=1)
        ax.set_xlabel("chip-hours of the final run (log scale)", loc="left", fontsize=9.5)
    return Drawing("gpu-hours", figure, _table(hopper, other), _alt(case, hopper, other))


def _millions(hours: float) -> str:
    return f"{words.digits(hours / 1e6, 3)}M"


def _axis(ax: Axes, rows: int, limits: tuple[float, float]) -> None:
    log_rows(ax, rows, limits, keep=("bottom",), subs=(1, 3), numticks=20)
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _millions(value)))


def _table(hopper: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    parts = [hopper.assign(panel="Hopper"), other.assign(panel="other chips")]
    columns = ["panel", "model_id", "model", "developer", "release_date", "gpu", "chip_hours"]
    columns += ["chip_hours_confidence", "chip_hours_source", "chip_hours_locator", "note"]
    return pd.concat(parts)[columns].reset_index(drop=True)


def _alt(case: Case, hopper: pd.DataFrame, other: pd.DataFrame) -> str:
    def hours(model_id: str) -> str:
        row = case.data.model(model_id)
        return f"{words.amount(float(row.chip_hours), 'GPU-hour', significant=3)} {gpu_name(row.hardware)}-hours"

    ends = [
        words.amount(hours, "GPU-hour", significant=2) for hours in (hopper.chip_hours.min(), hopper.chip_hours.max())
    ]
    chips = words.label("", sorted(set(other.gpu)))
    return (
        f"Dot plot on a log axis of the chip-hours of {len(hopper)} final runs on Hopper GPUs, from {ends[0]} to "
        f"{ends[1]}, and in a panel of their own {len(other)} runs on {chips}. "
        f"DeepSeek-V3 took {hours(V3)}; Llama 4 Maverick took {hours(MAVERICK)}, "
        f"{case['maverick_over_v3_hours'].text} as many, and Llama 3.1 405B {hours(LLAMA31)}, "
        f"{case['llama31_over_v3_hours'].text} as many."
    )

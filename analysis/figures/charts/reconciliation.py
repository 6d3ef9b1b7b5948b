"""How far this report's results lie from Epoch AI's published ones, a row a model."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MultipleLocator

from analysis import words
from analysis.case import Case
from analysis.figures.drawing import Drawing, observed
from analysis.figures.style import (
    GRID,
    INK,
    MUTED,
    TEAL,
    WIDTH_INCHES,
    at_dot,
    bare,
    beside,
    dot,
    heading,
    key,
    panel,
    paper,
)
from analysis.reconciliation import CLOSE, FAR, epoch

# Inches: names, the first panel, the gap between them, the second panel; a row, what stands over and under the rows.
NAMES, FIRST, GAP, SECOND, ROW, OVER, UNDER = 2.2, 1.75, 0.35, 2.3, 0.2, 0.85, 0.55


@observed
def reconciliation(case: Case) -> Drawing:
    """Left: Epoch AI's inputs, its edition of 2025. Right: this report's chip-hours, its edition of 2026."""
    same, own = epoch.published_2025(case.data), epoch.current(case.data)
    released = case.data.table("models").set_index("model_id").release_date
    rows = pd.merge(
        same[["model_id", "ratio_label", "ratio_today"]], own[["model_id", "ratio"]], on="model_id", how="outer"
    )
    rows["model"] = [case.data.model(model_id).model for model_id in rows.model_id]
    rows["released"] = released.loc[rows.model_id].to_numpy()
    rows = rows.sort_values(["released", "model_id"]).reset_index(drop=True)

    high = ROW * len(rows)
    height_inches = OVER + high + UNDER
    with paper("reconciliation", height_inches) as figure:
        key(
            figure,
            [
                ("o", "full", "dollars of December 2024, as the code has it"),
                ("o", "none", "dollars of 2023, as the label has it"),
                ("D", "full", "with this report's chip-hours"),
            ],
            0.08,
            columns=2,
        )
        first = panel(figure, OVER, high, NAMES, WIDTH_INCHES - NAMES - FIRST)
        second = panel(figure, OVER, high, NAMES + FIRST + GAP, WIDTH_INCHES - NAMES - FIRST - GAP - SECOND)
        _axis(first, len(rows), rows[["ratio_label", "ratio_today"]].stack(), 0.01, CLOSE)
        _axis(second, len(rows), rows.ratio.dropna(), 0.2, FAR)
        heading(first, "Same inputs, edition of 2025", 0.02, up=8, fontsize=10.5, color=TEAL)
        heading(second, "Own chip-hours, edition of 2026", 0.02, up=8, fontsize=10.5, color=TEAL)
        for y, row in enumerate(rows.to_dict("records")):
            off = abs(row["ratio"] - 1) > FAR or abs(row["ratio_today"] - 1) > CLOSE
            beside(first, y, row["model"], -8, fontsize=9.2, color=INK, fontweight="semibold" if off else "normal")
            for ax in (first, second):
                ax.axhline(y, color=GRID, linewidth=0.7, zorder=0)
            if row["ratio_label"] == row["ratio_label"]:
                dot(first, row["ratio_label"] - 1, y, TEAL, fill="none", size=5.5)
                dot(first, row["ratio_today"] - 1, y, TEAL, size=5.5)
            if row["ratio"] == row["ratio"]:
                dot(second, row["ratio"] - 1, y, TEAL, shape="D", size=5)
                if abs(gap := row["ratio"] - 1) > FAR:
                    far = words.signed_percent(round(gap, 2)), gap, y, -7 if gap < 0 else 7
                    at_dot(second, *far, annotation_clip=False, fontsize=9, color=INK)
        for ax, band in ((first, CLOSE), (second, FAR)):
            shaded = words.amount(band, "fraction")
            ax.set_xlabel(f"difference; shaded: within {shaded}", fontsize=9.2, loc="left")
    return Drawing("reconciliation", figure, rows, _alt(case, same, own))


def _axis(ax: Axes, rows: int, ratios: pd.Series, step: float, band: float) -> None:
    gaps = ratios - 1
    ax.set_xlim(min(gaps.min(), -band) - step * 0.75, max(gaps.max(), band) + step * 0.4)
    ax.set_ylim(rows - 0.5, -0.5)
    ax.set_yticks([])
    ax.axvspan(-band, band, color=TEAL, alpha=0.1, linewidth=0)
    ax.axvline(0, color=MUTED, linewidth=0.9, zorder=1)
    ax.xaxis.set_major_locator(MultipleLocator(step))
    ax.xaxis.set_major_formatter(
        FuncFormatter(lambda value, _: "0" if abs(value) < 1e-9 else words.signed_percent(round(value, 4)))
    )
    bare(ax, keep=("bottom",))


def _alt(case: Case, same: pd.DataFrame, own: pd.DataFrame) -> str:
    far = own[abs(own.ratio - 1) > FAR].sort_values("ratio")
    named = [f"{row.model} {words.signed_percent(round(row.ratio - 1, 2))}" for row in far.itertuples()]
    worst = same.loc[abs(same.ratio_today - 1).idxmax()]
    return (
        f"Dot plot in two panels. On Epoch AI's inputs {case['epoch_runs_close'].text} of "
        f"{case['epoch_runs_checked'].text} results lie within {words.amount(CLOSE, 'fraction')} of the published "
        f"ones; the farthest, {worst.model}, is off by {words.signed_percent(round(worst.ratio_today - 1, 3))}. "
        f"With this report's chip-hours, of {len(own)} models these are off by more than "
        f"{words.amount(FAR, 'fraction')}: {words.label('none', named)}."
    )

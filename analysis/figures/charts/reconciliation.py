"""How far this report's results lie from Epoch AI's published ones on this report's chip-hours, a row a model."""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd

from analysis import words
from analysis.case import Case
from analysis.figures.drawing import Sketch, observed
from analysis.figures.rows import Row, room, strips
from analysis.figures.sheet import Sheet
from analysis.figures.style import MUTED, TEAL
from analysis.reconciliation import CLOSE, FAR, epoch

NAME = "reconciliation"


@observed
def reconciliation(case: Case) -> Sketch:
    """Bars from nothing: this report's amortised cost over Epoch AI's of 2026, the largest difference first."""
    rows = epoch.current(case.data)
    rows = rows.assign(difference=rows.ratio - 1, far=abs(rows.ratio - 1) > FAR)
    rows = rows.sort_values(["difference", "model_id"], key=_size, ascending=[False, True], ignore_index=True)
    unit = "This report’s amortised cost over Epoch AI’s published one, difference in per cent"
    return Sketch(NAME, title(rows), unit, partial(_draw, rows), rows.drop(columns="far"), _alt(case, rows))


def title(rows: pd.DataFrame) -> str:
    """The finding: how many come out close enough."""
    near, band = int((~rows.far).sum()), words.amount(FAR, "fraction")
    return f"On our own chip-hours {near} of {len(rows)} costs come out within {band} of Epoch AI’s"


def _size(column: pd.Series) -> pd.Series:
    return column.abs() if column.name == "difference" else column


def _draw(rows: pd.DataFrame, sheet: Sheet) -> None:
    limits = min(rows.difference.min(), -FAR) * 1.05, max(rows.difference.max(), FAR) + 0.06
    far, near = rows[rows.far], rows[~rows.far]
    columns = room([_row(row, TEAL) for row in rows.itertuples()])
    if len(far):
        sheet.heading(f"Off by more than {words.amount(FAR, 'fraction')}, and why", TEAL, above=0)
    for row in far.itertuples():
        strips(sheet, [_row(row, TEAL)], limits, _percent, log=False, axis=False, columns=columns)
        sheet.at -= sheet.of(4, 8)
        sheet.lines(_sentence(row.reason), 9, color=MUTED)
        sheet.skip(5)
    if len(near):
        sheet.heading(f"Within {words.amount(FAR, 'fraction')}", MUTED, above=4)
        rows_ = [_row(row, MUTED) for row in near.itertuples()]
        strips(sheet, rows_, limits, _percent, log=False, columns=columns)


def _row(row: Any, colour: str) -> Row:
    return Row(row.model, row.difference, _percent(row.difference), colour=colour, start=0)


def _percent(difference: float) -> str:
    """In whole per cent; nothing is neither above nor below."""
    rounded = round(difference, 2)
    return words.signed_percent(rounded) if rounded else "0 %"


def _sentence(reason: str) -> str:
    """A reason as a sentence that stands alone."""
    return f"{reason[0].upper()}{reason[1:]}."


def _alt(case: Case, rows: pd.DataFrame) -> str:
    named = [f"{row.model} {_percent(row.difference)}" for row in rows[rows.far].itertuples()]
    band = words.amount(FAR, "fraction")
    return (
        f"Bar chart of the differences of {len(rows)} amortised costs on this report's chip-hours from Epoch AI's. "
        f"{(~rows.far).sum()} lie within {band}; these are further off: {words.label('none', named)}. "
        f"On Epoch AI's own inputs {case['epoch_runs_close'].text} of {case['epoch_runs_checked'].text} come out "
        f"within {words.amount(CLOSE, 'fraction')}."
    )

"""What changes: the headlines that a scenario moves by more than a tenth, over their own values in the base case.

A shared axis of dollars would set costs of different kinds side by side, so the axis is a ratio to the base case.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from math import log, nan

import pandas as pd

from analysis import comparison as compared
from analysis import words
from analysis.case import Case
from analysis.comparison import Change, Comparison
from analysis.figures import style
from analysis.figures.drawing import Sketch, observed
from analysis.figures.rows import Row, limits_of, strips
from analysis.figures.sheet import Sheet, cut
from analysis.sensitivity import HEADLINES

# A relative change up to here is not drawn, but counted.
SMALL = 0.1
# Points for the title of a scenario beside the bars, and letters of it in the title of the figure.
ROOM = 190


@observed
def comparison(case: Case) -> Sketch:
    """A bar a change, the largest on top, with the base case as a line."""
    found = compared.compare(case, compared.chosen())
    shown = large(found)
    unit = (
        "Each main result that a scenario moves by more than "
        f"{words.percent(SMALL)}: the result in US dollars, the bar as a multiple of the base case, log scale"
    )
    return Sketch("comparison", title(found), unit, partial(_draw, found, shown), _table(found), _alt(found, shown))


def large(found: Comparison) -> list[Change]:
    """The changes of a headline by more than `SMALL`, the largest factor first."""
    moved = [change for name in HEADLINES for change in found.movers(name) if abs(change.relative) > SMALL]
    return sorted(moved, key=lambda change: -abs(log(_ratio(change))) if _ratio(change) > 0 else -1e9)


def _ratio(change: Change) -> float:
    """The result in the scenario over the base case; nothing has no place on the axis."""
    return change.here.value / change.base.value if change.base.value else nan


def title(found: Comparison) -> str:
    """The finding: the farthest move of a headline, or that none moves far."""
    moved = large(found)
    if not moved:
        return f"No main result moves by more than {words.percent(SMALL)} in any scenario"
    first = moved[0]
    name = style.HEADLINE_NAMES[first.base.name]
    told = f"{name}: {first.here.text}, not {first.base.text}"
    column = found.column(first.scenario)
    return f"{told}, under “{cut(style.legible(column.title, column.name), 330, 13.5, 'semibold')}”"


def _draw(found: Comparison, shown: Sequence[Change], sheet: Sheet) -> None:
    if shown:
        rows = [_row(found, change, change is shown[0]) for change in shown]
        low, high = limits_of([*rows, Row("", 1, "")], 1.15)
        at = [tick for tick in (0.01, 0.1, 0.2, 0.5, 1, 2, 5, 10, 100) if low <= tick <= high]
        strips(sheet, rows, (low, high), lambda ratio: f"{words.digits(ratio, 3)} ×", at=at, line=1)
    pairs = len(found.columns) * len(HEADLINES)
    moved = sum(len(found.movers(name)) for name in HEADLINES)
    rest = (
        f"Not drawn: {moved - len(shown)} changes of {words.percent(SMALL)} or less. In the other {pairs - moved} of "
        f"{pairs} pairs of a scenario and a main result, nothing moves."
    )
    sheet.skip(4)
    sheet.lines(rest, 9, color=style.MUTED)


def _row(found: Comparison, change: Change, first: bool) -> Row:
    column, ratio = found.column(change.scenario), _ratio(change)
    return Row(
        style.HEADLINE_NAMES[change.base.name],
        ratio if ratio > 0 else nan,
        style.short(change.here.text),
        span=f"base case {style.short(change.base.text)}",
        note=cut(style.legible(column.title, column.name), ROOM, 9.0),
        colour=style.BLUE if first else style.GREY,
        strong=first,
        start=1 if ratio > 0 else nan,
    )


def _table(found: Comparison) -> pd.DataFrame:
    """Every headline in the base case and in every scenario, moved or not, in the result's unit."""
    rows = []
    for name in HEADLINES:
        base = found.base[name]
        rows.append((name, base.basis, base.unit, "base", base.value, base.low, base.high, *[0.0] * 6))
        for change in found.changes(name):
            here = change.here
            moves = (change.change, change.low, change.high, change.relative, change.relative_low, change.relative_high)
            rows.append((name, base.basis, base.unit, change.scenario, here.value, here.low, here.high, *moves))
    columns = ["result", "basis", "unit", "scenario", "value", "p05", "p95"]
    return pd.DataFrame(
        rows,
        columns=[*columns, "change", "change_p05", "change_p95", "relative_change", "relative_p05", "relative_p95"],
    )


def _alt(found: Comparison, shown: Sequence[Change]) -> str:
    """The largest changes in words; the table has all."""
    said = [
        f"{style.HEADLINE_NAMES[change.base.name]} in “{found.column(change.scenario).title}” {change.here.text} "
        f"instead of {change.base.text}"
        for change in shown[:2]
    ]
    count = f"Scenarios move a main result by more than {words.percent(SMALL)} {len(shown)} times"
    return f"Bar chart over the base case. {count}" + (", the farthest: " * bool(said)) + "; ".join(said) + "."

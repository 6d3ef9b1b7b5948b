"""What matters most: of every main result, the one assumption that moves it farthest, at its low and its high end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from analysis import sensitivity, words
from analysis.case import Case, Quantity
from analysis.figures import style
from analysis.figures.drawing import Sketch, observed
from analysis.figures.rows import Row, strips
from analysis.figures.sheet import Sheet
from analysis.owning import share


@dataclass(frozen=True)
class Widest:
    """A headline, and the row of `sensitivity.swings` that moves it farthest; none where nothing uncertain is in it."""

    result: Quantity
    swing: pd.Series

    @property
    def ends(self) -> tuple[float, float]:
        """The least and the most that it comes to."""
        found = float(self.swing["at_low"]), float(self.swing["at_high"]), self.result.value
        return min(found), max(found)

    @property
    def factor(self) -> float:
        """The most over the least; without end where the least is nothing."""
        least, most = self.ends
        return most / least if least > 0 else float("inf")

    @property
    def told(self) -> str:
        """Its ends in words."""
        least, most = self.ends
        if least <= 0:
            return f"{words.amount(least, self.result.unit)} to {words.amount(most, self.result.unit, significant=2)}"
        return words.between(least, most, self.result.unit)


@observed
def tornado(case: Case) -> Sketch:
    """A bar a headline, over its value in the case: from its least to its most, by one assumption alone."""
    swings = {name: sensitivity.swings(case, name) for name in sensitivity.HEADLINES}
    found = [Widest(case[name], frame.iloc[0]) for name, frame in swings.items() if len(frame) and case[name].value]
    unit = (
        "Each main result in US dollars and as a share of its central value (line: 100 %), from the low to the high "
        "end of the assumption that moves it furthest, all else unchanged"
    )
    return Sketch("tornado", title(found), unit, partial(_draw, found), _table(case, swings), _alt(found))


def title(found: Sequence[Widest]) -> str:
    """The finding: the headline that one assumption moves by the largest factor, and between what."""
    most = max(found, key=lambda each: each.factor)
    return f"{style.HEADLINE_NAMES[most.result.name]}: {most.told}, by one assumption alone"


def _draw(found: list[Widest], sheet: Sheet) -> None:
    ordered = sorted(found, key=lambda each: -each.factor)
    rows = [_row(each, each is ordered[0]) for each in ordered]
    least, most = min(row.start for row in rows), max(row.value for row in rows)
    margin = 0.06 * (most - least)
    low, high = max(least - margin, 0), most + margin
    step = next(step for step in (0.1, 0.25, 0.5, 1, 2, 5, 10, high) if (high - low) / step <= 4)
    at = [tick for tick in np.arange(0, high, step) if tick >= low]
    strips(sheet, rows, (low, high), share, log=False, at=at, line=1)


def _row(each: Widest, first: bool) -> Row:
    (least, most), base, row = each.ends, each.result.value, each.swing
    ends = [words.amount(row[end], row["unit"], significant=3) for end in ("low", "high")]
    counted = {"year": " years", "people": " people"}.get(row["unit"], "")
    return Row(
        style.HEADLINE_NAMES[each.result.name],
        most / base,
        style.short(each.told),
        note=f"{row['title']}: {words.THIN_RANGE.join(ends)}{counted}",
        colour=style.BLUE if first else style.GREY,
        strong=first,
        start=least / base,
    )


def _table(case: Case, swings: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Every swing that was computed: the assumption's ends in its unit, the results in the result's unit."""
    rows = []
    for name, frame in swings.items():
        result = case[name]
        for row in frame.itertuples():
            ends = (row.low, row.high, row.at_low, result.value, row.at_high, row.swing)
            rows.append((name, result.basis, result.unit, row.name, row.unit, *ends))
    columns = ["result", "basis", "result_unit", "assumption", "assumption_unit", "assumption_low", "assumption_high"]
    return pd.DataFrame(rows, columns=[*columns, "result_at_low", "result_in_case", "result_at_high", "swing"])


def _alt(found: Sequence[Widest]) -> str:
    most = max(found, key=lambda each: each.factor)
    said = [f"{style.HEADLINE_NAMES[each.result.name]}, {each.told}" for each in found if each is not most]
    return (
        f"Bar chart. {title(found)}, {most.swing['title']}. Others, each by the one that moves it farthest: "
        f"{'; '.join(said[:3])}."
    )

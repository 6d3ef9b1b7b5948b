"""A comparison in words: the rows of its tables, for a page and for a terminal."""

from __future__ import annotations

import math
from collections.abc import Iterable

import pandas as pd

from analysis import parameters, words
from analysis.comparison.results import Comparison
from analysis.quantities.audit import VERDICTS

NOTHING = "–"


def value(given: object, unit: str) -> str:
    """An assumption's value with its unit; a choice as its name."""
    return given if isinstance(given, str) else f"{words.digits(float(given), 6)} {unit}"  # type: ignore[arg-type]


def assumptions(found: Comparison) -> pd.DataFrame:
    """Every changed assumption, a row each; `source` holds the keys of the range's sources."""
    rows = []
    for row in found.assumptions.itertuples():
        choices = parameters.known()[row.name].choices
        ends = f"{words.digits(row.low, 6)}{words.THIN_RANGE}{words.digits(row.high, 6)}"
        rows.append(
            {
                "Scenario": found.column(row.scenario).title,
                "Assumption": row.title,
                "Base case": value(row.base, row.unit),
                "Here": value(row.here, row.unit),
                "Change": NOTHING if math.isnan(row.relative) else words.signed_percent(row.relative),
                "Plausible range": "one of " + ", ".join(choices) if choices else ends,
                "Inside": "a choice" if choices else "yes" if row.inside else "no",
                "source": row.source,
            }
        )
    return pd.DataFrame(rows)


def overview(found: Comparison, names: Iterable[str]) -> pd.DataFrame:
    """The relative change of results, a row a scenario; a dash where a scenario does not move a result."""
    rows = []
    for column in found.columns:
        row = {"Scenario": column.title}
        for name in names:
            change = found.change(column, name)
            row[f"{change.base.title} ({change.base.basis})" if change.base.basis else change.base.title] = (
                change.percent if change.change else "range only" if change.moved else NOTHING
            )
        rows.append(row)
    return pd.DataFrame(rows)


def results(found: Comparison, names: Iterable[str]) -> pd.DataFrame:
    """Results, each in the base case and then in the scenarios that move it."""
    rows = []
    for name in names:
        base = found.base[name]
        dash = {"Change": NOTHING, "Range of the change": NOTHING, "Relative": NOTHING}
        basis = base.basis or NOTHING
        shown = {"Result": base.title, "Basis": basis, "Value": base.text, "5–95 %": "" if base.certain else base.range}
        moved = found.movers(name)
        rows.append({**shown, "Case": "Base case" if moved else "Base case; no scenario moves it", **dash})
        for change in moved:
            here = change.here
            rows.append(
                {
                    "Result": "",
                    "Basis": "",
                    "Case": found.column(change.scenario).title,
                    "Value": here.text,
                    "5–95 %": "" if here.certain else here.range,
                    "Change": change.text,
                    "Range of the change": change.range or "none",
                    "Relative": change.percent,
                }
            )
    columns = ["Result", "Basis", "Case", "Value", "5–95 %", "Change", "Range of the change", "Relative"]
    return pd.DataFrame(rows, columns=columns)


def verdicts(found: Comparison) -> pd.DataFrame:
    """Every verdict that a scenario turns, and why; `before` and `after` hold the verdicts' own names."""
    rows = [
        {
            "Scenario": found.column(turn.scenario).title,
            "Claim": f"{turn.flip.claim_id}: {turn.claim}",
            "Base case": VERDICTS[turn.flip.before],
            "Here": VERDICTS[turn.flip.after],
            "Why": " ".join(reason[0].upper() + reason[1:] for reason in turn.reasons),
            "before": turn.flip.before,
            "after": turn.flip.after,
        }
        for turn in found.turned
    ]
    return pd.DataFrame(rows, columns=["Scenario", "Claim", "Base case", "Here", "Why", "before", "after"])


def without_turns(found: Comparison) -> list[str]:
    """Titles of the scenarios that turn no verdict."""
    turning = {turn.scenario for turn in found.turned}
    return [column.title for column in found.columns if column.name not in turning]


def most(found: Comparison, name: str) -> str:
    """Which scenario moves a result by the largest factor, and to what."""
    largest = found.largest(name)
    if largest is None:
        return "no scenario moves it"
    title = found.column(largest.scenario).title
    return f"most by “{title}”, to {largest.here.text} ({largest.percent})"

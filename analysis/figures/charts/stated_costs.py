"""What developers themselves say that a run cost, for a unit of arithmetic, and what they say of single stages."""

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
from analysis.figures.style import BLUE, MUTED, short
from analysis.quantities import hours
from analysis.quantities.runs import V3

COVERS = {"pretraining": "pre-training", "run": "whole run", "stage": "a stage"}
UNIT = "usd_per_1e24_flop"


@observed
def stated_costs(case: Case) -> Sketch:
    """Dots from nothing: dollars for a unit of arithmetic of runs, and dollars of stages of reinforcement learning."""
    rows = hours.stated_costs(case.data)
    runs = rows[rows[UNIT].notna()].sort_values([UNIT, "model_id"])
    stages = rows[rows.covers == hours.STAGE].sort_values(["value_usd", "model_id"])
    columns = ["estimate_id", "model_id", "model", "developer", "release_date", "basis", "covers", "value_usd"]
    columns += ["currency_year", UNIT, "source", "locator", "note"]
    unit = "As developers state it, US dollars of the year, at a rent or on a basis not stated"
    return Sketch(
        "stated-costs",
        title(runs),
        unit,
        partial(_draw, runs, stages),
        pd.concat([runs, stages])[columns],
        _alt(runs, stages),
    )


def title(runs: pd.DataFrame) -> str:
    """The finding: what is stated for the same arithmetic, from the least to the most."""
    least, most = (words.amount(end, "USD", significant=2) for end in (runs[UNIT].min(), runs[UNIT].max()))
    return f"For the same arithmetic developers state costs of {least} to {most}"


def _draw(runs: pd.DataFrame, stages: pd.DataFrame, sheet: Sheet) -> None:
    sheet.key([("o", "full", "at a rent"), ("o", "none", "basis not stated")])
    panels = [
        ("A run, for 10²⁴ operations (FLOP)", [_run(row) for row in runs.to_dict("records")]),
        ("Reinforcement learning alone, on a base trained before", [_stage(row) for row in stages.to_dict("records")]),
    ]
    columns = room([row for _, rows in panels for row in rows])
    for name, rows in panels:
        if rows:
            sheet.heading(name, size=10.5, above=4)
            limits = 0, max(row.value for row in rows) * 1.04
            strips(sheet, rows, limits, words.money_tick, log=False, columns=columns)


def _run(row: Mapping[Hashable, Any]) -> Row:
    whole = short(words.amount(row["value_usd"], "USD", significant=3))
    return _row(row, UNIT, f"{COVERS[row['covers']]}, {whole} in all")


def _stage(row: Mapping[Hashable, Any]) -> Row:
    return _row(row, "value_usd", "")


def _row(row: Mapping[Hashable, Any], column: str, note: str) -> Row:
    chosen = row["model_id"] == V3
    return Row(
        f"{row['model'].split(' (')[0]}, {row['currency_year']:.0f}",
        row[column],
        short(words.amount(row[column], "USD", significant=2 if column == UNIT else 3)),
        note=note,
        colour=BLUE if chosen else MUTED,
        fill="full" if row["basis"] == "rental" else "none",
        strong=chosen,
    )


def _alt(runs: pd.DataFrame, stages: pd.DataFrame) -> str:
    def told(part: pd.DataFrame, column: str) -> str:
        return words.label(
            "none",
            [
                f"{name.split(' (')[0]} {words.amount(usd, 'USD', significant=2 if column == UNIT else 3)}"
                for name, usd in zip(part.model, part[column], strict=True)
            ],
        )

    return (
        "Two dot plots of stated costs. "
        f"A trillion trillion operations of a run: {told(runs, UNIT)}. "
        f"Reinforcement learning alone: {told(stages, 'value_usd')}."
    )

"""Where numbers come from: what a figure or a result names is what it rests on, and nothing else moves it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pages_in_process import undrawn

from analysis import parameters, provenance
from analysis.case import SAMPLING, Case, Data, Values
from analysis.figures import FIGURES
from analysis.quantities import REGISTRY
from analysis.trace import keys

BASE = parameters.base()
FEW = {"draws": 256}

# Counts of verdicts and of close results: they rest on numbers whose small changes they may well not show.
STEPS = {name for name, definition in REGISTRY.items() if definition.unit in ("claim", "model")}

# 0 is no factor to multiply, and 1.07 of a fraction may be more than one.


def other(p: parameters.Parameter) -> parameters.Value:
    """Another value that may be given, not far from its own."""
    if p.choices:
        return next(choice for choice in p.choices if choice != p.value)
    near = float(p.value) * 0.93 + 0.01 * p.high
    return round(near) if p.type == "int" else near


OTHER = {p.name: other(p) for p in parameters.known().values()}


class Changed(Data):
    """Data in which every number of the rows chosen by `hit` is seven hundredths larger."""

    def __init__(self, hit: Callable[[str, str], bool]) -> None:
        super().__init__()
        self.hit = hit

    def table(self, name: str) -> pd.DataFrame:
        frame, larger, names = both(name)
        hit = [self.hit(name, key) for key in names]
        found = frame.copy(deep=False)
        for column in frame.select_dtypes("number").columns:
            found[column] = np.where(hit, larger[column], frame[column])
        return found


@cache
def both(table: str) -> tuple[pd.DataFrame, pd.DataFrame, list[str]]:
    """A table with floats for numbers, the same with each of them larger, and the keys of its rows."""
    frame = Data().table(table)
    numbers = frame.select_dtypes("number").astype(float)
    return frame.assign(**numbers), frame.assign(**numbers * 1.07), keys(table, frame)


DATA = Data()


@cache
def assuming(**changes: parameters.Value) -> Values:
    return Values({**BASE, **changes}, set())


@cache
def before(name: str) -> float:
    return float(REGISTRY[name].compute(assuming(), DATA))


@cache
def rests_on(name: str) -> dict[str, list[str]]:
    return provenance.rests_on(name, BASE, DATA)


def moved(name: str, **changes: parameters.Value) -> bool:
    """Whether other assumptions give another value of a result."""
    after = REGISTRY[name].compute(assuming(**changes), DATA)
    return bool(abs(after - before(name)) > 1e-9 * abs(before(name)))


@pytest.mark.slow
@pytest.mark.parametrize("name", REGISTRY)
def test_a_result_names_the_assumptions_that_move_it_and_no_others(name: str) -> None:
    named = [p for p in rests_on(name).get("assumptions", []) if p not in SAMPLING]
    others = {p: OTHER[p] for p in OTHER if p not in (*named, *SAMPLING)}
    assert not moved(name, **others), (
        f"{name} names {named}, but changing others moves it: "
        f"{[p for p in others if moved(name, **{p: others[p]})]}. Read an assumption in the function of the result."
    )
    idle = []
    for row in (parameters.known()[p] for p in named if name not in STEPS):
        tried = [c for c in row.choices if c != row.value] or [row.high, row.low, OTHER[row.name]]
        if not any(moved(name, **{row.name: other}) for other in tried):
            idle.append(row.name)
    assert not idle, f"{name} names {idle}, which do not move it. Read an assumption only if it matters."


@pytest.mark.slow
@pytest.mark.parametrize("name", REGISTRY)
def test_a_result_names_every_row_that_moves_it(name: str) -> None:
    named = rests_on(name)
    after = REGISTRY[name].compute(assuming(), Changed(lambda table, key: key not in named.get(table, [])))
    assert after == before(name), (
        f"{name} changes from {before(name)} to {after} when rows change that it does not name. It names {named}. "
        "Whoever picks rows from a whole table says so with data.chosen(table, rows)."
    )


@pytest.fixture(scope="module")
def drawings() -> dict[str, Any]:
    case = Case({**BASE, **FEW})
    with undrawn():
        return {name: draw(case) for name, draw in FIGURES.items()}


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_names_everything_that_moves_it(name: str, drawings: Mapping[str, Any]) -> None:
    drawing = drawings[name]
    named = drawing.rests_on
    assert named, f"{name} names nothing that it rests on. Is its function `observed`?"
    others = {p: OTHER[p] for p in BASE if p not in named.get("assumptions", [])}
    case = Case({**BASE, **others, **({} if "draws" in others else FEW)})
    case.data = Changed(lambda table, key: table != "assumptions" and key not in named.get(table, []))
    case.data.trace = case.trace
    with undrawn():
        after = FIGURES[name](case)
    # It is the first of its case; the others follow each other, as on a page, where the case has kept results.
    assert after.rests_on == named
    table = after.table
    if "scenario" in table:
        # Figures that compare cases show this one too; what it does not rest on leaves it equal to the base case.
        table = table[table.scenario != "this_case"]
    sketches = [replace(after.sketch, table=table), drawing.sketch]
    said, before = ((sketch.title, sketch.unit, sketch.alt) for sketch in sketches)
    assert (replace(after, sketch=sketches[0]).csv(), said) == (drawing.csv(), before), (
        f"{name} changes when rows and assumptions change that it does not name. "
        "Whoever picks rows from a whole table says so with data.chosen(table, rows)."
    )


def test_rows_are_counted_by_their_grade() -> None:
    data = Data()
    graded = provenance.graded(data)
    models = data.table("models")
    assert graded["models"].sum() == (models.chip_hours_confidence != "").sum()
    assert graded["published"]["reported"] == (data.table("published").confidence == "reported").sum()
    assert "price_index" not in graded or "" not in graded["price_index"]


def test_numbers_without_a_source_are_counted_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    frames = {"a": pd.DataFrame({"unverified_fields": ["x;y", "", "z"]}), "b": pd.DataFrame({"c": ["x"]})}
    monkeypatch.setattr(provenance.tables, "names", lambda: list(frames))
    monkeypatch.setattr(Data, "table", lambda self, name: frames[name])
    assert provenance.unsourced_cells(Data()) == 3

"""What a computation rests on: the rows of data/ that it read, recorded while it runs.

A row is a table and a key. Assumptions are rows too, of the table `assumptions`. Rows that were looked through and
not chosen are none of them: whoever chooses rows from a whole table says so with `Data.chosen`. A test changes every
row that a figure or a result does not name, and finds it unmoved.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

import numpy as np
import pandas as pd

from analysis import tables

Row = tuple[str, str]

# Columns whose values, joined by a colon, name a row; elsewhere the first column does.
KEYS = {"fleet": ("account", "gpu_id"), "stages": ("model_id", "stage")}


def keys(table: str, frame: pd.DataFrame) -> list[str]:
    """The keys of some rows of a table, in their order; the frame has at least the columns that make the key."""
    columns = KEYS.get(table) or (tables.first_columns()[table],)
    parts = [_texts(frame[column]) for column in columns]
    return [":".join(values) for values in zip(*parts, strict=True)]


def _texts(column: pd.Series) -> list[str]:
    if pd.api.types.is_datetime64_any_dtype(column):
        return list(np.datetime_as_string(column.to_numpy(), unit="D"))
    return [str(value) for value in column]


def in_order(rows: Iterable[Row]) -> dict[str, list[str]]:
    """Keys by table, tables and rows in the order of data/."""
    wanted: dict[str, set[str]] = {}
    for table, key in rows:
        wanted.setdefault(table, set()).add(key)
    return {
        table: [key for key in keys(table, tables.load(table)) if key in wanted[table]]
        for table in tables.first_columns()
        if table in wanted
    }


class Trace:
    """Records the rows that are read between the start and the end of each `observe`; they may nest."""

    def __init__(self) -> None:
        self._open: list[set[Row]] = []

    @property
    def observing(self) -> bool:
        """Whether anybody wants to know."""
        return bool(self._open)

    def add(self, table: str, found: Iterable[str]) -> None:
        rows = [(table, key) for key in found] if self._open else []
        for seen in self._open:
            seen.update(rows)

    def again(self, rows: Iterable[Row]) -> None:
        """Record once more what an earlier computation had read, whose result is used a second time."""
        rows = list(rows)
        for seen in self._open:
            seen.update(rows)

    @contextmanager
    def observe(self) -> Iterator[set[Row]]:
        seen: set[Row] = set()
        self._open.append(seen)
        try:
            yield seen
        finally:
            # By identity: two sets with the same rows are equal.
            self._open = [other for other in self._open if other is not seen]


class Used:
    """Names of parameters as they are used: kept in a set of the page's, and recorded in a trace."""

    def __init__(self, names: set[str], trace: Trace) -> None:
        self._names, self._trace = names, trace

    def add(self, name: str) -> None:
        self._names.add(name)
        self._trace.add("assumptions", [name])


def packed(rows: Mapping[str, list[str]]) -> dict[str, str]:
    """Keys by table as short texts: a key holds no space."""
    return {table: " ".join(found) for table, found in rows.items()}


def unpacked(texts: Mapping[str, str]) -> dict[str, list[str]]:
    return {table: text.split() for table, text in texts.items()}

"""Facts that two cells of data/ tell: data/restated.csv names both, and neither can be changed alone.

A cell is a table, the key of a row and a column, joined with colons; of a scenario, its name and a parameter. It holds
the fact of another cell, or the middle of several, divided by numbers and by other cells (the GPUs of a server, the
exchange rate), to the digits that it is written with. A text that names a row of data/prices.csv, or works something
out at the exchange rate, tells such a fact: its row must be in the table, so that no link is forgotten.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache

import pandas as pd

from analysis import comparison, scenarios, tables, trace
from analysis.tables import DataError

SCENARIOS = "scenarios"

# A price row by its key (the P100 is a GPU), and a sum in yuan that somebody has divided.
NAMES_A_PRICE, AT_THE_RATE = r"\bP(?!100\b)\d{3}\b", r"(?:/|\bat) {rate}\b"


def _table(name: str) -> Mapping[str, Mapping[str, object]]:
    """A table by the keys of its rows; the scenarios by name, each with the parameters that it changes."""
    if name == SCENARIOS:
        return {each: scenarios.read_scenario(path).changes for each, path in comparison.shipped().items()}
    if name not in tables.names():
        return {}
    frame = tables.load(name)
    return dict(zip(trace.keys(name, frame), frame.to_dict("records"), strict=True))


def _parts(cell: str) -> tuple[str, str, str]:
    table, _, rest = cell.partition(":")
    key, _, column = rest.rpartition(":")
    return table, key, column


def _agree(here: float, there: float, worked: bool) -> bool:
    """Whether a cell is what it restates; to its own digits where it was worked out, zeros after the third aside."""
    written = Decimal(f"{here:.15g}").normalize()
    digit = min(int(written.as_tuple().exponent), max(written.adjusted() - 2, 0))
    return math.isclose(here, there, rel_tol=1e-9, abs_tol=0.5000001 * 10.0**digit if worked else 0)


class Cells:
    """The cells of data/, each table read once."""

    def __init__(self) -> None:
        self.table = cache(_table)

    def number(self, text: str) -> float:
        """A number as it stands, or the one in a cell; DataError if there is none."""
        if ":" not in text:
            return float(text)
        table, key, column = _parts(text)
        found = pd.to_numeric(self.table(table).get(key, {}).get(column), errors="coerce")
        if found is None or pd.isna(found):
            raise DataError(
                f"'{text}' is no number of data/. A cell is a table, the key of a row and a column with a number, "
                "joined with colons. Correct the row, then run `report check`."
            )
        return float(found)

    def place(self, cell: str) -> str:
        """A cell as messages name it."""
        table, key, column = _parts(cell)
        if table == SCENARIOS:
            return f"data/scenarios/{key}.yml, `{column}`"
        return f"data/{table}.csv, row {list(self.table(table)).index(key) + 2} ({key}), column `{column}`"


def problems() -> Iterator[str]:
    """Cells that differ from what they restate, rows that name no cell, and facts told twice without a row."""
    cells, told = Cells(), set()
    for line, row in enumerate(tables.load("restated").itertuples(), start=2):
        here = f"data/restated.csv, row {line}"
        # A `*` stands for every key of the table.
        for key in cells.table(_parts(row.cell)[0]) if "*" in row.cell else [""]:
            cell, others = row.cell.replace("*", key), row.restates.replace("*", key).split(";")
            told.add(_parts(cell)[:2])
            try:
                yield from _differs(cells, cell, others, [text for text in row.divided_by.split(";") if text], here)
            except DataError as fault:
                yield f"{here}: {fault}"
    yield from _forgotten(cells, told)


def _differs(cells: Cells, cell: str, others: list[str], divisors: list[str], row: str) -> Iterator[str]:
    has = cells.number(cell)
    gives = sum(map(cells.number, others)) / len(others) / math.prod(map(cells.number, divisors))
    if not _agree(has, gives, len(others) > 1 or bool(divisors)):
        whence = " and ".join(map(cells.place, others))
        by = "".join(f", over {cells.place(text) if ':' in text else text}" for text in divisors)
        yield (
            f"{cells.place(cell)}: {has:.9g}, but {whence}{by} makes it {gives:.9g}. The two are one fact ({row}): "
            "correct the one that is wrong, or the row if the cell rests on another now; then run `report check`."
        )


def _forgotten(cells: Cells, told: set[tuple[str, str]]) -> Iterator[str]:
    rate = re.escape(f"{cells.number('assumptions:cny_per_usd:value'):g}")
    says = re.compile(f"{NAMES_A_PRICE}|{AT_THE_RATE.format(rate=rate)}")
    texts = [
        (name, key, f"data/{name}.csv, row {line}, column `{column}`", str(row.get(column, "")))
        for name in tables.names()
        for line, (key, row) in enumerate(cells.table(name).items(), start=2)
        for column in ("locator", "note")
    ]
    for name, path in comparison.shipped().items():
        texts.append((SCENARIOS, name, f"data/scenarios/{path.name}", path.read_text(encoding="utf-8")))
    for name, key, where, text in texts:
        if (name, key) not in told and (found := says.search(text)):
            yield (
                f"{where}: '{found[0]}' says that a number here restates another cell, but data/restated.csv has no "
                f"row for `{name}:{key}:...`. Add one that names both cells, then run `report check`."
            )

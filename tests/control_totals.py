"""Control totals of data/: how many cells of each column are filled, what its numbers add up to, and its digest.

A book-keeper's guard: a single cell that is changed, blanked, or put on another unit changes a total, whether or not
any page shows it. The digest is of the cells as they are written, from the first row to the last: it also sees texts
(a source, a place in it, a date, the kind of a price) and changes that make up for one another. Neither says what is
right, only that the column was touched. tests/control_totals.csv holds both;
`python tests/control_totals.py` writes it anew, for the diff to be read beside that of data/.
"""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal, localcontext
from hashlib import sha256
from pathlib import Path
from typing import Any

from analysis import tables

PATH = Path(__file__).with_name("control_totals.csv")
COLUMNS = ["table", "column", "unit", "filled", "total", "digest"]
Row = tuple[str, str, str, str, str, str]

# Numbers in a column of texts, which holds a name too.
MIXED = {("assumptions", "value")}


def numeric(name: str) -> list[str]:
    """The columns of a table that hold numbers."""
    fields = tables.package()["by_name"][name]["schema"]["fields"]
    return [
        field["name"] for field in fields if field["type"] in ("number", "integer") or (name, field["name"]) in MIXED
    ]


def rows(name: str) -> list[dict[str, str]]:
    """A table as it is written."""
    path = tables.DATA / tables.package()["by_name"][name]["path"]
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def is_number(text: str) -> bool:
    return bool(tables.PLAIN_NUMBER.fullmatch(text))


def of(name: str, written: Iterable[Mapping[str, Any]]) -> list[Row]:
    """The totals of a table, by column, and of numbers by unit where each row has its own."""
    numbers = set(numeric(name))
    cells: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in written:
        for column, cell in row.items():
            cells[column, row.get("unit", "") if column in numbers else ""].append(cell)
    found = ((column, unit, texts) for (column, unit), texts in sorted(cells.items()) if any(texts))
    return [(name, column, unit, *_totals(texts, column in numbers)) for column, unit, texts in found]


def _totals(texts: list[str], numbers: bool) -> tuple[str, str, str]:
    counted = [text for text in texts if (is_number(text) if numbers else text)]
    with localcontext(prec=60):
        total = format(sum(map(Decimal, counted), Decimal(0)).normalize(), "f") if numbers else ""
    return str(len(counted)), total, sha256(json.dumps(texts).encode()).hexdigest()[:16]


def known() -> list[Row]:
    """The totals that were last looked at."""
    with PATH.open(encoding="utf-8", newline="") as file:
        return [tuple(row) for row in list(csv.reader(file))[1:]]  # type: ignore[misc]


def all_totals() -> list[Row]:
    return [total for name in tables.names() for total in of(name, rows(name))]


if __name__ == "__main__":
    with PATH.open("w", encoding="utf-8", newline="") as target:
        csv.writer(target, lineterminator="\n").writerows([COLUMNS, *all_totals()])

"""Control totals of data/: how many cells of each numeric column are filled, and what they add up to, exactly.

A book-keeper's guard: a single cell that is changed, blanked, or put on another unit changes a total, whether or not
any page shows it. It says nothing about which number is right. tests/control_totals.csv holds the totals;
`python tests/control_totals.py` writes it anew, for the diff to be read beside that of data/.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal, localcontext
from pathlib import Path
from typing import Any

from analysis import tables

PATH = Path(__file__).with_name("control_totals.csv")
COLUMNS = ["table", "column", "unit", "filled", "total"]
Row = tuple[str, str, str, str, str]

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
    """The totals of a table, by column, and by unit where each row has its own."""
    cells: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in written:
        for column in numeric(name):
            if is_number(row[column]):
                cells[column, row.get("unit", "")].append(row[column])
    with localcontext(prec=60):
        return [
            (name, column, unit, str(len(found)), format(sum(map(Decimal, found), Decimal(0)).normalize(), "f"))
            for (column, unit), found in sorted(cells.items())
        ]


def known() -> list[Row]:
    """The totals that were last looked at."""
    with PATH.open(encoding="utf-8", newline="") as file:
        return [tuple(row) for row in list(csv.reader(file))[1:]]  # type: ignore[misc]


def all_totals() -> list[Row]:
    return [total for name in tables.names() for total in of(name, rows(name))]


if __name__ == "__main__":
    with PATH.open("w", encoding="utf-8", newline="") as target:
        csv.writer(target, lineterminator="\n").writerows([COLUMNS, *all_totals()])

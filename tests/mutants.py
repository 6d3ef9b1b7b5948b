"""Mutants of data/: every numeric cell, every way to get it wrong, and what notices.

    loader   the table is refused, with file, row and column
    record   the cell is not what was noted when the source was read (tests/second_record.csv)
    total    a control total is another (tests/control_totals.csv)

What pages show is looked at by campaigns/data_mutation.py, since it takes long.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

import control_totals
import second_record

from analysis import parameters, tables, trace


@dataclass(frozen=True)
class Cell:
    """A filled numeric cell; `line` is its line in the file, where the header is line 1."""

    table: str
    line: int
    row: str
    column: str
    text: str
    unit: str

    @property
    def place(self) -> tuple[str, str, str]:
        return self.table, self.row, self.column


def cells(table: str) -> Iterator[Cell]:
    """The numeric cells of a table, row by row; a number that is nobody else's in its column is a name of its row."""
    keys = trace.keys(table, tables.load(table))
    fields = tables.package()["by_name"][table]["schema"]["fields"]
    # So is a coder's.
    names = {"coder", *(field["name"] for field in fields if field.get("constraints", {}).get("unique"))}
    columns = [column for column in control_totals.numeric(table) if column not in names]
    for line, (key, row) in enumerate(zip(keys, control_totals.rows(table), strict=True), start=2):
        for column in columns:
            if control_totals.is_number(row[column]):
                yield Cell(table, line, key, column, row[column], row.get("unit", ""))


def plain(number: Decimal) -> str:
    """A number as a table writes it."""
    text = format(number.normalize(), "f")
    return text if len(text) < 22 else format(number.normalize(), "e").replace("e+", "e")


def _percent(cell: Cell) -> str:
    """One per cent more; the next whole number where a fraction would be refused for being one."""
    number = Decimal(cell.text)
    more = number * Decimal("1.01")
    return plain(more.to_integral_value("ROUND_CEILING") if _whole(cell) else more)


def _whole(cell: Cell) -> bool:
    fields = tables.package()["by_name"][cell.table]["schema"]["fields"]
    return any(field["name"] == cell.column and field["type"] == "integer" for field in fields)


@lru_cache(maxsize=32)
def _units(table: str) -> list[str]:
    return sorted({row["unit"] for row in control_totals.rows(table) if row.get("unit")})


def _sign(cell: Cell) -> str:
    return cell.text[1:] if cell.text.startswith("-") else f"-{cell.text}"


def other_unit(cell: Cell) -> str:
    """Another unit that rows of the same table have; "" where there is none."""
    if not cell.unit:
        return ""
    return next((unit for unit in _units(cell.table) if unit != cell.unit), "")


# What goes wrong -> the text that then stands in the cell; `unit` changes the row's unit instead.
KINDS: dict[str, Callable[[Cell], str]] = {
    "percent": _percent,
    "sign": _sign,
    "zero": lambda cell: "0",
    "blank": lambda cell: "",
    "text": lambda cell: "unknown",
    "nan": lambda cell: "NaN",
    "thousand": lambda cell: plain(Decimal(cell.text) * 1000),
    "unit": other_unit,
}


def changed(cell: Cell, kind: str) -> tuple[str, str] | None:
    """Column and new text of a mutant; None where it would change nothing, such as the sign of zero."""
    column, text = ("unit" if kind == "unit" else cell.column), KINDS[kind](cell)
    if kind == "unit":
        return (column, text) if text else None
    if control_totals.is_number(text) and Decimal(text) == Decimal(cell.text):
        return None
    return column, text


def written(cell: Cell, column: str, text: str) -> list[dict[str, str]]:
    """The table with the mutant."""
    rows = control_totals.rows(cell.table)
    rows[cell.line - 2][column] = text
    return rows


def write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def refusal(cell: Cell, column: str, text: str, folder: Path) -> str:
    """What the loader says of the mutant; "" if it takes it. `folder`: a copy of data/, left as it was."""
    path = folder / f"{cell.table}.csv"
    before = path.read_bytes()
    write(path, written(cell, column, text))
    forget()
    try:
        found = [tables.load(cell.table, folder)]
        if cell.table == "assumptions":
            parameters.known(folder)
        if cell.table in ("stages", "models"):
            frames = [tables.load(name, folder) for name in ("stages", "models")]
            return "\n".join(tables._stage_problems(*frames))
        del found
        return ""
    except tables.DataError as error:
        return str(error)
    finally:
        path.write_bytes(before)
        forget()


def refusal_by_order(cell: Cell, column: str, text: str) -> str:
    """What the loader says of a mutant that its schema takes; as `refusal`, and a hundred times as quick.

    Only for tables whose loader looks at each row by itself.
    """
    row = tables.load(cell.table).iloc[[cell.line - 2]].copy()
    if column != "unit":
        row[column] = row[column].astype(object)
        row.loc[row.index[0], column] = float(text) if text else float("nan")
    return "\n".join(tables.order_problems(cell.table, row))


def forget() -> None:
    tables._load.cache_clear()
    parameters.known.cache_clear()


def names_the_cell(message: str, cell: Cell, column: str) -> bool:
    """Whether a refusal says where: file, row (by number or by key) and column."""
    where = [line for line in message.splitlines() if f"data/{cell.table}.csv" in line]
    row = (f"row {cell.line}", f"rows {cell.line}", f" {cell.line},", f"and {cell.line},", f"`{cell.row}`")
    return any(f"`{column}`" in line and any(name in line for name in row) for line in where)


def noticed(cell: Cell, column: str, text: str) -> str:
    """Which of the two books notices a mutant that the loader takes: "record", "total", or "" if neither does."""
    place = (cell.table, cell.row, column)
    if place in second_record.noted() and not second_record.agrees(place, text):
        return "record"
    totals = set(control_totals.of(cell.table, written(cell, column, text)))
    return "total" if totals != {total for total in control_totals.known() if total[0] == cell.table} else ""

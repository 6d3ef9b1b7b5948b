"""The columns in which a page lists the rows of a table of data/, and by which a reader picks among them.

A column is sorted and its rows are picked by tables.js; what a cell is picked by stands in the cell where it is not its
text: the chip of a product's name, the year of a day.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from analysis import tables, words, written
from analysis.provenance import between, model_name, offer, offered_by, plain
from analysis.trace import keys

_TABLES = written.toml_of(Path(__file__).with_suffix(".toml"))
# Table -> heading -> column. The first names the row.
COLUMNS: dict[str, dict[str, str]] = _TABLES["columns"]
# Table -> heading of a column -> what is picked by it.
PICKED: dict[str, dict[str, str]] = _TABLES["picked"]
# The lowest and the highest that is known stand in its cell.
ENDS: dict[str, list[str]] = _TABLES["ends"]
# The chips that the report is about come first in a list of prices.
FIRST = ("H800", "H100")
CHIP = re.compile(r"TPU ?v\d\w?|\b(?!BF|FP)[A-Z]{1,2}\d{2,3}[A-Z]?\b|910B")


class Cell(NamedTuple):
    """A text, and what it is picked by where that is another."""

    text: str
    pick: str = ""


def chip(text: str) -> str:
    """The first chip that a text names: "NVIDIA H100 SXM5 80GB" is an H100."""
    found = CHIP.search(text)
    return found[0] if found else "none named"


@lru_cache(maxsize=1)
def cells(table: str) -> dict[str, list[Cell]]:
    """The cells of each row of a table, by its key, in the order in which a page lists them."""
    frame = tables.load(table)
    frame = frame.assign(key=keys(table, frame), **_own(table, frame))
    found = {row["key"]: [_cell(table, row, heading) for heading in COLUMNS[table]] for _, row in frame.iterrows()}
    if table != "prices":
        return found
    order = {name: place for place, name in enumerate(FIRST)}
    return dict(sorted(found.items(), key=lambda item: order.get(item[1][0].pick, len(FIRST))))


def _own(table: str, frame: pd.DataFrame) -> dict[str, Any]:
    """Columns of a list that are put together from several of its table, or come from another."""
    if table == "prices":
        who = list(map(offered_by, frame.vendor, frame.region))
        return {"unit": frame.unit.str.removeprefix("USD per ") + frame.gpus_in_offer.map(offer), "vendor": who}
    if table == "models":
        return {"FLOP": frame.train_flop}
    if table in ("estimates", "stages"):
        return {"model_id": frame.model_id.map(model_name)}
    if table == "published":
        known = tables.references()
        years = frame.source.map(
            lambda text: max((known[key].fields["year"] for key in text.split(";") if key), default="")
        )
        return {"year": years}
    return {}


def _cell(table: str, row: Any, heading: str) -> Cell:
    column = COLUMNS[table][heading]
    text = _text(row, column)
    picked = PICKED.get(table, {}).get(heading)
    if picked == "GPU":
        return Cell(text, chip(" ".join([text, str(row.get("subject", ""))])))
    return Cell(text, text[:4] if picked == "Year" else "")


def _text(row: Any, column: str) -> str:
    value = row[column]
    write = (lambda number: words.amount(number, "FLOP")) if "FLOP" in (row.get("unit"), column) else plain
    low, high = ENDS.get(column, ("", ""))
    ends = between(row, low, high, write) if low in row else ""
    if value is None or value != value or value == "":
        return ends
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    if column == "currency_year":
        return f"{value:.0f}"
    if isinstance(value, str):
        return value.replace("_", " ") if column == "kind" else value
    return f"{write(value)} ({ends})" if ends else write(value)

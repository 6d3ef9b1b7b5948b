"""The second record: what was noted down when the sources were read, before the tables of data/ were made.

tests/second_record.csv holds it, a line a cell, as in double-entry book-keeping: `noted` is the number as the reader
wrote it, in the reader's unit, and `times` turns it into the unit of the cell; "~" stands before a number that was
rounded when it was noted. It is never derived from data/.
"""

from __future__ import annotations

import csv
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from analysis import tables

PATH = Path(__file__).with_name("second_record.csv")
DATES = ("date", "release_date")


@lru_cache(maxsize=1)
def noted() -> dict[tuple[str, str, str], tuple[str, str]]:
    """(table, row, column) -> what was noted, and its factor."""
    with PATH.open(encoding="utf-8", newline="") as file:
        return {
            (line["table"], line["row"], line["column"]): (line["noted"], line["times"])
            for line in csv.DictReader(file)
        }


def _half_a_digit(text: str) -> Decimal:
    """Half a unit of the last digit that is written: 0.05 for 2.0, 5,000 for 1.27e6."""
    exponent = Decimal(text).as_tuple().exponent
    return Decimal(5).scaleb(int(exponent) - 1)


def agrees(place: tuple[str, str, str], cell: str) -> bool:
    """Whether a cell says what was noted."""
    text, times = noted()[place]
    if place[2] in DATES:
        return cell == text
    if not tables.PLAIN_NUMBER.fullmatch(cell):
        return False
    rounded = text.startswith("~")
    text = text.removeprefix("~")
    here, there = Decimal(cell), Decimal(text) * Decimal(times)
    return abs(here - there) <= (max(_half_a_digit(text) * Decimal(times), _half_a_digit(cell)) if rounded else 0)

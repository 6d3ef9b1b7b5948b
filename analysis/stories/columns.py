"""What the tables of a story may hold: a column says what is allowed in its cells, and whether one may be blank."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from analysis import tables
from analysis.placing.numbers import BOUNDARIES, NUMBERS
from analysis.untrusted import meant, shown, unreadable

# What a story may have at most: bytes of a file, rows of a table, letters of a cell.
LARGEST_FILE, MOST_ROWS, LONGEST_CELL = 200_000, 300, 2_000

CHECK = "report story check"

# What a person fills in: a story without it can be read, and says that it is not finished.
NEEDED, WANTED, FREE = "needed", "wanted", "free"


@dataclass(frozen=True)
class Form:
    """What a cell must look like: a pattern, and the same in words."""

    pattern: str
    words: str


@dataclass(frozen=True)
class Column:
    """A column of a table, or a key of story.yml.

    blank:   NEEDED: refused where it is blank; WANTED: told; FREE: as it likes
    allowed: the words that it may hold, if it is not free text
    form:    what it must look like
    """

    name: str
    blank: str = FREE
    allowed: tuple[str, ...] = ()
    form: Form | None = None

    def fault(self, cell: str) -> str:
        """What is wrong with a cell, what is allowed and what to do; "" if nothing is."""
        if not cell:
            return "it is blank, and has to be filled. Fill it in" if self.blank == NEEDED else ""
        if len(cell) > LONGEST_CELL:
            return f"it has {len(cell):,} letters, and at most {LONGEST_CELL:,} are read. Shorten it"
        if hidden := unreadable(cell):
            return f"it holds {hidden}. Take it out"
        if self.allowed and cell not in self.allowed:
            return f"it must be one of {', '.join(self.allowed)}.{meant(cell, self.allowed)} Correct it"
        if self.form and not re.fullmatch(self.form.pattern, cell, re.ASCII):
            return f"it must be {self.form.words}. Correct it"
        return ""


KEYS = Form(
    r"[a-z0-9_]+(;[a-z0-9_]+)*",
    "keys of references.bib, joined with ;, such as openai_2025",
)
NAME = Form(
    r"[A-Za-z][A-Za-z0-9_-]{0,30}",
    "a short name of letters, digits, - and _, such as C1",
)
DATE = Form(
    r"\d{4}(-\d{2}(-\d{2})?)?",
    "a date such as 2025-06-16, 2025-06 or 2025",
)
RESULTS = Form(
    r"(run\.)?[a-z0-9_]+( [+] (run\.)?[a-z0-9_]+)*",
    "the name of a result, such as run.rental_usd or v3_gpu_hours; several are joined with ' + '",
)
NUMBER = Form(
    tables.PLAIN_NUMBER.pattern,
    "a plain number, such as 2.5 or 1e6",
)

CLAIMS = (
    Column("claim_id", NEEDED, form=NAME),
    Column("sentence", WANTED),
    Column("amount"),
    Column("hours"),
    Column("boundary", FREE, tuple(BOUNDARIES)),
    Column("said_by", WANTED),
    Column("date", WANTED, form=DATE),
    Column("source", WANTED, form=KEYS),
    Column("locator"),
    Column("better_wording", WANTED),
)
ASSUMPTIONS = (
    Column("name", NEEDED, form=Form(r"(run\.)?[a-z][a-z0-9_]*", "a name that `report params` lists, or run.rent")),
    *(Column(name, NEEDED, form=NUMBER) for name in ("value", "low", "high")),
    Column("source", WANTED, form=KEYS),
    Column("locator"),
    Column("reason", WANTED),
)
PLACED = "placed"
KEY = (
    Column("claim_id", NEEDED, form=NAME),
    Column("question", NEEDED, (PLACED, "source", "documents")),
    Column("expected", NEEDED),
    Column("why", WANTED),
)


def evidence() -> tuple[Column, ...]:
    """The columns of data/evidence.csv, with the names and units of a story's own results."""
    found = []
    for field in tables.package()["by_name"]["evidence"]["schema"]["fields"]:
        limits = field.get("constraints", {})
        column = Column(field["name"], NEEDED if limits.get("required") else FREE, tuple(limits.get("enum", ())))
        if field["name"] in ("evidence_id", "claim_id"):
            column = replace(column, form=NAME)
        elif field["name"] == "source":
            column = replace(column, form=KEYS)
        elif field["name"] in ("subject", "compare", "belongs_to"):
            column = replace(column, form=RESULTS)
        elif field["name"] == "unit":
            column = replace(column, allowed=tuple(dict.fromkeys((*column.allowed, *(n.unit for n in NUMBERS)))))
        found.append(column)
    return tuple(found)


def faults(where: str, columns: Iterable[Column], cells: Mapping[str, str]) -> Iterator[str]:
    """The faults of one row, a line each; where: file and row."""
    for column in columns:
        cell = cells.get(column.name, "")
        if told := column.fault(cell):
            yield fault(where, column.name, cell, told)


def fault(where: str, column: str, cell: object, told: str) -> str:
    """A fault in a line: file, row, column, value, what is allowed, what to do."""
    has = f" has {shown(cell)}" if cell else ""
    return f"{where}, `{column}`{has}: {told}, then run `{CHECK}`."


def blanks(where: str, columns: Iterable[Column], cells: Mapping[str, str]) -> str:
    """What of a row somebody still has to fill in, in a line; "" if nothing."""
    names = [f"`{column.name}`" for column in columns if column.blank == WANTED and not cells.get(column.name)]
    return f"{where}: {', '.join(names)}" if names else ""

"""How old the evidence is: that of the whole report, and that of one result.

A price has the day on which it was asked; every other row is as old as its sources, by the month in the bibliography.
A source without an address is left out, since nobody can look its date up, and so is this report itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from analysis import tables
from analysis.trace import keys

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


@dataclass(frozen=True, order=True)
class Dated:
    """A source or a price; `month` is 0 where only the year is known. `name` is for prose, `link` for a table."""

    year: int
    month: int
    name: str
    link: str

    @property
    def when(self) -> str:
        return f"{MONTHS[self.month - 1]} {self.year}" if self.month else str(self.year)


@lru_cache(maxsize=1)
def _sources() -> dict[str, Dated]:
    """The sources that have an address, by key."""
    found = {}
    for key, entry in tables.references().items():
        if "url" in entry.fields:
            month = entry.fields.get("month", "")
            people = [" ".join(person.last_names).strip("{}") for person in entry.persons["author"]]
            name = f"{people[0]}{' and others' if len(people) > 1 else ''}, “{entry.fields['title'].strip('{}')}”"
            number = MONTHS.index(month) + 1 if month else 0
            found[key] = Dated(int(entry.fields["year"]), number, name, f"{{cite}}`{key}`")
    return found


def _of_rows(table: str, chosen: Sequence[str] | None = None) -> Iterator[Dated]:
    """What some rows of a table rest on, or all of them."""
    frame = tables.load(table)
    if chosen is not None:
        frame = frame[[key in chosen for key in keys(table, frame)]]
    if table == "prices":
        for row in frame.itertuples():
            name = f"a price of {row.hardware} ({row.price_id})"
            yield Dated(row.date.year, row.date.month, name, f"{{row}}`prices {row.price_id}`")
    else:
        yield from (_sources()[key] for key in tables.source_keys(frame) if key in _sources())


def youngest() -> Dated:
    """The youngest source or price that a row of data/ rests on: as of when the evidence is."""
    return max(each for table in tables.names() for each in _of_rows(table))


def ends(rows: Mapping[str, Sequence[str]]) -> tuple[Dated, Dated]:
    """The oldest and the youngest source or price of some rows, by table."""
    found = [each for table, chosen in rows.items() for each in _of_rows(table, chosen)]
    return min(found), max(found)


def span(rows: Mapping[str, Sequence[str]]) -> str:
    """From when to when the sources of some rows are: "December 2024 to April 2026"."""
    return " to ".join(dict.fromkeys(each.when for each in ends(rows)))

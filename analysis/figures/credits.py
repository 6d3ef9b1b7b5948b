"""Where the numbers of a figure come from, in one line: what a picture says of itself when it has left the page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from pybtex.backends.plaintext import Backend
from pybtex.database import Entry
from pybtex.richtext import Text

from analysis import dates, tables, words
from analysis.trace import keys

REPORT = "What does a frontier AI model really cost?"
LICENCE = "CC BY 4.0"
NAMED = 3


def _plain(latex: str) -> str:
    # `render_as("text")` looks through all that is installed for the same backend.
    return str(Text.from_latex(latex).render(Backend()))


def short_names(entry: Entry) -> str:
    """Who wrote a source, as a citation says it: one name, two names, or the first "et al."."""
    people = entry.persons.get("author") or entry.persons.get("editor") or []
    names = [_plain(" ".join([*p.prelast_names, *p.last_names, *p.lineage_names])) for p in people]
    if not names:
        return _plain(entry.fields.get("title", entry.key))
    names = [name.replace("'", "’") for name in names]
    if len(names) > 2 or names[-1] == "others":
        return f"{names[0]} et al."
    if len(names) == 1 and names[0].count(", ") > 1:
        # Some price lists, gathered in one entry.
        return f"{names[0].partition(', ')[0]} et al."
    return " and ".join(names)


def line(rests_on: Mapping[str, Sequence[str]]) -> str:
    """The sources that most rows of a figure rest on, by name, and how many more; up to when they are; the licence.

    rests_on: keys of rows by table, as a Drawing holds them
    """
    count: Counter[str] = Counter()
    for table, chosen in rests_on.items():
        frame = tables.load(table)
        frame = frame[[key in chosen for key in keys(table, frame)]]
        for column in tables.source_columns(frame):
            count.update(key for cell in frame[column] if cell for key in cell.split(";"))
    entries = tables.references()
    named = [f"{short_names(entries[key])} ({entries[key].fields.get('year', 'n.d.')})" for key in _first(count)]
    more = len(count) - len(named)
    sources = words.label("", [*named, f"{more} more"] if more else named)
    start = "Source" if len(count) == 1 else "Sources"
    return f"{start}: {sources}. Evidence up to {dates.ends(rests_on)[1].when}. {REPORT} {LICENCE}"


def _first(count: Counter[str]) -> list[str]:
    """The sources of most rows, each author and year once."""
    entries, seen, found = tables.references(), set(), []
    for key, _ in count.most_common():
        label = short_names(entries[key]), entries[key].fields.get("year")
        if label not in seen:
            seen.add(label)
            found.append(key)
        if len(found) == NAMED:
            break
    return found

"""How the report and each of its pages are cited: as a sentence, as BibTeX, and to machines.

CITATION.cff is the only place that holds authors, version, date, abstract and licences. A page adds its title and its
address, where the site has one. A citation names the version and the day of its release, because that is what a reader
can get again; the day on which a page last changed stands beside it (changes.py).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from analysis import written
from analysis.dates import MONTHS
from analysis.tables import ROOT

KEY = "frontier_model_cost_report"
# What LaTeX would read as a command. Quotation marks and dashes are UTF-8, which BibTeX passes on.
LATEX = {c: rf"\{c}" for c in "$&%#_{}"} | {"~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}


class CitationError(written.FileError):
    """CITATION.cff cannot be used; the message says what it lacks."""


@dataclass(frozen=True)
class Citation:
    """What CITATION.cff says of the report."""

    title: str
    authors: tuple[str, ...]
    version: str
    released: date
    abstract: str
    licenses: tuple[str, ...]
    keywords: tuple[str, ...]

    @property
    def names(self) -> str:
        return ", ".join(self.authors)

    def sentence(self, page: str = "", address: str = "", report: str = "") -> str:
        """One sentence of text; `page` is the page's title, blank for the whole report."""
        report = report or self.title
        what = (
            f"“{_closed(page.replace('“', '‘').replace('”', '’'))}” In: {_closed(report)}" if page else _closed(report)
        )
        where = f" {address}" if address else ""
        return f"{self.names} ({self.released.year}). {what} Version {self.version}, {day(self.released)}.{where}"

    def bibtex(self, page: str = "", name: str = "", address: str = "", report: str = "") -> str:
        """One @misc entry, which every BibTeX style knows; `name` is the page's, and makes the key unique.

        Whoever cites an address fills in the day on which it was read.
        """
        report = report or self.title
        note = f"Version {self.version}, {day(self.released)}"
        fields = {
            "author": " and ".join(f"{{{latex(author)}}}" for author in self.authors),
            "title": f"{{{latex(page or report)}}}",
            "howpublished": f"In: {{{latex(report)}}}" if page else "",
            "year": str(self.released.year),
            "month": MONTHS[self.released.month - 1][:3].lower(),
            "note": latex(note),
            "url": address,
            "urldate": "YYYY-MM-DD" if address else "",
        }
        key = "_".join([KEY, str(self.released.year), *([re.sub(r"\W+", "_", name)] if name else [])])
        lines = [
            f"  {field:<12} = {text if field == 'month' else f'{{{text}}}'}," for field, text in fields.items() if text
        ]
        return "\n".join([f"@misc{{{key},", *lines, "}"])


def _closed(title: str) -> str:
    """A title with a mark at its end, so that the sentence goes on after it."""
    return title if title.endswith((".", "?", "!")) else f"{title}."


def latex(text: str) -> str:
    return "".join(LATEX.get(character, character) for character in text)


def day(when: date) -> str:
    """A date as the report writes it, whatever the computer's language: 23 November 2026."""
    return f"{when.day} {MONTHS[when.month - 1]} {when.year}"


def read(path: Path = ROOT / "CITATION.cff") -> Citation:
    """CITATION.cff, or CitationError naming what is missing."""
    held: dict[str, Any] = written.yaml_of(path)
    wanted = ("title", "authors", "version", "date-released", "abstract", "license", "keywords")
    missing = [key for key in wanted if not held.get(key)]
    if missing:
        raise CitationError(f"{path.name} lacks {', '.join(missing)}. See https://citation-file-format.github.io")
    try:
        released = date.fromisoformat(str(held["date-released"]))
    except ValueError as error:
        raise CitationError(
            f"{path.name}: date-released is {held['date-released']!r}. Write it as 2026-11-23."
        ) from error
    licenses = held["license"] if isinstance(held["license"], list) else [held["license"]]
    people = [
        a.get("name") or f"{a.get('given-names', '')} {a.get('family-names', '')}".strip() for a in held["authors"]
    ]
    return Citation(
        title=held["title"],
        authors=tuple(people),
        version=str(held["version"]),
        released=released,
        abstract=" ".join(held["abstract"].split()),
        licenses=tuple(licenses),
        keywords=tuple(held["keywords"]),
    )


@lru_cache
def citation() -> Citation:
    return read()

"""What can be worked out of what is known of a run: one procedure, for Python and for the browser.

Each number has its ways, of which the first that has all it needs is gone. A way is a formula of `analysis.costs` and
the names of what it takes: inputs, or numbers before it. A number is carried at three places: where all that it is made
of is at its lowest, at its central value, and at its highest. So its ends are bounds, and no interval of nine in ten.
They stand in numbers.toml. The page that checks a claim gets the same list, with each formula traced
(`analysis.report.claim_form`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis import costs, written

TABLES = written.toml_of(Path(__file__).with_suffix(".toml"))

# What a sum can count.
BOUNDARIES: dict[str, str] = TABLES["boundaries"]
RUN, STAGE, FINE_TUNE = "run", "stage", "fine_tune"


@dataclass(frozen=True)
class Span:
    """A number at its lowest, its central value and its highest."""

    low: float
    value: float
    high: float

    @classmethod
    def of(cls, value: float) -> Span:
        """A number without a range."""
        return cls(value, value, value)

    @property
    def certain(self) -> bool:
        return self.low == self.high

    def meets(self, other: Span) -> bool:
        """Whether both have a number in common."""
        return self.low <= other.high and other.low <= self.high


@dataclass(frozen=True)
class Way:
    """One way to a number.

    needs: what the formula takes, in its order
    falls: those of them with which the number falls: its highest end takes their lowest
    said:  how the number is then known, in words
    """

    formula: Callable[..., Any]
    needs: tuple[str, ...]
    said: str
    falls: tuple[str, ...] = ()


@dataclass(frozen=True)
class Number:
    """Something that may be worked out: its ways in the order in which they are tried.

    basis: the cost basis, "" where it is no cost
    only:  boundaries for which it makes sense; all, if none is named
    """

    name: str
    title: str
    unit: str
    ways: tuple[Way, ...]
    basis: str = ""
    only: tuple[str, ...] = ()


def same(given: Any) -> Any:
    """What is given, as it is."""
    return given


def _way(needs: list[str], said: str, formula: str = "", falls: Sequence[str] = ()) -> Way:
    return Way(getattr(costs, formula) if formula else same, tuple(needs), said, tuple(falls))


NUMBERS = tuple(
    Number(**{**row, "ways": tuple(_way(**way) for way in row["ways"]), "only": tuple(row.get("only", ()))})
    for row in TABLES["numbers"]
)

# The numbers that are costs: what a sum is placed on.
COSTS = tuple(number.name for number in NUMBERS if number.unit == "USD")


@dataclass(frozen=True)
class Answer:
    """A number that was worked out, or what is missing for it.

    said:    how it is known, "" where it is not
    missing: names of the inputs that the way needs that lacks fewest
    """

    number: Number
    span: Span | None
    said: str
    missing: tuple[str, ...] = ()


def worked_out(inputs: Mapping[str, Span], boundary: str) -> dict[str, Answer]:
    """Every number of NUMBERS by name, from the inputs that are known."""
    known, found = dict(inputs), dict[str, Answer]()
    for number in NUMBERS:
        answer = _answered(number, known, boundary)
        if answer.span:
            known[number.name] = answer.span
        found[number.name] = answer
    return found


def _answered(number: Number, known: Mapping[str, Span], boundary: str) -> Answer:
    if number.only and boundary not in number.only:
        return Answer(number, None, "")
    for way in number.ways:
        if all(name in known for name in way.needs):
            return Answer(number, _along(way, known), way.said)
    lacking = [tuple(name for name in way.needs if name not in known) for way in number.ways]
    return Answer(number, None, "", min(lacking, key=len))


def _along(way: Way, known: Mapping[str, Span]) -> Span:
    spans = [known[name] for name in way.needs]
    low = [span.high if name in way.falls else span.low for name, span in zip(way.needs, spans, strict=True)]
    high = [span.low if name in way.falls else span.high for name, span in zip(way.needs, spans, strict=True)]
    return Span(float(way.formula(*low)), float(way.formula(*(s.value for s in spans))), float(way.formula(*high)))

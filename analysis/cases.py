"""Case spaces: which values the assumptions take in a sweep, without a list of all cases.

A grid is known by its axes, and a case of it is found by arithmetic on its number. A file of cases is read as a
stream. So a sweep of millions of cases takes no more memory than one of a hundred.

NAME=START:STOP:COUNT      so many values at equal distances, both ends included
NAME=START:STOP:COUNT:log  the same at equal ratios
NAME=A,B,C                 these values, choices too
NAME=VALUE                 one value in every case
"""

from __future__ import annotations

import csv
import hashlib
import io
import math
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from analysis import parameters, tables, untrusted
from analysis.parameters import ParameterError, Value
from analysis.untrusted import shown

MOST_CASES = 100_000_000

# Of the first line so much is looked at, in characters: a file may be one line without an end.
LONGEST_LINE = 10_000

FORMS = "NAME=START:STOP:COUNT, NAME=START:STOP:COUNT:log, NAME=A,B,C or NAME=VALUE"

# A column of a block of cases: floats, or texts where the parameter is a choice.
Column = np.ndarray


@dataclass(frozen=True)
class Axis:
    """The values of one parameter: a list, or `count` of them from start to stop."""

    name: str
    values: tuple[Value, ...] = ()
    start: float = 0.0
    stop: float = 0.0
    count: int = 0
    log: bool = False

    def __len__(self) -> int:
        return len(self.values) or self.count

    @property
    def choice(self) -> bool:
        return bool(self.values) and isinstance(self.values[0], str)

    def value(self, index: int) -> Value:
        """The value at a place of the axis, from 0; free of the dust that sums of binary fractions leave."""
        if self.values:
            return self.values[index]
        if index in (0, self.count - 1):
            return self.stop if index else self.start
        part = index / (self.count - 1)
        if self.log:
            exact = self.start * (self.stop / self.start) ** part
        else:
            exact = self.start + (self.stop - self.start) * part
        low, high = sorted((self.start, self.stop))
        return min(max(float(f"{exact:.15g}"), low), high)

    def at(self, places: np.ndarray) -> Column:
        """The values at many places."""
        distinct, inverse = np.unique(places, return_inverse=True)
        found = [self.value(int(place)) for place in distinct]
        return np.array(found, dtype=object if self.choice else float)[inverse]


@dataclass(frozen=True)
class Grid:
    """All combinations of some axes; the last axis changes fastest."""

    axes: tuple[Axis, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(axis.name for axis in self.axes)

    def __len__(self) -> int:
        return math.prod(len(axis) for axis in self.axes)

    def columns(self, first: int, count: int) -> dict[str, Column]:
        """The values of `count` cases from the case `first` on, counted from 0."""
        numbers = np.arange(first, min(first + count, len(self)))
        found: dict[str, Column] = {}
        for axis in reversed(self.axes):
            numbers, places = np.divmod(numbers, len(axis))
            found[axis.name] = axis.at(places)
        return {name: found[name] for name in self.names}


def _one(name: str, text: str) -> Value:
    (value,) = parameters.parsed([f"{name}={text}"]).values()
    return value


def _count(assignment: str, text: str) -> int:
    if not (text.isascii() and text.isdigit()) or not 2 <= int(text[:12]) <= MOST_CASES:
        raise ParameterError(
            f"{shown(assignment)}: COUNT must be a whole number from 2 to {MOST_CASES:,}, not {shown(text[:20])}."
        )
    return int(text)


def _one_reading(parameter: parameters.Parameter, text: str) -> None:
    """ParameterError where a list may be a number with commas between its thousands: 120,500."""
    joined = parameters.without_thousands(text)
    if joined != text and parameter.accepts(joined):
        parts = text.split(",")
        as_list = f'; the list, "{parameter.name}={", ".join(parts)}"' if all(map(parameter.accepts, parts)) else ""
        raise ParameterError(
            f"{parameter.name}={text} has commas between thousands, or is a list. "
            f"The number is written {parameter.name}={joined}{as_list}."
        )


def axis(assignment: str) -> Axis:
    """The axis that one NAME=... of a command line asks for; ParameterError if it cannot be."""
    name, equals, text = (part.strip() for part in assignment.partition("="))
    if not equals:
        raise ParameterError(f"{shown(assignment)} is not of the form {FORMS}.")
    parameter = parameters.named(name)
    if name == "draws":
        raise ParameterError("draws is the same in all cases of a sweep. Set it with --draws.")
    if ":" not in text:
        _one_reading(parameter, text)
        values = tuple(_one(name, part.strip()) for part in text.split(","))
        if len(set(values)) < len(values):
            raise ParameterError(f"{shown(assignment)} gives a value twice. Give it once.")
        return Axis(name, values)
    if parameter.choices:
        raise ParameterError(f"{name} has no grid: it is {parameter.allowed}. Give a list, {name}=A,B.")
    parts = [part.strip() for part in text.split(":")]
    log = len(parts) == 4 and parts[3] == "log"
    if not (len(parts) == 3 or log):
        raise ParameterError(f"{shown(assignment)} is not of the form {FORMS}.")
    start, stop = (float(_one(name, part)) for part in parts[:2])
    count = _count(assignment, parts[2])
    if start == stop:
        raise ParameterError(f"{shown(assignment)} starts where it stops. Give one value, {name}={parts[0]}.")
    if log and min(start, stop) <= 0:
        raise ParameterError(f"{shown(assignment)}: equal ratios need ends above 0.")
    found = Axis(name, start=start, stop=stop, count=count, log=log)
    if parameter.type == "int":
        # Equal steps from a whole number are whole if the first one is; equal ratios have to be looked at one by one.
        for place in range(count) if log else (1,):
            parameter.checked(found.value(place))
    return found


def grid(assignments: Iterable[str]) -> tuple[dict[str, Value], Grid]:
    """What `-p` asks for: the values that hold in every case, and the grid of those that change."""
    axes: dict[str, Axis] = {}
    for assignment in assignments:
        found = axis(assignment)
        if found.name in axes:
            raise ParameterError(f"{found.name} is given twice. Give it once; a list is written {found.name}=A,B,C.")
        axes[found.name] = found
    fixed = {name: each.values[0] for name, each in axes.items() if len(each) == 1}
    changing = Grid(tuple(each for name, each in axes.items() if name not in fixed))
    if len(changing) > MOST_CASES:
        raise ParameterError(f"This grid has {len(changing):,} cases; at most {MOST_CASES:,} are computed.")
    return fixed, changing


@dataclass(frozen=True)
class CaseFile:
    """A CSV file of cases: a header of parameter names, then a row a case; a blank cell is the base value."""

    path: Path
    names: tuple[str, ...]
    count: int
    digest: str

    def __len__(self) -> int:
        return self.count

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """The cases one after the other: line in the file, and cells.

        ParameterError at the end, or before, if the file is not the one that was looked through.
        """
        try:
            with _Digested(self.path) as raw:
                yield from islice(raw.lines(), 1, None)
                digest = raw.sha256.hexdigest()
        except (OSError, UnicodeDecodeError, csv.Error):
            digest = ""
        if digest != self.digest:
            where = untrusted.shown_path(self.path)
            raise ParameterError(f"Case file {where} was changed while the sweep ran. Run the same command again.")


class _Digested(io.RawIOBase):
    """A file that is digested as it is read, so that what is said of its digest is said of what was read."""

    def __init__(self, path: Path) -> None:
        self._raw = path.open("rb", buffering=0)
        self.sha256 = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        count = self._raw.readinto(buffer)
        self.sha256.update(memoryview(buffer)[:count])
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()

    def lines(self) -> Iterator[tuple[int, list[str]]]:
        """Line and cells of each row of the CSV file; blank lines are none."""
        reader = csv.reader(io.TextIOWrapper(io.BufferedReader(self, 1 << 20), encoding="utf-8-sig", newline=""))
        for row in reader:
            if any(cell.strip() for cell in row) or len(row) > 1:
                yield reader.line_num, [cell.strip() for cell in row]


def read(path: Path) -> CaseFile:
    """A file of cases, looked through once; ParameterError if its header or its form cannot be used.

    A bad cell is not looked for here: its case fails when its turn comes, and the others go on.
    """
    where = f"Case file {untrusted.shown_path(path)}"
    line = 0
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise ParameterError(f"{where} is no regular file; it is read twice, so it cannot be a folder or a pipe.")
        with path.open(encoding="utf-8-sig", newline="") as stream:
            first = stream.readline(LONGEST_LINE).strip()
        with _Digested(path) as raw:
            lines = raw.lines()
            line, header = next(lines, (1, []))
            count = 0
            for line, _ in lines:  # noqa: B007
                count += 1
            digest = raw.sha256.hexdigest()
    except OSError as error:
        raise ParameterError(f"{where} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise ParameterError(f"{where} is not UTF-8 text. Save it as UTF-8.") from None
    except csv.Error as error:
        raise ParameterError(f"{where}, after line {line}, is no CSV: {error}.") from None
    if fault := tables.separator_fault(first, header):
        raise ParameterError(f"{where}, header: {fault}")
    for place, name in enumerate(header, start=1):
        if not name:
            raise ParameterError(f"{where}, header: column {place} has no name. Delete it, or name its assumption.")
        if name.startswith("#"):
            raise ParameterError(f"{where}, header: {shown(name)} is a comment. Delete it: a CSV file has none.")
        try:
            parameters.named(name)
        except ParameterError as error:
            raise ParameterError(f"{where}, header: {error}") from None
        if name == "draws":
            raise ParameterError(f"{where}, header: draws is the same in all cases of a sweep. Set it with --draws.")
        if header.count(name) > 1:
            raise ParameterError(f"{where}, header: {name} is given twice. Give it once.")
    if not header or not count:
        raise ParameterError(f"{where} holds no case. It needs a header of parameter names, and a row a case.")
    if count > MOST_CASES:
        raise ParameterError(f"{where} has {count:,} cases; at most {MOST_CASES:,} are computed.")
    return CaseFile(path, tuple(header), count, digest)


@dataclass
class Block:
    """Some cases that follow one another: a column a parameter, and what is wrong with single cases.

    A failed case keeps those of its cells that can be read; the others are nan or "".
    """

    columns: dict[str, Column]
    count: int
    errors: dict[int, str] = field(default_factory=dict)


def typed(rows: list[tuple[int, list[str]]], names: tuple[str, ...], base: Mapping[str, Value]) -> Block:
    """Rows of a case file as columns of typed values."""
    known = parameters.known()
    found: dict[str, list[Any]] = {name: [] for name in names}
    block = Block({}, len(rows))
    for index, (line, cells) in enumerate(rows):
        readable = len(cells) == len(names)
        if not readable:
            block.errors[index] = f"line {line} has {len(cells)} cells, the header has {len(names)}"
        for name, cell in zip(names, cells + [""] * len(names), strict=False):
            value: Value = "" if known[name].choices else math.nan
            if readable:
                try:
                    value = known[name].parsed(cell) if cell else base[name]
                except ParameterError as error:
                    block.errors.setdefault(index, f"line {line}: {error}")
            found[name].append(value)
    for name, values in found.items():
        block.columns[name] = np.array(values, dtype=object if known[name].choices else float)
    return block

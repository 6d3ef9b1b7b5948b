"""Assumptions as typed, bounded parameters, and changes to them.

papermill by itself accepts a misspelt name, a wrong type and a name that carries code, and says nothing.
So nothing reaches it that has not passed `checked`.
"""

from __future__ import annotations

import keyword
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Any

from analysis import tables, untrusted
from analysis.untrusted import nearest, shown

Value = float | int | str

# Columns of the quasi-random sequence that rows may have: many more than are in use, since this number moves all draws.
DRAW_COLUMNS = 64


class ParameterError(Exception):
    """A parameter or a scenario cannot be used; the message says which, why, and what is allowed."""


@dataclass(frozen=True)
class Parameter:
    """One row of data/assumptions.csv.

    low and high are the plausible range; minimum and maximum are what is accepted at all.
    draw_column:   the column of the quasi-random sequence that draws it; -1 where nothing is drawn
    group_sign:    -1 where the value falls when the others of its correlation_group rise, else 1
    shared_column: that of what its correlation_group shares, which the row that says how closely hands out; else -1
    """

    name: str
    title: str
    type: str
    value: Value
    low: float
    high: float
    minimum: float
    maximum: float
    choices: tuple[str, ...]
    unit: str
    range_meaning: str
    range_reason: str
    correlation_group: str
    draw_column: int
    source: str
    locator: str
    confidence: str
    note: str
    evidence_to_replace: str
    group_sign: int = 1
    shared_column: int = -1

    @property
    def is_drawn(self) -> bool:
        """Whether its uncertainty is drawn."""
        return self.range_meaning != "fixed"

    @property
    def allowed(self) -> str:
        """What may be given, in words."""
        if self.type == "choice":
            return "one of " + ", ".join(self.choices)
        kind = "a whole number" if self.type == "int" else "a number"
        return f"{kind} from {self.minimum:.12g} to {self.maximum:.12g} ({self.unit})"

    def checked(self, value: object) -> Value:
        """The value in the parameter's type, or ParameterError."""
        if self.type == "choice":
            if isinstance(value, str) and value in self.choices:
                return value
            raise ParameterError(self._refusal(value, str(value), self.choices))
        if isinstance(value, bool) or not isinstance(value, int | float) or not self._within(value):
            raise ParameterError(self._refusal(value))
        return int(value) if self.type == "int" else float(value)

    def _within(self, value: int | float) -> bool:
        whole = self.type != "int" or (math.isfinite(value) and value == int(value))
        return whole and self.minimum <= value <= self.maximum

    def accepts(self, text: str) -> bool:
        """Whether a text is a number that may be given."""
        try:
            return self.type != "choice" and self._within(tables.plain_number(text))
        except ValueError:
            return False

    def _refusal(self, value: object, given: str = "", among: Iterable[str] = ()) -> str:
        near = nearest(given, among)
        hint = f" Did you mean {near}?" if near else "" if self.type == "choice" else _remedy(value, self)
        return f"{self.name} = {shown(value)} is not allowed: it must be {self.allowed}.{hint}"

    def parsed(self, text: str) -> Value:
        """The value that a command line gives as text."""
        if self.type == "choice":
            return self.checked(text)
        try:
            return self.checked(tables.plain_number(text))
        except ValueError:
            raise ParameterError(self._refusal(text)) from None


THOUSANDS = re.compile(
    r"[+-]?\d{1,3}(?:(?P<mark>[,.' \u00a0\u2009\u202f’])\d{3}(?:(?P=mark)\d{3})*)(?:(?!(?P=mark))[.,]\d+)?"
)


def _remedy(value: object, parameter: Parameter) -> str:
    """How a number has to be written that people write otherwise: 2,5 or 34,819 or 70 % or $3.

    What is advised is accepted; "" where nothing is known.
    """
    short = isinstance(value, int | float) and abs(value) < 1e6
    written = value[:40] if isinstance(value, str) else str(value) if short else ""
    if written and isinstance(value, Quoted) and parameter.accepts(written):
        return f" Without quotation marks: {parameter.name}: {written}."
    bare = re.sub(r"^[$€£]\s*|\s*[%$€£]$|\s*USD\S*$|\s+[A-Za-z]\S*$", "", written)
    readings = {bare: "The number alone, without a sign or unit:"} if bare != written else {}
    if re.fullmatch(r"[+-]?\d+,\d+", bare):
        readings[bare.replace(",", ".")] = "A decimal point, not a comma:"
    if (joined := without_thousands(bare)) != bare:
        readings[joined] = "The digits without marks between them:"
    per_cent = bare.replace(",", ".")
    if parameter.unit in ("fraction", "1/year") and re.fullmatch(r"[1-9]\d*(\.\d+)?", per_cent):
        readings = {f"{float(per_cent) / 100:.12g}": f"{per_cent} % is written"}
    told = [f"{words} {parameter.name}={text}" for text, words in readings.items() if parameter.accepts(text)]
    return f" {', or '.join(told)}." if told else ""


def without_thousands(text: str) -> str:
    """A number without the marks between groups of three digits, 34,819 or 16 338.77; any other text as it is."""
    found = THOUSANDS.fullmatch(text)
    if not found:
        return text
    return text.replace(found["mark"], "").replace(",", ".")


@lru_cache(maxsize=4)
def known(folder: Path = tables.DATA) -> Mapping[str, Parameter]:
    """All parameters by name, in the order of data/assumptions.csv."""
    table = tables.load("assumptions", folder)
    table["draw_column"] = table.draw_column.fillna(-1).astype(int)
    table["group_sign"] = table.group_sign.fillna(1).astype(int)
    sharing = table[(table.range_meaning == "fixed") & (table.correlation_group != "")]
    shared = dict(zip(sharing.correlation_group, sharing.draw_column, strict=True))
    free = min(set(range(DRAW_COLUMNS)) - set(table.draw_column), default=-1)
    return {row["name"]: _read(row, shared, free) for row in table.to_dict("records")}


def _read(row: Mapping[str, Any], shared: Mapping[str, int], free: int) -> Parameter:
    """A row as a parameter; DataError naming row, column and remedy. free: a column of the sequence that no row has."""

    def fault(column: str, words: str) -> tables.DataError:
        return tables.DataError(f"data/assumptions.csv, parameter `{row['name']}`, column `{column}`: {words}")

    kind, raw, group = row["type"], row["value"], row["correlation_group"]
    try:
        value: Value = raw if kind == "choice" else tables.plain_number(raw)
        if kind == "int" and value != int(value):
            raise ValueError
    except ValueError:
        raise fault("value", f"'{raw}' is not of type {kind}. Correct the cell, then run `report check`.") from None
    typed = int(value) if kind == "int" else float(value) if kind == "float" else value
    choices = tuple(row["choices"].split(";")) if row["choices"] else ()
    columns = {column.name: row[column.name] for column in fields(Parameter) if column.name in row}
    parameter = Parameter(**{**columns, "value": typed, "choices": choices}, shared_column=shared.get(group, -1))
    try:
        parameter.checked(value)
    except ParameterError as error:
        raise fault("value", str(error)) from None
    if not parameter.is_drawn:
        return parameter
    if group and parameter.shared_column < 0:
        raise fault(
            "correlation_group",
            f"no fixed row of the group '{group}' has a draw_column, for what its prices share. Give "
            f"the row that says how closely they move this group and draw_column {free}, then run `report check`.",
        )
    return parameter


def base(folder: Path = tables.DATA) -> dict[str, Value]:
    """The base case: every parameter at its own value."""
    return {name: parameter.value for name, parameter in known(folder).items()}


def named(name: object) -> Parameter:
    """The parameter of a name; ParameterError, with the nearest name, if there is none."""
    parameters = known()
    if not isinstance(name, str) or not name.isidentifier() or keyword.iskeyword(name):
        raise ParameterError(
            f"{shown(name)} is not a parameter's name: a name is one word of letters, digits and underscores. "
            "`report params` lists them."
        )
    if name not in parameters:
        foreign = untrusted.foreign_letter(name)
        hint = f" It holds {foreign}; names have only a to z, 0 to 9 and _." if foreign else ""
        near = nearest(name, parameters)
        hint += f" Did you mean {near}?" if near else ""
        raise ParameterError(f"There is no parameter {shown(name)}.{hint} `report params` lists all of them.")
    return parameters[name]


def checked(changes: Mapping[str, object]) -> dict[str, Value]:
    """Changes to the base case, each in its parameter's type; ParameterError at the first that is wrong."""
    return {name: named(name).checked(value) for name, value in changes.items()}


def parsed(assignments: Iterable[str]) -> dict[str, Value]:
    """Changes from texts of the form NAME=VALUE, as a command line gives them."""
    changes: dict[str, Value] = {}
    for assignment in assignments:
        name, equals, text = assignment.partition("=")
        if not equals:
            raise ParameterError(
                f"{shown(assignment)} is not of the form NAME=VALUE, for example rental_usd_per_gpu_hour=3."
            )
        parameter = named(name.strip())
        if parameter.name in changes:
            raise ParameterError(f"{parameter.name} is given twice. Give it once.")
        changes[parameter.name] = parameter.parsed(text.strip())
    return changes


def without_idle_changes(changes: Mapping[str, Value]) -> dict[str, Value]:
    """The changes that differ from the base case; giving the base value changes nothing."""
    reference = base()
    return {name: value for name, value in changes.items() if value != reference[name]}


class Quoted(str):
    """A text that stands in quotation marks in a scenario file: never a number."""


def read_changes(written: Mapping[str, object]) -> dict[str, Value]:
    """Changes as a scenario file writes them, every value a text."""
    changes: dict[str, Value] = {}
    for name, text in written.items():
        parameter = named(name)
        if not isinstance(text, str):
            raise ParameterError(f"{parameter.name} must have one value, not a list or a table.")
        if isinstance(text, Quoted) and not parameter.choices:
            raise ParameterError(parameter._refusal(text))
        changes[name] = parameter.parsed(text)
    return changes

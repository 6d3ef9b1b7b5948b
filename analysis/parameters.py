"""Assumptions as typed, bounded parameters; scenarios as named changes to them.

papermill by itself accepts a misspelt name, a wrong type and a name that carries code, and says nothing.
So nothing reaches it that has not passed `checked`.
"""

from __future__ import annotations

import hashlib
import keyword
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from functools import lru_cache
from pathlib import Path

import pandas as pd

from analysis import tables, untrusted, written
from analysis.untrusted import nearest, shown

Value = float | int | str


class ParameterError(Exception):
    """A parameter or a scenario cannot be used; the message says which, why, and what is allowed."""


@dataclass(frozen=True)
class Parameter:
    """One row of data/assumptions.csv.

    low and high are the plausible range; minimum and maximum are what is accepted at all.
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
    source: str
    locator: str
    confidence: str
    note: str

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
    if parameter.unit == "fraction" and re.fullmatch(r"[1-9]\d*(\.\d+)?", per_cent):
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
    found: dict[str, Parameter] = {}
    for row in tables.load("assumptions", folder).to_dict("records"):
        kind = row["type"]
        raw = row["value"]
        try:
            value: Value = raw if kind == "choice" else tables.plain_number(raw)
            if kind == "int" and value != int(value):
                raise ValueError
        except ValueError:
            raise tables.DataError(
                f"data/assumptions.csv, parameter `{row['name']}`, column `value`: '{raw}' is not of type {kind}. "
                "Correct the cell, then run `report check`."
            ) from None
        for end in ("low", "high", "minimum", "maximum"):
            if kind != "choice" and not math.isfinite(row[end]):
                raise tables.DataError(
                    f"data/assumptions.csv, parameter `{row['name']}`, column `{end}`: the number is missing. "
                    "Give a number; where nothing is uncertain, repeat the value."
                )
        columns = {column.name: row[column.name] for column in fields(Parameter)}
        choices = tuple(row["choices"].split(";")) if row["choices"] else ()
        typed = int(value) if kind == "int" else float(value) if kind == "float" else value
        parameter = Parameter(**{**columns, "value": typed, "choices": choices})
        try:
            parameter.checked(value)
        except ParameterError as error:
            raise tables.DataError(
                f"data/assumptions.csv, parameter `{row['name']}`, column `value`: {error}"
            ) from None
        found[parameter.name] = parameter
    return found


def base(folder: Path = tables.DATA) -> dict[str, Value]:
    """The base case: every parameter at its own value."""
    return {name: parameter.value for name, parameter in known(folder).items()}


def _lookup(name: object, parameters: Mapping[str, Parameter]) -> Parameter:
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


def named(name: object, folder: Path = tables.DATA) -> Parameter:
    """The parameter of a name; ParameterError, with the nearest name, if there is none."""
    return _lookup(name, known(folder))


def checked(changes: Mapping[str, object], folder: Path = tables.DATA) -> dict[str, Value]:
    """Changes to the base case, each in its parameter's type; ParameterError at the first that is wrong."""
    parameters = known(folder)
    return {name: _lookup(name, parameters).checked(value) for name, value in changes.items()}


def parsed(assignments: Iterable[str], folder: Path = tables.DATA) -> dict[str, Value]:
    """Changes from texts of the form NAME=VALUE, as a command line gives them."""
    parameters = known(folder)
    changes: dict[str, Value] = {}
    for assignment in assignments:
        name, equals, text = assignment.partition("=")
        if not equals:
            raise ParameterError(
                f"{shown(assignment)} is not of the form NAME=VALUE, for example rental_usd_per_gpu_hour=3."
            )
        parameter = _lookup(name.strip(), parameters)
        if parameter.name in changes:
            raise ParameterError(f"{parameter.name} is given twice. Give it once.")
        changes[parameter.name] = parameter.parsed(text.strip())
    return changes


@dataclass(frozen=True)
class Scenario:
    """A named set of changed assumptions. The base case is the scenario without changes."""

    name: str = "base"
    title: str = "Base case"
    motive: str = ""
    source: str = ""
    changes: Mapping[str, Value] = field(default_factory=dict)

    @property
    def is_base(self) -> bool:
        return not self.changes

    def values(self) -> dict[str, Value]:
        """All parameters, with the changes applied."""
        return {**base(), **self.changes}

    def standing(self) -> str:
        """How the parameters stand to the base case, a line each."""
        if self.is_base:
            return "Every parameter has its value of the base case."
        return "\n".join(
            f"{row['name']} = {row['here']} instead of {row['base']} in the base case"
            for row in self.differences().to_dict("records")
        )

    def differences(self) -> pd.DataFrame:
        """Each changed assumption: name, title, unit, base, here, and the relative change where there is one."""
        rows = []
        for name, here in self.changes.items():
            parameter = known()[name]
            relative = math.nan
            if not isinstance(here, str) and not isinstance(parameter.value, str) and parameter.value:
                relative = here / parameter.value - 1
            rows.append(
                {
                    "name": name,
                    "title": parameter.title,
                    "unit": parameter.unit,
                    "base": parameter.value,
                    "here": here,
                    "change": relative,
                }
            )
        return pd.DataFrame(rows, columns=["name", "title", "unit", "base", "here", "change"])


def without_idle_changes(changes: Mapping[str, Value]) -> dict[str, Value]:
    """The changes that differ from the base case; giving the base value changes nothing."""
    reference = base()
    return {name: value for name, value in changes.items() if value != reference[name]}


def scenario_name(changes: Mapping[str, Value]) -> str:
    """A folder name for unnamed changes, for example `rental_usd_per_gpu_hour-3`; other changes, other name."""
    parts = [f"{name}-{value if isinstance(value, str) else format(value, '.17g')}" for name, value in changes.items()]
    short = [f"{name}-{value if isinstance(value, str) else format(value, 'g')}" for name, value in changes.items()]
    text = re.sub(r"[^A-Za-z0-9_.-]", "", "_".join(short))
    exact = all(isinstance(value, str) or float(format(value, "g")) == value for value in changes.values())
    if exact and len(text) <= 100:
        return text
    return f"{text[:90]}-{hashlib.sha256('_'.join(parts).encode()).hexdigest()[:8]}"


KEYS = ("name", "title", "motive", "source", "parameters")

# What a file of scenarios may hold at most, in characters.
LONGEST_FILE, LONGEST_TEXT = 100_000, {"title": 200, "motive": 2_000, "source": 1_000}

# `parameters` holds values: two. Some more, so that a mistake is told as what it is.
DEEPEST = 8

# Folders of _build and of what is in it that are not a scenario's. A change by -p has one as well: `scenario_name`.
RESERVED = {"all", "base", "classroom", "compare", "downloads", "fuzz", "html", "mutants", "slides", "sweeps"}

# No folder of Windows can have these names.
DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(10))}


def read_scenario(path: Path) -> Scenario:
    """A scenario file (YAML): name, title, motive, source, parameters. ParameterError if it cannot be used."""
    where = f"Scenario file {untrusted.shown_path(path)}"
    try:
        # Opening a pipe that nobody writes to would never end.
        if written.endless(path):
            raise ParameterError(f"{where} is no regular file.")
        with path.open("rb") as file:
            # No more than can be of use.
            content = file.read(4 * LONGEST_FILE + 1)
    except OSError as error:
        raise ParameterError(f"{where} cannot be read: {error.strerror}.{_other_file(path)}") from None
    except ValueError:
        raise ParameterError(f"{where} cannot be read: no file has such a name.") from None
    if len(content) > 4 * LONGEST_FILE:
        raise ParameterError(f"{where} is larger than 400 kB; at most {LONGEST_FILE:,} characters are read.")
    return parsed_scenario(content, path.stem, where)


def _other_file(path: Path) -> str:
    """What to do where there is no such file: the nearest name in its folder, or where examples are."""
    try:
        near = nearest(path.name, [each.name for each in path.parent.glob("*.yml") if each.exists()])
    except (OSError, ValueError):
        near = ""
    return f" Did you mean {path.with_name(near)}?" if near else " Examples are in data/scenarios/."


def parsed_scenario(content: bytes, stem: str, where: str) -> Scenario:
    """The scenario that a file holds. stem: its name where it gives none itself; where: what messages begin with."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ParameterError(f"{where} is not UTF-8 text.") from None
    if len(text) > LONGEST_FILE:
        raise ParameterError(f"{where} has {len(text):,} characters; at most {LONGEST_FILE:,} are read.")
    document = _plain_yaml(text.replace("\r\n", "\n"), where)
    if not isinstance(document, dict):
        raise ParameterError(f"{where} must hold {', '.join(KEYS)}; see data/scenarios/.")
    for key in document:
        if key not in KEYS:
            near = nearest(str(key), KEYS)
            hint = f" Did you mean {near}?" if near else ""
            hint = hint or _no_break_space(str(key))
            raise ParameterError(f"{where} has an unknown key {shown(str(key))}.{hint} Allowed: {', '.join(KEYS)}.")
    name = document.get("name", stem)
    if not isinstance(name, str) or not re.fullmatch(r"[a-z][a-z0-9_-]{0,63}", name):
        foreign = untrusted.foreign_letter(name) if isinstance(name, str) else ""
        raise ParameterError(
            f"{where}: name {str(name)[:60]!r} must be 1 to 64 small letters, digits, - or _. It starts with a letter."
            + (f" It holds {foreign}; letters are a to z." if foreign else "")
        )
    if name in RESERVED or name.partition("-")[0] in known():
        raise ParameterError(
            f"{where}: name '{name}' is that of a folder in which the report puts something else. Choose another."
        )
    if name in DEVICES:
        raise ParameterError(f"{where}: name '{name}' is a device on Windows, where no folder can be called so.")
    parameters = document.get("parameters") or {}
    if not isinstance(parameters, dict):
        hint = _no_break_space(str(parameters))
        raise ParameterError(f"{where}: `parameters` must be a list of NAME: VALUE lines.{hint}")
    try:
        changes = without_idle_changes(read_changes(parameters))
    except ParameterError as error:
        raise ParameterError(f"{where}: {error}") from None
    words = {key: _plain_words(key, document.get(key, ""), where) for key in LONGEST_TEXT}
    words["title"] = untrusted.isolated(words["title"]) or name.replace("_", " ")
    words["motive"] = untrusted.isolated(words["motive"])
    return Scenario(name=name, changes=changes, **words)


def _no_break_space(text: str) -> str:
    return " It holds a no-break space (U+00A0); put an ordinary one." if "\u00a0" in text else ""


def _plain_yaml(text: str, where: str) -> object:
    import yaml

    if line := written.conflict(text):
        raise ParameterError(f"{where}, line {line}: {written.CONFLICT_HERE}")
    try:
        return yaml.load(text, Loader=_strict_loader())
    except (yaml.YAMLError, ParameterError, RecursionError, ValueError, OverflowError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f", line {mark.line + 1}" if mark else ""
        raise ParameterError(f"{where}{place} is not plain YAML: {written.yaml_fault(error)}.") from None


def _plain_words(key: str, found: object, where: str) -> str:
    """A title, motive or source as one line of text that can be seen."""
    if not isinstance(found, str):
        raise ParameterError(f"{where}: `{key}` must be a text, not a list or a table.")
    words = untrusted.one_line(found)
    if fault := untrusted.unreadable(found):
        raise ParameterError(f"{where}: `{key}` holds {fault}. Take it out.")
    if len(words) > LONGEST_TEXT[key]:
        raise ParameterError(
            f"{where}: `{key}` has {len(words):,} characters; at most {LONGEST_TEXT[key]:,} are shown. Shorten it."
        )
    return words


class Quoted(str):
    """A text that stands in quotation marks in a scenario file: never a number."""


def read_changes(written: Mapping[str, object]) -> dict[str, Value]:
    """Changes as a scenario file writes them, every value a text."""
    known_parameters = known()
    changes: dict[str, Value] = {}
    for name, text in written.items():
        parameter = _lookup(name, known_parameters)
        if not isinstance(text, str):
            raise ParameterError(f"{parameter.name} must have one value, not a list or a table.")
        if isinstance(text, Quoted) and not parameter.choices:
            raise ParameterError(parameter._refusal(text))
        changes[name] = parameter.parsed(text)
    return changes


def _strict_loader() -> type:
    """YAML without tags, aliases or repeated keys, every scalar left as the text that was written.

    YAML's own reading of scalars would take 0200 for 128, 1:30 for 90 and NO for false.
    """
    import yaml

    too_deep = f"lists and tables are nested more than {DEEPEST} deep"

    class StrictLoader(yaml.BaseLoader):
        depth = 0

        def fetch_flow_collection_start(self, token):
            # Here too: the scanner runs far ahead of what is composed, and takes seconds for a thousand brackets.
            if self.flow_level >= DEEPEST:
                raise ParameterError(too_deep)
            super().fetch_flow_collection_start(token)

        def compose_node(self, parent, index):
            event = self.peek_event()
            if isinstance(event, yaml.events.AliasEvent):
                raise ParameterError("aliases (*name) are not allowed")
            if getattr(event, "tag", None):
                raise ParameterError("tags (!name) are not allowed")
            if self.depth > DEEPEST:
                raise ParameterError(too_deep)
            self.depth += 1
            node = super().compose_node(parent, index)
            self.depth -= 1
            return node

        def construct_scalar(self, node):
            text = super().construct_scalar(node)
            return Quoted(text) if node.style in ("'", '"') else text

        def construct_mapping(self, node, deep=False):
            seen = set()
            for key_node, _ in node.value:
                if not isinstance(key_node, yaml.ScalarNode):
                    raise ParameterError("a key must be one word")
                if key_node.value in seen:
                    raise ParameterError(f"the key {shown(key_node.value)} is given twice")
                seen.add(key_node.value)
            return super().construct_mapping(node, deep)

    return StrictLoader

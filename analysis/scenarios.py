"""Scenarios: named changes to the assumptions, and the files that hold them."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from analysis import untrusted, written
from analysis.parameters import ParameterError, Quoted, Value, base, known, read_changes, without_idle_changes
from analysis.untrusted import nearest, shown


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
            rows.append((name, parameter.title, parameter.unit, parameter.value, here, relative))
        return pd.DataFrame(rows, columns=["name", "title", "unit", "base", "here", "change"])


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
RESERVED = frozenset(
    ("all", "base", "classroom", "compare", "downloads", "fuzz", "html", "mutants", "slides", "stories", "sweeps")
)

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
    document = plain_yaml(text.replace("\r\n", "\n"), where)
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


def plain_yaml(text: str, where: str) -> object:
    """Anybody's YAML with every scalar as text, and nothing in it that could do more than be read."""
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

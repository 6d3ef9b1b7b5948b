"""Which scenarios are compared: all that data/scenarios/ holds, or those that a command line names.

A page takes no arguments, so a command tells it the scenario files in SCENARIOS_VARIABLE. The page's result depends
on that variable and on what `chosen_paths` lists, and on nothing else that a page does not show.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from analysis import asked, parameters, scenarios, tables
from analysis.parameters import ParameterError
from analysis.scenarios import Scenario
from analysis.untrusted import meant

# Absolute paths of scenario files, joined with asked.BETWEEN. Unset or empty: all of data/scenarios/.
SCENARIOS_VARIABLE = f"{asked.INPUT}SCENARIOS"

FOLDER = tables.DATA / "scenarios"
SUFFIXES = (".yml", ".yaml")

# How the draws are made is no assumption about the world, and differences need the same draws on both sides.
COMMON = ("draws", "seed")


@dataclass(frozen=True)
class Chosen:
    """A scenario and the file that it comes from."""

    scenario: Scenario
    path: Path

    @property
    def changes(self) -> dict[str, parameters.Value]:
        """What it changes, without how the draws are made."""
        return {name: value for name, value in self.scenario.changes.items() if name not in COMMON}

    @property
    def command(self) -> str:
        """The command that builds its whole site."""
        inside = self.path.is_relative_to(tables.ROOT)
        # An absolute path would say where somebody's files are, and would differ from one computer to the next.
        shown = self.path.relative_to(tables.ROOT).as_posix() if inside else self.path.name
        return f"report build -f {shown}"


@dataclass(frozen=True)
class Choice:
    """What a command line asks to compare, and a line on each name that was left out."""

    entries: tuple[Chosen, ...]
    notes: tuple[str, ...]

    @property
    def variable(self) -> str:
        """The value of SCENARIOS_VARIABLE that makes a page compare these."""
        return asked.BETWEEN.join(str(entry.path) for entry in self.entries)


def shipped(folder: Path | None = None) -> dict[str, Path]:
    """The scenario files of data/scenarios/ by name, in the order of the names."""
    # Hidden ones are of an editor that has the file open, or of macOS.
    return {path.stem: path for path in sorted((folder or FOLDER).glob("*.yml")) if not path.name.startswith(".")}


def chosen_paths() -> list[Path]:
    """The scenario files that a page compares."""
    given = asked.value_of(SCENARIOS_VARIABLE)
    return [Path(path) for path in given.split(asked.BETWEEN)] if given else list(shipped().values())


def read(path: Path) -> Chosen:
    """One scenario file; every comparison reads its files through this function. ParameterError if it is not sound."""
    return Chosen(scenarios.read_scenario(path), path)


def chosen() -> list[Chosen]:
    """The scenarios that a page compares, in order."""
    return [read(path) for path in chosen_paths()]


def _path(name: str) -> Path:
    """The file of a scenario, from its name or its path."""
    known = shipped()
    if name in known:
        return known[name]
    path = Path(name)
    if path.suffix.lower() in SUFFIXES or path.name != name:
        if asked.BETWEEN in str(path.resolve()):
            raise ParameterError(
                f"The path of scenario file {name!r} holds a line break, which separates paths. "
                "Copy the file to a folder without it."
            )
        return path.resolve()
    hint = meant(name, known)
    raise ParameterError(
        f"There is no scenario '{name[:80]}' in data/scenarios/.{hint} Shipped: {', '.join(known)}. "
        "A file of your own is given by its path, for example ./mine.yml."
    )


def choose(names: Iterable[str] = ()) -> Choice:
    """The scenarios that names and paths ask for, each once; all shipped ones if none is given.

    The base case, a repetition, and another name for the same changes are left out, with a line that says so.
    ParameterError: no such scenario, an unsound file, two different scenarios of one name, or nothing to compare.
    """
    wanted = list(names)
    entries: dict[str, Chosen] = {}
    notes: list[str] = []
    for name in wanted or list(shipped()):
        if name == "base":
            notes.append("base is left out: every scenario is compared with the base case anyway.")
            continue
        entry = read(_path(name))
        own = entry.scenario.name
        alike = next((other for other, found in entries.items() if found.changes == entry.changes), "")
        if not entry.changes:
            notes.append(f"{own} is left out: it changes no assumption, so it is the base case.")
        elif own in entries and entries[own].changes != entry.changes:
            raise ParameterError(
                f"Two scenarios are called '{own}': {entries[own].path} and {entry.path}. "
                "Give one of them another `name`."
            )
        elif own in entries:
            notes.append(f"{own} is given twice and compared once.")
        elif alike:
            notes.append(f"{own} is left out: it changes the same assumptions as {alike}, by as much.")
        else:
            entries[own] = entry
    if not entries:
        raise ParameterError(
            "There is no scenario to compare with the base case. "
            + " ".join(notes)
            + f" Name one or more of {', '.join(shipped())}, or a scenario file."
        )
    return Choice(tuple(entries.values()), tuple(notes))

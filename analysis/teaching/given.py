"""The module `given` of the page "Run the model in your browser": data/ as plain Python values, for a scenario.

Every assumption stands under its own name, with its unit; models, GPUs, stages and the accounts of the fleet as
dictionaries. What nobody knows is None.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from analysis import parameters, scenarios, tables, written
from analysis.case import SAMPLING

HELD = written.toml_of(Path(__file__).with_suffix(".toml"))


def ranges() -> dict[str, tuple[float, float]]:
    """The plausible range of each assumption that is a number."""
    known = {name: row for name, row in parameters.known().items() if name not in SAMPLING and not row.choices}
    return {name: (plain(row.low), plain(row.high)) for name, row in known.items()}


def plain(value: Any) -> Any:
    """A cell as a Python literal: a whole number without a point, a day as text, None for nothing."""
    if value is None or value != value:
        return None
    if hasattr(value, "date"):
        return str(value.date())
    if isinstance(value, str):
        return value
    number = float(value)
    return int(number) if number.is_integer() and abs(number) < 1e15 else number


def assumptions(scenario: scenarios.Scenario) -> list[str]:
    """A line an assumption: name, value, unit and title."""
    values = scenario.values()
    return [
        f"{name} = {plain(values[name])!r}  # {row.unit}: {row.title}"
        for name, row in parameters.known().items()
        if name not in SAMPLING
    ]


def dictionary(entries: Mapping[Any, Any]) -> str:
    """A dictionary as a Python literal, an entry a line."""
    rows = "".join(f"    {key!r}: {value!r},\n" for key, value in entries.items())
    return f"{{\n{rows}}}"


def _dictionary(name: str, entries: dict[str, Any]) -> str:
    return f"{name} = {dictionary(entries)}\n"


def _rows(table: str, columns: list[str], needed: str) -> dict[str, dict[str, Any]]:
    frame = tables.load(table)
    key = frame.columns[0]
    known = frame[frame[needed].notna()]
    return {row[key]: {name: plain(row[name]) for name in columns} for row in known.to_dict("records")}


def stages() -> dict[str, dict[str, Any]]:
    """Chip-hours of each stage of a run, by model."""
    found: dict[str, dict[str, Any]] = {}
    for row in tables.load("stages").to_dict("records"):
        found.setdefault(row["model_id"], {})[row["stage"]] = plain(row["chip_hours"])
    return found


def fleets() -> dict[str, dict[str, Any]]:
    """GPUs of each type by account of the fleet: how many, what the count rests on, and which assumption prices one."""
    found: dict[str, dict[str, Any]] = {}
    for row in tables.load("fleet").to_dict("records"):
        found.setdefault(row["account"], {})[row["gpu_id"]] = {
            name: plain(row[name]) for name in ("count", "confidence", "price_parameter")
        }
    return found


def published() -> dict[str, Any]:
    """Published figures by their identifier, whose end is the unit: _musd are millions of dollars."""
    values = tables.load("published").set_index("figure_id")["value"]
    return {name: plain(values[name]) for name in HELD["published"]}


def source(scenario: scenarios.Scenario) -> str:
    """The module as Python text."""
    title = "the base case" if scenario.is_base else "this site's case"
    head = f'"""What is given: the assumptions of {title} and rows of data/, as plain values."""\n'
    return "\n".join(
        [
            head,
            *assumptions(scenario),
            "",
            "# The plausible range of each, low and high.",
            _dictionary("RANGES", ranges()),
            "# Models whose chip-hours are known or estimated; chip_hours_confidence says which.",
            _dictionary("MODELS", _rows("models", HELD["models"], "chip_hours")),
            _dictionary("GPUS", _rows("gpus", HELD["gpus"], "tdp_w")),
            "# Chip-hours of each stage of a run.",
            _dictionary("STAGES", stages()),
            "# GPUs by account of the fleet. A count that is unverified has no source.",
            _dictionary("FLEETS", fleets()),
            "# Figures that others have published; the end of a name is its unit, musd being millions of dollars.",
            _dictionary("PUBLISHED", published()),
            f"_ASSUMPTIONS = {tuple(name for name in parameters.known() if name not in SAMPLING)!r}",
            HELD["case"],
        ]
    )

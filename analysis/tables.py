"""data/ to validated tables.

The schema of every table is data/datapackage.json, which is also the data dictionary.
frictionless checks a table against it on each load; what it cannot say (low <= value <= high, sums of
published parts, keys of the bibliography) is checked here. A bad cell never becomes a number.
"""

from __future__ import annotations

import csv
import io
import itertools
import json
import math
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import asked

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "data"
DICTIONARY = "datapackage.json"
REFERENCES = ROOT / "book" / "references.bib"

# Columns that must rise from left to right wherever they are filled.
ORDERED: dict[str, list[tuple[str, ...]]] = {
    "assumptions": [("minimum", "low", "value", "high", "maximum")],
    "fleet": [("low", "count", "high")],
    "estimates": [("low_usd", "value_usd", "high_usd")],
    "published": [("low", "value", "high")],
    "gpus": [
        ("chip_price_usd_low", "chip_price_usd", "chip_price_usd_high"),
        ("server8_price_usd_low", "server8_price_usd", "server8_price_usd_high"),
    ],
}


# Python's own float() also takes "1_000", "007", "nan" and digits of other scripts; a report should not.
PLAIN_NUMBER = re.compile(r"[+-]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")


class DataError(Exception):
    """A table in data/ cannot be used; the message names file, row, column, value and remedy."""


def plain_number(text: str) -> float | int:
    """A number as people write it in a table; ValueError for everything else, infinities included."""
    if not PLAIN_NUMBER.fullmatch(text):
        raise ValueError(text)
    number = int(text) if re.fullmatch(r"[+-]?[0-9]{1,18}", text) else float(text)
    if math.isinf(number):
        raise ValueError(text)
    return number


_loading = threading.local()


def is_loading() -> bool:
    """Whether a table is being loaded just now, by this thread: then it is known by name what is read."""
    return bool(getattr(_loading, "depth", 0))


@contextmanager
def _reading() -> Iterator[None]:
    _loading.depth = getattr(_loading, "depth", 0) + 1
    try:
        yield
    finally:
        _loading.depth -= 1


def package(folder: Path = DATA) -> dict[str, Any]:
    """The data dictionary: datapackage.json, with its resources under their names."""
    asked.uses.add(f"data/{DICTIONARY}")
    return _package(folder)


@lru_cache(maxsize=4)
def _package(folder: Path) -> dict[str, Any]:
    descriptor = json.loads((folder / DICTIONARY).read_text(encoding="utf-8"))
    descriptor["by_name"] = {resource["name"]: resource for resource in descriptor["resources"]}
    return descriptor


def names(folder: Path = DATA) -> list[str]:
    """Names of all tables, in the order of the data dictionary."""
    return list(package(folder)["by_name"])


def first_columns(folder: Path = DATA) -> dict[str, str]:
    """Every table's first column, which names its rows, in the order of the data dictionary.

    Not recorded as a use of the dictionary: the part that a table has in it counts as a use of the table.
    """
    return {name: each["schema"]["fields"][0]["name"] for name, each in _package(folder)["by_name"].items()}


def load(name: str, folder: Path = DATA) -> pd.DataFrame:
    """One table, checked against its schema; a fresh copy, so that no page can spoil another's.

    Text that is missing becomes "", a missing number NaN, a missing date NaT.
    Raises DataError naming every bad cell.
    """
    with _reading():
        known = _package(folder)["by_name"]
        if name not in known:
            raise DataError(f"There is no table '{name}' in data/datapackage.json. Tables: {', '.join(known)}.")
        asked.uses.add(f"data/{known[name]['path']}")
        return _load(name, folder).copy()


@lru_cache(maxsize=64)
def _load(name: str, folder: Path) -> pd.DataFrame:
    found = list(schema_problems(name, folder))
    if found:
        raise DataError("\n".join(found))
    frame = _read(_package(folder)["by_name"][name], folder)
    found = list(order_problems(name, frame))
    if found:
        raise DataError("\n".join(found))
    return frame


def _read(resource: dict[str, Any], folder: Path) -> pd.DataFrame:
    frame = pd.read_csv(folder / resource["path"], dtype=str, keep_default_na=False)
    for field in resource["schema"]["fields"]:
        column = frame[field["name"]]
        kind = field["type"]
        if kind == "number":
            frame[field["name"]] = pd.to_numeric(column.replace("", None)).astype("float64")
        elif kind == "integer":
            numbers = pd.to_numeric(column.replace("", None))
            frame[field["name"]] = numbers if numbers.hasnans else numbers.astype("int64")
        elif kind == "date":
            frame[field["name"]] = pd.to_datetime(column.replace("", None))
        elif kind == "boolean":
            truths = field.get("trueValues", ["true"])
            frame[field["name"]] = column.isin(truths)
        else:
            frame[field["name"]] = column.astype(object)
    return frame


def schema_problems(name: str, folder: Path = DATA) -> Iterator[str]:
    """Everything that frictionless finds in one table, one line each, for the person who mends it."""
    import frictionless

    resource = _package(folder)["by_name"][name]
    path = f"data/{resource['path']}"
    if not (folder / resource["path"]).is_file():
        yield f"{path} is missing. Restore it from version control, or drop it from data/datapackage.json."
        return
    descriptor = {key: value for key, value in resource.items() if key != "schema"}
    schema = {key: value for key, value in resource["schema"].items() if key != "foreignKeys"}
    descriptor["schema"] = schema
    try:
        text = (folder / resource["path"]).read_bytes().decode("utf-8")
    except UnicodeDecodeError as fault:
        yield f"{path} is not UTF-8 text (byte {fault.start}). Save it as UTF-8, then run `report check`."
        return
    yield from notation_problems(path, resource, text)
    report = frictionless.Resource.from_descriptor(descriptor, basepath=str(folder)).validate()
    for error in report.flatten(["rowNumber", "fieldName", "cell", "type", "note"]):
        row, column, cell, kind, note = error
        where = path
        if row:
            where += f", row {row}"
        if column:
            where += f", column `{column}`"
        value = f" has '{cell}'" if cell not in (None, "") else ""
        note = note if len(note) <= 240 else note[:237] + "..."
        yield f"{where}{value}: {note} ({kind}). Correct the cell, then run `report check`."


def _python_reads(cell: str) -> bool:
    try:
        # An infinity is left to the check of finite numbers.
        return not math.isinf(float(cell))
    except ValueError:
        return False


def notation_problems(path: str, resource: dict[str, Any], text: str) -> Iterator[str]:
    """Cells of number columns that Python would read and a person would not write: 1_000, NaN, foreign digits."""
    numeric = [f["name"] for f in resource["schema"]["fields"] if f["type"] in ("number", "integer")]
    rows = list(csv.reader(io.StringIO(text, newline="")))
    places = [(index, name) for index, name in enumerate(rows[0] if rows else []) if name in numeric]
    for number, row in enumerate(rows[1:], start=2):
        for index, column in places:
            cell = row[index] if index < len(row) else ""
            if not PLAIN_NUMBER.fullmatch(cell) and _python_reads(cell):
                yield (
                    f"{path}, row {number}, column `{column}` has '{cell}': write a plain number, such as 1234.5, "
                    "or leave the cell blank. Correct the cell, then run `report check`."
                )


def order_problems(name: str, frame: pd.DataFrame) -> Iterator[str]:
    """Rows in which low, value and high do not rise, or a number is not finite."""
    for column in frame.select_dtypes("number").columns:
        for index in frame.index[frame[column].isin([float("inf"), float("-inf")])]:
            yield (
                f"data/{name}.csv, row {index + 2}, column `{column}`: the number is not finite. "
                "Give a finite number, then run `report check`."
            )
    for columns in ORDERED.get(name, []):
        for index, row in frame.iterrows():
            filled = []
            for column in columns:
                number = pd.to_numeric(row[column], errors="coerce") if row[column] != "" else None
                if number is not None and pd.notna(number):
                    filled.append((column, float(number)))
            for (left, small), (right, large) in itertools.pairwise(filled):
                if small > large:
                    yield (
                        f"data/{name}.csv, row {int(str(index)) + 2}: `{left}` is {small:g}, more than `{right}`, "
                        f"{large:g}. They must rise from left to right; correct one, then run `report check`."
                    )


def reference_keys(path: Path = REFERENCES) -> set[str]:
    """Keys of all entries of the bibliography."""
    from pybtex.database import parse_file

    return set(parse_file(str(path)).entries)


def source_keys(frame: pd.DataFrame) -> set[str]:
    """Keys of all sources that a table cites."""
    columns = [column for column in frame.columns if column == "source" or column.endswith("_source")]
    cells = (cell for column in columns for cell in frame[column] if cell)
    return {key for cell in cells for key in cell.split(";")}


def problems(folder: Path = DATA, references: Path = REFERENCES) -> list[str]:
    """Every fault in data/ that can be found without computing anything, one line each."""
    frames: dict[str, pd.DataFrame] = {}
    found: list[str] = []
    for name in names(folder):
        try:
            frames[name] = load(name, folder)
        except DataError as error:
            found.extend(str(error).splitlines())
    known = reference_keys(references)
    for name, frame in frames.items():
        for key in sorted(source_keys(frame) - known):
            found.append(
                f"data/{name}.csv cites '{key}', which book/references.bib does not hold. "
                "Add the entry, or correct the row's source."
            )
        for key in package(folder)["by_name"][name]["schema"].get("foreignKeys", []):
            found.extend(_foreign_key_problems(name, frame, key, frames))
    if {"stages", "models"} <= set(frames):
        found.extend(_stage_problems(frames["stages"], frames["models"]))
    return found


def _foreign_key_problems(
    name: str, frame: pd.DataFrame, key: dict[str, Any], frames: dict[str, pd.DataFrame]
) -> Iterator[str]:
    def one(fields: str | list[str]) -> str:
        return fields if isinstance(fields, str) else fields[0]

    column, target = one(key["fields"]), key["reference"]["resource"]
    if target not in frames:
        return
    allowed = set(frames[target][one(key["reference"]["fields"])])
    for index, value in frame[column].items():
        if value and value not in allowed:
            yield (
                f"data/{name}.csv, row {int(str(index)) + 2}, column `{column}`: '{value}' is not in "
                f"data/{target}.csv. Add the row there, or correct the cell."
            )


def _stage_problems(stages: pd.DataFrame, models: pd.DataFrame) -> Iterator[str]:
    known = models.set_index("model_id")["chip_hours"]
    lines = {model: int(str(index)) + 2 for index, model in models["model_id"].items()}
    for model, rows in stages.groupby("model_id"):
        hours = rows["chip_hours"].sum()
        if model in lines and hours != known[model]:
            said = "nothing" if pd.isna(known[model]) else f"{known[model]:,.0f}"
            yield (
                f"data/stages.csv, rows {', '.join(str(int(str(index)) + 2) for index in rows.index)}, column "
                f"`chip_hours`: the stages of '{model}' sum to {hours:,.0f} GPU-hours, but data/models.csv, row "
                f"{lines[model]}, column `chip_hours` says {said}. Both are published figures; correct the one that "
                "was mistyped."
            )

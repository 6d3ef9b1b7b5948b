"""data/ to validated tables.

The schema of every table is data/datapackage.json, which is also the data dictionary.
A table is read once, as texts: what frictionless has checked against the schema is what becomes numbers. What the
schema cannot say (low <= value <= high, sums of published parts, keys of the bibliography) is checked here.
A bad cell never becomes a number.
"""

from __future__ import annotations

import csv
import io
import itertools
import json
import math
import re
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import asked, costs, untrusted, written
from analysis.project import ROOT as ROOT

DATA = ROOT / "data"
DICTIONARY = "datapackage.json"
REFERENCES = ROOT / "book" / "references.bib"

# Columns that must rise from left to right wherever they are filled.
ORDERED: dict[str, list[tuple[str, ...]]] = {
    "assumptions": [("minimum", "low", "value", "high", "maximum")],
    "fleet": [("low", "count", "high")],
    "estimates": [("low_usd", "value_usd", "high_usd")],
    "published": [("low", "value", "high")],
    "register": [("low", "value", "high")],
    "gpus": [
        ("chip_price_usd_low", "chip_price_usd", "chip_price_usd_high"),
        ("server8_price_usd_low", "server8_price_usd", "server8_price_usd_high"),
    ],
}


# Python's own float() also takes "1_000", "007", "nan" and digits of other scripts; a report should not.
PLAIN_NUMBER = re.compile(r"[+-]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")


# Where nobody else can look: a number of a store of copies, a cached or converted page, a memory.
NO_PLACE = re.compile(r"\bcopy \d{5,}|\bMEMORY\b|\br\.jina\.ai\b|\bwebcache\.")

# What is wrong with a row or a cell, where frictionless has a name for it and no words.
IN_WORDS = {
    "blank-row": "the row is blank. Delete it",
    "extra-cell": "more cells than the header has columns. Put a text that holds a comma in quotation marks",
    "missing-cell": "the row ends before this column. Write a comma for each blank cell",
}

# The cells of a table as they are written, its header first.
Lines = Sequence[Sequence[str]]

SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars", ":": "colons"}


class DataError(written.FileError):
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
    descriptor: dict[str, Any] = written.json_of(folder / DICTIONARY, f"data/{DICTIONARY}")
    descriptor["by_name"] = {resource["name"]: resource for resource in descriptor["resources"]}
    return descriptor


def names(folder: Path = DATA) -> list[str]:
    """Names of all tables, in the order of the data dictionary."""
    return list(package(folder)["by_name"])


def first_columns() -> dict[str, str]:
    """Every table's first column, which names its rows, in the order of the data dictionary.

    Not recorded as a use of the dictionary: the part that a table has in it counts as a use of the table.
    """
    return {name: each["schema"]["fields"][0]["name"] for name, each in _package(DATA)["by_name"].items()}


def load(name: str, folder: Path = DATA) -> pd.DataFrame:
    """One table, checked against its schema; a copy, which pandas makes on writing, so that no page spoils another's.

    Text that is missing becomes "", a missing number NaN, a missing date NaT.
    Raises DataError naming every bad cell.
    """
    with _reading():
        known = _package(folder)["by_name"]
        if name not in known:
            raise DataError(f"There is no table '{name}' in data/datapackage.json. Tables: {', '.join(known)}.")
        asked.uses.add(f"data/{known[name]['path']}")
        return _load(name, folder).copy(deep=False)


def subset(name: str, column: str, values: Iterable[str], folder: Path = DATA) -> pd.DataFrame:
    """The rows of a table that have one of some values in a column: whoever asks so rests on them, and on no other."""
    wanted = sorted(values)
    with _reading():
        asked.uses.add(f"data/{_package(folder)['by_name'][name]['path']}?{column}={asked.OR.join(wanted)}")
        frame = _load(name, folder)
        return frame[frame[column].isin(wanted)].reset_index(drop=True)


@lru_cache(maxsize=64)
def _load(name: str, folder: Path) -> pd.DataFrame:
    resource = _package(folder)["by_name"][name]
    try:
        lines = rows(resource, folder)
    except written.FileError as fault:
        raise DataError(str(fault)) from None
    return _sound(json.dumps(resource), tuple(map(tuple, lines)))


@lru_cache(maxsize=64)
def _sound(described: str, lines: tuple[tuple[str, ...], ...]) -> pd.DataFrame:
    """A table of these cells, the same for every folder that has it: to look through it is slow."""
    resource = json.loads(described)
    if found := list(schema_problems(resource, lines)):
        raise DataError("\n".join(found))
    frame = _typed(resource, lines)
    if found := list(order_problems(resource["name"], frame)):
        raise DataError("\n".join(found))
    return frame


def rows(resource: dict[str, Any], folder: Path = DATA) -> list[list[str]]:
    """A table as it is written, its header first. DataError where its form alone is wrong: nothing else can be said.

    The one reader of tables: a second might take another sign for the separator.
    """
    path = f"data/{resource['path']}"
    if not (folder / resource["path"]).is_file():
        raise DataError(f"{path} is missing. Restore it from version control, or drop it from data/datapackage.json.")
    text = written.text(folder / resource["path"], path)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=resource["dialect"]["delimiter"], strict=True)
    try:
        found = list(reader)
    except csv.Error as error:
        raise DataError(
            f"{path}, line {reader.line_num}: {error}. Put a text with quotation marks in quotation marks, "
            "and double its own; then run `report check`."
        ) from None
    columns = [field["name"] for field in resource["schema"]["fields"]]
    if len(found) < 2:
        raise DataError(f"{path} is empty, or has a header alone. Restore it from version control.")
    if fault := header_fault(text.splitlines()[0], found[0], columns):
        raise DataError(f"{path}, row 1: {fault} Then run `report check`.")
    return found


def separator_fault(line: str, names: list[str]) -> str:
    """What is wrong with the way a first line, read as `names`, sets its cells apart, and what to do; or ""."""
    if line.lower().startswith("sep="):
        return f"{untrusted.shown(line)} is a note for a spreadsheet, and no header. Delete the line."
    for sign, word in SEPARATORS.items():
        if line.count(sign) >= max(len(names), 1):
            return f"the cells are separated by {word}. Save the file as CSV with commas."
    return ""


def header_fault(line: str, names: list[str], columns: list[str]) -> str:
    """What is wrong with a table's first line, read as `names`, that should name its columns, and what to do; or ""."""
    if names == columns:
        return ""
    if fault := separator_fault(line, names):
        return fault
    if [name.strip() for name in names] == columns:
        return "there are spaces beside the commas. Take them out, in all rows."
    told = [f"column `{name}` is missing" for name in columns if name not in names]
    told += [f"column {place} has no name" for place, name in enumerate(names, start=1) if not name.strip()]
    strangers = [name for name in names if name.strip() and name not in columns]
    told += [f"{untrusted.shown(name)} is no column of the table" for name in strangers]
    told = told or ["columns stand in another order, or twice"]
    return f"{'; '.join(told[:4])}. data/{DICTIONARY} has the columns."


def _typed(resource: dict[str, Any], lines: Lines) -> pd.DataFrame:
    texts = pd.DataFrame(lines[1:], columns=lines[0], dtype=object)
    typed: dict[str, Any] = {}
    for field in resource["schema"]["fields"]:
        column, kind = texts[field["name"]], field["type"]
        if kind == "number":
            column = pd.to_numeric(column.replace("", None)).astype("float64")
        elif kind == "integer":
            numbers = pd.to_numeric(column.replace("", None))
            column = numbers if numbers.hasnans else numbers.astype("int64")
        elif kind == "date":
            column = pd.to_datetime(column.replace("", None))
        elif kind == "boolean":
            column = column.isin(field.get("trueValues", ["true"]))
        typed[field["name"]] = column
    return pd.DataFrame(typed)


def schema_problems(resource: dict[str, Any], lines: Lines) -> Iterator[str]:
    """Everything that is wrong with a table's cells by its schema, one line each, for the person who mends it."""
    import frictionless

    path = f"data/{resource['path']}"
    yield from notation_problems(path, resource, lines)
    yield from blank_problems(path, resource, lines)
    limits = [{**field.get("constraints", {}), "required": False} for field in resource["schema"]["fields"]]
    fields = [{**field, "constraints": own} for field, own in zip(resource["schema"]["fields"], limits, strict=True)]
    schema = {**resource["schema"], "fields": fields, "foreignKeys": []}
    descriptor = {"name": resource["name"], "data": list(map(list, lines)), "schema": schema}
    report = frictionless.Resource.from_descriptor(descriptor).validate()
    for row, column, cell, kind, note in report.flatten(["rowNumber", "fieldName", "cell", "type", "note"]):
        where = path
        if row:
            where += f", row {row}"
        if column:
            where += f", column `{column}`"
        value = f" has '{untrusted.printable(str(cell))}'" if cell not in (None, "") else ""
        note = untrusted.printable(note if len(note) <= 240 else note[:237] + "...")
        told = IN_WORDS.get(kind, f"{note} ({kind}). Correct the cell")
        yield f"{where}{value}: {told}, then run `report check`."


def _python_reads(cell: str) -> bool:
    try:
        # An infinity is left to the check of finite numbers.
        return not math.isinf(float(cell))
    except ValueError:
        return False


def notation_problems(path: str, resource: dict[str, Any], lines: Lines) -> Iterator[str]:
    """Cells that a schema takes and a person would not write: 1_000, NaN, foreign digits; what nobody can see."""
    numeric = [f["name"] for f in resource["schema"]["fields"] if f["type"] in ("number", "integer")]
    for number, row in enumerate(lines[1:], start=2):
        for column, cell in zip(lines[0], row, strict=False):
            if hidden := untrusted.strange(cell):
                yield (
                    f"{path}, row {number}, column `{column}` holds {hidden}, which nobody can see. "
                    "Take it out, then run `report check`."
                )
            elif elsewhere := NO_PLACE.search(cell):
                yield (
                    f"{path}, row {number}, column `{column}` names '{elsewhere[0]}', where nobody else can look. Name "
                    "the place in the source itself, and say that it was read in a copy; then run `report check`."
                )
            elif column in numeric and not PLAIN_NUMBER.fullmatch(cell) and _python_reads(cell):
                yield (
                    f"{path}, row {number}, column `{column}` has '{cell}': write a plain number, such as 1234.5, "
                    "or leave the cell blank. Correct the cell, then run `report check`."
                )


def blank_problems(path: str, resource: dict[str, Any], lines: Lines) -> Iterator[str]:
    """Rows that leave a cell blank which they have to fill: one line for all that a row lacks."""
    columns = resource["schema"]["fields"]
    for number, cells in enumerate(lines[1:], start=2):
        row = dict(zip(lines[0], cells, strict=False))
        if len(row) < len(columns) or not any(cells):
            continue
        blank = [field["name"] for field in columns if not row[field["name"]] and _is_needed(field, row)]
        if blank:
            word = "column" if len(blank) == 1 else "columns"
            free = "".join(
                f" No row has `{name}` {least} yet." for name, least in _free(columns, lines) if name in blank
            )
            named = ", ".join(f"`{name}`" for name in blank)
            yield f"{path}, row {number}, {word} {named}: blank.{free} Fill in the row, then run `report check`."


def _is_needed(field: dict[str, Any], row: dict[str, str]) -> bool:
    """Whether a row has to fill a cell; `blank_where` says beside which cells, with which values, it may be blank."""
    if excuse := field.get("blank_where"):
        return any(row[column] != value for column, value in excuse.items())
    return bool(field.get("constraints", {}).get("required"))


def _free(columns: list[dict[str, Any]], lines: Lines) -> Iterator[tuple[str, int]]:
    """The columns of whole numbers that no two rows share, with the least number that no row has."""
    for place, field in enumerate(columns):
        if field["type"] == "integer" and field.get("constraints", {}).get("unique"):
            taken = {row[place] for row in lines[1:] if len(row) == len(columns)}
            yield (
                field["name"],
                next(n for n in itertools.count(field["constraints"]["minimum"]) if str(n) not in taken),
            )


def _line(index: object) -> str:
    """The row of the file that a frame's index stands for: the header is row 1."""
    return str(int(str(index)) + 2)


def order_problems(name: str, frame: pd.DataFrame) -> Iterator[str]:
    """Rows in which low, value and high do not rise, or a number is not finite."""
    for column in frame.select_dtypes("number").columns:
        for index in frame.index[frame[column].isin([float("inf"), float("-inf")])]:
            yield (
                f"data/{name}.csv, row {_line(index)}, column `{column}`: the number is not finite. "
                "Give a finite number, then run `report check`."
            )
    for columns in ORDERED.get(name, []):
        numbers = frame[list(columns)].apply(pd.to_numeric, errors="coerce").to_numpy(float)
        for index, row in zip(frame.index, numbers, strict=True):
            filled = [(column, number) for column, number in zip(columns, row, strict=True) if number == number]
            for (left, small), (right, large) in itertools.pairwise(filled):
                if small > large:
                    yield (
                        f"data/{name}.csv, row {_line(index)}: `{left}` is {small:g}, more than `{right}`, "
                        f"{large:g}. They must rise from left to right; correct one, then run `report check`."
                    )


def references(path: Path = REFERENCES) -> dict[str, Any]:
    """The entries of the bibliography by key, as pybtex reads them."""
    return written.parsed(path, bibliography)


@lru_cache(maxsize=4)
def bibliography(text: str) -> dict[str, Any]:
    """The entries of a bibliography's text by key."""
    from pybtex.database import parse_string

    return dict(parse_string(text, "bibtex").entries)


def source_columns(frame: pd.DataFrame) -> list[str]:
    """The columns of a table that hold keys of sources."""
    return [column for column in frame.columns if column == "source" or column.endswith("_source")]


def source_keys(frame: pd.DataFrame) -> set[str]:
    """Keys of all sources that a table cites."""
    cells = (cell for column in source_columns(frame) for cell in frame[column] if cell)
    return {key for cell in cells for key in cell.split(";")}


def joined(*cells: str) -> str:
    """Several rows' sources as one cell, each key once."""
    return ";".join(dict.fromkeys(key for cell in cells if cell for key in cell.split(";")))


def problems(folder: Path = DATA) -> list[str]:
    """Every fault in data/ that can be found without computing anything, one line each."""
    frames: dict[str, pd.DataFrame] = {}
    # Also of a table with faults: what a row names is looked up while other cells of it are still blank.
    texts: dict[str, pd.DataFrame] = {}
    found: list[str] = []
    for name, resource in package(folder)["by_name"].items():
        try:
            texts[name] = _texts(rows(resource, folder))
            frames[name] = load(name, folder)
        except (DataError, written.FileError) as error:
            found.extend(str(error).splitlines())
    known = references()
    for name, frame in texts.items():
        found.extend(_source_problems(name, frame, known))
        for key in package(folder)["by_name"][name]["schema"].get("foreignKeys", []):
            found.extend(_foreign_key_problems(name, frame, key, texts))
    if {"stages", "models"} <= set(frames):
        found.extend(_stage_problems(frames["stages"], frames["models"]))
        found.extend(_flop_problems(frames["models"]))
        found.extend(_size_problems(frames["models"]))
    if {"models", "gpus"} <= set(frames):
        found.extend(_utilisation_problems(frames["models"], frames["gpus"].set_index("gpu_id")))
    if "assumptions" in frames:
        found.extend(_money_problems(frames["assumptions"]))
    if {"accounts", "fleet", "assumptions"} <= set(frames):
        found.extend(_account_problems(frames["accounts"], frames["fleet"], frames["assumptions"]))
    return found


def _texts(lines: Lines) -> pd.DataFrame:
    """Cells as they are written, of the rows that have one for each column."""
    whole = {place: line for place, line in enumerate(lines[1:]) if len(line) == len(lines[0])}
    return pd.DataFrame(whole.values(), index=whole.keys(), columns=lines[0], dtype=object)


def _source_problems(name: str, frame: pd.DataFrame, known: dict[str, Any]) -> Iterator[str]:
    for column in source_columns(frame):
        for index, cell in frame[column].items():
            for key in filter(None, cell.split(";")):
                if key not in known:
                    yield (
                        f"data/{name}.csv, row {_line(index)}, column `{column}` cites '{key}', which "
                        "book/references.bib does not hold. Add the entry there, or correct the cell."
                    )


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
                f"data/{name}.csv, row {_line(index)}, column `{column}`: '{value}' is not in "
                f"data/{target}.csv. Add the row there, or correct the cell."
            )


def _money_problems(assumptions: pd.DataFrame) -> Iterator[str]:
    for index in assumptions.index[assumptions.unit.str.contains("USD") & assumptions.currency_year.isna()]:
        yield (
            f"data/assumptions.csv, row {_line(index)}, column `currency_year`: blank beside a unit in dollars. "
            "Say of which year they are, then run `report check`."
        )


def _account_problems(accounts: pd.DataFrame, fleet: pd.DataFrame, assumptions: pd.DataFrame) -> Iterator[str]:
    choices = {name for cell in assumptions.choices[assumptions.name == "fleet"] for name in cell.split(";")}
    for name in sorted(choices ^ set(accounts.account)):
        here, there = ("accounts.csv has", "`fleet`, column `choices`, has not")
        if name in choices:
            here, there = ("accounts.csv has not", "`fleet`, column `choices`, has")
        yield f"data/{here} the account '{name}', which data/assumptions.csv, {there}. Correct the one that is wrong."
    types = set(zip(fleet.account, fleet.gpu_id, strict=True))
    for index, row in accounts.iterrows():
        if row.leaves_out and (row.counts_from, row.leaves_out) not in types:
            yield (
                f"data/accounts.csv, row {_line(index)}, column `leaves_out`: the account '{row.counts_from}' "
                f"of data/fleet.csv has no '{row.leaves_out}' to leave out. Correct the cell, then run `report check`."
            )


def _flop_problems(models: pd.DataFrame) -> Iterator[str]:
    """Rows with public hours and FLOP that leave open whether the one was made from the other."""
    public = models.chip_hours_confidence.isin(("reported", "derived"))
    for index in models.index[public & models.train_flop.notna() & (models.flop_from_hours == "")]:
        yield (
            f"data/models.csv, row {_line(index)}, column `flop_from_hours`: blank beside hours and FLOP. Say "
            "whether the hours went into the FLOP, yes or no, then run `report check`."
        )


# FLOP beside six times active parameters times tokens: most are within a tenth, OPT's 0.44 of them are the farthest.
FARTHEST_FLOP = 3


def _size_problems(models: pd.DataFrame) -> Iterator[str]:
    """FLOP that are not those of such a size and so many tokens, as where one of the three is ten times too large."""
    of_size = costs.training_flop(models.params_active_b * 1e9, models.tokens_t * 1e12)
    times = models.train_flop / of_size
    for index in models.index[(times > FARTHEST_FLOP) | (times < 1 / FARTHEST_FLOP)]:
        row = models.loc[index]
        yield (
            f"data/models.csv, row {_line(index)}: `train_flop` {row.train_flop:g} is far from 6 x `params_active_b` "
            f"{row.params_active_b:g} x `tokens_t` {row.tokens_t:g}, {of_size[index]:.3g}. "
            "Correct the cell that is wrong, then run `report check`."
        )


def _utilisation_problems(models: pd.DataFrame, gpus: pd.DataFrame) -> Iterator[str]:
    """FLOP that no such chip can do in such hours, and an MFU far from what both give.

    A stated MFU is often of the best hours, without restarts: up to half again as high as that of all hours (PaLM's).
    """
    peak = gpus.reindex(models.gpu_id)
    used = costs.model_flop_utilisation(models.train_flop, models.chip_hours, peak.peak_bf16_dense_tflops.to_numpy())
    most = peak.peak_fp8_dense_tflops.fillna(peak.peak_bf16_dense_tflops).to_numpy()
    faster = costs.model_flop_utilisation(models.train_flop, models.chip_hours, most) > 1
    far = (models.mfu > 2 * used) | (models.mfu < used / 2)
    for index in models.index[faster | far]:
        row = models.loc[index]
        fault = f"{used[index]:.4g} of the BF16 peak of {row.gpu_id}, and no chip does more than its peak"
        if not faster[index]:
            fault = f"an MFU of {used[index]:.4g} on {row.gpu_id}, but `mfu` says {row.mfu:g}"
        yield (
            f"data/models.csv, row {_line(index)}: `train_flop` {row.train_flop:g} in `chip_hours` "
            f"{row.chip_hours:,.0f} are {fault}. Correct the cell that is wrong, then run `report check`."
        )


def _stage_problems(stages: pd.DataFrame, models: pd.DataFrame) -> Iterator[str]:
    known = models.set_index("model_id")["chip_hours"]
    lines = {model: _line(index) for index, model in models["model_id"].items()}
    for model, rows in stages.groupby("model_id"):
        hours = rows["chip_hours"].sum()
        if model in lines and hours != known[model]:
            said = "nothing" if pd.isna(known[model]) else f"{known[model]:,.0f}"
            yield (
                f"data/stages.csv, rows {', '.join(map(_line, rows.index))}, column "
                f"`chip_hours`: the stages of '{model}' sum to {hours:,.0f} GPU-hours, but data/models.csv, row "
                f"{lines[model]}, column `chip_hours` says {said}. Both are published figures; correct the one that "
                "was mistyped."
            )

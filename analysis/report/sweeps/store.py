"""The folder of a sweep: blocks as they come in, a ledger of them, and the finished tables.

A block is a file that appears whole or not at all, and then a line in the ledger. Whoever goes on with a sweep takes
the files as done. When all are there, they become one table, and go.
"""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from analysis import parameters
from analysis.cases import Block
from analysis.quantities import REGISTRY
from analysis.report import files, manifest
from analysis.report.sweeps.ask import Request, Task, Work
from analysis.sweep import Outcome, SweepError

RECORD, LEDGER, LOCK, PARTS = "sweep.json", "ledger.csv", "lock", "parts"
TABLES = ("cases.parquet", "cases.csv")
FIGURE = ("sweep.svg", "sweep.png", "sweep.csv", "sweep.txt")
PAGES, PAGE_LEDGER = "pages", "pages.jsonl"
OURS = {RECORD, LEDGER, LOCK, PARTS, PAGES, PAGE_LEDGER, *TABLES, *FIGURE}
PART = ".part"

# What is below the folder's own folders, and the neighbours of a command that was killed.
BELOW = re.compile(
    rf"({PARTS}/([0-9]+\.arrow|{files.LEFT.pattern})|{PAGES}/[0-9]+(/([a-z_]+\.ipynb|{files.LEFT.pattern}))?)"
)

LEDGER_HEADER = "block,first_case,last_case,failed\n"

# Rows of the final table that are put together at a time.
GROUP = 2**16

# How long a command waits for the processes of one that was killed to end.
PATIENCE_SECONDS = 10


def append(path: Path, line: str) -> None:
    """Add a line to a ledger in one piece, so that lines of several processes do not mix."""
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        os.write(handle, line.encode("utf-8"))
    finally:
        os.close(handle)


def whole_lines(path: Path) -> list[str]:
    """The lines of a ledger; the beginning of a line that was never finished is cut off, in the file too."""
    if not path.exists():
        return []
    content = path.read_bytes()
    end = content.rfind(b"\n") + 1
    if end < len(content):
        os.truncate(path, end)
    return content[:end].decode("utf-8").splitlines()


# --- blocks -------------------------------------------------------------------------------------------------------


def schema(work: Work) -> pa.Schema:
    """The columns of a sweep's table: case, changed parameters, every result with its ends, draws, error."""
    known = parameters.known()
    kinds = {"float": pa.float64(), "int": pa.int64(), "choice": pa.string()}
    fields = [pa.field("case", pa.int64(), metadata={"title": "number of the case, from 1"})]
    for name in work.names:
        row = known[name]
        fields.append(pa.field(name, kinds[row.type], metadata={"title": row.title, "unit": row.unit}))
    for name in work.plan.results:
        definition = REGISTRY[name]
        said = {"title": definition.title, "unit": definition.unit, "basis": definition.basis}
        for end, meaning in (("", "central value"), ("_low", "5th percentile"), ("_high", "95th percentile")):
            fields.append(pa.field(name + end, pa.float64(), metadata={**said, "meaning": meaning}))
    fields.append(pa.field("draws", pa.int32(), metadata={"title": "draws behind each range; 0: no range"}))
    fields.append(pa.field("error", pa.string(), metadata={"title": "why the case, or a part of it, failed"}))
    return pa.schema(fields)


def table(work: Work, task: Task, block: Block, outcome: Outcome) -> pa.Table:
    """One computed block as a table."""
    form = schema(work)
    columns: dict[str, Any] = {"case": np.arange(task.first + 1, task.first + 1 + block.count)}
    for name, column in block.columns.items():
        if form.field(name).type == pa.string():
            columns[name] = [value or None for value in column]
        else:
            absent = np.isnan(column)
            filled = np.where(absent, 0, column).astype(form.field(name).type.to_pandas_dtype())
            columns[name] = pa.array(filled, mask=absent)
    for name, found in outcome.found.items():
        for end, values in zip(("", "_low", "_high"), found, strict=True):
            columns[name + end] = pa.array(values, mask=np.isnan(values))
    columns["draws"] = np.full(block.count, work.plan.draws, dtype=np.int32)
    columns["error"] = pa.array([outcome.errors.get(index) for index in range(block.count)], pa.string())
    return pa.table([pa.array(columns[name], form.field(name).type) for name in form.names], schema=form)


def packed(found: pa.Table) -> bytes:
    """A table as the bytes of an Arrow file."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, found.schema) as writer:
        writer.write_table(found)
    content: bytes = sink.getvalue().to_pybytes()
    return content


# --- the folder ---------------------------------------------------------------------------------------------------


class Folder:
    """One sweep's folder."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.parts = path / PARTS

    def _part(self, number: int) -> Path:
        return self.parts / f"{number:07d}.arrow"

    def keep(self, task: Task, content: bytes, failed: int) -> None:
        """Keep a computed block, and say so in the ledger."""
        files.replace(self._part(task.number), content)
        append(self.path / LEDGER, f"{task.number},{task.first + 1},{task.first + task.count},{failed}\n")

    def done(self) -> set[int]:
        """Numbers of the blocks that are there."""
        return {int(path.stem) for path in self.parts.glob("*.arrow")}

    def record(self) -> dict[str, Any]:
        """What sweep.json says; nothing, if there is none."""
        try:
            found: dict[str, Any] = json.loads((self.path / RECORD).read_text(encoding="utf-8"))
            if not isinstance(found, dict):
                raise ValueError
        except FileNotFoundError:
            return {}
        except (OSError, ValueError):
            raise SweepError(f"{self.path / RECORD} cannot be read. Begin anew with --restart.") from None
        return found

    def write_record(self, content: Mapping[str, Any]) -> None:
        text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
        files.replace(self.path / RECORD, text.encode("utf-8"))

    def finished(self, identity: str) -> bool:
        """Whether the sweep of this identity is here from its first to its last file."""
        record = self.record()
        whole = all((self.path / name).exists() for name in (*TABLES, *FIGURE))
        return whole and record.get("identity") == identity and record.get("complete") is True

    def refuse_other_files(self) -> None:
        """SweepError if the folder holds anything but a sweep."""
        if not self.path.exists():
            return
        if not self.path.is_dir():
            raise SweepError(f"{self.path} is a file. Name a folder with --out.")
        there = list(self.path.iterdir())
        names = {path.name for path in there if not files.is_left(path.name)}
        # What we write is no link; through one we would write somewhere else.
        links = {path.name for path in there if path.is_symlink()}
        # Also in the two folders, which --restart empties.
        deeper = {name for name in manifest.entries(self.path) if "/" in name and not BELOW.fullmatch(name)}
        foreign = sorted(links | deeper | {name for name in names if name.removesuffix(PART) not in OURS})
        if foreign or (names - {LOCK} and RECORD not in names):
            raise SweepError(
                f"{self.path} holds files that are no sweep of this report: {(foreign or sorted(names))[0]}. "
                "Name an empty or a new folder with --out."
            )

    def open(self, request: Request, restart: bool) -> None:
        """Make the folder ready for a sweep, or for going on with it; SweepError if it holds another."""
        if restart:
            self._empty()
        for path in self.path.iterdir():
            if files.is_left(path.name) or path.name.endswith(PART):
                # Of a command that was killed. Also, so that nothing is written through a link that waits here.
                path.unlink()
        record = self.record()
        if record and record.get("identity") != request.identity:
            raise SweepError(
                f"{self.path} holds another sweep, or one of other data or code. "
                "Name another folder with --out, or replace it with --restart."
            )
        self.parts.mkdir(exist_ok=True)
        if not record:
            self.write_record({"identity": request.identity, "complete": False, "asked": dict(request.asked)})
        if not whole_lines(self.path / LEDGER):
            append(self.path / LEDGER, LEDGER_HEADER)

    def _empty(self) -> None:
        for path in self.path.iterdir():
            if path.name == LOCK:
                continue
            shutil.rmtree(path) if path.is_dir() else path.unlink()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """One command at a time. Its processes share the lock, so it also holds until the last of them has ended."""
        lock = files.Lock(self.path / LOCK)
        for _ in range(PATIENCE_SECONDS * 10):
            if lock.take():
                break
            time.sleep(0.1)
        else:
            raise SweepError(f"Another command is at work in {self.path} ({lock.holder()}). Wait for it to end.")
        try:
            yield
        finally:
            lock.free()

    # --- the finished tables --------------------------------------------------------------------------------------

    def assemble(self, request: Request, page_errors: Mapping[int, str]) -> int:
        """All blocks as one Parquet file and one CSV file, a piece at a time; the number of failed cases."""
        form, failed = schema(request.work), 0
        parquet, text = (self.path / (name + PART) for name in TABLES)
        options = pa.csv.WriteOptions(quoting_style="needed", quoting_header="none")
        with (
            pa.parquet.ParquetWriter(parquet, form, compression="zstd") as columns,
            pa.csv.CSVWriter(text, form, write_options=options) as rows,
        ):
            for piece in self._pieces(request.blocks):
                piece = _with_errors(piece, page_errors)
                failed += piece.num_rows - piece.column("error").null_count
                columns.write_table(piece, row_group_size=GROUP)
                rows.write_table(piece)
        for path in (parquet, text):
            path.replace(path.with_name(path.name.removesuffix(PART)))
        return failed

    def _pieces(self, blocks: int) -> Iterator[pa.Table]:
        waiting: list[pa.Table] = []
        for number in range(blocks):
            try:
                with pa.memory_map(str(self._part(number))) as source:
                    waiting.append(pa.ipc.open_file(source).read_all())
            except (FileNotFoundError, pa.ArrowInvalid):
                # After a power cut, or when the file of cases has changed since it was counted.
                self._part(number).unlink(missing_ok=True)
                raise SweepError(
                    f"Block {number} of {self.path} is damaged or missing. Run the same command again."
                ) from None
            if sum(map(len, waiting)) >= GROUP or number == blocks - 1:
                yield pa.concat_tables(waiting)
                waiting = []

    def rows(self, wanted: np.ndarray) -> pd.DataFrame:
        """Some cases of the finished table, by their places from 0 in rising order."""
        found, first = [], 0
        with pa.parquet.ParquetFile(self.path / TABLES[0]) as source:
            for group in range(source.num_row_groups):
                count = source.metadata.row_group(group).num_rows
                here = wanted[(wanted >= first) & (wanted < first + count)] - first
                if len(here):
                    found.append(source.read_row_group(group).take(pa.array(here)).to_pandas())
                first += count
        return pd.concat(found, ignore_index=True)

    def drop_parts(self) -> None:
        shutil.rmtree(self.parts, ignore_errors=True)


def _with_errors(piece: pa.Table, page_errors: Mapping[int, str]) -> pa.Table:
    if not page_errors:
        return piece
    errors = [
        "; ".join(filter(None, (own, page_errors.get(case)))) or None
        for case, own in zip(piece.column("case").to_pylist(), piece.column("error").to_pylist(), strict=True)
    ]
    return piece.set_column(
        piece.schema.get_field_index("error"), piece.schema.field("error"), pa.array(errors, pa.string())
    )


def ledger(path: Path) -> list[dict[str, int]]:
    """The ledger of a sweep: a line a computed block, in the order in which they came in."""
    with (path / LEDGER).open(encoding="utf-8", newline="") as stream:
        return [{key: int(value) for key, value in row.items()} for row in csv.DictReader(stream)]

"""The folder of a sweep: blocks and pages as they come in, and the finished tables.

What is done is a file that appears whole or not at all, with the digest of its content and of what it is the result
of (analysis/report/kept.py). So the files are the ledger: whoever goes on with a sweep looks for the result of each
block. When all are there, they become one table, and go.
"""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from analysis import parameters, untrusted
from analysis.cases import Block
from analysis.quantities import REGISTRY
from analysis.report import files, kept, manifest, place
from analysis.report.store import lock_of
from analysis.report.sweeps.ask import Request, Task, Work
from analysis.sweep import Outcome, SweepError

RECORD, PARTS, PAGES = "sweep.json", "parts", "pages"
TABLES = ("cases.parquet", "cases.csv")
FIGURE = ("sweep.svg", "sweep.png", "sweep.csv", "sweep.txt")
PART = ".part"

# What is computed, as `name_of` and `pages.Job` name it.
RESULT = re.compile(r"(?:block|pages)-[0-9]+")
# What comes in while a sweep runs: a page, where it has a group, is on the list when the sweep has ended.
AT_WORK = re.compile(
    rf"{PARTS}(?:/{RESULT.pattern})?|({PAGES}(?:/[0-9]+(?:/[a-z0-9_]+\.ipynb)?)?)|(?:{'|'.join(TABLES)}){re.escape(PART)}"
)

# Rows of the final table that are put together at a time.
GROUP = 2**16

# How long a command waits for the processes of one that was killed to end.
PATIENCE_SECONDS = 10


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


def name_of(task: Task) -> str:
    """The file of a computed block."""
    return f"block-{task.number:07d}"


def said_of(request: Request, job: Any) -> str:
    """What a result is of: the sweep, and all that tells this block, or the pages of this case, from any other."""
    return json.dumps([request.identity, vars(job)])


class Folder:
    """One sweep's folder. spoilt: names of results that were there and could not be believed"""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.parts = path / PARTS
        self.spoilt: list[str] = []

    def keep(self, name: str, of: str, content: bytes) -> None:
        """Keep what was computed."""
        kept.keep(self.parts / name, of, content)

    def find(self, name: str, of: str) -> bytes | None:
        """What was computed before for just this; None if it is to be computed."""
        found = kept.find(self.parts / name, of)
        if found is None and (self.parts / name).exists():
            self.spoilt.append(f"{PARTS}/{name}")
        return found

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
        manifest.announce(self.path, manifest.SWEEP, content.get("files", {}))
        manifest.put(self.path, manifest.SWEEP, {RECORD: text.encode("utf-8")})

    def digests(self) -> dict[str, str]:
        """SHA-256 of each result that is there: tables, figure and pages, by its path in the folder."""
        paths = [self.path / name for name in (*TABLES, *FIGURE)] + sorted((self.path / PAGES).glob("*/*.ipynb"))
        return {path.relative_to(self.path).as_posix(): manifest.digest(path) for path in paths if path.is_file()}

    def finished(self, identity: str) -> bool:
        """Whether the sweep of this identity is here from its first to its last file."""
        record = self.record()
        made = record.get("identity") == identity and record.get("complete") is True
        return made and all((self.path / name).exists() for name in record.get("files", ()))

    def failed(self) -> int:
        """How many cases of the finished table failed."""
        errors = pa.parquet.read_table(self.path / TABLES[0], columns=["error"])
        return len(errors) - int(errors.column(0).null_count)

    def refuse_other_files(self) -> None:
        """BuildError if the folder holds anything that no sweep put there, or that somebody has changed since."""
        there, listed = manifest.read(self.path)
        ended = any(name.startswith(f"{PAGES}/") for name in listed)

        def at_work(name: str) -> bool:
            path, found = self.path / name, AT_WORK.fullmatch(name)
            if not there or path.is_symlink():
                return False
            return files.is_left(path.name) or bool(found and not (found[1] and ended))

        if self.path.is_dir():
            place.require_ours(self.path, manifest.SWEEP, at_work)

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
        self.write_record({"identity": request.identity, "complete": False, "asked": dict(request.asked)})

    def _empty(self) -> None:
        for path in self.path.iterdir():
            if path.name != manifest.NAME:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        # Last, so that a kill leaves nothing that is on no list.
        (self.path / manifest.NAME).unlink(missing_ok=True)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """One command at a time. Its processes share the lock, so it also holds until the last of them has ended."""
        self.path.mkdir(parents=True, exist_ok=True)
        lock = files.Lock(lock_of(self.path))
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

    def assemble(self, request: Request, page_errors: Mapping[int, str]) -> None:
        """All blocks as one Parquet file and one CSV file, a piece at a time."""
        form = schema(request.work)
        parquet, text = (self.path / (name + PART) for name in TABLES)
        options = pa.csv.WriteOptions(quoting_style="needed", quoting_header="none")
        with (
            pa.parquet.ParquetWriter(parquet, form, compression="zstd") as columns,
            pa.csv.CSVWriter(text, form, write_options=options) as rows,
        ):
            for piece in self._pieces(request):
                piece = _harmless(_with_errors(piece, page_errors))
                columns.write_table(piece, row_group_size=GROUP)
                rows.write_table(piece)
        made = {path.name.removesuffix(PART): path for path in (parquet, text)}
        manifest.announce(self.path, manifest.SWEEP, {name: manifest.digest(path) for name, path in made.items()})
        for name, path in made.items():
            path.replace(self.path / name)

    def _pieces(self, request: Request) -> Iterator[pa.Table]:
        waiting: list[pa.Table] = []
        for task in request.tasks():
            content = self.find(name_of(task), said_of(request, task))
            if content is None:
                raise SweepError(f"{self.parts / name_of(task)} was damaged or taken away. Run the same command again.")
            waiting.append(pa.ipc.open_file(pa.BufferReader(content)).read_all())
            if sum(map(len, waiting)) >= GROUP or task.number == request.blocks - 1:
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
        """Remove the results that are in the tables now, and nothing else that somebody may have put there."""
        for path in self.parts.iterdir():
            if RESULT.fullmatch(path.name) or files.is_left(path.name):
                path.unlink()
        with suppress(OSError):
            self.parts.rmdir()


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


def _harmless(piece: pa.Table) -> pa.Table:
    """The table with texts that neither a spreadsheet nor a terminal takes for a command."""
    for index, field in enumerate(piece.schema):
        if field.type == pa.string():
            texts = piece.column(index).combine_chunks().dictionary_encode()
            shown = [untrusted.as_cell(untrusted.printable(text)) for text in texts.dictionary.to_pylist()]
            piece = piece.set_column(index, field, pa.array(shown, pa.string()).take(texts.indices))
    return piece

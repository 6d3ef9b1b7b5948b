"""Mutation of the data: every numeric cell of every table, changed in eight ways, and what notices each.

Run by hand: `make mutate-data`, which takes some hours and goes on where it was stopped.

    data_mutation.py [--no-pages] [--nbval]

--no-pages  look for no page on which a cell shows, but for those of the sample
--nbval     draw the sample anew and run nbval on it: a quarter of an hour

data_mutation.csv  a line per cell: what noticed each mutant, and the first page found on which one per cent shows
data_nbval.csv     a sample of mutants that nbval itself was run on, beside what this campaign said

Loader, records and totals are those of tests/mutants.py. A page is computed again with one cell one per cent higher,
and compared with what it shows in the base case (recomputed.py).
"""

from __future__ import annotations

import csv
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE.parent), str(HERE)]

import mutants  # noqa: E402
import second_record  # noqa: E402
from mutants import KINDS, Cell  # noqa: E402

from analysis import tables  # noqa: E402

WORK = ROOT / "_build" / "mutants" / "data"
RESULT, SAMPLE = HERE / "data_mutation.csv", HERE / "data_nbval.csv"
COLUMNS = ["table", "row", "column", *KINDS, "page"]

# Mutants on which nbval itself is run, spread over tables and pages.
SAMPLE_SIZE, SEED = 25, 20261123


# --- loader, records, totals ------------------------------------------------------------------------------------------


# Cells that the loader looks at together with others, or with another table.
TOGETHER = ("assumptions", "stages", "epoch_runs")


def refused_by_schema(cells: list[Cell], kind: str, folder: Path) -> set[Cell]:
    """The mutants of one kind that the schema of their table refuses, all put into one copy of it.

    The schema looks at each cell by itself, so that it says of many mutants what it says of each.
    """
    rows = mutants.control_totals.rows(cells[0].table)
    columns = {}
    for cell in cells:
        if change := mutants.changed(cell, kind):
            columns[cell], rows[cell.line - 2][change[0]] = change
    path, resource = folder / f"{cells[0].table}.csv", tables.package(folder)["by_name"][cells[0].table]
    before = path.read_bytes()
    mutants.write(path, rows)
    messages = list(tables.schema_problems(resource, tables.rows(resource, folder)))
    path.write_bytes(before)
    places = {line.split(" has '")[0].split(": ")[0] for line in messages}
    return {cell for cell, col in columns.items() if f"data/{path.name}, row {cell.line}, column `{col}`" in places}


def refusal(cell: Cell, column: str, text: str, folder: Path) -> str:
    """What the loader says of a mutant that the schema takes."""
    if cell.table in TOGETHER or cell.place[::2] == ("models", "chip_hours"):
        return mutants.refusal(cell, column, text, folder)
    ordered = any(column in columns for columns in tables.ORDERED.get(cell.table, []))
    return mutants.refusal_by_order(cell, column, text) if ordered else ""


def outcomes(name: str, folder: Path) -> dict[Cell, dict[str, str]]:
    """What notices each mutant of a table: kind -> "loader", "record", "total", "-" for no mutant, "" for nothing."""
    cells = list(mutants.cells(name))
    found: dict[Cell, dict[str, str]] = {cell: {} for cell in cells}
    for kind in KINDS if cells else ():
        refused = refused_by_schema(cells, kind, folder)
        for cell in cells:
            change = mutants.changed(cell, kind)
            if change is None:
                found[cell][kind] = "-"
            elif cell in refused:
                found[cell][kind] = "loader"
            else:
                message = refusal(cell, *change, folder)
                if message and not mutants.names_the_cell(message, cell, change[0]):
                    sys.exit(f"{cell}, {kind}: the refusal does not say where it is:\n{message}")
                found[cell][kind] = "loader" if message else mutants.noticed(cell, *change)
    return found


# --- pages ------------------------------------------------------------------------------------------------------------


class Progress:
    """What is known of each cell's page, kept in a file, so that a campaign can be stopped at any moment."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.known: dict[tuple[str, ...], str] = {}
        if path.exists():
            for line in path.read_text(encoding="utf-8").splitlines():
                *place, text, page = json.loads(line)
                self.known[(*place, text)] = page

    def add(self, cell: Cell, page: str) -> None:
        self.known[(*cell.place, cell.text)] = page
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps([*cell.place, cell.text, page]) + "\n")

    def page(self, cell: Cell) -> str | None:
        return self.known.get((*cell.place, cell.text))


class Finder:
    """Finds, for cells of one table, a page on which one per cent shows."""

    def __init__(self, pages: object, table: str, progress: Progress) -> None:
        self.pages, self.table, self.progress = pages, table, progress
        reading = [name for name, reads in pages.reads.items() if table in reads]  # type: ignore[attr-defined]
        # Quick pages first; then, as pages are found, those that show most.
        self.order = sorted(reading, key=lambda name: pages.seconds[name])  # type: ignore[attr-defined]

    def where(self, cells: Iterable[Cell]) -> str:
        """The first page that moves when all these cells are one per cent higher, or ""."""
        import recomputed

        frame = tables.load(self.table)
        for cell in cells:
            text = KINDS["percent"](cell)
            mixed = (cell.table, cell.column) in mutants.control_totals.MIXED
            if not mixed and not isinstance(frame[cell.column].iloc[0], float):
                frame[cell.column] = frame[cell.column].astype("float64")
            frame.loc[cell.line - 2, cell.column] = text if mixed else float(text)

        def look() -> str:
            with recomputed.instead(self.table, frame):
                return next((name for name in self.order if self.pages.moved(name)), "")  # type: ignore[attr-defined]

        found = str(recomputed.forked(look))
        if found in self.order:
            self.order.remove(found)
            self.order.insert(0, found)
        return found

    def find(self, cells: list[Cell]) -> None:
        """Cells that move nothing together move nothing one by one; the others are halved until one is left."""
        page = self.where(cells)
        if not page or len(cells) == 1:
            for cell in cells:
                self.progress.add(cell, page)
            return
        half = len(cells) // 2
        self.find(cells[:half])
        self.find(cells[half:])


def look_at_pages(cells: list[Cell], progress: Progress) -> None:
    """Find the page of every cell that has none yet."""
    import recomputed

    left = [cell for cell in cells if progress.page(cell) is None]
    if not left:
        return
    pages = recomputed.Pages()
    recomputed.frozen()
    for table in dict.fromkeys(cell.table for cell in left):
        finder = Finder(pages, table, progress)
        by_column: dict[str, list[Cell]] = {}
        for cell in left:
            if cell.table == table:
                by_column.setdefault(cell.column, []).append(cell)
        for column, found in by_column.items():
            # After a cell that shows the next is taken alone, after one that does not a growing group of them.
            size, start = 1, 0
            while start < len(found):
                finder.find(found[start : start + size])
                last = found[min(start + size, len(found)) - 1]
                start, size = start + size, 1 if progress.page(last) else min(2 * size, 32)
            shown = sum(bool(progress.page(cell)) for cell in found)
            print(f"{table}.{column}: one per cent shows on a page for {shown} of {len(found)} cells", flush=True)


# --- nbval itself -----------------------------------------------------------------------------------------------------


def nbval(cell: Cell, page: str) -> bool:
    """Whether nbval fails on a page in a copy of the project with the cell one per cent higher."""
    with tempfile.TemporaryDirectory(prefix="mutant-") as scratch:
        copy = Path(scratch)
        for name in ("analysis", "book", "data", "tests"):
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__", "campaigns"))
        for name in ("pyproject.toml", "_toc.yml", "_config.yml", "requirements.lock"):
            shutil.copy(ROOT / name, copy)
        mutants.write(copy / "data" / f"{cell.table}.csv", mutants.written(cell, cell.column, KINDS["percent"](cell)))
        environment = {**os.environ, "PYTHONPATH": str(copy)}
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:xdist", "-p", "no:cacheprovider"]
        run = subprocess.run(
            [*command, "--nbval", "--noconftest", f"book/{page}.ipynb"], cwd=copy, env=environment, capture_output=True
        )
    if run.returncode not in (0, 1):
        sys.exit(f"nbval did not run: {run.stdout.decode()[-2000:]}")
    return run.returncode == 1


def compare_with_nbval(cells: list[Cell], progress: Progress) -> None:
    """nbval on the page of a random sample of cells, and on a page that does not move, beside what was said.

    The cells are some of which the loader accepts one per cent more: with the others no page runs at all.
    """
    rng = random.Random(SEED)
    cells = rng.sample(cells, 2 * SAMPLE_SIZE)
    look_at_pages(cells, progress)
    shown = [cell for cell in cells if progress.page(cell)]
    still = [cell for cell in cells if progress.page(cell) == ""]
    chosen = rng.sample(shown, min(len(shown), SAMPLE_SIZE * 4 // 5))
    chosen += rng.sample(still, min(len(still), SAMPLE_SIZE - len(chosen)))
    rows = []
    for cell in sorted(chosen, key=lambda cell: cell.place):
        page = progress.page(cell) or "results"
        said, fails = bool(progress.page(cell)), nbval(cell, page)
        rows.append([*cell.place, page, "moves" if said else "stays", "fails" if fails else "passes"])
        print(*rows[-1], flush=True)
    with SAMPLE.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(
            [["table", "row", "column", "page", "recomputed", "nbval"], *rows]
        )


# --- the campaign -----------------------------------------------------------------------------------------------------


def main(arguments: list[str]) -> None:
    if set(arguments) - {"--no-pages", "--nbval"}:
        sys.exit(__doc__)
    WORK.mkdir(parents=True, exist_ok=True)
    progress = Progress(WORK / "pages.jsonl")
    with tempfile.TemporaryDirectory(prefix="mutants-") as scratch:
        folder = Path(scratch) / "data"
        shutil.copytree(tables.DATA, folder)
        found = {cell: kinds for name in tables.names() for cell, kinds in outcomes(name, folder).items()}
    if "--no-pages" not in arguments:
        # First the cells that no second record covers.
        look_at_pages(sorted(found, key=lambda cell: cell.place in second_record.noted()), progress)
    with RESULT.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for cell, kinds in found.items():
            page = progress.page(cell)
            writer.writerow([*cell.place, *kinds.values(), "not tried" if page is None else page or "none"])
    if "--nbval" in arguments:
        compare_with_nbval([cell for cell, kinds in found.items() if kinds["percent"] != "loader"], progress)
    slipped = [f"{cell.place}: {kind}" for cell, kinds in found.items() for kind, by in kinds.items() if not by]
    print(f"{len(found)} cells, {sum(by != '-' for kinds in found.values() for by in kinds.values())} mutants.")
    if slipped:
        sys.exit("\n".join(["Noticed by nothing:", *slipped]))


if __name__ == "__main__":
    main(sys.argv[1:])

"""Whole pages for single cases, through papermill.

Each case is a scenario of its own. A page that fails is that case's error; the other pages and cases go on.
Pages draw as many numbers as the case's own `draws` says: what they show is what `report build` would show.

As a program it runs the pages of one case for a worker of a cluster: such a worker may start programs, but no
processes of Python's own.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from analysis import parameters
from analysis.parameters import Scenario, Value
from analysis.report import execution, files, notebooks, surroundings
from analysis.report.sweeps import store
from analysis.report.sweeps.ask import Request

# The pages of a case take as long as `execution` lets them; a program that is silent for longer has hung.
PATIENCE_SECONDS = execution.TIMEOUT_SECONDS * 2


@dataclass(frozen=True)
class Job:
    """The pages of one case: its number, from 1; its folder's name; its changes; the pages."""

    case: int
    folder: str
    changes: Mapping[str, Value]
    pages: tuple[str, ...]


def jobs(request: Request, done: set[int]) -> Iterator[Job]:
    """The cases whose pages are not done yet; a case that cannot be read has its error in the table, and no page."""
    digits = len(str(len(request)))
    for task in request.tasks():
        block = request.work.block(task)
        for index in range(block.count):
            case = task.first + index + 1
            if case in done or index in block.errors:
                continue
            own = {name: column[index] for name, column in block.columns.items()}
            typed = parameters.checked(
                {name: value if isinstance(value, str) else float(value) for name, value in own.items()}
            )
            changes = parameters.without_idle_changes({**request.base.changes, **typed})
            yield Job(case, f"{case:0{digits}d}", changes, request.pages)


def run(job: Job, target: Path) -> dict[str, str]:
    """Run a case's pages into a folder, one at a time: cases run beside each other. The error of each that failed."""
    scenario = Scenario(name=f"case-{job.folder}", title=f"Case {job.case}", changes=job.changes)
    chosen = [notebooks.page(name) for name in job.pages]
    try:
        execution.execute_pages(chosen, scenario, target, workers=1)
    except Exception:
        # One of them failed and stopped the others: each by itself, then.
        return {page.name: error for page in chosen if (error := _failure(page, scenario, target))}
    return {}


def _failure(page: notebooks.Page, scenario: Scenario, target: Path) -> str:
    try:
        execution.execute_pages([page], scenario, target, workers=1)
    except Exception as error:
        # The first line names page, cell and error; what follows is about this machine.
        return (str(error).splitlines() or [type(error).__name__])[0]
    return ""


def run_and_keep(folder: Path, job: Job) -> Job:
    """Run a case's pages where they belong, and say so in the ledger of pages."""
    keep(folder, job, run(job, folder / store.PAGES / job.folder))
    return job


def keep(folder: Path, job: Job, errors: Mapping[str, str]) -> None:
    """Say in the ledger of pages that a case is done."""
    store.append(folder / store.PAGE_LEDGER, json.dumps({"case": job.case, "errors": dict(errors)}) + "\n")


def done(folder: Path) -> dict[int, str]:
    """Cases whose pages are done, each with the errors of its pages ("" if there were none)."""
    found: dict[int, str] = {}
    for line in store.whole_lines(folder / store.PAGE_LEDGER):
        entry = json.loads(line)
        found[entry["case"]] = "; ".join(entry["errors"].values())
    return found


# --- on a worker of a cluster -------------------------------------------------------------------------------------


def run_elsewhere(job: Job) -> tuple[dict[str, bytes], dict[str, str]]:
    """A case's pages in a program of their own: executed notebooks by page, and the errors."""
    with tempfile.TemporaryDirectory(prefix="report-sweep-") as scratch:
        asked = json.dumps([job.case, job.folder, dict(job.changes), list(job.pages)])
        program = subprocess.run(
            [sys.executable, "-m", __name__, scratch],
            input=asked,
            capture_output=True,
            text=True,
            cwd=notebooks.ROOT,
            env=surroundings.environment(),
            timeout=PATIENCE_SECONDS,
        )
        told = Path(scratch) / "errors.json"
        if program.returncode or not told.exists():
            last = (program.stderr.strip().splitlines() or ["ended without a word"])[-1]
            return {}, dict.fromkeys(job.pages, f"the pages of this case could not be run: {last}")
        executed = {path.stem: path.read_bytes() for path in Path(scratch).glob("*.ipynb")}
        return executed, json.loads(told.read_text(encoding="utf-8"))


def keep_from_elsewhere(folder: Path, job: Job, executed: Mapping[str, bytes], errors: Mapping[str, str]) -> None:
    """Write what a worker has sent, and say so in the ledger of pages."""
    target = folder / store.PAGES / job.folder
    for page, content in executed.items():
        files.replace(target / f"{page}.ipynb", content)
    keep(folder, job, errors)


def _main(arguments: Iterable[str]) -> None:
    (scratch,) = arguments
    case, folder, changes, chosen = json.load(sys.stdin)
    errors = run(Job(case, folder, changes, tuple(chosen)), Path(scratch))
    (Path(scratch) / "errors.json").write_text(json.dumps(errors), encoding="utf-8")


if __name__ == "__main__":
    _main(sys.argv[1:])

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
from analysis.parameters import Value
from analysis.report import execution, files, manifest, notebooks, surroundings
from analysis.report.sweeps import store
from analysis.report.sweeps.ask import Request
from analysis.scenarios import Scenario

# The pages of a case take as long as `execution` lets them; a program that is silent for longer has hung.
PATIENCE_SECONDS = execution.TIMEOUT_SECONDS * 2


@dataclass(frozen=True)
class Job:
    """The pages of one case: its number, from 1; its folder's name; its changes; the pages."""

    case: int
    folder: str
    changes: Mapping[str, Value]
    pages: tuple[str, ...]

    @property
    def name(self) -> str:
        """The file that says that they are done."""
        return f"pages-{self.case:07d}"


# Executed notebooks by page, and the error of each page that failed.
Ran = tuple[dict[str, bytes], dict[str, str]]


def jobs(request: Request) -> Iterator[Job]:
    """The pages of each case; a case that cannot be read has its error in the table, and no page."""
    digits = len(str(len(request)))
    for task in request.tasks():
        block = request.work.block(task)
        for index in range(block.count):
            case = task.first + index + 1
            if index in block.errors:
                continue
            own = {name: column[index] for name, column in block.columns.items()}
            typed = parameters.checked(
                {name: value if isinstance(value, str) else float(value) for name, value in own.items()}
            )
            changes = parameters.without_idle_changes({**request.base.changes, **typed})
            yield Job(case, f"{case:0{digits}d}", changes, request.pages)


def run(job: Job) -> Ran:
    """Run a case's pages one at a time, since cases run beside each other."""
    with tempfile.TemporaryDirectory(prefix="report-sweep-") as scratch:
        errors = _run(job, Path(scratch))
        return _executed(Path(scratch), job, errors), errors


def _executed(folder: Path, job: Job, errors: Mapping[str, str]) -> dict[str, bytes]:
    return {page: (folder / f"{page}.ipynb").read_bytes() for page in job.pages if page not in errors}


def _run(job: Job, target: Path) -> dict[str, str]:
    """Run a case's pages into a folder; the error of each that failed."""
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


def keep(folder: store.Folder, request: Request, job: Job, ran: Ran) -> str:
    """Write the executed pages of a case where they belong, and then that they are done; its errors as one text."""
    executed, errors = ran
    paths = {page: folder.path / store.PAGES / job.folder / f"{page}.ipynb" for page in executed}
    for page, content in executed.items():
        files.replace(paths[page], content)
    done = {"errors": dict(errors), "pages": {page: manifest.digest(path) for page, path in paths.items()}}
    folder.keep(job.name, store.said_of(request, job), json.dumps(done).encode())
    return "; ".join(errors.values())


def find(folder: store.Folder, request: Request, job: Job) -> str | None:
    """The errors of a case whose pages are done, "" if there were none; None if they are to be run."""
    content = folder.find(job.name, store.said_of(request, job))
    if content is None:
        return None
    done = json.loads(content)
    for page, digest in done["pages"].items():
        path = folder.path / store.PAGES / job.folder / f"{page}.ipynb"
        if not path.is_file() or manifest.digest(path) != digest:
            folder.spoilt.append(path.relative_to(folder.path).as_posix())
            return None
    return "; ".join(done["errors"].values())


# --- on a worker of a cluster -------------------------------------------------------------------------------------


def run_elsewhere(job: Job) -> Ran:
    """A case's pages in a program of their own."""
    with tempfile.TemporaryDirectory(prefix="report-sweep-") as scratch:
        program = subprocess.run(
            [sys.executable, "-m", __name__, scratch],
            input=json.dumps([job.case, job.folder, dict(job.changes), list(job.pages)]),
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
        errors = json.loads(told.read_text(encoding="utf-8"))
        return _executed(Path(scratch), job, errors), errors


def _main(arguments: Iterable[str]) -> None:
    (scratch,) = arguments
    case, folder, changes, chosen = json.load(sys.stdin)
    errors = _run(Job(case, folder, changes, tuple(chosen)), Path(scratch))
    (Path(scratch) / "errors.json").write_text(json.dumps(errors), encoding="utf-8")


if __name__ == "__main__":
    _main(sys.argv[1:])

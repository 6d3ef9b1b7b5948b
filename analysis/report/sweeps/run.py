"""One sweep from start to end. Where it was stopped or killed, the same command goes on."""

from __future__ import annotations

from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Any

from analysis import parameters
from analysis.figures.charts import sweep as drawing
from analysis.quantities import REGISTRY
from analysis.report import build as builder
from analysis.report import files, place
from analysis.report.execution import Progress, silent
from analysis.report.sweeps import cluster, local, pages, store
from analysis.report.sweeps.ask import LIBRARIES, Request
from analysis.sweep import SweepError

# How often the progress of a whole sweep is told at most.
STEPS = 500


@dataclass(frozen=True)
class Summary:
    """What came of a sweep: its folder, its cases, how many failed, and whether it was there already."""

    folder: Path
    cases: int
    failed: int
    found: bool


def folder_of(request: Request) -> Path:
    """Where a sweep goes if nobody says otherwise."""
    return builder.BUILD / "sweeps" / request.name


def run(
    request: Request,
    out: Path | None = None,
    progress: Progress = silent,
    scheduler: str | None = None,
    restart: bool = False,
    processes: int | None = None,
) -> Summary:
    """Compute a sweep, or what is missing of it, and put its tables and its figure into its folder.

    SweepError if it cannot be done; what was done stays for the next time.
    """
    builder.require_sound_data()
    target = place.allowed(out or folder_of(request))
    try:
        return _run(request, target, progress, scheduler, restart, processes or local.cores())
    except OSError as error:
        raise SweepError(
            f"{target} cannot be written: {error.strerror or error}. What was done is kept; "
            "the same command goes on from there."
        ) from None


def _run(
    request: Request,
    target: Path,
    progress: Progress,
    scheduler: str | None,
    restart: bool,
    processes: int,
) -> Summary:
    folder = store.Folder(target)
    folder.refuse_other_files()
    if not restart and folder.finished(request.identity):
        return Summary(target, len(request), int(folder.record()["failed"]), True)
    with ExitStack() as held:
        # Before anything is written: the workers may not be fit for it.
        asking = cluster.connected(scheduler, request.sources, bool(request.pages)) if scheduler else None
        client = held.enter_context(asking) if asking else None
        held.enter_context(folder.locked())
        folder.open(request, restart)
        if client:
            _on_cluster(request, folder, progress, client)
        else:
            _here(request, folder, progress, processes)
        progress("writing the table", _total(request), _total(request))
        failed = folder.assemble(request, {case: error for case, error in pages.done(target).items() if error})
        _draw(request, folder)
        folder.write_record(_record(request, failed))
        folder.drop_parts()
    return Summary(target, len(request), failed, False)


def _total(request: Request) -> int:
    return len(request) * (2 if request.pages else 1)


def _here(request: Request, folder: store.Folder, progress: Progress, processes: int) -> None:
    done = folder.done()
    counted = _Count(request, progress, "computing cases", _cases_in(request, done))
    if len(done) < request.blocks:
        local.warm(request.work)
        job = partial(local.compute_and_keep, request.work, folder.path)
        left = request.blocks - len(done)
        if min(left, processes) == 1:
            # Not worth a process of its own.
            for task in request.tasks(done):
                counted.add(job(task).count)
        else:
            with closing(local.each(job, request.tasks(done), min(processes, left))) as found:
                for task in found:
                    counted.add(task.count)
    if request.pages:
        ready = set(pages.done(folder.path))
        counted.begin("running pages", len(ready))
        # The pages of a case run side by side already.
        at_once = max(1, processes // len(request.pages))
        run_case = partial(pages.run_and_keep, folder.path)
        with closing(local.each(run_case, pages.jobs(request, ready), at_once)) as cases:
            for _ in cases:
                counted.add(1)


def _on_cluster(request: Request, folder: store.Folder, progress: Progress, client: Any) -> None:
    mark = request.identity[:12]

    def each(function: Any, jobs: Any, kind: str) -> Any:
        def key(job: Any) -> str:
            return f"{kind}-{mark}-{job.number if kind == 'block' else job.case}"

        return closing(cluster.each(client, function, jobs, request.sources, bool(request.pages), key))

    done = folder.done()
    counted = _Count(request, progress, "computing cases", _cases_in(request, done))
    with each(partial(local.compute, request.work), request.tasks(done), "block") as blocks:
        for task, (content, failed) in blocks:
            folder.keep(task, content, failed)
            counted.add(task.count)
    if request.pages:
        ready = set(pages.done(folder.path))
        counted.begin("running pages", len(ready))
        with each(pages.run_elsewhere, pages.jobs(request, ready), "pages") as cases:
            for job, (executed, errors) in cases:
                pages.keep_from_elsewhere(folder.path, job, executed, errors)
                counted.add(1)


def _cases_in(request: Request, blocks: set[int]) -> int:
    """How many cases are in some blocks; the last one may be short."""
    size, last = request.block_cases, request.blocks - 1
    short = request.blocks * size - len(request) if last in blocks else 0
    return len(blocks) * size - short


class _Count:
    """Tells the one progress bar how far a sweep is, in cases; with pages every case counts twice."""

    def __init__(self, request: Request, progress: Progress, what: str, done: int) -> None:
        self._total, self._cases, self._progress = _total(request), len(request), progress
        self._what, self._done = what, done
        progress(what, done, self._total)

    def begin(self, what: str, done: int) -> None:
        """Go over to the second part of the work, of which some is done already."""
        self._what, self._done = what, self._cases + done
        self._progress(what, self._done, self._total)

    def add(self, cases: int) -> None:
        before, self._done = self._done, self._done + cases
        # A sweep of millions of cases has thousands of blocks: a line for each would be no help.
        if before * STEPS // self._total != self._done * STEPS // self._total:
            self._progress(self._what, self._done, self._total)


def _draw(request: Request, folder: store.Folder) -> None:
    """The sweep's figure as SVG and PNG, the table behind it as CSV, and what it shows in words."""
    axes = drawing.axes_of(request.space)
    wanted = drawing.places(axes, len(request))
    figure = drawing.sweep(folder.rows(wanted), axes, request.plan.results, len(request), request.base.values())
    content = figure.svg().encode(), builder.png(figure.svg()), figure.csv().encode(), (figure.alt + "\n").encode()
    for name, data in zip(store.FIGURE, content, strict=True):
        files.replace(folder.path / name, data)


def _record(request: Request, failed: int) -> dict[str, Any]:
    """What sweep.json says of a finished sweep: everything that is needed to read its table and to run it again."""
    known = parameters.known()
    return {
        "identity": request.identity,
        "complete": True,
        "asked": dict(request.asked),
        "cases": len(request),
        "failed": failed,
        "draws": request.plan.draws,
        "interval": "5 to 95 %",
        "values_in_every_case": {
            name: value for name, value in request.plan.values.items() if name not in (*request.names, "draws")
        },
        "changed": {name: {"title": known[name].title, "unit": known[name].unit} for name in request.names},
        "results": {
            name: {"title": REGISTRY[name].title, "unit": REGISTRY[name].unit, "basis": REGISTRY[name].basis}
            for name in request.plan.results
        },
        "versions": {name: metadata.version(name) for name in ("frontier-model-cost", *LIBRARIES, "pyarrow")},
    }

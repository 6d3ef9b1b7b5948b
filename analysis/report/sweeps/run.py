"""One sweep from start to end. Where it was stopped or killed, the same command goes on."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import partial
from importlib import metadata
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from analysis import parameters
from analysis.quantities import REGISTRY
from analysis.report import files, identity, manifest, place, rendering
from analysis.report.check import require_sound_data
from analysis.report.execution import Progress, silent
from analysis.report.sweeps import ask, cluster, local, pages, store
from analysis.report.sweeps import figure as drawing
from analysis.report.sweeps.ask import LIBRARIES, Request, Task
from analysis.sweep import SweepError

Job = TypeVar("Job")
Done = TypeVar("Done")

# Jobs handed over for each that can be at work: the next one waits there already.
AHEAD = 2

# How often the progress of a whole sweep is told at most.
STEPS = 500


@dataclass(frozen=True)
class Summary:
    """What came of a sweep: its folder, its cases, how many failed, and whether it was there already.

    spoilt: results of an earlier run that were changed or damaged, and were computed again
    """

    folder: Path
    cases: int
    failed: int
    found: bool
    spoilt: tuple[str, ...] = ()


def folder_of(request: Request) -> Path:
    """Where a sweep goes if nobody says otherwise."""
    return place.BUILD / "sweeps" / request.name


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
    require_sound_data()
    target = place.allowed(out or folder_of(request))
    try:
        return _run(request, target, progress, scheduler, restart, processes or local.cores())
    except OSError as error:
        raise SweepError(
            f"{files.fault(error)}: the sweep in {target} cannot go on. What was done is kept; "
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
    unchanged = _Unchanged(request)
    folder = store.Folder(target)
    folder.refuse_other_files()
    if not restart and folder.finished(request.identity):
        return Summary(target, len(request), folder.failed(), True)
    with ExitStack() as held:
        far = None
        if scheduler is not None:
            # Before anything is written: the workers may not be fit for it.
            far = held.enter_context(cluster.connected(scheduler, request.sources, bool(request.pages)))
        held.enter_context(folder.locked())
        folder.open(request, restart)

        def each(function: Callable[[Job], Done], jobs: Iterator[Job], at_once: int) -> Iterator[tuple[Job, Done]]:
            if far:
                function = partial(cluster.checked, function, request.sources, bool(request.pages))
                found = each_done(far.pool(), function, jobs, far.threads, far.lost)
            else:
                found = each_done(local.pool(at_once), function, jobs, at_once, (BrokenExecutor,))
            for job, done in held.enter_context(closing(found)):
                unchanged.require()
                yield job, done

        counted = _Count(request, progress, "computing cases")
        if not far:
            local.warm(request.work)
        todo = _missing_blocks(request, folder, counted)
        for task, content in each(partial(local.compute, request.work), todo, min(processes, request.blocks)):
            folder.keep(store.name_of(task), store.said_of(request, task), content)
            counted.add(task.count)
        errors: dict[int, str] = {}
        if request.pages:
            counted.begin("running pages")
            # The pages of a case run side by side already.
            at_once = max(1, processes // len(request.pages))
            cases = _missing_pages(request, folder, counted, errors)
            for job, ran in each(pages.run_elsewhere if far else pages.run, cases, at_once):
                errors[job.case] = pages.keep(folder, request, job, ran)
                counted.add(1)
        progress("writing the table", _total(request), _total(request))
        folder.refuse_other_files()
        folder.assemble(request, {case: error for case, error in errors.items() if error})
        unchanged.require()
        _draw(request, folder)
        folder.write_record(_record(request, folder))
        folder.drop_parts()
    return Summary(target, len(request), folder.failed(), False, tuple(folder.spoilt))


def _total(request: Request) -> int:
    return len(request) * (2 if request.pages else 1)


def each_done(
    executor: Executor,
    function: Callable[[Job], Done],
    jobs: Iterator[Job],
    at_once: int,
    lost: tuple[type[Exception], ...],
) -> Generator[tuple[Job, Done], None, None]:
    """What a function makes of many jobs, as it comes; no more jobs are read than can be begun soon.

    When the caller stops asking, or is stopped, jobs at work are finished and no other is begun.
    lost: what it means that the executor is gone
    """
    sent: dict[Future[Done], Job] = {}
    with executor:
        try:
            while True:
                for job in islice(jobs, AHEAD * at_once - len(sent)):
                    sent[executor.submit(function, job)] = job
                if not sent:
                    return
                for future in wait(sent, return_when=FIRST_COMPLETED).done:
                    yield sent.pop(future), future.result()
        except lost as error:
            raise SweepError(
                f"The processes that compute are gone ({type(error).__name__}): killed, perhaps for want of memory, or "
                "their cluster has ended. What was done is kept; the same command goes on from there."
            ) from None
        finally:
            for future in sent:
                future.cancel()


def _missing_blocks(request: Request, folder: store.Folder, counted: _Count) -> Iterator[Task]:
    for task in request.tasks():
        if folder.find(store.name_of(task), store.said_of(request, task)) is None:
            yield task
        else:
            counted.add(task.count)


def _missing_pages(
    request: Request, folder: store.Folder, counted: _Count, errors: dict[int, str]
) -> Iterator[pages.Job]:
    for job in pages.jobs(request):
        found = pages.find(folder, request, job)
        if found is None:
            yield job
        else:
            errors[job.case] = found
            counted.add(1)


class _Unchanged:
    """Says whether a file that computes was written since the sweep began, even if it was written back.

    Asked before each result is kept, so that none is kept of which nobody knows what it was computed from.
    """

    def __init__(self, request: Request) -> None:
        self._stamps = {path: identity.stamp(path) for path in ask.source_files(bool(request.pages))}

    def require(self) -> None:
        for path, stamp in self._stamps.items():
            if identity.stamp(path) != stamp:
                raise SweepError(
                    f"{path} was changed while the sweep ran. What was done before is kept; run the same command again."
                )


class _Count:
    """Tells the one progress bar how far a sweep is, in cases; with pages every case counts twice."""

    def __init__(self, request: Request, progress: Progress, what: str) -> None:
        self._total, self._cases, self._progress = _total(request), len(request), progress
        self._what, self._done = what, 0
        progress(what, 0, self._total)

    def begin(self, what: str) -> None:
        """Go over to the second part of the work."""
        self._what, self._done = what, self._cases
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
    svg = figure.svg()
    content = svg.encode(), rendering.png(svg), figure.csv().encode(), (figure.alt + "\n").encode()
    manifest.put(folder.path, manifest.SWEEP, dict(zip(store.FIGURE, content, strict=True)))


def _record(request: Request, folder: store.Folder) -> dict[str, Any]:
    """What sweep.json says of a finished sweep: everything that is needed to read its table and to run it again."""
    known = parameters.known()
    return {
        "identity": request.identity,
        "complete": True,
        "asked": dict(request.asked),
        "cases": len(request),
        "failed": folder.failed(),
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
        "files": folder.digests(),
        "versions": {name: metadata.version(name) for name in ("frontier-model-cost", *LIBRARIES, "pyarrow")},
    }

"""Pages run by papermill: the stale ones, in parallel, each in a kernel of its own.

papermill's engine interface is given our kernels (analysis/report/kernels.py), saves nothing between cells, and ends a
kernel at once when its page is done. What was run before, in whichever scenario, is not run again.
"""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

from analysis import parameters, scenarios
from analysis.case import RECORD
from analysis.report import files, identity, kernels, notebooks, store, surroundings
from analysis.report.notebooks import Page, PageFailure

# A page takes seconds; a cell that has not finished after this has hung, and so has a kernel that does not answer.
TIMEOUT_SECONDS = 600
START_SECONDS = 120

Progress = Callable[[str, int, int], None]


def silent(what: str, done: int, total: int) -> None:
    """A progress display that shows nothing."""


def _engine() -> str:
    """The name of our engine, registered with papermill when first asked for: papermill is slow to import."""
    from papermill.clientwrap import PapermillNotebookClient
    from papermill.engines import NBClientEngine, papermill_engines

    name = "report"
    if name in papermill_engines._engines:
        return name

    class Engine(NBClientEngine):
        """papermill's own engine with our kernels and an environment for each page."""

        @classmethod
        def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **settings: Any) -> Any:
            client = PapermillNotebookClient(
                nb_man,
                kernel_name=kernel_name,
                kernel_manager_class=f"{__package__}.manager.Manager",
                timeout=settings["execution_timeout"],
                # Where the computer is busy, what a cell shows comes late; papermill by itself waits 4 seconds for it.
                iopub_timeout=settings["execution_timeout"],
                startup_timeout=START_SECONDS,
                shutdown_kernel="immediate",
            )
            return client.execute(env=settings["environment"])

    papermill_engines.register(name, Engine)
    return name


def _fault(source: Path, error: Exception) -> str:
    """What went wrong on a page, for its author."""
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    if isinstance(error, PapermillExecutionError):
        return f"{source.name}, cell {error.cell_index}: {error.ename}: {error.evalue}"
    if isinstance(error, CellTimeoutError):
        return f"{source.name}: a cell has run for more than {TIMEOUT_SECONDS} seconds, and was stopped."
    if isinstance(error, DeadKernelError):
        return f"{source.name}: its kernel has died. It was killed from outside, or the computer ran out of memory."
    return f"{source.name}: {type(error).__name__}: {error}"


def execute(
    source: Path,
    target: Path,
    changes: Mapping[str, parameters.Value],
    find_parameters: bool = False,
    member: Page | None = None,
) -> set[str]:
    """Run one page with papermill and write the executed, stripped notebook to `target`; returns what it used.

    Only the changes that the page declares are injected. With find_parameters the page may use any parameter, and
    its parameters cell is rewritten to hold those that it did use. What makes a member of a family is injected too.
    Raises PageFailure; where a cell failed, the copy with the error stays at `target` for inspection.
    """
    import papermill
    from jupyter_core.utils import ensure_event_loop

    kernels.warm_up()
    notebook = notebooks.synced(notebooks.read(source), whole=find_parameters)
    own: dict[str, Any] = dict(_own(notebook, changes))
    if member:
        own |= dict(member.own)
        notebook = notebooks.headed(notebook, member.heading)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="report-page-") as scratch:
        fresh, done, used, uses = (Path(scratch) / name for name in (source.name, "done.ipynb", "used", "uses"))
        notebooks.write(notebook, fresh)
        environment = {**surroundings.environment(), kernels.USES: str(uses)}
        # Whatever was set outside: a page writes nowhere else.
        environment.pop(RECORD, None)
        if find_parameters:
            environment[RECORD] = str(used)
        try:
            papermill.execute_notebook(
                str(fresh),
                str(done),
                parameters=own,
                engine_name=_engine(),
                kernel_name="python3",
                progress_bar=False,
                request_save_on_cell_execute=False,
                execution_timeout=TIMEOUT_SECONDS,
                environment=environment,
            )
        except Exception as error:
            if isinstance(error, OSError) and not isinstance(error, TimeoutError):
                raise  # the disk's fault, not the page's
            # Of a family's notebook many pages are made: which of them it was.
            fault = (f"{member.name}: " if member and member.own else "") + _fault(source, error)
            if done.exists():
                files.replace(target, done.read_bytes())
                fault += f"\nThe copy with the error is {target}."
            raise PageFailure(fault) from None
        finally:
            # nbclient makes a loop for each thread and leaves it open.
            ensure_event_loop().close()
        executed = notebooks.stripped(notebooks.read(done))
        injected = notebooks.tagged(executed, notebooks.INJECTED_TAG)
        if member and member.own and injected is not None:
            # Which member it is, the heading says.
            injected.metadata.tags.append(notebooks.GENERATED[notebooks.PARAMETERS_TAG])
        for number, said in notebooks.undeclared(executed):
            raise PageFailure(
                f"{source.name}, cell {number} wrote to stderr: {said} What a page shows, it prints. "
                f"Mend the cause, or give the cell the tag `{notebooks.STDERR_TAG}`."
            )
        cell = notebooks.tagged(executed, notebooks.PARAMETERS_TAG)
        if find_parameters and cell is not None:
            names = used.read_text(encoding="utf-8").split() if used.exists() else []
            cell.source = notebooks.parameter_cell(names, cell.source)
        notebooks.write(executed, target)
        return set(uses.read_text(encoding="utf-8").split("\n"))


def _own(notebook: Any, changes: Mapping[str, parameters.Value]) -> dict[str, parameters.Value]:
    """The changes that reach a page: those of parameters that it declares."""
    declared = notebooks.declared(notebook)
    return {name: value for name, value in changes.items() if name in declared}


def key(page: Page, changes: Mapping[str, parameters.Value], find_parameters: bool = False) -> str:
    """A page's key: the same for two runs that can differ only by what the page uses."""
    manner = "find parameters" if find_parameters else ""
    values = {**_own(notebooks.read(page.path), changes), **dict(page.own), "": page.heading}
    return identity.of_page(page.path, values, manner)


def execute_pages(
    chosen: Iterable[Page],
    scenario: scenarios.Scenario,
    target: Path,
    progress: Progress = silent,
    find_parameters: bool = False,
    workers: int | None = None,
    again: bool = False,
) -> dict[str, Path]:
    """Bring pages up to date for a scenario in `target`; returns the executed notebook of each page, in their order.

    A page whose identity is known comes from the store. The others run, `workers` at a time (default: one a core, and
    one more, for whenever another waits for its kernel to start), those that took longest before come first.
    again:  run pages although they are known
    Raises PageFailure at the first page that fails; the kernels of the others are ended.
    """
    running = [page for page in chosen if page.runs]
    before = identity.Snapshot()
    keys = {page.name: key(page, scenario.changes, find_parameters) for page in running}
    done: dict[str, Path] = {}
    stale: list[Page] = []
    for page in running:
        path = target / f"{page.name}.ipynb"
        known = None if again else store.find_page(keys[page.name])
        if known is None:
            stale.append(page)
        else:
            files.replace(path, known)
            done[page.name] = path
    if stale:
        kernels.warm_up()
    stopped = threading.Event()

    def run(page: Page) -> Path:
        if stopped.is_set():
            raise KeyboardInterrupt
        path, start = target / f"{page.name}.ipynb", time.perf_counter()
        used = execute(page.path, path, scenario.changes, find_parameters, page)
        uses = {use: before.of_use(use) for use in used}
        # A file that was edited while the page ran may have been read before or after: such a run proves nothing.
        if all(before.holds(use) and kernels.has_read(use) for use in uses):
            store.keep_page(keys[page.name], page.name, uses, path.read_bytes(), time.perf_counter() - start)
        return path

    past = store.durations()
    queue = sorted(stale, key=lambda page: past.get(page.name, float("inf")), reverse=True)
    progress("running the pages", 0, len(stale))
    with ThreadPoolExecutor(max_workers=workers or 1 + (os.cpu_count() or 1)) as pool:
        futures = {pool.submit(run, page): page.name for page in queue}
        try:
            _collect(futures, done, progress)
        except BaseException:
            stopped.set()
            pool.shutdown(wait=False, cancel_futures=True)
            kernels.stop_all()
            raise
    return {page.name: done[page.name] for page in running}


def _collect(futures: dict[Future[Path], str], done: dict[str, Path], progress: Progress) -> None:
    """Take the pages as they are finished, and say which are being run."""
    left = set(futures)
    while left:
        names = [futures[future] for future in left if future.running()]
        progress(", ".join(sorted(names)) or "running the pages", len(futures) - len(left), len(futures))
        ready, left = wait(left, return_when=FIRST_COMPLETED)
        for future in ready:
            done[futures[future]] = future.result()
    progress("pages are up to date", len(futures), len(futures))

"""Single pages on a Dask cluster, run by the program that runs those of a sweep: `report run --scheduler`."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from pathlib import Path

from analysis.report import files, notebooks
from analysis.report.execution import Progress
from analysis.report.sweeps import ask, cluster, pages, run
from analysis.scenarios import Scenario

# Pages that a worker runs in one program: enough to pay for its start, few enough to share the work.
TOGETHER = 8


def execute_pages(
    chosen: Iterable[notebooks.Page], scenario: Scenario, target: Path, scheduler: str, progress: Progress
) -> dict[str, Path]:
    """Run pages on a cluster's workers into `target`; PageFailure tells of those that failed, when all are done."""
    names = [page.name for page in chosen if page.runs]
    parts = [tuple(names[first : first + TOGETHER]) for first in range(0, len(names), TOGETHER)]
    jobs = [pages.Job(number, str(number), scenario.changes, part) for number, part in enumerate(parts, start=1)]
    sources, done, failed = ask.sources(True), dict[str, Path](), dict[str, str]()
    with cluster.connected(scheduler, sources, True) as far:
        function = partial(cluster.checked, pages.run_elsewhere, sources, True)
        for _, (executed, errors) in run.each_done(far.pool(), function, iter(jobs), far.threads, far.lost):
            failed |= errors
            for name, content in executed.items():
                done[name] = target / f"{name}.ipynb"
                files.replace(done[name], content)
            progress("running pages", len(done) + len(failed), len(names))
    if failed:
        raise notebooks.PageFailure("\n".join(failed.values()))
    return {name: done[name] for name in names}

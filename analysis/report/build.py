"""A scenario to a site: execute the stale pages, render, check, and only then put the new site in place.

Nothing is written outside the output folder's own neighbourhood, and the site that was there stays until the new one
is whole. A site that was made from just the same is left as it is.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from analysis.report import identity, kernels, manifest, notebooks, rendering, store
from analysis.report.check import require_sound_data
from analysis.report.execution import Progress, execute_pages, silent
from analysis.report.place import BUILD, BuildError, alone, filling, put, told, work_of_its_own
from analysis.scenarios import Scenario

# How often `refresh` looks at all pages: the review kit reads what other pages say.
ROUNDS = 4


def output_folder(scenario: Scenario) -> Path:
    """Where a scenario's site goes: _build/html for the base case, _build/<name>/html for others."""
    return BUILD / "html" if scenario.is_base else BUILD / scenario.name / "html"


def work_folder(scenario: Scenario) -> Path:
    return BUILD / ".work" / ("base" if scenario.is_base else scenario.name)


def build(scenario: Scenario, out: Path | None = None, progress: Progress = silent, again: bool = False) -> Path:
    """Build a scenario's whole site; returns its folder. BuildError or PageFailure leave the earlier site as it was.

    again: run every page and render, although nothing has changed
    """
    addresses = {name: os.environ.get(variable, "") for name, variable in rendering.ADDRESSES.items()}
    case = json.dumps([scenario.name, scenario.title, scenario.motive, dict(scenario.changes), addresses])
    with filling(out or output_folder(scenario), manifest.SITE) as target:
        stamps, made_from = identity.stamps(), identity.of_site(case)
        if not again and store.site_made_from(target) == made_from:
            progress("nothing has changed", 1, 1)
            return target
        with work_of_its_own(work_folder(scenario)) as work, told(f"the site in {target} is as it was before"):
            _make(scenario, work, progress, again)
            if stamps != identity.stamps():
                # Also where it has been changed back: pages may have read it in between.
                raise BuildError("A file of the report was changed while the site was built from it. Run again.")
            _publish(work, target, case, made_from)
    progress("done", 1, 1)
    return target


def _make(scenario: Scenario, work: Path, progress: Progress, again: bool) -> None:
    """A scenario's site, whole and checked, in the folder `work`/source/_build/html."""
    kernels.warm_up()
    # It imports while the pages run, and renders while the pictures are drawn.
    with rendering.renderer(work / "source") as rendered, ThreadPoolExecutor(max_workers=1) as beside:
        require_sound_data()
        # Imported now, while the server of kernels imports too.
        guests = rendering.guests()
        executed = execute_pages(notebooks.published(), scenario, work / "executed", progress, again=again)
        progress("rendering", 0, 1)
        rendering.stage(scenario, executed, work / "source")
        drawn = beside.submit(rendering.write_figures, executed, work / "figures", progress)
        added = [beside.submit(guest.write, work / "beside", executed, scenario) for guest in guests]
        html = rendered()
        figures = drawn.result()
        for each in added:
            each.result()
    shutil.copytree(work / "figures", html / "figures", dirs_exist_ok=True)
    shutil.copytree(work / "beside", html, dirs_exist_ok=True)
    rendering.complete(html, figures, notebooks.published())


def _publish(work: Path, target: Path, case: str, made_from: str) -> None:
    if identity.of_site(case) != made_from:
        raise BuildError("A file of the report was changed while the site was built from it. Run again.")
    put(work / "source" / "_build" / "html", target, manifest.SITE)
    store.keep_site(target, made_from)


def refresh(names: Iterable[str] = (), progress: Progress = silent) -> list[str]:
    """Bring pages in book/ up to date: generated cells and the base case's outputs. Names of pages that changed.

    Each page runs once with every parameter at hand; the ones that it used become its parameters cell.
    """
    chosen = [notebooks.page(name) for name in names] or notebooks.sources()
    with alone(notebooks.BOOK), told("every page in book/ is whole"):
        return _refresh(chosen, progress)


def _refresh(chosen: list[notebooks.Page], progress: Progress) -> list[str]:
    kernels.warm_up()
    require_sound_data()
    folder = work_folder(Scenario()) / "refreshed"
    changed: set[str] = set()
    # Some pages read others. Those that did not change are not run again, so one round more costs little.
    for _ in range(ROUNDS):
        executed = execute_pages(chosen, Scenario(), folder, progress, find_parameters=True)
        stale = [p for p in chosen if p.name in executed and executed[p.name].read_bytes() != p.path.read_bytes()]
        for page in stale:
            notebooks.write(notebooks.read(executed[page.name]), page.path)
        if not stale:
            break
        changed.update(page.name for page in stale)
    return [page.name for page in chosen if page.name in changed]

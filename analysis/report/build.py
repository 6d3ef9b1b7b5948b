"""A scenario to a site: execute the stale pages, render, check, and only then put the new site in place.

Nothing is written outside the output folder's own neighbourhood, and the site that was there stays until the new one
is whole. A site that was made from just the same is left as it is.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from html import escape
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any

import yaml

from analysis import tables, untrusted, words, written
from analysis.figures import NAMES
from analysis.parameters import known
from analysis.report import identity, kernels, manifest, notebooks, own, store, surroundings
from analysis.report.execution import Progress, execute_pages, silent
from analysis.report.place import BUILD as BUILD
from analysis.report.place import BuildError as BuildError
from analysis.report.place import alone as alone
from analysis.report.place import filling, put, work_of_its_own
from analysis.report.place import told as told
from analysis.scenarios import Scenario

PNG_DPI = 200

# How often `refresh` looks at all pages: the review kit reads what other pages say.
ROUNDS = 4
# Jupyter Book's module has no entry of its own; this works wherever the package is, whatever its script is called.
# It ends with the process that called it, and puts no colours into what it says, which Sphinx does anywhere.
RENDERER = """
import os, sys, threading
from jupyter_book.cli.main import main
from sphinx.util.console import nocolor
threading.Thread(target=lambda: (os.read(0, 1), os._exit(1)), daemon=True).start()
nocolor()
main()
"""

# Setting of _config.yml -> the environment variable that overrides it for one build.
ADDRESSES = {"html_baseurl": "REPORT_SITE_URL", "report_repository_url": "REPORT_REPOSITORY_URL"}


def output_folder(scenario: Scenario) -> Path:
    """Where a scenario's site goes: _build/html for the base case, _build/<name>/html for others."""
    return BUILD / "html" if scenario.is_base else BUILD / scenario.name / "html"


def work_folder(scenario: Scenario) -> Path:
    return BUILD / ".work" / ("base" if scenario.is_base else scenario.name)


def require_sound_data() -> None:
    """BuildError listing every fault in data/, before anything is run."""
    found = tables.problems()
    if found:
        raise BuildError("The data cannot be used:\n" + "\n".join(f"  {line}" for line in found))


def announcement(scenario: Scenario) -> str:
    """The bar on every page of a scenario's site: which assumptions differ from the base case, and by how much."""
    if scenario.is_base:
        return ""
    parts = []
    for row in scenario.differences().itertuples():
        unit = known()[row.name].unit
        change = "" if row.change != row.change else f" ({words.signed_percent(row.change)})"
        parts.append(
            f"{escape(row.title)}: <strong>{escape(_shown(row.here, unit))}</strong>{change} "
            f"instead of {escape(_shown(row.base, unit))}"
        )
    motive = f" {escape(scenario.motive)}" if scenario.motive else ""
    return (
        f'<div class="scenario"><strong>Scenario: {escape(scenario.title)}.</strong>{motive} '
        f"Every number on this page rests on: {'; '.join(parts)}. "
        "The published report uses the base case.</div>"
    )


def _shown(value: object, unit: str) -> str:
    if isinstance(value, str):
        return value
    return f"{words.digits(float(value), 6)} {unit}"  # type: ignore[arg-type]


def _without_book(value: object) -> object:
    """Paths of the configuration as they are in the staged folder, where pages stand at the root."""
    if isinstance(value, str):
        return value.removeprefix("book/")
    if isinstance(value, list):
        return [_without_book(item) for item in value]
    if isinstance(value, dict):
        return {key: _without_book(item) for key, item in value.items()}
    return value


def staged(path: Path) -> Any:
    """A configuration in YAML, with its paths as they are in a staged folder."""
    return _without_book(written.yaml_of(path))


def published_at(variable: str, setting: str) -> str:
    """An address that the site names: from the environment, else from _config.yml; "" where nobody has said."""
    address = os.environ.get(variable, "") or setting
    if address and not re.fullmatch(r"https?://[A-Za-z0-9.:-]+(/[A-Za-z0-9._~/-]*)?", address):
        raise BuildError(
            f"{variable} = {address[:80]!r} is no web address. "
            "Give one like https://example.org/report, or leave it out."
        )
    return address.rstrip("/")


def addressed(settings: dict[str, Any]) -> dict[str, Any]:
    """Sphinx's settings as they are for a staged folder, with the addresses that hold for this build."""
    found = {name: _without_book(value) for name, value in settings.items()}
    return found | {name: published_at(variable, str(found[name])) for name, variable in ADDRESSES.items()}


def site_address() -> str:
    """Where the site will be published; "" where nobody has said it."""
    config = written.yaml_of(notebooks.ROOT / "_config.yml")
    return published_at("REPORT_SITE_URL", config["sphinx"]["config"]["html_baseurl"])


def guests() -> list[ModuleType]:
    """Packages above this one that add to the site: `append(folder, scenario)` to the staged pages, and
    `write(folder, executed, scenario)` what stands beside the rendered ones."""
    config = written.yaml_of(notebooks.ROOT / "_config.yml")
    return [import_module(name) for name in config["sphinx"]["config"]["report_guests"]]


def stage(scenario: Scenario, executed: dict[str, Path], folder: Path) -> None:
    """Lay out what Jupyter Book renders: pages at the root, so that addresses are short, and its configuration."""
    if folder.exists():
        shutil.rmtree(folder)
    own.copy("book", folder, but=".ipynb")
    for name, path in executed.items():
        shutil.copyfile(path, folder / f"{name}.ipynb")
    for guest in guests():
        guest.append(folder, scenario)
    toc, config = (written.yaml_of(notebooks.ROOT / name) for name in ("_toc.yml", "_config.yml"))
    config["sphinx"]["config"] = addressed(config["sphinx"]["config"])
    config["sphinx"]["config"]["report_changes"] = dict(scenario.changes)
    bar = announcement(scenario)
    if bar:
        config["title"] = f"{config['title']} ({untrusted.as_title(scenario.title)})"
        config["sphinx"]["config"].setdefault("html_theme_options", {})["announcement"] = bar
    for name, content in (("_toc.yml", toc), ("_config.yml", config)):
        (folder / name).write_text(yaml.safe_dump(_without_book(content), sort_keys=False), encoding="utf-8")


def render(folder: Path) -> Path:
    """Jupyter Book over a staged folder, warnings as errors; the html folder, or BuildError with what it said."""
    command = [sys.executable, "-c", RENDERER, "build", str(folder), "-W", "-n", "--keep-going"]
    # In that folder: docutils and matplotlib look for settings in the one that they are in.
    place: dict[str, Any] = {"env": surroundings.environment(), "cwd": folder}
    # The other end is closed when this process ends, in whatever way.
    theirs, ours = os.pipe()
    try:
        run = subprocess.run(command, stdin=theirs, capture_output=True, encoding="utf-8", errors="replace", **place)
    finally:
        os.close(theirs)
        os.close(ours)
    html = folder / "_build" / "html"
    if run.returncode or not (html / "index.html").exists():
        # The pages as their author knows them: what is rendered is a copy that goes with the build.
        told = (run.stdout + run.stderr).replace(f"{folder}{os.sep}", "book/").splitlines()
        complaints = [line for line in told if "WARNING" in line or "ERROR" in line or "Error" in line]
        raise BuildError("Jupyter Book refused the pages:\n" + "\n".join(complaints[-30:] or told[-30:]))
    # Else a branch of GitHub Pages, which goes through Jekyll, would lose the folders whose names begin with "_".
    (html / ".nojekyll").touch()
    return html


def drawings(executed: Iterable[Path]) -> Iterator[tuple[str, str, str]]:
    """Name, SVG and CSV of every figure on executed pages, once each."""
    seen = set()
    for path in executed:
        for cell in notebooks.read(path).cells:
            for output in cell.get("outputs", []):
                name = output.get("metadata", {}).get("image/svg+xml", {}).get("name")
                if name and name not in seen:
                    seen.add(name)
                    yield name, output.data["image/svg+xml"], output.data["text/csv"]


def png(svg: str) -> bytes:
    """A figure's SVG as PNG, large enough for slides; drawn once for the same SVG."""
    import resvg_py

    def draw() -> bytes:
        return bytes(resvg_py.svg_to_bytes(svg_string=svg, dpi=PNG_DPI, skip_system_fonts=True))

    return store.picture(identity.digest(svg, str(PNG_DPI), version("resvg_py")), draw)


def write_figures(executed: dict[str, Path], folder: Path, progress: Progress = silent) -> list[str]:
    """Every figure of executed pages as SVG, CSV and PNG; their names."""
    folder.mkdir(parents=True, exist_ok=True)
    found = list(drawings(executed.values()))
    for done, (name, svg, csv) in enumerate(found, start=1):
        (folder / f"{name}.svg").write_text(svg, encoding="utf-8")
        (folder / f"{name}.csv").write_text(csv, encoding="utf-8")
        (folder / f"{name}.png").write_bytes(png(svg))
        progress(f"figure {name}", done, len(found))
    return [name for name, _, _ in found]


def faults(html: Path, figures: Iterable[str]) -> list[str]:
    """What would make a rendered site unfit to publish."""
    found = []
    for page in notebooks.pages():
        path = html / f"{page.name}.html"
        if not path.exists():
            found.append(f"{page.name}.html is missing")
            continue
        text = path.read_text(encoding="utf-8")
        if 'class="pasted-text"></span>' in text:
            found.append(f"{page.name}.html has a blank where a result belongs")
    found.extend(f"figure {name} is on no page" for name in NAMES if name not in set(figures))
    return found


def build(scenario: Scenario, out: Path | None = None, progress: Progress = silent, again: bool = False) -> Path:
    """Build a scenario's whole site; returns its folder. BuildError or PageFailure leave the earlier site as it was.

    again: run every page and render, although nothing has changed
    """
    addresses = {name: os.environ.get(variable, "") for name, variable in ADDRESSES.items()}
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
    require_sound_data()
    executed = execute_pages(notebooks.pages(), scenario, work / "executed", progress, again=again)
    progress("rendering", 0, 1)
    stage(scenario, executed, work / "source")
    with ThreadPoolExecutor(max_workers=1) as beside:
        # The pictures are drawn while Jupyter Book renders, on another core.
        drawn = beside.submit(write_figures, executed, work / "figures", progress)
        added = [beside.submit(guest.write, work / "beside", executed, scenario) for guest in guests()]
        html = render(work / "source")
        figures = drawn.result()
        for each in added:
            each.result()
    shutil.copytree(work / "figures", html / "figures")
    shutil.copytree(work / "beside", html, dirs_exist_ok=True)
    complete(html, figures)


def complete(html: Path, figures: Iterable[str]) -> None:
    """Give a rendered site, which has its figures, the rest; BuildError, if it is not fit to publish."""
    # Not before: the site's extension is slow to import, and a site that is current needs none of it.
    from analysis.report.site.metadata import cards

    # What Sphinx was set to, for a later build into the same folder: none comes, and it differs from place to place.
    (html / ".buildinfo").unlink(missing_ok=True)
    cards.write(html)
    wrong = faults(html, figures)
    if wrong:
        raise BuildError("The rendered site is not fit to publish:\n" + "\n".join(f"  {line}" for line in wrong))


def _publish(work: Path, target: Path, case: str, made_from: str) -> None:
    if identity.of_site(case) != made_from:
        raise BuildError("A file of the report was changed while the site was built from it. Run again.")
    put(work / "source" / "_build" / "html", target, manifest.SITE)
    store.keep_site(target, made_from)


def refresh(names: Iterable[str] = (), progress: Progress = silent) -> list[str]:
    """Bring pages in book/ up to date: generated cells and the base case's outputs. Names of pages that changed.

    Each page runs once with every parameter at hand; the ones that it used become its parameters cell.
    """
    chosen = [notebooks.page(name) for name in names] or notebooks.pages()
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

"""A scenario to a site: execute every page, render, check, and only then put the new site in place.

The pages run in separate processes. Nothing is written outside the output folder's own neighbourhood, and the
site that was there stays until the new one is whole.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor, as_completed
from html import escape
from pathlib import Path

import yaml

from analysis import tables, words
from analysis.case import Case
from analysis.figures import FIGURES
from analysis.parameters import Scenario, known
from analysis.report import notebooks

BUILD = notebooks.ROOT / "_build"

# Setting of _config.yml -> the environment variable that overrides it for one build.
ADDRESSES = {"html_baseurl": "REPORT_SITE_URL", "report_repository_url": "REPORT_REPOSITORY_URL"}

Progress = Callable[[str, int, int], None]


class BuildError(Exception):
    """The site could not be built; what was published before is untouched."""


def silent(what: str, done: int, total: int) -> None:
    """A progress display that shows nothing."""


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


def execute_pages(
    chosen: Iterable[notebooks.Page],
    scenario: Scenario,
    target: Path,
    progress: Progress = silent,
    find_parameters: bool = False,
) -> dict[str, Path]:
    """Run pages for a scenario into `target`; returns the executed notebook of each page."""
    running = [page for page in chosen if page.runs]
    done: dict[str, Path] = {}
    with ProcessPoolExecutor(max_workers=max(1, min(len(running), os.cpu_count() or 1))) as pool:
        futures = {
            pool.submit(
                notebooks.execute,
                page.path,
                target / f"{page.name}.ipynb",
                dict(scenario.changes),
                find_parameters,
            ): page.name
            for page in running
        }
        progress("running the pages", 0, len(running))
        try:
            for future in as_completed(futures):
                done[futures[future]] = future.result()
                progress(futures[future], len(done), len(running))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return done


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


def published_at(variable: str, setting: str) -> str:
    """An address that the site names: from the environment, else from _config.yml; "" where nobody has said."""
    address = os.environ.get(variable, "") or setting
    if address and not re.fullmatch(r"https?://[A-Za-z0-9.:-]+(/[A-Za-z0-9._~/-]*)?", address):
        raise BuildError(
            f"{variable} = {address[:80]!r} is no web address. "
            "Give one like https://example.org/report, or leave it out."
        )
    return address.rstrip("/")


def stage(scenario: Scenario, executed: dict[str, Path], folder: Path) -> None:
    """Lay out what Jupyter Book renders: pages at the root, so that addresses are short, and its configuration."""
    if folder.exists():
        shutil.rmtree(folder)
    shutil.copytree(notebooks.BOOK, folder, ignore=shutil.ignore_patterns("*.ipynb", ".ipynb_checkpoints"))
    for name, path in executed.items():
        shutil.copyfile(path, folder / f"{name}.ipynb")
    toc = yaml.safe_load((notebooks.ROOT / "_toc.yml").read_text(encoding="utf-8"))
    config = yaml.safe_load((notebooks.ROOT / "_config.yml").read_text(encoding="utf-8"))
    for setting, variable in ADDRESSES.items():
        config["sphinx"]["config"][setting] = published_at(variable, config["sphinx"]["config"][setting])
    config["sphinx"]["config"]["report_changes"] = dict(scenario.changes)
    bar = announcement(scenario)
    if bar:
        config["title"] = f"{config['title']} ({scenario.title})"
        config["sphinx"]["config"].setdefault("html_theme_options", {})["announcement"] = bar
    for name, content in (("_toc.yml", toc), ("_config.yml", config)):
        (folder / name).write_text(yaml.safe_dump(_without_book(content), sort_keys=False), encoding="utf-8")


def render(folder: Path) -> Path:
    """Jupyter Book over a staged folder, warnings as errors; the html folder, or BuildError with what it said."""
    # Jupyter Book's module has no entry of its own; this works wherever the package is, whatever its script is called.
    start = "from jupyter_book.cli.main import main; main()"
    command = [sys.executable, "-c", start, "build", str(folder), "-W", "-n", "--keep-going"]
    run = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **notebooks.QUIET})
    html = folder / "_build" / "html"
    if run.returncode or not (html / "index.html").exists():
        told = (run.stdout + run.stderr).splitlines()
        complaints = [line for line in told if "WARNING" in line or "ERROR" in line or "Error" in line]
        raise BuildError("Jupyter Book refused the pages:\n" + "\n".join(complaints[-30:] or told[-30:]))
    return html


def write_figures(
    executed: dict[str, Path], scenario: Scenario, folder: Path, progress: Progress = silent
) -> list[str]:
    """Every figure as SVG and CSV (from the page that shows it) and as PNG (drawn again, larger); their names."""
    folder.mkdir(parents=True, exist_ok=True)
    case = Case(scenario=scenario)
    written: list[str] = []
    for path in executed.values():
        for cell in notebooks.read(path).cells:
            for output in cell.get("outputs", []):
                name = output.get("metadata", {}).get("image/svg+xml", {}).get("name")
                if not name or name in written:
                    continue
                (folder / f"{name}.svg").write_text(output.data["image/svg+xml"], encoding="utf-8")
                (folder / f"{name}.csv").write_text(output.data["text/csv"], encoding="utf-8")
                (folder / f"{name}.png").write_bytes(FIGURES[name](case).png())
                written.append(name)
                progress(f"figure {name}", len(written), len(FIGURES))
    return written


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
    found.extend(f"figure {name} is on no page" for name in FIGURES if name not in set(figures))
    return found


def swap(new: Path, target: Path) -> None:
    """Put a finished folder in the place of another; the old one stays until the new one is there."""
    target.parent.mkdir(parents=True, exist_ok=True)
    old = target.with_name(target.name + ".old")
    if old.exists():
        shutil.rmtree(old)
    if target.exists():
        target.rename(old)
    try:
        shutil.move(str(new), str(target))
    except BaseException:
        if old.exists():
            old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)


def build(scenario: Scenario, out: Path | None = None, progress: Progress = silent) -> Path:
    """Build a scenario's whole site; returns its folder. BuildError or PageFailure leave the earlier site as it was."""
    require_sound_data()
    target = (out or output_folder(scenario)).resolve()
    if target.exists() and any(target.iterdir()) and not (target / "index.html").exists():
        raise BuildError(
            f"{target} holds files that are no site of this report. Name an empty or a new folder with --out."
        )
    work = work_folder(scenario)
    executed = execute_pages(notebooks.pages(), scenario, work / "executed", progress)
    progress("rendering", 0, 1)
    stage(scenario, executed, work / "source")
    html = render(work / "source")
    figures = write_figures(executed, scenario, html / "figures", progress)
    wrong = faults(html, figures)
    if wrong:
        raise BuildError("The rendered site is not fit to publish:\n" + "\n".join(f"  {line}" for line in wrong))
    swap(html, target)
    progress("done", 1, 1)
    return target


def refresh(names: Iterable[str] = (), progress: Progress = silent) -> list[str]:
    """Bring pages in book/ up to date: generated cells and the base case's outputs. Names of pages that changed.

    Each page runs once with every parameter at hand; the ones that it used become its parameters cell.
    """
    require_sound_data()
    chosen = [notebooks.page(name) for name in names] or notebooks.pages()
    folder = work_folder(Scenario()) / "refreshed"
    executed = execute_pages(chosen, Scenario(), folder, progress, find_parameters=True)
    changed = []
    for page in chosen:
        if page.name in executed and executed[page.name].read_bytes() != page.path.read_bytes():
            notebooks.write(notebooks.read(executed[page.name]), page.path)
            changed.append(page.name)
    return changed

"""`report compare`: scenarios beside the base case, in the terminal, as CSV, and as a site with their own page."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pandas as pd
from rich.console import Console
from rich.table import Table
from rich.text import Text

from analysis.comparison import OTHERS, SCENARIOS_VARIABLE, Choice, Comparison, rows, shipped
from analysis.report import build as builder
from analysis.report import kernels, manifest, place
from analysis.report.execution import Progress, silent
from analysis.scenarios import Scenario
from analysis.sensitivity import HEADLINES

PAGE, TABLE, SITE = "scenarios.html", "comparison.csv", "html"
# A folder's name longer than this is cut, and told apart by a digest.
LONGEST = 100


def folder(choice: Choice) -> Path:
    """Where a comparison goes: _build/compare/<names>, `all` for all shipped scenarios."""
    names = [entry.scenario.name for entry in choice.entries]
    text = "all" if names == list(shipped()) else "+".join(names)
    if len(text) > LONGEST:
        text = f"{text[:LONGEST]}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"
    return place.BUILD / "compare" / text


def usable(choice: Choice, out: Path | None, site: bool) -> Path:
    """The folder of a comparison; BuildError, before anything is done, if it or its site must not be written."""
    target = place.usable(out or folder(choice), manifest.COMPARISON, _is_of_the_site)
    if site:
        place.usable(target / SITE, manifest.SITE)
    return target


def _is_of_the_site(name: str) -> bool:
    """The site beside the table has a list of its own."""
    return name.startswith(f"{SITE}/")


def write_csv(found: Comparison, target: Path) -> Path:
    """Everything that is compared as comparison.csv in `target`, whole or not at all; BuildError if it cannot be."""
    place.require_ours(target, manifest.COMPARISON, _is_of_the_site)
    with place.told(f"what was in {target} before is whole"):
        manifest.put(target, manifest.COMPARISON, {TABLE: found.csv().encode("utf-8")})
    return target / TABLE


def build_site(choice: Choice, target: Path, progress: Progress = silent) -> Path:
    """The base case's site with a comparison of these scenarios; returns the address of that page.

    BuildError or PageFailure leave an earlier site as it was.
    """
    # Pages learn the scenarios from the environment, which their kernels inherit.
    with kernels.environment({**os.environ, SCENARIOS_VARIABLE: choice.variable}):
        return builder.build(Scenario(), target / SITE, progress) / PAGE


def show(found: Comparison, console: Console) -> None:
    """The comparison as tables in a terminal."""
    assumptions = rows.assumptions(found).drop(columns="source")
    _print(console, "Changed assumptions", assumptions)
    _print(console, "Main results", _indented(rows.results(found, HEADLINES)))
    moving = [name for name in OTHERS if found.movers(name)]
    if moving:
        _print(console, "Other results that move", _indented(rows.results(found, moving)))
    turned = rows.verdicts(found).drop(columns=["before", "after"])
    if len(turned):
        _print(console, "Verdicts that turn", turned)
    console.print(rows.turns(found), highlight=False, markup=False, soft_wrap=True)


def _indented(frame: pd.DataFrame) -> pd.DataFrame:
    """Results with the scenarios set in below the base case."""
    titles = [row.Result if row.first else f"  {row.Result}" for row in frame.itertuples()]
    return frame.assign(Result=titles).drop(columns="first")


def _print(console: Console, title: str, frame: pd.DataFrame) -> None:
    # As Text: a scenario's title is anybody's, and no square bracket in it is a style.
    table = Table(title=title, title_justify="left", box=None, header_style="bold", pad_edge=False)
    for column in frame.columns:
        table.add_column(column, justify="right" if column in ("Change", "Relative") else "left")
    for row in frame.itertuples(index=False):
        table.add_row(*(Text(str(cell)) for cell in row))
    console.print(table)
    console.print()

"""Whose a value is: what a source said stays what it said, and a scenario's own value is told as the scenario's.

{staff_cost_usd_per_head_year_base} is what the source of the row said, in every case, and
{staff_cost_usd_per_head_year_here} what the case takes in its place: nothing where it takes the same.

    Epoch AI found a median of {staff_cost_usd_per_head_year_base}{staff_cost_usd_per_head_year_here}.
    Epoch AI found a median of $330,000; this scenario takes $400,000.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from analysis import parameters, written
from analysis.case import Case
from analysis.judgements.registry import Said, judgement


def changed(case: Case, *names: str) -> bool:
    """Whether the case has another value than the row of data/assumptions.csv, for one of some parameters at least."""
    known = parameters.known()
    return any(getattr(case.point, name) != known[name].value for name in names)


def _whose(name: str, of: Sequence[str], own: str, here: str) -> None:
    """Register what is said where the case has the values of data/assumptions.csv, and where it has its own."""

    def readings(case: Case) -> Said:
        yield not changed(case, *of), own
        yield True, here

    readings.__name__ = name
    judgement(readings)


for _name in parameters.known():
    # Of the draws no source says anything.
    if _name not in ("draws", "seed"):
        _whose(f"{_name}_here", [_name], "", f"; this scenario takes {{{_name}}}")
for _name, _row in written.toml_of(Path(__file__).with_suffix(".toml")).items():
    _whose(_name, **_row)


@judgement
def the_fleet(case: Case) -> Said:
    """The account of the fleet that the case uses, as the subject or the object of a sentence."""
    fleet = case.point.fleet
    yield fleet == "semianalysis", "the analyst's whole fleet"
    yield fleet == "hopper_only", "the analyst's fleet without its A100s"
    yield fleet == "without_h20", "the analyst's fleet without its H20s"
    yield fleet == "without_h100", "the analyst's fleet without the disputed H100s"
    yield fleet == "press", "the fleet that unnamed sources told a newspaper of"
    yield True, "the fleet that documents show"


@judgement
def fleet_says_who(case: Case) -> Said:
    """Who counted the GPUs of the case's fleet."""
    yield case.point.fleet not in ("press", "documented"), "SemiAnalysis"
    yield case.point.fleet == "press", "unnamed sources of the Financial Times"
    yield True, "documents of the owners"


@judgement
def hopper_prices_move(case: Case) -> Said:
    """Whether prices of Hopper servers are drawn with a common factor."""
    yield case.point.hopper_price_correlation > 0, "Prices of Hopper servers move together."
    yield True, "In this scenario the prices of Hopper servers are drawn as if each moved alone."


@judgement
def one_invoice_tells(case: Case) -> Said:
    """After the correlation of the prices of Hopper servers: what one says about the others."""
    correlation = case.point.hopper_price_correlation
    yield correlation >= 0.5, "so one invoice tells much about all"
    yield correlation > 0, "so one invoice tells a little about the others"
    yield True, "so one invoice tells nothing about the others"

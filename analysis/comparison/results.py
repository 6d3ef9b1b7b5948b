"""Every assumption, result and verdict of some scenarios beside those of the base case.

A result has a range in the base case and one in the scenario, and the two overlap widely: most of what is uncertain
is uncertain in both. So the change has a range of its own. For it, the assumptions that the scenario changes are held
at their two values, and all others are drawn once and used on both sides (common random numbers). What is left is
how sure the change is, if the scenario is taken at its word.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from analysis import claims, parameters, readings, scenarios, uncertainty, words
from analysis.case import Case, Quantity, Values
from analysis.claims import Flip
from analysis.comparison.choice import COMMON, Chosen
from analysis.quantities import REGISTRY
from analysis.sensitivity import HEADLINES
from analysis.untrusted import as_cell

# Results beside the headlines that a reader asks for.
OTHERS = (
    "rent_over_owner",
    "break_even_utilisation",
    "owner_capital_usd_per_gpu_hour",
    "owner_network_usd_per_gpu_hour",
    "owner_energy_usd_per_gpu_hour",
    "v3_r1_rental_usd",
    "llama31_rental_usd",
    "inference_day_usd",
    "programme_over_final_run",
    "llama31_over_v3_amortised",
    "gpt4_over_v3_amortised",
    "fleet_gpus",
    "fleet_capex_over_v3",
    "hopper_capex_usd",
    "documented_capex_usd",
    "fleet_energy_usd_per_year",
)
RESULTS = (*HEADLINES, *OTHERS)

THIS_CASE = "this_case"

# Changes smaller than this are the last bit of arithmetic.
LAST_BIT = 1e-9

COLUMNS = (
    "section",
    "scenario",
    "item",
    "title",
    "unit",
    "basis",
    "base",
    "base_low",
    "base_high",
    "here",
    "low",
    "high",
    "change",
    "change_low",
    "change_high",
    "relative",
    "relative_low",
    "relative_high",
    "note",
    "source",
)


def _same(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=LAST_BIT, abs_tol=0.0)


@dataclass(frozen=True)
class Column:
    """One scenario of a comparison: what it is called, what it changes, how to build it, and its case."""

    name: str
    title: str
    motive: str
    source: str
    command: str
    changes: Mapping[str, parameters.Value]
    case: Case


@dataclass(frozen=True)
class Change:
    """One result in a scenario beside the base case.

    low and high are the 5-95 % range of the change, relative_low and relative_high that of the relative change: the
    second is not the first over a number, since the base case's value is drawn too.
    """

    scenario: str
    base: Quantity
    here: Quantity
    low: float
    high: float
    relative_low: float
    relative_high: float

    @property
    def change(self) -> float:
        return self.here.value - self.base.value

    @property
    def relative(self) -> float:
        """The change over the base case's value; NaN where that is zero."""
        return self.change / self.base.value if self.base.value else math.nan

    @property
    def certain(self) -> bool:
        return self.low == self.high

    @property
    def width_over_result(self) -> float:
        """Width of the change's range over that of the result's in the scenario; infinite where the result has none."""
        width = self.here.high - self.here.low
        return (self.high - self.low) / width if width else math.inf

    @property
    def text(self) -> str:
        """The change in words, as fine as its range allows: '+$0.98 million'."""
        return self._points(words.signed(self.change, self.base.unit, self.low, self.high))

    @property
    def range(self) -> str:
        """5-95 % range of the change; "" where nothing but the scenario decides it."""
        return "" if self.certain else self._points(words.span(self.change, self.base.unit, self.low, self.high))

    def _points(self, text: str) -> str:
        # A share that goes from 40 to 50 % rises by 10 points, and by 25 %.
        return text.replace(" %", " points") if self.base.unit == "fraction" else text

    @property
    def percent(self) -> str:
        """The relative change: '+17.5 %'."""
        return words.signed_percent(self.relative)

    @property
    def moved(self) -> bool:
        """Whether the central value is another one, or an end of the range is."""
        pairs = ("value", "low", "high")
        return not all(_same(getattr(self.base, key), getattr(self.here, key)) for key in pairs)


@dataclass(frozen=True)
class Turned:
    """A verdict that a scenario turns: the claim, both verdicts, and what brought it about, a sentence a record."""

    scenario: str
    flip: Flip
    claim: str
    reasons: tuple[str, ...]


def _held(case: Case, changed: Mapping[str, Any]) -> Values:
    """The draws of a case, with the changed assumptions held at the case's own values."""
    values = {**parameters.base(), **case.values}
    drawn = uncertainty.sample(
        parameters.known(),
        values,
        int(values["draws"]),
        int(values["seed"]),
        float(values["hopper_price_correlation"]),
    )
    return Values({**values, **{name: draws for name, draws in drawn.items() if name not in changed}}, set())


def _factor(change: Change) -> float:
    """By what factor a result moves, up or down, as a logarithm; infinite where it turns to nothing or its sign."""
    ratio = change.here.value / change.base.value if change.base.value else 0.0
    return abs(math.log(ratio)) if ratio > 0 else math.inf


def _range(draws: Any, central: float, size: float) -> tuple[float, float]:
    """5-95 % range of a change; size is what a last bit is measured by."""
    low, high = uncertainty.interval(draws)
    # As with a result: a value at the end of a range belongs to the range.
    low, high = min(low, central), max(high, central)
    return (low, high) if high - low > LAST_BIT * size else (central, central)


def _reason(before: claims.Finding, after: claims.Finding) -> str:
    """What one record of evidence says of a scenario that it did not say of the base case."""
    record, unit = after.record, after.record["unit"]
    reading = f", {record['reading']}" if record["reading"] else ""
    text = f"{record['part']}{reading}: "
    if after.numeric:
        outcomes = {before.outcome, after.outcome}
        key = "elsewhere" if not record["compare"] or ("elsewhere" in outcomes and "holds" not in outcomes) else "found"
        asserted, told = (readings.shown(finding.asserted, unit) for finding in (after, before))
        found, was = (readings.shown(getattr(finding, key), unit) for finding in (after, before))
        text += f"{asserted} asserted" + (f" (base case: {told})" if told != asserted else "")
        text += f", {found} found" + (f" (base case: {was})" if was != found else "") + ", so it "
    return f"{text}is “{after.said}” instead of “{before.said}”."


class Comparison:
    """Some scenarios beside the base case.

    base:    the base case
    columns: the scenarios, in order; the case that the page is built for comes first if it is none of them
    """

    def __init__(self, base: Case, columns: Sequence[Column]) -> None:
        self.base = base
        self.columns = tuple(columns)
        self._changes: dict[tuple[str, str], Change] = {}
        self._draws: dict[str, tuple[Values, Values]] = {}

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    # --- results ---------------------------------------------------------------------------------------------------

    def draws(self, column: Column, name: str) -> tuple[Any, Any]:
        """A result for every draw in the base case and in a scenario, all that it leaves alone being the same in both.

        An array each, or a number where nothing is drawn.
        """
        if column.name not in self._draws:
            self._draws[column.name] = _held(self.base, column.changes), _held(column.case, column.changes)
        base, here = (REGISTRY[name].compute(x, self.base.data) for x in self._draws[column.name])
        return base, here

    def change(self, column: Column, name: str) -> Change:
        """One result in one scenario beside the base case."""
        key = column.name, name
        if key not in self._changes:
            base, here = self.base[name], column.case[name]
            central = here.value - base.value
            relative = central / base.value if base.value else math.nan
            found = Change(column.name, base, here, central, central, relative, relative)
            if found.moved and REGISTRY[name].uncertain:
                before, after = self.draws(column, name)
                with np.errstate(all="ignore"):
                    absolute, shares = after - before, (after - before) / before
                absolute, shares = (
                    _range(absolute, central, max(abs(base.value), abs(here.value))),
                    _range(shares, relative, 1.0),
                )
                found = Change(column.name, base, here, *absolute, *shares)
            self._changes[key] = found
        return self._changes[key]

    def changes(self, name: str) -> list[Change]:
        """One result in every scenario."""
        return [self.change(column, name) for column in self.columns]

    def movers(self, name: str) -> list[Change]:
        """One result in the scenarios that move it."""
        return [change for change in self.changes(name) if change.moved]

    def largest(self, name: str) -> Change | None:
        """The scenario that moves a result by the largest factor, up or down; None if none moves it."""
        moved = [change for change in self.movers(name) if change.change]
        return max(moved, key=_factor, default=None)

    def largest_of(self, names: Sequence[str]) -> Change | None:
        """The largest of all changes of some results, by factor."""
        found = [largest for name in names if (largest := self.largest(name))]
        return max(found, key=_factor, default=None)

    def tightest(self, names: Sequence[str]) -> Change | None:
        """Of the changes that have a range, the one whose range is narrowest beside that of the scenario's result."""
        found = [change for name in names for change in self.movers(name) if not change.certain]
        return min(found, key=lambda change: change.width_over_result, default=None)

    # --- assumptions -----------------------------------------------------------------------------------------------

    @cached_property
    def assumptions(self) -> pd.DataFrame:
        """Every changed assumption: scenario, name, title, unit, base, here, relative, low, high, inside, source.

        low and high are the plausible range around the base case's value, inside says whether the new value lies in
        it; a choice has no range, and is inside.
        """
        rows = []
        for column in self.columns:
            scenario = scenarios.Scenario(changes=column.changes)
            for row in scenario.differences().to_dict("records"):
                known = parameters.known()[row["name"]]
                inside = bool(known.choices) or known.low <= row["here"] <= known.high
                plausible = {"low": known.low, "high": known.high, "inside": inside, "source": known.source}
                rows.append({"scenario": column.name, **row, **plausible})
        columns = ["scenario", "name", "title", "unit", "base", "here", "change", "low", "high", "inside", "source"]
        frame = pd.DataFrame(rows, columns=columns).rename(columns={"change": "relative"})
        return frame.astype({"inside": bool})

    # --- verdicts --------------------------------------------------------------------------------------------------

    @cached_property
    def turned(self) -> list[Turned]:
        """Every verdict of the audit that a scenario turns, and why."""
        found = []
        said = self.base.data.table("claims").set_index("claim_id")["claim"]
        for column in self.columns:
            flips = claims.flips(self.base, column.case)
            if not flips:
                continue
            before = claims.examine(self.base.point, self.base.data)
            after = claims.examine(column.case.point, column.case.data)
            for flip in flips:
                key = flip.claim_id, flip.question
                pairs = zip(before[key].findings, after[key].findings, strict=True)
                reasons = tuple(_reason(one, other) for one, other in pairs if one.outcome != other.outcome)
                found.append(Turned(column.name, flip, str(said[flip.claim_id]), reasons))
        return found

    # --- all of it -------------------------------------------------------------------------------------------------

    def frame(self) -> pd.DataFrame:
        """All that is compared as one long table, a row an item and scenario; COLUMNS names its columns.

        section: assumption, headline, result or verdict. low and high are an assumption's plausible range, or the
        5-95 % range of a result. note: whether a value lies in its range, whether a result moves, why a verdict turns.
        """
        rows: list[dict[str, Any]] = []
        for row in self.assumptions.to_dict("records"):
            note = "inside the plausible range" if row["inside"] else "outside the plausible range"
            number = not isinstance(row["here"], str)
            rest = {"item": row.pop("name"), "change": row["here"] - row["base"] if number else math.nan}
            rows.append({"section": "assumption", **row, **rest, "note": note if number else ""})
        for name in RESULTS:
            section = "headline" if name in HEADLINES else "result"
            for found in self.changes(name):
                base, here = found.base, found.here
                rows.append(
                    {
                        "section": section,
                        "scenario": found.scenario,
                        "item": name,
                        "title": base.title,
                        "unit": base.unit,
                        "basis": base.basis,
                        "base": base.value,
                        "base_low": base.low,
                        "base_high": base.high,
                        "here": here.value,
                        "low": here.low,
                        "high": here.high,
                        "change": found.change,
                        "change_low": found.low,
                        "change_high": found.high,
                        "relative": found.relative,
                        "relative_low": found.relative_low,
                        "relative_high": found.relative_high,
                        "note": "moved" if found.moved else "not moved",
                    }
                )
        for turn in self.turned:
            verdicts = {"base": turn.flip.before, "here": turn.flip.after, "note": " ".join(turn.reasons)}
            item = {"item": f"{turn.flip.claim_id} {turn.flip.question}", "title": turn.claim, "unit": "verdict"}
            rows.append({"section": "verdict", "scenario": turn.scenario, **item, **verdicts})
        return pd.DataFrame(rows, columns=list(COLUMNS))

    def csv(self) -> str:
        """The long table as CSV, ten significant digits; no text in it is a formula to a spreadsheet."""
        shown = self.frame().map(lambda value: f"{value:.10g}" if isinstance(value, float) else as_cell(value))
        return str(shown.replace("nan", "").to_csv(index=False, lineterminator="\n"))


def _beside(case: Case, changes: Mapping[str, parameters.Value]) -> Case:
    """Another case that is drawn like this one, and lets the page know what it uses and reads."""
    common = {name: getattr(case.point, name) for name in COMMON}
    other = Case({**parameters.base(), **changes, **common}, used=case.used, trace=case.trace)
    other.data = case.data
    return other


def compare(case: Case, entries: Sequence[Chosen]) -> Comparison:
    """Scenarios beside the base case, on a page that is built for `case`.

    If the case is not the base case, it is one of the columns: marked, where a scenario changes the same as it does;
    one more, called "This case", where none does.
    """
    own = {name: value for name, value in parameters.without_idle_changes(case.values).items() if name not in COMMON}
    columns = []
    for entry in entries:
        scenario, here = entry.scenario, bool(own) and entry.changes == own
        columns.append(
            Column(
                scenario.name,
                scenario.title + (" (this case)" if here else ""),
                scenario.motive,
                scenario.source,
                entry.command,
                entry.changes,
                case if here else _beside(case, entry.changes),
            )
        )
    if own and not any(column.case is case for column in columns):
        command = "report build " + " ".join(f"-p {name}={value}" for name, value in own.items())
        columns.insert(0, Column(THIS_CASE, "This case", "What this site is built for.", "", command, own, case))
    # The page's own case stands for the base case where it can, since it alone checks what the page declares.
    return Comparison(_beside(case, {}) if own else case, columns)

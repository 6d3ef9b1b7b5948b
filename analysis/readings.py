"""Under which readings a claim would be true: the values of each assumption at which its numbers hold.

One assumption is moved at a time, over all that it may be, and the rest stays as in the case.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from analysis import claims, parameters, words
from analysis.case import Case, Values
from analysis.claims import Examined, Finding, Names
from analysis.quantities import REGISTRY
from analysis.tables import DataError
from analysis.untrusted import unknown

# Points of the search and rounds of narrowing: each round looks at one step of the round before.
POINTS, ROUNDS = 401, 4

# How the unit of an assumption is said after its numbers.
PER = {
    "USD/GPU-hour": " an hour",
    "USD/kWh": " a kilowatt-hour",
    "year": " years",
    "OOM/year": " orders of magnitude a year",
}


@dataclass(frozen=True)
class Turn:
    """A claim whose verdict changes when one assumption goes to an end of its plausible range."""

    parameter: str
    value: parameters.Value
    claim_id: str
    question: str
    before: str
    after: str


def _used(case: Case, record: Mapping[str, Any]) -> list[str]:
    """Parameters that the two sides of a record depend on, in the order of the table."""
    used: set[str] = set()
    claims.sides(record, Names(Values(case.values, used), case.data))
    for name in used:
        getattr(case.point, name)
    return [name for name in parameters.known() if name in used]


def _holds(case: Case, record: Mapping[str, Any], name: str, value: Any) -> Any:
    """Whether a record's numbers fit with one parameter set to a value, or to each value of an array."""
    changed = Values({**case.values, name: value}, set())
    with np.errstate(all="ignore"):
        asserted, found, _ = claims.sides(record, Names(changed, case.data))
    return np.broadcast_to(claims.decided(record, asserted, found)[0], np.shape(value))


def true_interval(case: Case, record: Mapping[str, Any], name: str) -> tuple[float, float] | None:
    """The lowest and the highest value of a parameter at which a record's numbers fit; None if there is none."""
    row = parameters.known()[name]
    even = np.linspace(row.minimum, row.maximum, POINTS)
    grid = np.union1d(even, [float(case.values[name])])
    if row.maximum > 0:
        # Bounds are wide, and what matters is mostly near their low end.
        grid = np.union1d(grid, np.geomspace(row.minimum or row.maximum * 1e-6, row.maximum, POINTS))
    hits = np.flatnonzero(_holds(case, record, name, grid))
    if not hits.size:
        return None
    ends = []
    for end, step in ((hits[0], -1), (hits[-1], 1)):
        inside, beyond = float(grid[end]), end + step
        if not 0 <= beyond < grid.size:
            ends.append(inside)
            continue
        outside = float(grid[beyond])
        for _ in range(ROUNDS):
            fine = np.linspace(inside, outside, POINTS)
            last = int(np.flatnonzero(_holds(case, record, name, fine))[-1])
            inside, outside = float(fine[last]), float(fine[min(last + 1, POINTS - 1)])
        ends.append(inside)
    return ends[0], ends[1]


def shown(value: float, unit: str) -> str:
    """A value for a sentence, with three significant digits; the unit of rates is left to the sentence."""
    return words.amount(value, unit, significant=3)


def told(case: Case, record: Mapping[str, Any], column: str, value: float, unit: str) -> str:
    """The value that a column of a record names: a result has its one print."""
    name = record[column]
    return case[name].printed(value) if name in REGISTRY else shown(value, unit)


def _range(name: str, interval: tuple[float, float], here: float) -> str:
    row = parameters.known()[name]
    low, high = interval
    if low > row.minimum and high < row.maximum:
        span = f"from {shown(low, row.unit)} to {shown(high, row.unit)}"
    else:
        span = f"at least {shown(low, row.unit)}" if low > row.minimum else f"at most {shown(high, row.unit)}"
    return f"{row.title}: {span}{PER.get(row.unit, '')} (here {shown(here, row.unit)})."


def _levers(case: Case, record: Mapping[str, Any]) -> list[str]:
    """For each assumption that decides whether a record holds, the values at which it does."""
    lines = []
    for name in _used(case, record):
        row, here = parameters.known()[name], case.values[name]
        if row.type == "choice":
            good = [choice for choice in row.choices if bool(_holds(case, record, name, choice))]
            if good and len(good) < len(row.choices):
                lines.append(f"{row.title}: {' or '.join(f'`{choice}`' for choice in good)} (here `{here}`).")
            continue
        interval = true_interval(case, record, name)
        if interval and (interval[0] > row.minimum or interval[1] < row.maximum):
            lines.append(_range(name, interval, float(here)))
    return lines


def told_ends(finding: Finding, unit: str) -> tuple[str, str]:
    """The lowest and the highest value that the digits told allow, with half a unit of the last in sight."""
    low, high = (words.amount(end, unit, significant=4) for end in claims.ends(finding.record, finding.asserted))
    return low, high


def _value(case: Case, finding: Finding, unit: str) -> str:
    """The values at which a comparison holds, beside the one that was found."""
    record = finding.record
    here, asserted = (
        told(case, record, column, value, unit)
        for column, value in (("compare", finding.found), ("subject", finding.asserted))
    )
    if record["relation"] in ("at_least", "at_most"):
        return f"{record['relation'].replace('_', ' ')} {asserted} (here {here})"
    low, high = told_ends(finding, unit)
    return f"{low} (here {here})" if low == high else f"from {low} to {high} (here {here})"


def _of_record(case: Case, finding: Finding) -> list[str]:
    record, names = finding.record, Names(case.point, case.data)
    if not finding.numeric:
        return []
    unit = record["unit"] or names.look_up(record["subject"], record, "subject")[1]
    start = record["part"][0].upper() + record["part"][1:] + (f", {record['reading']}" if record["reading"] else "")
    if record["kind"] == "comparability" and not claims.one_basis(record, names):
        first, second = (names.look_up(record[column], record, column)[2] for column in ("subject", "compare"))
        return [f"{start}: never; no assumption makes the basis {first} and the basis {second} one."]
    lines = []
    if record["compare"]:
        lines.append(f"{start}: {_value(case, finding, unit)}.")
        if record["kind"] == "period" and record["compare"].endswith("_per_year"):
            lines.append(f"{start}: {_years(finding)}.")
        levers = _levers(case, record)
        lines.extend(levers)
        if not levers and _used(case, record) and finding.outcome != "holds":
            lines.append("No single assumption within its bounds makes it true.")
    if finding.outcome == "elsewhere":
        lines.append(f"{start}: if it were said of {record['scope_found']}.")
    return lines


def _years(finding: Finding) -> str:
    """The number of years over which a yearly sum makes the value asserted."""
    low, high = (words.digits(end / finding.found, 3) for end in claims.ends(finding.record, finding.asserted))
    return f"a bill of {low} years" if low == high else f"a bill of {low} to {high} years"


def true_when(case: Case, claim_id: str, examined: Mapping[tuple[str, str], Examined] | None = None) -> list[str]:
    """Under which readings the numbers of a claim would be true, in plain sentences.

    First the values at which each comparison holds, then for each assumption that decides it the values that bring
    them about, with the rest as in the case. An empty list if the claim rests on words alone.
    examined: what claims.examine has found for the case, if it is at hand.
    """
    examined = examined or claims.examine(case.point, case.data)
    listed = {claim for claim, _ in examined}
    if claim_id not in listed:
        raise DataError(f"{unknown('claim', claim_id, listed)} data/claims.csv lists them.")
    # What a source said does not depend on the case: its numbers are told where documents have none.
    both = (examined[claim_id, question].findings for question in ("documents", "source"))
    found = next((each for each in both if any(finding.numeric for finding in each)), ())
    return [line for finding in found for line in _of_record(case, finding)]


def turns(case: Case) -> list[Turn]:
    """Verdicts that change when one assumption goes to either end of its plausible range, or to another choice."""
    used: set[str] = set()
    before = claims.verdicts(Values(case.values, used), case.data)
    found = []
    for name, row in parameters.known().items():
        if name not in used:
            continue
        here = getattr(case.point, name)
        for value in row.choices if row.type == "choice" else (row.low, row.high):
            if value != here:
                after = claims.verdicts(Values({**case.values, name: value}, set()), case.data)
                found += [Turn(name, value, *key, before[key], after[key]) for key in before]
    return [turn for turn in found if turn.before != turn.after]

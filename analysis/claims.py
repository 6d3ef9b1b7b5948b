"""Verdicts on the article's claims, computed from the records of data/evidence.csv.

A record holds one thing that a claim asserts against what a source or this report has. It comes out as one of:

holds       the sources bear it out
weakened    it holds, but the claim lost a condition or a doubt, tells an opinion as a fact, or is right in part
elsewhere   the number exists, but belongs to another thing
denied      the sources or the numbers say otherwise
unknown     no source says
untestable  nothing could say

Records of one part that carry different readings are alternatives. If some readings hold and others do not, the part
is `open`; if none holds, it comes out as its best reading. The verdict follows from the parts by RULES, of which the
first that applies decides. KINDS says how each kind of record is tested. Both are printed on the page of the audit.
Numbers are compared at the central values of the case, so that changing an assumption can turn a verdict.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from analysis import costs, parameters, words
from analysis.quantities.registry import REGISTRY
from analysis.tables import DataError
from analysis.untrusted import meant

KINDS = {
    "number": "The value found must lie within the tolerance of the value asserted, or be no smaller than it.",
    "period": "As a number; each period that the words allow is one reading.",
    "scope": "A value that does not fit the thing named, but fits what the source names, belongs elsewhere.",
    "comparability": "Two costs must be of one cost basis; if they are, a ratio that the claim gives is tested.",
    "certainty": "An estimate or an allegation must be told as one.",
    "condition": "A condition that the source makes must be kept.",
    "statement": "A fact in words holds as far as the sources say so.",
    "opinion": "A view that somebody holds is told as a fact.",
    "untestable": "No evidence could decide it.",
}

# Verdict, the outcome of a part that brings it about, and the rule in words; the first that applies decides.
RULES = (
    ("contradicted", "denied", "A part is denied: by a number outside its tolerance, a source, or two cost bases."),
    ("misattributed", "elsewhere", "A part gives a number to one thing, and the number belongs to another."),
    ("ambiguous", "open", "A part holds in one reading and not in another."),
    ("supported_with_caveat", "weakened", "All parts hold, but a condition or a doubt is lost, or a part is unknown."),
    ("supported", "holds", "All parts hold."),
    ("unverifiable", "unknown", "No part has evidence that could decide it."),
)

# What a record comes out as, as pages say it; a record that is only weakened says by what, where its kind tells.
_SAID = {
    "holds": "holds",
    "weakened": "holds in part",
    "elsewhere": "belongs elsewhere",
    "denied": "does not hold",
    "unknown": "no source says",
    "untestable": "cannot be tested",
}
_LOST = {"certainty": "the doubt is lost", "condition": "the condition is lost", "opinion": "an opinion"}

_WORST_FIRST = ("denied", "elsewhere", "open", "unknown", "untestable", "weakened", "holds")
_IN_WORDS = {"yes": "holds", "partly": "weakened", "no": "denied", "unknown": "unknown"}
_UNITS = {"GPUs": "GPU", "GPU-hours": "GPU-hour", "ratio": "times"}


@dataclass(frozen=True)
class Finding:
    """One record, tested: the row of data/evidence.csv, both values in base units (NaN in words), and the outcome."""

    record: Mapping[str, Any]
    asserted: float
    found: float
    elsewhere: float
    outcome: str

    @property
    def numeric(self) -> bool:
        return bool(np.isfinite(self.asserted) and (np.isfinite(self.found) or np.isfinite(self.elsewhere)))

    @property
    def said(self) -> str:
        """The outcome as a reader of a page meets it."""
        lost = _LOST.get(str(self.record["kind"])) if self.outcome == "weakened" else None
        return lost or _SAID[self.outcome]


@dataclass(frozen=True)
class Examined:
    """One claim, examined: its verdict, the outcome of each of its parts, and its findings."""

    claim_id: str
    verdict: str
    parts: Mapping[str, str]
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Flip:
    """A claim whose verdict differs between two cases."""

    claim_id: str
    before: str
    after: str


class Names:
    """Values by name: results, parameters, published figures (with _low and _high), published costs of models."""

    def __init__(self, x: Any, data: Any) -> None:
        self.x, self.data = x, data
        self._values: dict[str, tuple[Any, str, str]] = {}
        self._published = data.records("published")
        self._estimates = data.records("estimates")

    @cached_property
    def _known(self) -> set[str]:
        # A verdict cannot rest on the tally of the verdicts.
        results = [name for name in REGISTRY if not name.startswith("claims_")]
        numbers = [name for name, row in parameters.known().items() if row.type != "choice"]
        bounds = [f"{name}_{bound}" for name in self._published for bound in ("low", "high")]
        return {*results, *numbers, *self._published, *bounds, *self._estimates}

    def _one(self, name: str) -> tuple[Any, str, str]:
        """Value, unit and cost basis; the basis is "" where the table does not say."""
        if name in REGISTRY:
            definition = REGISTRY[name]
            return definition.compute(self.x, self.data), definition.unit, definition.basis
        if name in parameters.known():
            return getattr(self.x, name), parameters.known()[name].unit, ""
        if name in self._estimates:
            self.data.row("estimates", name)
            return self._estimates[name]["value_usd"], "USD", self._estimates[name]["basis"]
        column = "value"
        if name not in self._published:
            name, _, column = name.rpartition("_")
        row = self.data.row("published", name)
        factor, unit = words.BASE_UNITS.get(row["unit"], (1.0, row["unit"]))
        return row[column] * factor, unit, ""

    def look_up(self, text: str, record: Mapping[str, Any], column: str) -> tuple[Any, str, str]:
        """The value, unit and basis of a name, or of several joined with ' + '; DataError if one is not known."""
        if text not in self._values:
            parts = []
            for name in text.split(" + "):
                if name not in self._known:
                    hint = meant(name, sorted(self._known))
                    raise _fault(record, column, f"there is no result, parameter or published figure '{name}'.{hint}")
                parts.append(self._one(name))
                if name not in REGISTRY and np.any(np.isnan(parts[-1][0])):
                    raise _fault(record, column, f"'{name}' has no value. Where a bound is published, name that.")
            bases = {basis for _, _, basis in parts}
            unit = _UNITS.get(parts[0][1], parts[0][1])
            self._values[text] = (sum(part[0] for part in parts), unit, bases.pop() if len(bases) == 1 else "")
        return self._values[text]


def _fault(record: Mapping[str, Any], column: str, what: str) -> DataError:
    where = f"data/evidence.csv, record {record['evidence_id']}, column `{column}`"
    return DataError(f"{where}: {what} Correct the cell, then run `report check`.")


def fits(asserted: Any, found: Any, relation: str, tolerance: float) -> Any:
    """Whether a value found bears out a value asserted; true or false, or an array of them.

    about: within `tolerance` times the value asserted. at_least: the value found is no smaller than the one asserted.
    """
    if relation == "at_least":
        return np.asarray(found) >= asserted
    # The last bit of a product must not decide whether a bound is met.
    return np.abs(np.asarray(found) - asserted) <= tolerance * np.abs(asserted) * (1 + 1e-12)


def _checked(record: Mapping[str, Any]) -> None:
    """DataError if the record lacks what its kind needs."""
    kind = record["kind"]
    if kind not in KINDS:
        raise _fault(record, "kind", f"'{kind}' is not one of {', '.join(KINDS)}.")
    asserts = bool(record["subject"]) or not np.isnan(record["asserted"])
    compares = bool(record["compare"] or record["belongs_to"])
    if kind in ("number", "period", "comparability") and not record["compare"]:
        raise _fault(record, "compare", f"a record of the kind {kind} needs something to compare with.")
    if kind == "comparability" and not record["subject"]:
        raise _fault(record, "subject", "two costs are compared, so the first must be named.")
    if kind == "period" and not record["reading"]:
        raise _fault(record, "reading", "a period is one reading of several, so it must be named.")
    if kind == "scope" and record["scope_asserted"] == record["scope_found"]:
        raise _fault(record, "scope_found", "it is what the claim asserts; then it is a `number`, not a `scope`.")
    if kind not in ("comparability", "untestable"):
        if not compares and not record["holds"]:
            raise _fault(record, "holds", "a fact in words needs yes, no, partly or unknown.")
        if compares and not asserts:
            raise _fault(record, "asserted", "a value is compared, so the claim's own must be given.")
        if compares and not record["relation"]:
            raise _fault(record, "relation", "values are compared, so say whether `about` or `at_least`.")
    about = record["relation"] == "about" or (kind == "comparability" and not np.isnan(record["asserted"]))
    if about and record["relation"] != "at_least" and np.isnan(record["tolerance"]):
        raise _fault(record, "tolerance", "a value that holds within a tolerance needs one.")


def sides(record: Mapping[str, Any], names: Names) -> tuple[Any, Any, Any]:
    """Value asserted, value found, and value of the thing that the number belongs to; NaN where there is none."""
    nan = float("nan")
    if record["kind"] == "comparability":
        subject, unit, basis = names.look_up(record["subject"], record, "subject")
        other, _, other_basis = names.look_up(record["compare"], record, "compare")
        for column, its in (("subject", basis), ("compare", other_basis)):
            if not its:
                raise _fault(record, column, "a published figure or parameter has no cost basis to compare.")
        ratio = not np.isnan(record["asserted"])
        return (record["asserted"], costs.over(other, subject), nan) if ratio else (subject, other, nan)
    asserted, unit, basis = record["asserted"], record["unit"], ""
    if record["subject"]:
        asserted, unit, basis = names.look_up(record["subject"], record, "subject")
    found = [nan, nan]
    for index, column in enumerate(("compare", "belongs_to")):
        if record[column]:
            found[index], its_unit, its_basis = names.look_up(record[column], record, column)
            if its_unit.split(" per ")[0] != unit.split(" per ")[0]:
                raise _fault(record, column, f"it is in {its_unit}, but the claim's value is in {unit or 'no unit'}.")
            if basis and its_basis and basis != its_basis:
                raise _fault(record, column, f"{basis} is set against {its_basis}; that is a `comparability`.")
    return asserted, found[0], found[1]


def _in_words(kind: str, holds: str) -> str:
    """What a fact in words comes out as."""
    if kind in ("certainty", "condition") and holds != "yes":
        return "weakened"
    if kind == "opinion" and holds == "yes":
        return "weakened"
    if kind == "scope" and holds == "no":
        return "elsewhere"
    return _IN_WORDS[holds]


def one_basis(record: Mapping[str, Any], names: Names) -> bool:
    """Whether the two costs of a record of comparability stand on the same, stated basis."""
    bases = [names.look_up(record[column], record, column)[2] for column in ("subject", "compare")]
    return bases[0] == bases[1] != "unstated"


def _tested(record: Mapping[str, Any], names: Names) -> Finding:
    nan, kind, tolerance = float("nan"), record["kind"], record["tolerance"]
    if kind == "untestable":
        return Finding(record, nan, nan, nan, "untestable")
    if not record["compare"] and not record["belongs_to"]:
        return Finding(record, nan, nan, nan, _in_words(kind, record["holds"]))
    asserted, found, elsewhere = sides(record, names)
    relation = record["relation"] or "about"
    fitting = bool(record["compare"]) and bool(fits(asserted, found, relation, tolerance))
    if kind == "comparability":
        kept = one_basis(record, names) and (fitting or np.isnan(record["asserted"]))
        outcome = "holds" if kept else "denied"
    elif fitting:
        outcome = "holds"
    elif kind == "scope" and record["belongs_to"] and fits(asserted, elsewhere, relation, tolerance):
        outcome = "elsewhere"
    elif kind in ("certainty", "condition"):
        outcome = "weakened"
    else:
        outcome = "denied" if record["compare"] else "unknown"
    return Finding(record, float(asserted), float(found), float(elsewhere), outcome)


def findings(x: Any, data: Any, evidence: pd.DataFrame | None = None) -> list[Finding]:
    """Every record of the evidence, tested with parameters `x` and tables `data`; DataError names a bad record."""
    frame = data.chosen("evidence", data.table("evidence")) if evidence is None else evidence
    names = Names(x, data)
    tested = []
    for record in frame.to_dict("records"):
        _checked(record)
        tested.append(_tested(record, names))
    return tested


def part_outcome(tested: list[Finding]) -> str:
    """What one part comes out as: its worst record, once its readings are weighed against each other."""

    def worst(outcomes: list[str]) -> str:
        return min(outcomes, key=_WORST_FIRST.index)

    common = [finding.outcome for finding in tested if not finding.record["reading"]]
    readings: dict[str, list[str]] = {}
    for finding in tested:
        if finding.record["reading"]:
            readings.setdefault(finding.record["reading"], list(common)).append(finding.outcome)
    if not readings:
        return worst(common)
    results = [worst(outcomes) for outcomes in readings.values()]
    good = [result in ("holds", "weakened") for result in results]
    if any(good) and not all(good):
        return "open"
    return worst(results) if all(good) else max(results, key=_WORST_FIRST.index)


def claim_verdict(parts: Mapping[str, str]) -> str:
    """The verdict that follows from the outcomes of a claim's parts, by RULES."""
    outcomes = set(parts.values())
    for verdict, outcome, _ in RULES[:3]:
        if outcome in outcomes:
            return verdict
    if not outcomes & {"holds", "weakened"}:
        return "unverifiable"
    return "supported" if outcomes == {"holds"} else "supported_with_caveat"


def examine(x: Any, data: Any, evidence: pd.DataFrame | None = None) -> dict[str, Examined]:
    """Every claim of data/claims.csv with its verdict and how it came about: `examine(case.point, case.data)`."""
    claims: dict[str, list[Finding]] = {claim: [] for claim in data.table("claims")["claim_id"]}
    for finding in findings(x, data, evidence):
        claims.setdefault(finding.record["claim_id"], []).append(finding)
    bare = [claim for claim, tested in claims.items() if not tested]
    if bare:
        raise DataError(
            f"data/evidence.csv has no record for {', '.join(bare)}, so no verdict follows. "
            "Add one, or drop the claim from data/claims.csv."
        )
    examined = {}
    for claim, tested in claims.items():
        by_part: dict[str, list[Finding]] = {}
        for finding in tested:
            by_part.setdefault(finding.record["part"], []).append(finding)
        parts = {part: part_outcome(found) for part, found in by_part.items()}
        examined[claim] = Examined(claim, claim_verdict(parts), parts, tuple(tested))
    return examined


def verdicts(x: Any, data: Any, evidence: pd.DataFrame | None = None) -> dict[str, str]:
    """The verdict on every claim."""
    return {claim: found.verdict for claim, found in examine(x, data, evidence).items()}


def flips(case_a: Any, case_b: Any) -> list[Flip]:
    """Claims whose verdict differs between two cases, with both verdicts."""
    before, after = verdicts(case_a.point, case_a.data), verdicts(case_b.point, case_b.data)
    return [Flip(claim, before[claim], after[claim]) for claim in before if before[claim] != after[claim]]


def share_holding(case: Any, finding: Finding) -> float:
    """The share of the case's draws in which a comparison of numbers holds; NaN if there is none to make."""
    record = finding.record
    if not record["compare"] or (record["kind"] == "comparability" and np.isnan(record["asserted"])):
        return float("nan")
    asserted, found, _ = sides(record, Names(case.draws, case.data))
    return float(np.mean(fits(asserted, found, record["relation"] or "about", record["tolerance"])))

"""Verdicts on claims, computed from the records of data/evidence.csv.

Two questions are asked of each claim: does the source say so, and do documents bear it out? A record holds one thing
that a claim asserts against what answers one of the two. It comes out as one of:

holds       it is borne out
weakened    it holds, but the claim lost a condition or a doubt, went a step further, or tells an opinion as a fact
elsewhere   the number exists, but belongs to another thing
denied      the source, a document or the numbers say otherwise
unknown     nothing was found that decides it
untestable  nothing could decide it

Numbers of one part are readings of it, and so are records that name a reading. If some readings hold and others do
not, the part is `open`; if none holds, it comes out as its best reading. Doubts and conditions qualify a claim and
support nothing by themselves. The verdict on each question follows from the parts by RULES, of which the first that
applies decides. KINDS says how each kind of record is tested, PATTERNS how evidence is coded; pages print all three.
Numbers are compared at the central values of the case, so that changing an assumption can turn a verdict.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis import costs, parameters, words, written
from analysis.quantities.registry import REGISTRY
from analysis.tables import DataError
from analysis.untrusted import meant

# The text that is audited where none is named; the others of data/texts.csv show what the rules do with other texts.
ARTICLE = "article"

QUESTIONS = {"source": "Does the source say so?", "documents": "Do documents bear it out?"}

_CODING = written.toml_of(Path(__file__).with_suffix(".toml"))
# How each kind of record is tested.
KINDS: dict[str, str] = _CODING["kinds"]
# Verdict, the outcome of a part that brings it about, and the rule for each question; the first that applies decides.
RULES = tuple((row["verdict"], row["outcome"], {each: row[each] for each in QUESTIONS}) for row in _CODING["rules"])
# One coding for each pattern of evidence, whichever claim it is about.
PATTERNS: dict[str, str] = _CODING["patterns"]
# Words of degree -> what they are read as, in every claim.
DEGREES: dict[str, float] = _CODING["degrees"]

# Words before a number: those that change nothing, and those that say on which side of it the value lies, as half units
# below and above. A word that is not known is refused, for it might change the number.
_PLAIN = ("about", "around", "roughly", "some", "exactly", "only")
_SIDES = {"nearly": (1, 0), "almost": (1, 0), "just under": (1, 0), "just over": (0, 1)}
_BOUNDS = dict.fromkeys(("more than", "over", "at least"), "at_least") | dict.fromkeys(
    ("less than", "under", "at most", "up to"), "at_most"
)
_SCALES = {"thousand": 3, "k": 3, "million": 6, "m": 6, "billion": 9, "trillion": 12}
_BEFORE = "|".join((*_PLAIN, *_SIDES, *_BOUNDS))
_PRINTED = re.compile(
    rf"(?:(?P<before>{_BEFORE}) )?\$?(?P<digits>[0-9]{{1,3}}(?:,[0-9]{{3}})+|[0-9]+(?:\.[0-9]+)?)"
    r"(?: ?(?P<scale>thousand|million|billion|trillion|K|M))?(?: (?:to 1|times))?"
)

_WORST_FIRST = ("denied", "elsewhere", "open", "unknown", "untestable", "weakened", "holds")
_IN_WORDS = {"yes": "holds", "partly": "weakened", "no": "denied", "unknown": "unknown"}
_UNITS = {"GPUs": "GPU", "GPU-hours": "GPU-hour", "H800-hours per trillion tokens": "GPU-hour", "ratio": "times"}
_QUALIFIERS = ("certainty", "condition")


@dataclass(frozen=True)
class Printed:
    """A number as a text printed it: its value, and how far below and above it the digits told allow."""

    value: float
    below: float
    above: float


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
        kept: dict[str, str] = _CODING["kept"].get(self.record["kind"], {})
        return kept.get(self.outcome) or str(_CODING["said"][self.outcome])


@dataclass(frozen=True)
class Examined:
    """One claim, examined on one question: its verdict, the outcome of each of its parts, and its findings."""

    claim_id: str
    question: str
    verdict: str
    parts: Mapping[str, str]
    findings: tuple[Finding, ...]

    @property
    def rule(self) -> str:
        """The rule that gave the verdict, in words."""
        return next(rule[self.question] for verdict, _, rule in RULES if verdict == self.verdict)


@dataclass(frozen=True)
class Flip:
    """A verdict that differs between two cases."""

    claim_id: str
    question: str
    before: str
    after: str


def printed(text: str) -> Printed:
    """A number as printed: "$1.6 billion" is 1.6e9, 5e7 below and above. ValueError for what holds no number.

    A value told may be off by half a unit of its last digit. Zeros at the end of a whole number are not told, so
    that 50,000 may be 45,000 to 55,000; a lone 1 is read to two digits, so that 10,000 is 9,500 to 10,500. A word of
    degree is its factor.
    """
    if text in DEGREES:
        return Printed(DEGREES[text], 0.0, 0.0)
    match = _PRINTED.fullmatch(text)
    if not match:
        raise ValueError(text)
    digits = Decimal(match["digits"].replace(",", ""))
    last = digits.as_tuple().exponent if "." in match["digits"] else digits.normalize().as_tuple().exponent
    last = int(last) - (digits.normalize().as_tuple().digits == (1,) and "." not in match["digits"])
    scale = _SCALES.get((match["scale"] or "").lower(), 0)
    half = float(Decimal(5).scaleb(last + scale - 1))
    below, above = _SIDES.get(match["before"], (1, 1))
    return Printed(float(digits.scaleb(scale)), half * below, half * above)


def two_ends(text: str) -> tuple[Printed, Printed]:
    """The ends of "4 to 23 million" or "between $4 and $23 million". ValueError for what holds no two that rise."""
    first, second = (part.strip() for part in text.removeprefix("between ").replace(" and ", " to ").split(" to "))
    # A short number takes the word of the other.
    word = "".join(c for c in second if c.isalpha())
    whole = not word or any(c.isalpha() for c in first) or sum(c.isdigit() for c in first) > 3
    low, high = printed(first if whole else f"{first} {word}"), printed(second)
    if low.value > high.value:
        raise ValueError(text)
    return low, high


def middle(low: Printed, high: Printed) -> Printed:
    """Two ends as one number that may lie anywhere between them."""
    value = (low.value + high.value) / 2
    return Printed(value, value - low.value + low.below, high.value + high.above - value)


# Told where a cell names something else than it may.
NAMELESS = "there is no result, parameter or published figure '{}'."


class Names:
    """Values by name: results, parameters, published figures (with _low and _high), published costs of models.

    own: what a story has worked out of its run: value, unit and cost basis by name; NaN is a value that is not known
    """

    def __init__(self, x: Any, data: Any, own: Mapping[str, tuple[float, str, str]] | None = None) -> None:
        self.x, self.data, self.own = x, data, own or {}
        self._values: dict[str, tuple[Any, str, str]] = {}
        self._published = data.records("published")
        self._estimates = data.records("estimates")

    @cached_property
    def known(self) -> set[str]:
        """All names that have a value."""
        # A verdict cannot rest on the tally of the verdicts.
        results = [name for name in REGISTRY if not name.startswith("claims_")]
        numbers = [name for name, row in parameters.known().items() if row.type != "choice"]
        bounds = [f"{name}_{bound}" for name in self._published for bound in ("low", "high")]
        return {*results, *numbers, *self._published, *bounds, *self._estimates, *self.own}

    def _one(self, name: str) -> tuple[Any, str, str]:
        """Value, unit and cost basis; the basis is "" where the table does not say."""
        if name in self.own:
            return self.own[name]
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
        factor, unit = words.base_unit(row["unit"])
        return row[column] * factor, unit, ""

    def look_up(self, text: str, record: Mapping[str, Any], column: str) -> tuple[Any, str, str]:
        """The value, unit and basis of a name, or of several joined with ' + '; DataError if one is not known."""
        if text not in self._values:
            parts = []
            for name in text.split(" + "):
                if name not in self.known:
                    raise _fault(record, column, f"{NAMELESS.format(name)}{meant(name, sorted(self.known))}")
                parts.append(self._one(name))
                if name not in REGISTRY and name not in self.own and np.any(np.isnan(parts[-1][0])):
                    raise _fault(record, column, f"'{name}' has no value. Where a bound is published, name that.")
            bases = {basis for _, _, basis in parts}
            unit = _UNITS.get(parts[0][1], parts[0][1])
            self._values[text] = (sum(part[0] for part in parts), unit, bases.pop() if len(bases) == 1 else "")
        return self._values[text]


def _fault(record: Mapping[str, Any], column: str, what: str) -> DataError:
    # A story's records say where they stand, and what looks at them.
    table, check = record.get("table", "data/evidence.csv"), record.get("check", "report check")
    where = f"{table}, record {record['evidence_id']}, column `{column}`"
    return DataError(f"{where}: {what} Correct the cell, then run `{check}`.")


def name_problems(data: Any) -> Iterator[str]:
    """Names in data/evidence.csv that nothing bears, a line each."""
    known = Names(None, data).known
    for line, record in enumerate(data.table("evidence").to_dict("records"), start=2):
        for column in ("subject", "compare", "belongs_to"):
            for name in record[column].split(" + ") if record[column] else []:
                if name not in known:
                    yield (
                        f"data/evidence.csv, row {line} ({record['evidence_id']}), column `{column}`: "
                        f"{NAMELESS.format(name)}{meant(name, sorted(known))} Costs of data/estimates.csv and a "
                        "published figure's _low and _high can be named too. Correct the cell, then run `report check`."
                    )


def _told(record: Mapping[str, Any]) -> Printed:
    """The number that the text printed; NaN if it printed none."""
    if not record["printed"]:
        return Printed(float("nan"), 0.0, 0.0)
    try:
        text = str(record["printed"])
        return middle(*two_ends(text)) if record["relation"] == "between" else printed(text)
    except ValueError:
        raise _fault(
            record,
            "printed",
            f"'{record['printed']}' is no number that can be read. Write it as the text does, as 'about $1.6 "
            f"billion' (`between`: '4 to 23 million'), or a word of degree: {', '.join(DEGREES)}.",
        ) from None


def ends(record: Mapping[str, Any], asserted: Any) -> tuple[Any, Any]:
    """The lowest and the highest value that bear out a value asserted."""
    if record["relation"] == "at_least":
        return asserted, np.inf
    if record["relation"] == "at_most":
        return -np.inf, asserted
    told = _told(record)
    return asserted - told.below, asserted + told.above


def decided(record: Mapping[str, Any], asserted: Any, found: Any) -> tuple[Any, Any]:
    """Whether a value found bears a value asserted out, and whether it denies it; bools, or arrays of them.

    A floor below the value asserted does neither, nor does a ceiling above it.
    """
    low, high = ends(record, asserted)
    # The last bit of a product must not decide whether a bound is met.
    low, high = low - 1e-12 * np.abs(asserted), high + 1e-12 * np.abs(asserted)
    least = -np.inf if record["bound"] == "at_most" else np.asarray(found)
    most = np.inf if record["bound"] == "at_least" else np.asarray(found)
    return (least >= low) & (most <= high), (least > high) | (most < low)


def _checked(record: Mapping[str, Any]) -> None:
    """DataError if the record lacks what its kind needs."""
    kind = record["kind"]
    if kind not in KINDS:
        raise _fault(record, "kind", f"'{kind}' is not one of {', '.join(KINDS)}.")
    if record["question"] not in QUESTIONS:
        raise _fault(record, "question", f"'{record['question']}' is not one of {', '.join(QUESTIONS)}.")
    asserts = bool(record["subject"] or record["printed"])
    compares = bool(record["compare"] or record["belongs_to"])
    if kind in ("number", "period", "comparability") and not record["compare"]:
        raise _fault(record, "compare", f"a record of the kind {kind} needs something to compare with.")
    if kind not in ("number", "period", "scope", "comparability") and compares:
        raise _fault(record, "compare", f"the kind {kind} is in words. What is compared is a `number` or a `scope`.")
    if kind == "comparability" and not record["subject"]:
        raise _fault(record, "subject", "two costs are compared, so the first must be named.")
    if kind == "period" and not record["reading"]:
        raise _fault(record, "reading", "a period is one reading of several, so it must be named.")
    if kind == "scope" and record["scope_asserted"] == record["scope_found"]:
        raise _fault(record, "scope_found", "it is what the claim asserts; then it is a `number`, not a `scope`.")
    if kind in _QUALIFIERS and record["holds"] not in ("yes", "no"):
        raise _fault(record, "holds", f"a {kind} is kept, `yes`, or lost, `no`.")
    if kind not in ("comparability", "untestable"):
        if not compares and not record["holds"]:
            raise _fault(record, "holds", "a fact in words needs yes, no, partly or unknown.")
        if compares and not asserts:
            raise _fault(record, "printed", "a value is compared, so the claim's own must be given.")
        if compares and not record["relation"]:
            raise _fault(
                record, "relation", "values are compared, so say whether `about`, `at_least`, `at_most` or `between`."
            )
    if record["relation"] in ("about", "between") and not record["printed"]:
        raise _fault(record, "printed", "how far off a value may be follows from the digits told, so it needs them.")
    if record["relation"] in ("about", "between") and record["printed"] in DEGREES:
        raise _fault(record, "relation", "a word of degree is a bound: `at_least` or `at_most`.")
    for said, relation in _BOUNDS.items():
        if str(record["printed"]).startswith(f"{said} ") and record["relation"] != relation:
            raise _fault(record, "relation", f"'{said}' is a bound: `{relation}`.")


def _independent(records: list[Mapping[str, Any]]) -> None:
    """DataError if a record of documents, in words, only repeats a source of the same claim."""
    said: dict[str, set[str]] = {}
    for record in records:
        if record["question"] == "source":
            said.setdefault(record["claim_id"], set()).update(str(record["source"]).split(";"))
    for record in records:
        if record["question"] != "documents" or record["kind"] in _QUALIFIERS or record["holds"] in ("", "unknown"):
            continue
        if set(str(record["source"]).split(";")) <= said.get(record["claim_id"], set()):
            told = "it is the claim's own source, whose word is no document. Name another, or say `unknown`."
            raise _fault(record, "source", told)


def sides(record: Mapping[str, Any], names: Names) -> tuple[Any, Any, Any]:
    """Value asserted, value found, and value of the thing that the number belongs to; NaN where there is none."""
    nan = float("nan")
    asserted = _told(record).value
    if record["kind"] == "comparability":
        subject, unit, basis = names.look_up(record["subject"], record, "subject")
        other, _, other_basis = names.look_up(record["compare"], record, "compare")
        for column, its in (("subject", basis), ("compare", other_basis)):
            if not its:
                raise _fault(record, column, "a published figure or parameter has no cost basis to compare.")
        return (asserted, costs.over(other, subject), nan) if record["printed"] else (subject, other, nan)
    unit, basis = record["unit"], ""
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


def _in_words(kind: str, holds: str, question: str) -> str:
    """What a fact in words comes out as."""
    if kind == "opinion" and question == "documents":
        return "untestable"
    if kind in _QUALIFIERS and holds != "yes":
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
    nan, kind = float("nan"), record["kind"]
    if kind == "untestable":
        return Finding(record, nan, nan, nan, "untestable")
    if not record["compare"] and not record["belongs_to"]:
        return Finding(record, nan, nan, nan, _in_words(kind, record["holds"], record["question"]))
    asserted, found, elsewhere = sides(record, names)
    borne_out, denied = (bool(each) for each in decided(record, asserted, found))
    if kind == "comparability":
        kept = one_basis(record, names) and (borne_out or not record["printed"])
        outcome = "holds" if kept else "denied"
    elif borne_out:
        outcome = "holds"
    elif record["belongs_to"] and decided(record, asserted, elsewhere)[0]:
        outcome = "elsewhere"
    else:
        outcome = "denied" if denied else "unknown"
    return Finding(record, float(asserted), float(found), float(elsewhere), outcome)


def findings(x: Any, data: Any, evidence: pd.DataFrame, names: Names | None = None) -> list[Finding]:
    """Every record of the evidence, tested with parameters `x` and tables `data`; DataError names a bad record.

    names: what its records may name, where that is more than the report's own
    """
    names = names or Names(x, data)
    records: list[Mapping[str, Any]] = evidence.to_dict("records")
    for record in records:
        _checked(record)
    _independent(records)
    return [_tested(record, names) for record in records]


def part_outcome(tested: list[Finding]) -> str:
    """What one part comes out as: its worst record, once its readings are weighed against each other."""

    def worst(outcomes: list[str]) -> str:
        return min(outcomes, key=_WORST_FIRST.index)

    def reading(finding: Finding) -> str:
        # How the records are written down must not decide: numbers of one part are readings, named or not.
        record = finding.record
        return str(record["reading"] or (record["evidence_id"] if record["kind"] == "number" else ""))

    common = [finding.outcome for finding in tested if not reading(finding)]
    readings: dict[str, list[str]] = {}
    for finding in tested:
        if reading(finding):
            readings.setdefault(reading(finding), list(common)).append(finding.outcome)
    if not readings:
        return worst(common)
    results = [worst(outcomes) for outcomes in readings.values()]
    good = [result in ("holds", "weakened") for result in results]
    if any(good) and not all(good):
        return "open"
    return worst(results) if all(good) else max(results, key=_WORST_FIRST.index)


def claim_verdict(parts: Mapping[str, str], qualifiers: Mapping[str, str] | None = None) -> str:
    """The verdict that follows from the outcomes of a claim's parts, by RULES.

    qualifiers: parts that hold a doubt or a condition alone; they weaken a claim and never support it
    """
    outcomes = set(parts.values())
    for verdict, outcome, _ in RULES[:3]:
        if outcome in outcomes:
            return verdict
    if not outcomes & {"holds", "weakened"}:
        return "unverifiable"
    everything = outcomes | set((qualifiers or {}).values())
    return "supported" if everything == {"holds"} else "supported_with_caveat"


def _of_text(data: Any, text: str, evidence: pd.DataFrame | None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The claims of one text and the records on them."""
    listed = data.table("claims")
    listed = data.chosen("claims", listed[listed["text"] == text])
    if listed.empty:
        raise DataError(f"There is no claim of the text '{text}' in data/claims.csv. data/texts.csv lists the texts.")
    records = data.table("evidence") if evidence is None else evidence
    records = records[records["claim_id"].isin(listed["claim_id"])]
    return listed, data.chosen("evidence", records) if evidence is None else records


def examine(
    x: Any, data: Any, evidence: pd.DataFrame | None = None, text: str = ARTICLE
) -> dict[tuple[str, str], Examined]:
    """Every claim of a text on each question, with its verdict and how it came about.

    The key is the claim and the question: `examine(case.point, case.data)["C02", "source"]`.
    """
    listed, records = _of_text(data, text, evidence)
    found: dict[tuple[str, str], list[Finding]] = {
        (claim, question): [] for claim in listed["claim_id"] for question in QUESTIONS
    }
    for finding in findings(x, data, records):
        found[finding.record["claim_id"], finding.record["question"]].append(finding)
    bare = [f"{claim} on the question `{question}`" for (claim, question), tested in found.items() if not tested]
    if bare:
        raise DataError(
            f"data/evidence.csv has no record for {', '.join(bare)}, so no verdict follows. "
            "Add one, with `unknown` if nothing was found, or drop the claim from data/claims.csv."
        )
    return {key: judged(*key, tested) for key, tested in found.items()}


def judged(claim: str, question: str, tested: list[Finding]) -> Examined:
    """The verdict that follows from the records on one claim and question."""
    by_part: dict[str, list[Finding]] = {}
    for finding in tested:
        by_part.setdefault(finding.record["part"], []).append(finding)
    core: dict[str, str] = {}
    qualifiers: dict[str, str] = {}
    for part, its in by_part.items():
        alone = all(finding.record["kind"] in _QUALIFIERS for finding in its)
        (qualifiers if alone else core)[part] = part_outcome(its)
    return Examined(claim, question, claim_verdict(core, qualifiers), {**core, **qualifiers}, tuple(tested))


def verdicts(
    x: Any, data: Any, evidence: pd.DataFrame | None = None, text: str = ARTICLE
) -> dict[tuple[str, str], str]:
    """The verdict on every claim of a text, by claim and question."""
    return {key: found.verdict for key, found in examine(x, data, evidence, text).items()}


def frame(x: Any, data: Any) -> pd.DataFrame:
    """All verdicts on all texts, a row a claim and question.

    Columns: text, claim_id, claim, question, verdict, rule (in words), records (each with what it comes out as).
    """
    said = data.table("claims").set_index("claim_id")["claim"]
    rows = [
        (text, found.claim_id, said[found.claim_id], found.question, found.verdict, found.rule, _outcomes(found))
        for text in data.table("texts")["text"]
        for found in examine(x, data, text=text).values()
    ]
    return pd.DataFrame(rows, columns=["text", "claim_id", "claim", "question", "verdict", "rule", "records"])


def _outcomes(found: Examined) -> str:
    return "; ".join(f"{each.record['evidence_id']} {each.said}" for each in found.findings)


def flips(case_a: Any, case_b: Any) -> list[Flip]:
    """Verdicts that differ between two cases."""
    before, after = verdicts(case_a.point, case_a.data), verdicts(case_b.point, case_b.data)
    return [Flip(*key, before[key], after[key]) for key in before if before[key] != after[key]]


def share_holding(case: Any, finding: Finding) -> float:
    """The share of the case's draws in which a comparison of numbers holds; NaN if there is none to make."""
    record = finding.record
    if not record["compare"] or (record["kind"] == "comparability" and not record["printed"]):
        return float("nan")
    asserted, found, _ = sides(record, Names(case.draws, case.data))
    return float(np.mean(decided(record, asserted, found)[0]))

"""Two audits of the same claims, side by side: where their inputs, evidence, costs or verdicts differ."""

from __future__ import annotations

from collections.abc import Iterator

from analysis import claims
from analysis.claims import Finding
from analysis.placing import told
from analysis.placing.numbers import COSTS
from analysis.placing.verdict import VERDICTS
from analysis.quantities.audit import VERDICTS as WEIGHED
from analysis.stories.audit import Audit, Weighed
from analysis.stories.columns import PLACED

NONE = "–"
WIDEST = 70


def differences(first: Audit, second: Audit) -> list[tuple[str, str, str, str]]:
    """Claim, what differs, and how it is in either audit; claims are those of the same id."""
    rows = [*_of_run(first, second)]
    one, other = ({each.claim["claim_id"]: each for each in audit.claims} for audit in (first, second))
    for claim in dict.fromkeys((*one, *other)):
        if claim not in one or claim not in other:
            there = ["there" if claim in side else NONE for side in (one, other)]
            rows.append((claim, "the claim", there[0], there[1]))
            continue
        pair = [_of_claim(side[claim]) for side in (one, other)]
        rows += [(claim, *row) for row in _unlike(*pair)]
    return [(claim, what, _short(left), _short(right)) for claim, what, left, right in rows]


def _of_run(first: Audit, second: Audit) -> Iterator[tuple[str, str, str, str]]:
    pair = []
    for audit in (first, second):
        ranges = {row["name"]: f"{row['value']} ({row['low']} to {row['high']})" for row in audit.story.assumptions}
        pair.append({"what is known": f"{audit.run.name}: {told.known(audit.run)}", **ranges})
    for what, left, right in _unlike(*pair):
        yield "the run", what, left, right


def _of_claim(weighed: Weighed) -> dict[str, str]:
    """All that an audit says of a claim, by what it is."""
    claim, placed = weighed.claim, weighed.placed
    said = {name: claim[name] for name in ("amount", "hours", "boundary")}
    costs = {
        placed.answers[name].number.title: told.spanned(span, "USD")
        for name in COSTS
        if (span := placed.answers[name].span)
    }
    verdicts = {f"{question}: verdict": WEIGHED[its.verdict] for question, its in weighed.examined.items()}
    records: dict[str, str] = {}
    for question in claims.QUESTIONS:
        for finding in weighed.examined[question].findings if question in weighed.examined else ():
            what = f"{question}: {finding.record['part']}"
            records[what] = "; ".join(filter(None, (records.get(what), _record(finding))))
    return {**said, **costs, PLACED: VERDICTS[placed.verdict].means, "to print": placed.sentence, **verdicts, **records}


def _record(finding: Finding) -> str:
    record = finding.record
    test = " ".join(filter(None, (record["printed"] or record["subject"], record["relation"], record["compare"])))
    return f"{finding.said} ({record['kind']}{f': {test}' if test else ''}; {record['source']})"


def _unlike(first: dict[str, str], second: dict[str, str]) -> Iterator[tuple[str, str, str]]:
    for what in dict.fromkeys((*first, *second)):
        left, right = first.get(what, ""), second.get(what, "")
        if left != right:
            yield what, left, right


def _short(text: str) -> str:
    return text[: WIDEST - 1] + "…" if len(text) > WIDEST else text or NONE

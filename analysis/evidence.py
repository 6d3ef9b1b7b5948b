"""Claims and their evidence as pages show them: verdicts, records and entries, in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd
from IPython.display import Markdown

from analysis import parameters, readings, words
from analysis.case import Case
from analysis.claims import Examined, Finding
from analysis.listing import cite
from analysis.quantities.audit import VERDICTS

BADGES = {
    name: f'<span class="verdict verdict-{name.replace("_", "-")}">{text}</span>' for name, text in VERDICTS.items()
}

# Who tells a story, from its source to the article -> the heading.
STAGES = {
    "primary": "DeepSeek's papers",
    "analyst": "SemiAnalysis",
    "press": "Tom's Hardware",
    "article": "The article",
}


def link(claim_id: str) -> str:
    """A claim's number, leading to its entry in the audit."""
    return f"[{claim_id}](#{claim_id.lower()})"


def turns(found: Iterable[readings.Turn]) -> dict[str, list[str]]:
    """Verdicts that one assumption turns, by column."""
    listed, known = list(found), parameters.known()

    def value(turn: readings.Turn) -> str:
        row = known[turn.parameter]
        return f"`{turn.value}`" if row.choices else readings.shown(float(turn.value), row.unit)

    return {
        "Claim": [link(turn.claim_id) for turn in listed],
        "Assumption": [known[turn.parameter].title for turn in listed],
        "At": [value(turn) for turn in listed],
        "Verdict here": [BADGES[turn.before] for turn in listed],
        "Verdict there": [BADGES[turn.after] for turn in listed],
    }


def tellings(story: pd.DataFrame) -> list[dict[str, str]]:
    """The rows of data/story.csv: each figure, as each teller has it."""

    def told(row: Any) -> str:
        number = "" if pd.isna(row.value) else words.amount(row.value, row.unit)
        says = ": ".join(text for text in (number, row.says) if text)
        return f"{says} {cite(row.source)}" if says else "–"

    cells = {(row.figure, row.stage): told(row) for row in story.itertuples()}
    return [
        {"Figure": figure} | {title: cells[figure, stage] for stage, title in STAGES.items()}
        for figure in story.figure.unique()
    ]


def records(examined: Mapping[str, Examined], evidence_ids: Sequence[str]) -> list[dict[str, str]]:
    """Chosen records: what is asserted, what was found, and what that rests on."""
    by_id = {f.record["evidence_id"]: f for claim in examined.values() for f in claim.findings}
    return [
        {
            "Claim": link(record["claim_id"]),
            "The article asserts": record["scope_asserted"],
            "What was found": record["scope_found"]
            + (f": {readings.shown(finding.found, record['unit'])}" if record["kind"] == "number" else ""),
            "Outcome": finding.said,
            "Rests on": f"{cite(record['source'])}, {record['locator']}",
            "Confidence": record["confidence"],
        }
        for finding in map(by_id.__getitem__, evidence_ids)
        for record in [finding.record]
    ]


def entries(case: Case, examined: Mapping[str, Examined], shares: Mapping[str, float]) -> Markdown:
    """Every claim with its verdict, its evidence and the readings under which it would be true.

    shares: record -> the share of draws in which it holds, as claims.share_holding gives it
    """
    listed = case.data.table("claims")
    return Markdown("\n".join(_entry(case, row, examined, shares) for row in listed.itertuples()))


def _entry(case: Case, row: Any, examined: Mapping[str, Examined], shares: Mapping[str, float]) -> str:
    found = examined[row.claim_id]
    title = f"### {row.claim_id}. {row.claim} {BADGES[found.verdict]}"
    lines = ["::::{container} claim", f"({row.claim_id.lower()})=", title, ""]
    if row.wording_note:
        lines += [f"*Wording:* {row.wording_note}", ""]
    lines += [f"{case.fill(row.evidence)} {cite(row.source)}", ""]
    lines += ["*Asserted / found:*", "", *(_line(case, finding, shares) for finding in found.findings), ""]
    when = readings.true_when(case, row.claim_id, examined)
    if when:
        lines += ["*True when:*", "", *(f"- {sentence}" for sentence in when), ""]
    lines += [f"*Where:* {row.locator}", "", f"*Better:* {case.fill(row.better_wording)}", "::::", ""]
    return "\n".join(lines)


def _line(case: Case, finding: Finding, shares: Mapping[str, float]) -> str:
    record = finding.record
    reading = f", {record['reading']}" if record["reading"] else ""
    both = f"{record['scope_asserted']} / {record['scope_found']}.{_compared(finding, shares)}"
    note = f" {case.fill(record['note'])}" if record["note"] else ""
    return f"- *{record['part']}{reading}* ({record['kind']}): {both} **{finding.said}**.{note}"


def _compared(finding: Finding, shares: Mapping[str, float]) -> str:
    """The two values of a record and the tolerance, or "" for a fact in words."""
    record, unit = finding.record, finding.record["unit"]
    if not finding.numeric:
        return ""
    found = finding.found if record["compare"] else finding.elsewhere
    text = f" Asserted {readings.shown(finding.asserted, unit)}, found {readings.shown(found, unit)}"
    if record["relation"] == "at_least":
        text += ", which must be no smaller"
    elif record["tolerance"] == record["tolerance"]:
        text += f", tolerance {words.amount(record['tolerance'], 'fraction')}"
    share = shares[record["evidence_id"]]
    if 0 < share < 1:
        text += f"; it holds in {words.percent(share)} of the draws"
    return text + "."

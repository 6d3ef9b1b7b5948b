"""Claims and their evidence as pages show them: verdicts, records and entries, in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd
from IPython.display import Markdown

from analysis import agreement, claims, parameters, readings, words
from analysis.case import Case
from analysis.claims import QUESTIONS, Examined, Finding
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
        "Question": [turn.question for turn in listed],
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


def records(examined: Mapping[tuple[str, str], Examined], evidence_ids: Sequence[str]) -> list[dict[str, str]]:
    """Chosen records: what is asserted, what was found, and what that rests on."""
    by_id = {f.record["evidence_id"]: f for claim in examined.values() for f in claim.findings}
    return [
        {
            "Claim": link(record["claim_id"]),
            "Question": record["question"],
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


def tally(examined: Mapping[tuple[str, str], Examined], question: str) -> list[dict[str, Any]]:
    """The rules of a question, from top to bottom, each with the number of claims that it decides."""
    found = [claim.verdict for claim in examined.values() if claim.question == question]
    return [
        {"Verdict": BADGES[name], "When": rule[question], "Claims": found.count(name)} for name, _, rule in claims.RULES
    ]


def overview(case: Case, text: str = claims.ARTICLE) -> dict[str, list[str]]:
    """The claims of a text with both verdicts, by column; those of the article lead to their entries."""
    listed = case.data.table("claims")
    listed = listed[listed["text"] == text]
    found = claims.verdicts(case.point, case.data, text=text)
    ours = text == claims.ARTICLE
    return {
        "No.": [link(claim) if ours else claim for claim in listed["claim_id"]],
        "The article says" if ours else "The text says": list(listed["claim"]),
        **{
            question.capitalize(): [BADGES[found[claim, question]] for claim in listed["claim_id"]]
            for question in QUESTIONS
        },
        **({"Weight": list(listed["severity"])} if ours else {"Why": list(listed["evidence"])}),
    }


def as_written(case: Case) -> str:
    """How the article fares, as a sentence: claims that stand on both questions, and numbers of another thing."""
    found = claims.verdicts(case.point, case.data)
    total = len({claim for claim, _ in found})
    whole = sum(all(found[claim, each] == "supported" for each in QUESTIONS) for claim in {claim for claim, _ in found})
    caveat, wrong = (int(case[f"claims_{name}"].value) for name in ("standing", "source_misattributed"))
    first = (
        f"Of its {total} claims, {whole} {'is' if whole == 1 else 'are'} right"
        if whole
        else f"None of its {total} claims is right"
    )
    return (
        f"{first} as written: {words.number(caveat - whole)} {'is' if caveat - whole == 1 else 'are'} right with a "
        f"caveat, and {words.number(wrong)} {'attaches' if wrong == 1 else 'attach'} a real number to the wrong thing."
    )


# What each coder had before the eyes, beside the text, its claims and the sources.
SEEN = {2: "the rules before they were sharpened", 3: "the rules as they stand"}


def agreed(case: Case) -> tuple[list[dict[str, Any]], list[dict[str, str]]]:
    """A row for each coder and question with the agreement, and a row for each difference of the latest coder."""
    coded = agreement.compared(case)
    measures = []
    for (coder, question), rows in coded.groupby(["coder", "question"], sort=False):
        kappa = agreement.kappa(list(rows["first"]), list(rows["second"]))
        measures.append(
            {
                "Coder": int(coder),
                "Had": SEEN[int(coder)],
                "Question": QUESTIONS[str(question)],
                "Claims": len(rows),
                "Same verdict": int((rows["first"] == rows["second"]).sum()),
                "Agreement": words.percent(float((rows["first"] == rows["second"]).mean())),
                "Cohen's kappa": f"{kappa:.2f}" if kappa == kappa else "not defined",
            }
        )
    differing = coded[(coded["first"] != coded["second"]) & (coded["coder"] == coded["coder"].max())]
    return measures, [
        {
            "Claim": link(row.claim_id),
            "Question": row.question,
            "By the rules": BADGES[row.first],
            f"By coder {row.coder}": BADGES[row.second],
            "That coder's reason": row.reason,
        }
        for row in differing.itertuples()
    ]


def settled(case: Case) -> str:
    """How many of the differences of the coder before the latest the latest coder does not have; "" for one coder."""
    coded = agreement.compared(case)
    coders = sorted(coded["coder"].unique())[-2:]
    if len(coders) < 2:
        return ""
    before, after = (
        {(row.claim_id, row.question): row.first == row.second for row in rows.itertuples()}
        for rows in (coded[coded["coder"] == coder] for coder in coders)
    )
    open_then = [key for key, same in before.items() if not same and key in after]
    gone = sum(after[key] for key in open_then)
    return (
        f"Of the {len(open_then)} verdicts on which coder {coders[0]} differs from the rules as they stand, "
        f"coder {coders[1]} reaches {gone}."
    )


def entries(case: Case, examined: Mapping[tuple[str, str], Examined], shares: Mapping[str, float]) -> Markdown:
    """Every claim with its verdicts, their evidence and the readings under which it would be true.

    shares: record -> the share of draws in which it holds, as claims.share_holding gives it
    """
    listed = case.data.table("claims")
    listed = listed[listed["text"] == claims.ARTICLE]
    return Markdown("\n".join(_entry(case, row, examined, shares) for row in listed.itertuples()))


def _entry(case: Case, row: Any, examined: Mapping[tuple[str, str], Examined], shares: Mapping[str, float]) -> str:
    lines = ["::::{container} claim", f"({row.claim_id.lower()})=", f"### {row.claim_id}. {row.claim}", ""]
    for question, asked in QUESTIONS.items():
        found = examined[row.claim_id, question]
        lines += [f"*{asked}* {BADGES[found.verdict]} {found.rule}", ""]
        lines += [*(_line(case, finding, shares) for finding in found.findings), ""]
    if row.wording_note:
        lines += [f"*Wording:* {row.wording_note}", ""]
    lines += [f"{case.fill(row.evidence)} {cite(row.source)}", ""]
    when = readings.true_when(case, row.claim_id, examined)
    if when:
        lines += ["*True when:*", "", *(f"- {sentence}" for sentence in when), ""]
    lines += [f"*Where:* {row.locator}", "", f"*Better:* {case.fill(row.better_wording)}", "::::", ""]
    return "\n".join(lines)


def _line(case: Case, finding: Finding, shares: Mapping[str, float]) -> str:
    record = finding.record
    reading = f", {record['reading']}" if record["reading"] else ""
    both = f"{record['scope_asserted']} / {record['scope_found']}.{_compared(case, finding, shares)}"
    note = f" {case.fill(record['note'])}" if record["note"] else ""
    return f"- *{record['part']}{reading}* ({record['kind']}): {both} **{finding.said}**.{note}"


def _compared(case: Case, finding: Finding, shares: Mapping[str, float]) -> str:
    """The two values of a record and what the digits told allow, or "" for a fact in words."""
    record, unit = finding.record, finding.record["unit"]
    if not finding.numeric:
        return ""
    asserted = readings.told(case, record, "subject", finding.asserted, unit)
    other, value = ("compare", finding.found) if record["compare"] else ("belongs_to", finding.elsewhere)
    told = f"“{record['printed']}”" if record["printed"] else asserted
    text = f" Told {told}, found {readings.told(case, record, other, value, unit)}"
    if record["relation"] == "about":
        low, high = readings.told_ends(finding, unit)
        text += f"; the digits told allow {low} to {high}"
    elif record["relation"]:
        least = record["relation"] == "at_least"
        text += f", which must be no {'smaller' if least else 'larger'} than {asserted}"
    if record["bound"]:
        text += ", as a floor" if record["bound"] == "at_least" else ", as a ceiling"
    share = shares[record["evidence_id"]]
    if 0 < share < 1:
        text += f"; it holds in {words.percent(share)} of the draws"
    return text + "."

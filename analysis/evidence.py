"""Claims and their evidence as pages show them: verdicts, records and entries, in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd
from IPython.display import Markdown

from analysis import agreement, claims, parameters, readings, words
from analysis.case import Case
from analysis.claims import QUESTIONS, Examined, Finding
from analysis.listing import cite, entry
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


def _set_to(turn: readings.Turn) -> str:
    row = parameters.known()[turn.parameter]
    return f"`{turn.value}`" if row.choices else readings.shown(float(turn.value), row.unit)


def turns(found: Iterable[readings.Turn]) -> dict[str, list[str]]:
    """Verdicts that one assumption turns, by column."""
    listed, known = list(found), parameters.known()
    return {
        "Claim": [link(turn.claim_id) for turn in listed],
        "Question": [turn.question for turn in listed],
        "Assumption": [known[turn.parameter].title for turn in listed],
        "At": [_set_to(turn) for turn in listed],
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
            "Source": f"{cite(record['source'])}, {record['locator']}",
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
        f"caveat, and {words.number(wrong)}, by their sources, {'attaches' if wrong == 1 else 'attach'} "
        "a real number to the wrong thing."
    )


# What each coder had before the eyes, beside the text, its claims and the sources.
SEEN = {2: "the rules before they were sharpened", 3: "the present rules"}


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
        f"Of the {len(open_then)} verdicts on which coder {coders[0]} and the present rules differ, coder {coders[1]} "
        f"agrees with the rules on {gone}."
    )


def entries(
    case: Case,
    examined: Mapping[tuple[str, str], Examined],
    shares: Mapping[str, float],
    turned: Iterable[readings.Turn] = (),
) -> Markdown:
    """Every claim with its verdicts and a better wording; the evidence, and when it would be true, folded.

    shares: record -> the share of draws in which it holds, as claims.share_holding gives it
    turned: verdicts that one assumption turns, as readings.turns gives them
    """
    listed = case.data.table("claims")
    listed = listed[listed["text"] == claims.ARTICLE]
    every = tuple(turned)
    return Markdown("\n".join(_entry(case, row, examined, shares, every) for row in listed.itertuples()))


def _entry(
    case: Case,
    row: Any,
    examined: Mapping[tuple[str, str], Examined],
    shares: Mapping[str, float],
    turned: Sequence[readings.Turn],
) -> str:
    told, folded = [], [f"{case.fill(row.evidence)} {cite(row.source)}", ""]
    if row.wording_note:
        folded += [f"*Wording:* {row.wording_note}", ""]
    for question, asked in QUESTIONS.items():
        found = examined[row.claim_id, question]
        told.append(f"*{asked}* {BADGES[found.verdict]} {_but(found, shares, turned)}")
        folded += [f"*{asked}* {found.rule}", "", *(_line(case, finding, shares) for finding in found.findings), ""]
    if when := readings.true_when(case, row.claim_id, examined):
        folded += ["*True when:*", "", *(f"- {sentence}" for sentence in when), ""]
    told.append(f"*Better:* {case.fill(row.better_wording)}")
    folded.append(f"*Where:* {row.locator}")
    return entry(row.claim_id, row.claim, told, "Why, with the evidence", folded)


def _but(found: Examined, shares: Mapping[str, float], turned: Sequence[readings.Turn]) -> str:
    """What one assumption within its range would make of a verdict, and how often its numbers fit; "" for nothing."""
    own = [turn for turn in turned if (turn.claim_id, turn.question) == (found.claim_id, found.question)]
    if not own:
        return ""
    known, parts = parameters.known(), []
    for name in dict.fromkeys(turn.parameter for turn in own):
        row, to = known[name], [turn for turn in own if turn.parameter == name]
        ends = list(map(_set_to, to))
        if not row.choices and len(to) > 1 and len({turn.after for turn in to}) == 1:
            parts.append(f"{VERDICTS[to[0].after]} at both ends of “{row.title}”, {' and '.join(ends)}")
        else:
            told = zip(to, ends, strict=True)
            parts += [f"{VERDICTS[turn.after]} at {end} for “{row.title}”" for turn, end in told]
    often = [shares[finding.record["evidence_id"]] for finding in found.findings]
    fits = [f"The number fits in {words.percent(share)} of the draws." for share in often if 0 < share < 1]
    return " ".join([f"**But {'; '.join(parts)}.**", *fits])


def _line(case: Case, finding: Finding, shares: Mapping[str, float]) -> str:
    record = finding.record
    reading = f", {record['reading']}" if record["reading"] else ""
    both = f"asserted, {record['scope_asserted']}; found, {record['scope_found']}.{_compared(case, finding, shares)}"
    note = f" {case.fill(record['note'])}" if record["note"] else ""
    said = finding.said[:1].upper() + finding.said[1:]
    return f"- *{record['part']}{reading}* ({record['kind']}): {both} **{said}.**{note}"


def _compared(case: Case, finding: Finding, shares: Mapping[str, float]) -> str:
    """The two values of a record and what the digits printed allow, or "" for a fact in words."""
    record, unit = finding.record, finding.record["unit"]
    if not finding.numeric:
        return ""
    asserted = readings.told(case, record, "subject", finding.asserted, unit)
    other, value = ("compare", finding.found) if record["compare"] else ("belongs_to", finding.elsewhere)
    told = f"“{record['printed']}”" if record["printed"] else asserted
    bound = {"": "", "at_least": ", a floor", "at_most": ", a ceiling"}[record["bound"]]
    text = f" The text says {told}; found: {readings.told(case, record, other, value, unit)}{bound}"
    if record["relation"] == "about":
        low, high = readings.told_ends(finding, unit)
        text += f" (rounding allows {low}{f' to {high}' if high != low else ''})"
    elif record["relation"]:
        least = record["relation"] == "at_least"
        text += f" (it takes {'at least' if least else 'at most'} {asserted})"
    share = shares[record["evidence_id"]]
    if 0 < share < 1:
        text += f". The number fits in {words.percent(share)} of the draws"
    return text + "."

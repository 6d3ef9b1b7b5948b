"""Claims in circulation as their page shows them: the overview, the rules, the confusions counted, and each claim."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from IPython.display import Markdown

from analysis import words
from analysis.case import Case
from analysis.listing import cite, entry
from analysis.placing import told
from analysis.placing.verdict import SHORT
from analysis.register import CONFUSIONS, RULES, SAID, Judged, amount, fitting

BADGES = {name: f'<span class="verdict verdict-{rule.look}">{rule.title}</span>' for name, rule in RULES.items()}


def overview(case: Case, found: Mapping[str, Judged]) -> dict[str, list[str]]:
    """Every claim with its verdict and its main confusion, by column."""
    main = {row.claim_id: row.confusion for row in case.data.table("confusions").itertuples() if row.rank == "main"}
    return {
        "No.": [f"[{claim}](#{claim.lower()})" for claim in found],
        "Claim": [f"{judged.row['model']}: {amount(judged.row)}" for judged in found.values()],
        "Said by": [judged.row["said_by"] for judged in found.values()],
        "Verdict": [BADGES[judged.verdict] for judged in found.values()],
        "Confusion": [CONFUSIONS[main[claim]][0] for claim in found],
    }


def tally(found: Mapping[str, Judged]) -> list[dict[str, Any]]:
    """The rules from top to bottom, each with the number of claims that it decides."""
    counted = Counter(judged.verdict for judged in found.values())
    return [
        {"Verdict": BADGES[name], "When": rule.means, "Claims": words.number(counted[name])}
        for name, rule in RULES.items()
    ]


def confusions(case: Case) -> list[dict[str, str]]:
    """The kinds of confusion, the commonest first, with the number of claims in which it matters most, and in all."""
    rows = case.data.chosen("confusions", case.data.table("confusions"))
    everywhere, main = Counter(rows.confusion), Counter(rows.confusion[rows["rank"] == "main"])
    return [
        {
            "Confusion": CONFUSIONS[name][0],
            "What it is": CONFUSIONS[name][1],
            "Main": words.number(main[name]),
            "In all": words.number(count),
        }
        for name, count in everywhere.most_common()
    ]


def fits(found: Mapping[str, Judged]) -> str:
    """Which costs the claims fit that fit one: "12 the rent of its GPU-hours, 1 buying its bare GPUs"."""
    fitted = [fitting(judged.row, judged.placed)[0] for judged in found.values() if judged.verdict == "fits_basis"]
    return "; ".join(f"{words.number(count)} {SHORT[name]}" for name, count in Counter(fitted).most_common())


def unopened(found: Mapping[str, Judged]) -> list[str]:
    """Where claims appeared first that nobody here has opened."""
    places = (judged.row["first_seen"] for judged in found.values())
    return list(dict.fromkeys(place.split(",")[0].split(";")[-1].strip() for place in places if "not opened" in place))


def better(judged: Judged) -> str:
    """The wording that stands, its numbers filled in."""
    answers = judged.placed.answers if judged.placed else {}

    def of(name: str, unit: str, ends: bool = False) -> str:
        span = answers[name].span if name in answers else None
        if not span:
            return "an unknown number of"
        return told.ends(span, unit) if ends and not span.certain else words.amount(span.value, unit)

    return str(judged.row["better_wording"]).format(
        hours=of("chip_hours", "GPU-hour"),
        rental=of("rental_usd", "USD", ends=True),
        chips=of("chips_usd", "USD", ends=True),
        implied=of("implied_rent", "USD/GPU-hour"),
    )


def entries(case: Case, found: Mapping[str, Judged]) -> Markdown:
    """Every claim: what was said, the verdict with its reason, a better wording; the rest folded."""
    rows = case.data.table("confusions")
    kinds = rows.groupby("claim_id", sort=False).confusion.agg(list)
    return Markdown("\n".join(_entry(claim, judged, kinds[claim]) for claim, judged in found.items()))


def _entry(claim: str, judged: Judged, kinds: list[str]) -> str:
    row = judged.row
    quote = f": “{row['quote']}”" if row["quote"] else ""
    said = ", ".join(filter(None, (row["said_by"], row["said_on"])))
    lines = [
        f"*{said}*{quote} {cite(row['source'])}",
        f"{BADGES[judged.verdict]} {judged.reason} {cite(row['finding_source'])}",
        f"*Better:* {better(judged)}",
    ]
    summary = "What it counts, how it was passed on, tests"
    return entry(claim, f"{row['model']}: {amount(row)}", lines, summary, _folded(judged, kinds))


def _folded(judged: Judged, kinds: list[str]) -> list[str]:
    row, placed = judged.row, judged.placed
    parts = {
        "Counts": row["covers"],
        "Passed on": row["passed_on"] or "Nothing was found.",
        "Confusion": "; ".join(CONFUSIONS[kind][0] for kind in kinds),
        "First seen": row["first_seen"],
        "Read": f"{row['read_as']} ({SAID['grades'][row['source_grade']]}); {row['locator']}",
        "Note": row["note"],
    }
    if placed:
        tests = "; ".join(
            f"{title}: {value}, {beside}" for title, value, beside in told.numbers(placed) if value != "–"
        )
        parts |= {"Known": told.known(placed.given) or "nothing", "Tests": tests}
        by_size = "" if placed.sentence in judged.reason or not placed.fits else placed.sentence
        parts |= {"By size alone": by_size}
    if row["inputs_source"]:
        parts["Inputs"] = f"{cite(row['inputs_source'])}, {row['inputs_locator']} ({row['inputs_confidence']})"
    return [f"- *{name}:* {text}" for name, text in parts.items() if text]

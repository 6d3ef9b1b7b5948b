"""The review kit: its checks find what is wrong, and its sheets have room to write."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd
import pytest

from analysis import tables
from analysis.case import Case, Data
from analysis.report import notebooks
from analysis.teaching import review

SHEETS = ("review_kit", "debate", "reading_cost_claims")


class Doctored(Data):
    """The data with one row whose source no bibliography holds."""

    def table(self, name: str) -> pd.DataFrame:
        frame = super().table(name).copy()
        if name == "stages":
            frame.loc[frame.index[0], "source"] = "nobody_2099"
        return frame


def prose(name: str) -> str:
    cells = notebooks.read(notebooks.page(name).path).cells
    return "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


def output(name: str) -> str:
    cells = notebooks.read(notebooks.page(name).path).cells
    return "\n".join(
        str(each.get("text", "") or each.get("data", {}).get("text/markdown", ""))
        for cell in cells
        for each in cell.get("outputs", [])
    )


def test_every_row_names_a_known_source_and_a_row_that_does_not_is_counted() -> None:
    for row in review.sources(Data()):
        assert row["Rows with a source"] == row["With a known source"], (
            f"{row['Table']} has rows without a known source."
        )
    stages = next(row for row in review.sources(Doctored()) if "stages" in row["Table"])
    assert stages["With a known source"] == stages["Rows with a source"] - 1


def test_a_headline_that_comes_out_differently_is_marked() -> None:
    case = Case()
    right = case["v3_rental_usd"].value
    agree, differ = review.recomputed(case, {"v3_rental_usd": right}), review.recomputed(case, {"v3_rental_usd": 6e6})
    assert next(agree)["Comparison"] == "agree"
    assert next(differ)["Comparison"] == "**differ**"


def test_committed_results_are_compared_and_a_change_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    then = review.committed()
    then["v3_gpu_hours"] = {**then["v3_gpu_hours"], "value": "1 million"}
    monkeypatch.setattr(review, "committed", lambda: then)
    said = "\n".join(review.reproduced(Case()))
    assert f"{len(then)}. Computed now and equal: {len(then) - 1}." in said
    assert "v3_gpu_hours: 1 million then, 2.788 million now" in said
    assert re.search(r"^    six_million: .*\{v3_gpu_hours\}", said, flags=re.MULTILINE), (
        "A referee is not told where the result stands."
    )
    assert "{glue" not in said and "report refresh" in said


def test_a_scenario_is_not_compared_with_the_base_case() -> None:
    case = Case({**Case().values, "pue": 1.4})
    assert "This is a scenario" in "\n".join(review.reproduced(case))


def test_the_committed_kit_found_nothing_wrong() -> None:
    said = output("review_kit")
    assert "**differ**" not in said
    assert re.search(r"Results in the committed pages: (\d+)\. Computed now and equal: \1\.", said)
    assert f"Faults in {len(tables.names())} tables of data: 0." in said


def test_the_form_has_its_six_parts_and_room_for_every_answer() -> None:
    text = prose("review_kit")
    parts = re.findall(r"^## (.+)$", text, flags=re.MULTILINE)
    assert parts[:6] == ["Claim", "Evidence", "Method", "Reproducibility", "Figures", "Ethics"]
    questions = re.findall(r"^\*\*[^*]+[?.]\*\*$", text.split("## Claim", 1)[1], flags=re.MULTILINE)
    assert len(questions) >= 18
    assert text.count('class="answer-box"') == len(questions), "A question has no box below it, or a box no question."


def test_both_teams_have_cards_with_numbers_and_sources() -> None:
    text = prose("debate")
    sides = [text.split(head, 1)[1].split("\n## ", 1)[0] for head in ("## Team A", "## Team B")]
    counts = [len(re.findall(r"^\*\*.+\*\*$", side, flags=re.MULTILINE)) for side in sides]
    assert counts[0] == counts[1] >= 5, f"The teams have {counts} cards; give both as many."
    for side in sides:
        assert side.count("{cite}") >= 3 and side.count("{glue:text}") >= 8


def test_every_question_is_shown_on_this_article_and_on_another_claim() -> None:
    text = prose("reading_cost_claims")
    questions = re.findall(r"^## (\d)\. (.+)\n((?:(?!^## ).*\n?)*)", text, flags=re.MULTILINE)
    assert [int(number) for number, _, _ in questions] == list(range(1, 9))
    for number, question, body in questions:
        assert "**This article**" in body and "**Elsewhere:**" in body, f"{number}. {question} lacks an example."
        elsewhere = body.split("**Elsewhere:**")[1]
        assert "{cite}" in elsewhere, f"{number}. {question}: the other claim has no source."
    checklist: Any = output("reading_cost_claims")
    assert len(re.findall(r"^\| \d \|", checklist, flags=re.MULTILINE)) == len(questions)

"""Claims and their evidence as pages show them, and what the data dictionary says of a column."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis import claims, dictionary, evidence, readings
from analysis.case import Case, Data

Found = dict[tuple[str, str], claims.Examined]


@pytest.fixture(scope="module")
def case() -> Case:
    return Case({**Case().values, "draws": 256})


@pytest.fixture(scope="module")
def examined(case: Case) -> Found:
    return claims.examine(case.point, case.data)


@pytest.fixture
def shares(examined: Found) -> dict[str, float]:
    """In how many draws each record holds: nobody has counted."""
    return {f.record["evidence_id"]: float("nan") for claim in examined.values() for f in claim.findings}


def test_a_turn_says_the_assumptions_value_as_its_kind_has_it() -> None:
    choice = readings.Turn("fleet", "documented", "C01", "documents", "supported", "contradicted")
    number = readings.Turn("rental_usd_per_gpu_hour", 1.3, "C02", "source", "ambiguous", "supported")
    found = evidence.turns([choice, number])
    assert found["At"] == ["`documented`", "$1.30"] and found["Claim"] == ["[C01](#c01)", "[C02](#c02)"]
    assert found["Question"] == ["documents", "source"]
    assert found["Verdict there"] == [evidence.BADGES["contradicted"], evidence.BADGES["supported"]]
    assert evidence.turns([]).keys() == found.keys(), "A case in which nothing turns keeps the table's headings."


def test_each_teller_says_a_number_some_words_both_or_nothing() -> None:
    rows = [("primary", 2.0, "x"), ("analyst", float("nan"), "y"), ("press", 3.0, ""), ("article", float("nan"), "")]
    story = pd.DataFrame(rows, columns=["stage", "value", "says"]).assign(figure="F", unit="USD", source="key")
    (told,) = evidence.tellings(story)
    cited = "{cite}`key`"
    assert list(told.values()) == ["F", f"$2: x {cited}", f"y {cited}", f"$3 {cited}", "–"]


def test_records_come_in_the_order_asked_for_and_numbers_with_what_was_found(examined: Found) -> None:
    by_id = {f.record["evidence_id"]: f for claim in examined.values() for f in claim.findings}
    number = next(key for key, finding in by_id.items() if finding.record["kind"] == "number")
    other = next(key for key, finding in by_id.items() if finding.record["kind"] == "statement")
    two = evidence.records(examined, [other, number])
    assert [row["Outcome"] for row in two] == [by_id[other].said, by_id[number].said]
    unit = by_id[number].record["unit"]
    assert two[0]["What was found"] == by_id[other].record["scope_found"]
    assert two[1]["What was found"].endswith(f": {readings.shown(by_id[number].found, unit)}")


def test_an_entry_says_in_how_many_draws_a_number_holds(case: Case, examined: Found, shares: dict[str, float]) -> None:
    numeric = next(f for claim in examined.values() for f in claim.findings if f.numeric)
    assert "of the draws" not in evidence.entries(case, examined, shares).data
    shares[numeric.record["evidence_id"]] = 0.25
    text = evidence.entries(case, examined, shares).data
    assert text.count("The number fits in 25 % of the draws") == 1
    assert text.count("::::{container} claim") == len(examined) / 2 == case["claims_total"].value


def test_an_entry_answers_both_questions_before_it_explains(
    case: Case, examined: Found, shares: dict[str, float]
) -> None:
    text = evidence.entries(case, examined, shares).data
    entry = text[text.index("### C20.") : text.index("### C21.")]
    marks = ["Does the source say so?", "with a caveat", "Do documents bear it out?", "unverifiable", "*Better:*"]
    places = [entry.index(mark) for mark in marks]
    assert places == sorted(places)
    least = "The text says “more than $500 million”; found: $217 million, a floor (it takes at least $500 million)."
    assert f"{least} **Undecided.**" in entry
    entry = text[text.index("### C02.") : text.index("### C03.")]
    rounded = "The text says “$6 million”; found: $5.58 million (rounding allows $5.5 million to $6.5 million)."
    assert f"{rounded} **Borne out.**" in entry


def test_a_verdict_that_one_assumption_turns_says_so_at_its_badge(
    case: Case, examined: Found, shares: dict[str, float]
) -> None:
    """An end that turns it alone, both ends that make the same of it, and a choice; the others say nothing."""
    shares["C02a"] = 0.36
    rent = ("rental_usd_per_gpu_hour", "C02", "documents", "supported_with_caveat", "contradicted")
    turned = [readings.Turn(rent[0], value, *rent[1:]) for value in (1.65, 3.42)]
    turned += [readings.Turn(rent[0], 1.65, "C23", "documents", "misattributed", "ambiguous")]
    turned += [readings.Turn("fleet", "documented", "C12", "documents", "unverifiable", "contradicted")]
    text = evidence.entries(case, examined, shares, turned).data
    assert text.count("**But ") == 3
    both = (
        "**But contradicted at both ends of “Rental price of one H800-hour”, $1.65 and $3.42.** The number fits in 36 %"
    )
    assert both in text[text.index("### C02.") : text.index("### C03.")]
    assert "**But ambiguous at $1.65 for “Rental price of one H800-hour”.**" in text[text.index("### C23.") :]
    assert "**But contradicted at `documented` for “" in text[text.index("### C12.") : text.index("### C13.")]


def test_a_control_text_has_its_own_table_without_links(case: Case) -> None:
    ours, other = evidence.overview(case), evidence.overview(case, "invented")
    assert ours["No."][0] == "[C01](#c01)" and list(ours)[2:] == ["Source", "Documents", "Weight"]
    assert other["No."] == ["X01", "X02", "X03", "X04", "X05", "X06"] and list(other)[-1] == "Why"


@pytest.mark.parametrize(
    ("field", "points_to", "said"),
    [
        ({"constraints": {"minimum": 0.5, "maximum": 1e22, "required": True}}, "", "0.5 to 1e22"),
        ({"constraints": {"minimum": 2019, "required": True}, "unit": "year"}, "", "at least 2019"),
        ({"constraints": {"enum": ["a", "b"]}}, "", "one of: a, b; may be empty"),
        ({"constraints": {"unique": True, "required": True}}, "gpus", "a key of `gpus`; once only"),
        (
            {"constraints": {"minimum": "2020-01-01", "maximum": "2026-01-01", "required": True}},
            "",
            "2020-01-01 to 2026-01-01",
        ),
    ],
)
def test_what_a_column_accepts(field: dict[str, object], points_to: str, said: str) -> None:
    assert dictionary._allowed(field, points_to) == said


def test_a_table_says_how_many_rows_it_has_and_where_they_stand() -> None:
    text = dictionary.described(Data(), "fleet").data
    assert f"{len(Data().table('fleet'))} rows. All of them: {{row}}`fleet`. To download: `data/fleet.csv`" in text
    assert "All of them" not in dictionary.described(Data(), "weak_numbers").data

"""The audit: every rule on tiny made-up records, all verdicts on the real ones, and what turns them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import agreement, claims, parameters, readings, tables
from analysis import evidence as evidence_pages
from analysis.case import Case, Data
from analysis.claims import claim_verdict, part_outcome
from analysis.quantities.audit import VERDICTS
from analysis.tables import DataError

BASE = parameters.base()
RENT = "rental_usd_per_gpu_hour"

# As the claims were judged by hand, one by one: verdict -> claims, for each question.
RESEARCHED = {
    "source": {
        "contradicted": "C05 C14 C19",
        "misattributed": "C12 C13 C23 C24",
        "supported_with_caveat": "C01 C02 C04 C07 C08 C09 C10 C11 C15 C16 C17 C18 C20 C21 C22 C26 C27",
        "supported": "C03 C06",
    },
    "documents": {
        "contradicted": "C14",
        "misattributed": "C19 C23",
        "supported_with_caveat": "C01 C02 C03 C04 C15 C16 C22 C27",
        "unverifiable": "C05 C06 C07 C08 C09 C10 C11 C12 C13 C17 C18 C20 C21 C24 C26",
    },
}


@pytest.fixture(scope="module")
def base() -> Case:
    return Case(BASE)


@pytest.fixture(scope="module")
def evidence() -> pd.DataFrame:
    return tables.load("evidence")


def case(**changes: parameters.Value) -> Case:
    return Case({**BASE, **changes})


def verdict(base: Case, evidence: pd.DataFrame, claim: str, question: str) -> str:
    return claims.verdicts(base.point, base.data, evidence)[claim, question]


def changed(evidence: pd.DataFrame, record: str, **cells: Any) -> pd.DataFrame:
    """A copy of the evidence in which one record is another."""
    copy = evidence.copy()
    row = copy.index[copy.evidence_id == record]
    assert len(row) == 1, f"There is no record {record}."
    for column, value in cells.items():
        assert copy.loc[row[0], column] != value, "The cell holds that already; the test would be idle."
        copy.loc[row, column] = value
    return copy


# --- the real claims --------------------------------------------------------------------------------------------


def test_every_verdict_is_the_researched_one(base: Case) -> None:
    wanted = {
        (claim, question): name
        for question, verdicts in RESEARCHED.items()
        for name, listed in verdicts.items()
        for claim in listed.split()
    }
    assert claims.verdicts(base.point, base.data) == wanted


def test_every_rule_and_kind_has_a_name_that_the_tables_know() -> None:
    fields = {field["name"]: field for field in tables.package()["by_name"]["evidence"]["schema"]["fields"]}
    coded = {field["name"]: field for field in tables.package()["by_name"]["second_coding"]["schema"]["fields"]}
    assert set(fields["kind"]["constraints"]["enum"]) == set(claims.KINDS)
    assert fields["question"]["constraints"]["enum"] == coded["question"]["constraints"]["enum"] == [*claims.QUESTIONS]
    assert {name for name, _, _ in claims.RULES} == set(VERDICTS) == set(coded["verdict"]["constraints"]["enum"])
    assert all(set(rule) == set(claims.QUESTIONS) for _, _, rule in claims.RULES)


def test_a_careful_text_earns_support_and_an_invented_one_does_not(base: Case) -> None:
    """DeepSeek's own paragraph keeps its doubts, and its hours are far below those of the rival that was out."""
    careful = claims.verdicts(base.point, base.data, text="v3_report")
    assert set(careful.values()) == {"supported"} and len(careful) == 8
    invented = claims.verdicts(base.point, base.data, text="invented")
    assert len({claim for claim, _ in invented}) == 6
    assert not {"supported", "supported_with_caveat"} & set(invented.values())
    assert all({"denied", "elsewhere"} & set(found.parts.values()) for found in _worse(base)), (
        "No claim fell by nothing."
    )


def _worse(base: Case) -> list[claims.Examined]:
    """Of each invented claim the question on which it falls."""
    found = claims.examine(base.point, base.data, text="invented")
    names = list(claims.QUESTIONS)
    pairs = [[found[claim, question] for question in names] for claim in sorted({claim for claim, _ in found})]
    return [min(pair, key=lambda each: each.verdict == "unverifiable") for pair in pairs]


def test_control_texts_are_in_no_tally(base: Case) -> None:
    assert base["claims_total"].value == 26 < len(tables.load("claims"))
    assert {claim[0] for claim, _ in claims.verdicts(base.point, base.data)} == {"C"}
    with pytest.raises(DataError, match=r"There is no claim of the text 'nowhere' in data/claims\.csv"):
        claims.verdicts(base.point, base.data, text="nowhere")


def test_the_frame_holds_every_verdict_with_its_rule_and_records(base: Case) -> None:
    found = claims.frame(base.point, base.data)
    assert len(found) == 2 * len(tables.load("claims"))
    row = found.set_index(["claim_id", "question"]).loc["C02", "source"]
    assert row["text"] == "article" and row["verdict"] == "supported_with_caveat"
    assert row["rule"].startswith("The source says so, but a doubt or a condition was lost")
    assert row["records"].startswith("C02b the doubt is lost; C02c the condition is lost")


def test_every_record_has_a_claim_a_source_and_a_place(evidence: pd.DataFrame) -> None:
    assert set(evidence.claim_id) == set(tables.load("claims").claim_id)
    assert (evidence.source != "").all()
    assert (evidence.locator != "").all()
    assert (evidence.evidence_id.str[:3] == evidence.claim_id).all()


def test_every_figure_of_the_story_has_all_four_stages() -> None:
    story = tables.load("story")
    stages = story.groupby("figure")["stage"].apply(list)
    assert len(stages) == 7
    assert all(found == ["primary", "analyst", "press", "article"] for found in stages)
    # Where nothing was found, the row says why; a number without words would say nothing.
    silent = story[story.says == ""]
    assert (silent.note != "").all()
    assert silent["value"].isna().all()


# --- another record, another verdict: each kind ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("record", "cells", "question", "after"),
    [
        # 256 experts against 8 active ones; 6 million against a hundred times as much.
        ("C04a", {"compare": "deepseek_v3_experts_active"}, "source", "contradicted"),
        ("C02a", {"printed": "$600 million"}, "documents", "contradicted"),
        # $1.4 billion is what the Hoppers cost: 1.35 to 1.45 holds 1.4. And a sum that is nobody's.
        ("C12a", {"printed": "$1.4 billion"}, "source", "supported_with_caveat"),
        # Were it not the sum for 60,000 GPUs, the missing period would count.
        ("C13e", {"belongs_to": "luk_server_capex_hopper_musd"}, "source", "ambiguous"),
        # 5.328 million is five; as six it would be that of V3 as a whole, and belong to nothing here.
        ("C23a", {"printed": "$6 million"}, "source", "contradicted"),
        ("C04d", {"printed": "512"}, "documents", "contradicted"),
        ("C12a", {"printed": "$3 billion"}, "source", "contradicted"),
        # Four years of 236 million: told as a bill of one year, 236 fits, and then 944 does not.
        ("C13b", {"compare": "luk_tco_all_musd_per_year"}, "source", "contradicted"),
        ("C05a", {"holds": "yes"}, "source", "supported"),
        ("C11a", {"holds": "no"}, "source", "contradicted"),
        ("C05a", {"holds": "unknown"}, "source", "unverifiable"),
        # A doubt that is kept, and a condition that is.
        ("C11b", {"holds": "yes"}, "source", "supported"),
        ("C20b", {"holds": "yes"}, "source", "supported"),
        ("C17a", {"holds": "no"}, "source", "contradicted"),
        # A floor under a part is a floor under the whole; one that lies below the number decides nothing.
        ("C20c", {"compare": "fleet_capex_usd"}, "documents", "supported"),
        ("C20c", {"bound": ""}, "documents", "contradicted"),
        ("C08b", {"bound": ""}, "documents", "contradicted"),
        (
            "C08b",
            {"compare": "deepseek_fabric_deployed_gpus_low", "printed": "2,000", "bound": ""},
            "documents",
            "supported",
        ),
        ("C22a", {"compare": "epoch_experiment_multiplier_low", "bound": ""}, "documents", "contradicted"),
    ],
)
def test_another_record_gives_another_verdict(
    record: str, cells: dict[str, Any], question: str, after: str, base: Case, evidence: pd.DataFrame
) -> None:
    now = claims.verdicts(base.point, base.data, changed(evidence, record, **cells))
    assert now[record[:3], question] == after
    # And nothing else moves.
    before = claims.verdicts(base.point, base.data)
    assert {name for name in before if before[name] != now[name]} <= {(record[:3], question)}


def pattern(evidence: pd.DataFrame, claim: str, like: str) -> pd.DataFrame:
    """The evidence with one claim's records coded as another's are."""
    rows = evidence[evidence.claim_id == like]
    marks = rows.evidence_id.str.replace(like, claim, regex=False)
    return pd.concat([evidence[evidence.claim_id != claim], rows.assign(claim_id=claim, evidence_id=marks)])


@pytest.mark.parametrize(
    ("one", "other"), [("C01", "C27"), ("C07", "C08"), ("C08", "C09"), ("C12", "C13"), ("C17", "C26")]
)
def test_the_coding_of_a_pattern_does_not_decide(one: str, other: str, base: Case, evidence: pd.DataFrame) -> None:
    """What differed by coding alone: a rival as a reading or as a condition, a sum of counts and its parts."""
    known = claims.verdicts(base.point, base.data)
    for question in claims.QUESTIONS:
        assert known[one, question] == known[other, question]
        for claim, like in ((one, other), (other, one)):
            assert verdict(base, pattern(evidence, claim, like), claim, question) == known[claim, question]


def ruled(base: Case, evidence: pd.DataFrame, question: str, *records: dict[str, Any]) -> str:
    """The verdict on a claim with these made-up records alone on one question."""
    rows = [
        record(claim_id="C05", evidence_id=f"C05{n}", question=question, **cells) for n, cells in enumerate(records)
    ]
    others = evidence[(evidence.claim_id != "C05") | (evidence.question != question)]
    return verdict(base, pd.concat([others, pd.DataFrame(rows)]), "C05", question)


def cheap(rival: str, compare: str, **cells: str) -> dict[str, str]:
    told = {"kind": "number", "printed": "cheap", "relation": "at_least", "compare": compare, "holds": ""}
    return {**told, "reading": rival, "unit": "times", **cells}


# V3's stages cost 5.328, 0.238 and 0.01 million dollars; R1 alone 0.294.
R1 = {"compare": "deepseek_r1_final_usd", "relation": "about", "unit": "USD", "holds": ""}
OF_V3 = {"belongs_to": "deepseek_v3_pretraining_usd"}
FACT, CAUSE, NOTHING = {"part": "fact"}, {"part": "cause", "kind": "untestable", "holds": ""}, {"holds": "unknown"}
VIEW = {"kind": "opinion", "part": "view"}
PERIODS = [{"part": "period", "reading": "a year", "holds": "no"}, {"part": "period", "reading": "four years"}]
FLEET = {"kind": "comparability", "subject": "v3_rental_usd", "compare": "fleet_capex_usd", "holds": ""}
PLAIN = {"kind": "comparability", "subject": "v3_rental_usd", "compare": "gpt4_rental_usd", "holds": ""}


@pytest.mark.parametrize(
    ("records", "source", "documents"),
    [
        # A view costs the full support by its source, and no number of others who share it makes a document.
        ([VIEW], "supported_with_caveat", "unverifiable"),
        ([VIEW, {**VIEW, "part": "the same view"}], "supported_with_caveat", "unverifiable"),
        ([VIEW, {"part": "fact"}], "supported_with_caveat", "supported_with_caveat"),
        # A fact beside a cause decides, with a caveat.
        ([CAUSE], "unverifiable", "unverifiable"),
        ([FACT, CAUSE], "supported_with_caveat", "supported_with_caveat"),
        ([{**FACT, "holds": "unknown"}, CAUSE], "unverifiable", "unverifiable"),
        ([{**FACT, "holds": "no"}, CAUSE], "contradicted", "contradicted"),
        # A number that fits another thing, one that fits none, and one that fits the thing named.
        ([{**R1, **OF_V3, "kind": "scope", "printed": "$5 million"}], "misattributed", "misattributed"),
        ([{**R1, **OF_V3, "kind": "scope", "printed": "$7 million"}], "contradicted", "contradicted"),
        ([{**R1, **OF_V3, "kind": "scope", "printed": "$82,000"}], "supported", "supported"),
        # What is missing beside that is weighed after it, however it is coded.
        ([{**R1, **OF_V3, "kind": "scope", "printed": "$5 million"}, *PERIODS], "misattributed", "misattributed"),
        (
            [{**R1, **OF_V3, "kind": "scope", "printed": "$5 million"}, {"kind": "condition", "holds": "no"}],
            "misattributed",
            "misattributed",
        ),
        ([{}, *PERIODS], "ambiguous", "ambiguous"),
        # Accounts that contradict each other decide nothing, as two readings or as one.
        ([NOTHING], "unverifiable", "unverifiable"),
        ([{"reading": "one", "holds": "no"}, {"reading": "other", "holds": "unknown"}], "unverifiable", "unverifiable"),
        ([{"reading": "one", "holds": "no"}, {"reading": "other", "holds": "no"}], "contradicted", "contradicted"),
        # Figures that are said to conflict must be of one kind.
        ([FLEET], "contradicted", "contradicted"),
        ([PLAIN], "supported", "supported"),
        # Rivals are readings, whether or not they are called so.
        ([cheap("one", "llama31_over_v3_hours"), cheap("other", "maverick_over_v3_hours")], "ambiguous", "ambiguous"),
        ([cheap("", "llama31_over_v3_hours"), cheap("", "maverick_over_v3_hours")], "ambiguous", "ambiguous"),
        ([cheap("one", "llama31_over_v3_hours")], "supported", "supported"),
    ],
)
def test_a_pattern_decides_and_not_the_claim(
    records: list[dict[str, Any]], source: str, documents: str, base: Case, evidence: pd.DataFrame
) -> None:
    assert ruled(base, evidence, "source", *records) == source
    away = [{"source": "elsewhere", **cells} for cells in records]
    assert ruled(base, evidence, "documents", *away) == documents


def test_a_rival_is_no_condition(base: Case, evidence: pd.DataFrame) -> None:
    copy = changed(evidence, "C27b", kind="condition", holds="no")
    with pytest.raises(DataError, match="record C27b, column `compare`: the kind condition is in words"):
        verdict(base, copy, "C27", "documents")


# --- numbers as they were printed -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value", "below", "above"),
    [
        ("6", 6, 0.5, 0.5),
        ("$6 million", 6e6, 5e5, 5e5),
        ("about $1.6 billion", 1.6e9, 5e7, 5e7),
        ("$5.576M", 5.576e6, 500, 500),
        ("2,788K", 2.788e6, 500, 500),
        ("50,000", 5e4, 5e3, 5e3),
        ("10,000", 1e4, 500, 500),
        ("$100 million", 1e8, 5e6, 5e6),
        ("nearly 50,000", 5e4, 5e3, 0),
        ("just over 2,000", 2e3, 0, 500),
        ("1.0", 1, 0.05, 0.05),
        ("20 to 1", 20, 5, 5),
        ("more than $1.3 million", 1.3e6, 5e4, 5e4),
        ("cheap", 2, 0, 0),
    ],
)
def test_what_the_digits_told_allow(text: str, value: float, below: float, above: float) -> None:
    told = claims.printed(text)
    assert (told.value, told.below, told.above) == (value, below, above)


@pytest.mark.parametrize("text", ["", "many", "1,00", "5 5", "$", "1e6", "-3", "5 lakh", "minus 5", "٣"])
def test_what_is_no_printed_number(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        claims.printed(text)


@given(st.integers(1, 10**9), st.integers(0, 3), st.sampled_from(["", " thousand", " million", " billion"]))
def test_a_number_allows_all_that_would_be_rounded_to_it(number: int, places: int, scale: str) -> None:
    text = f"{number / 10**places:.{places}f}{scale}"
    told = claims.printed(text)
    unit = 10.0**-places * {"": 1, " thousand": 1e3, " million": 1e6, " billion": 1e9}[scale]
    assert told.value == pytest.approx(float(text.split()[0]) * unit * 10**places)
    assert told.below == told.above > 0
    if places:
        assert told.above == pytest.approx(unit / 2)
    # More digits never allow more, and a tenth of the scale allows a tenth.
    more = claims.printed(f"{number / 10**places:.{places}f}5{scale}" if places else f"{number}.5{scale}")
    assert more.above < told.above or more.above == pytest.approx(unit / 20)
    assert claims.printed(f"about {text}") == told


@given(st.floats(2, 1e9), st.integers(0, 2))
def test_rounding_a_value_never_makes_it_false(value: float, places: int) -> None:
    text = f"{value:,.{places}f}" if places == 0 else f"{value:.{places}f}"
    made = record(printed=text, relation="about")
    assert claims.decided(made, claims.printed(text).value, value) == (True, False)


# --- another assumption, another verdict ----------------------------------------------------------------------------


def test_three_dollars_an_hour_contradict_six_million(base: Case) -> None:
    """2.788 million hours at $3 are $8.364 million, outside 5.5 to 6.5."""
    flip = claims.Flip("C02", "documents", "supported_with_caveat", "contradicted")
    assert claims.flips(base, case(**{RENT: 3.0})) == [flip]
    assert claims.flips(case(**{RENT: 3.0}), base) == [
        claims.Flip("C02", "documents", "contradicted", "supported_with_caveat")
    ]
    assert claims.flips(base, base) == []


@pytest.mark.parametrize(
    ("changes", "claim", "after"),
    [
        # 1.97 x 2.788 = 5.492; 1.98 x 2.788 = 5.520; 2.33 x 2.788 = 6.496; 2.34 x 2.788 = 6.524.
        ({RENT: 1.97}, "C02", "contradicted"),
        ({RENT: 1.98}, "C02", "supported_with_caveat"),
        ({RENT: 2.33}, "C02", "supported_with_caveat"),
        ({RENT: 2.34}, "C02", "contradicted"),
        # 147,000 hours at $34 are $5.0 million; with V3's hours R1 comes to 5.0 at $1.70.
        ({RENT: 34.0}, "C23", "ambiguous"),
        ({RENT: 1.70}, "C23", "ambiguous"),
        ({RENT: 20.0}, "C23", "misattributed"),
        # A thousand people cost V3 more than GPT-4's 129.4 million, by the same method; the rent is no part of it.
        ({"staff_count": 1000}, "C22", "contradicted"),
        ({RENT: 30.0}, "C22", "supported_with_caveat"),
        # Half of 52.9 million is 26.4; at 400,000 a card the hardware alone is above that, so no rival is left.
        ({"server_price_h800_usd_per_gpu": 400_000.0}, "C27", "contradicted"),
    ],
)
def test_another_assumption_gives_another_verdict(changes: dict[str, parameters.Value], claim: str, after: str) -> None:
    here = case(**changes)
    assert claims.verdicts(here.point, here.data)[claim, "documents"] == after


@pytest.mark.parametrize("changes", [{RENT: 9.0}, {"fleet": "documented"}, {"server_price_h20_usd_per_gpu": 1e5}])
def test_what_a_source_said_does_not_turn(changes: dict[str, parameters.Value], base: Case) -> None:
    here = case(**changes)
    assert {flip.question for flip in claims.flips(base, here)} <= {"documents"}


def test_the_tallies_follow_the_verdicts() -> None:
    here = case(**{RENT: 3.0})
    assert here["claims_documents_contradicted"].value == 2
    assert here["claims_documents_supported_with_caveat"].value == 7
    assert here["claims_documents_standing"].value == here["claims_standing"].value == 7
    assert here["claims_source_standing"].value == 19


def test_every_turn_within_the_ranges_is_found(base: Case) -> None:
    turns = readings.turns(base)
    high = parameters.known()[RENT].high
    assert ("C02", RENT, high, "contradicted") in [(t.claim_id, t.parameter, t.value, t.after) for t in turns]
    for turn in turns:
        there = case(**{turn.parameter: turn.value})
        assert claims.verdicts(there.point, there.data)[turn.claim_id, turn.question] == turn.after != turn.before


# --- the rules, one by one ------------------------------------------------------------------------------------------


def record(**cells: Any) -> dict[str, Any]:
    """A made-up record: a fact in words that holds, unless the cells say otherwise."""
    blank = dict.fromkeys(tables.load("evidence").columns, "")
    words = {"evidence_id": "X01a", "claim_id": "X01", "part": "p", "kind": "statement", "holds": "yes"}
    words["question"] = "source"
    return {**blank, **words, "scope_asserted": "this", "scope_found": "that", **cells}


def outcome(base: Case, **cells: Any) -> str:
    (finding,) = claims.findings(base.point, base.data, pd.DataFrame([record(**cells)]))
    return finding.outcome


@pytest.mark.parametrize(
    ("printed", "relation", "found", "bound", "borne_out", "denied"),
    [
        ("110", "about", 115, "", True, False),
        ("110", "about", 105, "", True, False),
        ("110", "about", 115.01, "", False, True),
        ("256", "about", 257, "", False, True),
        ("2", "at_least", 2, "", True, False),
        ("2", "at_least", 1.99, "", False, True),
        ("2", "at_most", 1.99, "", True, False),
        ("2", "at_most", 2.01, "", False, True),
        # A floor: above a bound it bears it out, below a bound or a value it decides nothing, above a value it denies.
        ("2", "at_least", 3, "at_least", True, False),
        ("2", "at_least", 1, "at_least", False, False),
        ("110", "about", 50, "at_least", False, False),
        ("110", "about", 116, "at_least", False, True),
        ("2", "at_most", 3, "at_least", False, True),
        # A ceiling: the other way round.
        ("2", "at_most", 1, "at_most", True, False),
        ("110", "about", 104, "at_most", False, True),
        ("110", "about", 200, "at_most", False, False),
        ("110", "about", float("nan"), "", False, False),
    ],
)
def test_what_a_value_decides(
    printed: str, relation: str, found: float, bound: str, borne_out: bool, denied: bool
) -> None:
    made = record(printed=printed, relation=relation, bound=bound)
    assert claims.decided(made, claims.printed(printed).value, found) == (borne_out, denied)


def test_a_value_decides_for_each_draw() -> None:
    made = record(printed="100", relation="about")
    assert claims.decided(made, 100.0, np.array([80.0, 98.0, 120.0]))[0].tolist() == [False, True, False]


@pytest.mark.parametrize(
    ("kind", "holds", "wanted"),
    [
        ("statement", "yes", "holds"),
        ("statement", "partly", "weakened"),
        ("statement", "no", "denied"),
        ("statement", "unknown", "unknown"),
        ("certainty", "yes", "holds"),
        ("certainty", "no", "weakened"),
        ("condition", "yes", "holds"),
        ("condition", "no", "weakened"),
        ("opinion", "yes", "weakened"),
        ("opinion", "no", "denied"),
        ("scope", "yes", "holds"),
        ("scope", "no", "elsewhere"),
        ("untestable", "", "untestable"),
    ],
)
def test_words(kind: str, holds: str, wanted: str, base: Case) -> None:
    assert outcome(base, kind=kind, holds=holds) == wanted


EXPERTS = {"relation": "about", "unit": "experts"}
# 256 routed experts, 8 active, 1 shared.
ROUTED, ACTIVE, SHARED = (f"deepseek_v3_experts_{each}" for each in ("routed", "active", "shared"))


@pytest.mark.parametrize(
    ("kind", "printed", "compare", "belongs_to", "wanted"),
    [
        ("number", "256", ROUTED, "", "holds"),
        ("number", "8", ROUTED, "", "denied"),
        ("number", "257", f"{ROUTED} + {SHARED}", "", "holds"),
        ("scope", "8", ROUTED, ACTIVE, "elsewhere"),
        ("scope", "256", ROUTED, ACTIVE, "holds"),
        ("scope", "5", ROUTED, ACTIVE, "denied"),
        ("scope", "8", "", ACTIVE, "elsewhere"),
        ("scope", "5", "", ACTIVE, "unknown"),
    ],
)
def test_numbers(kind: str, printed: str, compare: str, belongs_to: str, wanted: str, base: Case) -> None:
    cells = {"kind": kind, "printed": printed, "compare": compare, "belongs_to": belongs_to}
    assert outcome(base, **EXPERTS, holds="", **cells) == wanted


@pytest.mark.parametrize(
    ("subject", "compare", "printed", "wanted"),
    [
        ("v3_rental_usd", "fleet_capex_usd", "", "denied"),
        ("v3_rental_usd", "gpt4_rental_usd", "", "holds"),
        # Two press figures do not become comparable by being equally vague.
        ("gpt4o_press", "gpt4o_press", "", "denied"),
        # 61.68 over 5.576 million is 11.06.
        ("v3_rental_usd", "llama31_rental_usd", "11 to 1", "holds"),
        ("v3_rental_usd", "llama31_rental_usd", "20 to 1", "denied"),
    ],
)
def test_cost_bases(subject: str, compare: str, printed: str, wanted: str, base: Case) -> None:
    cells = {"kind": "comparability", "subject": subject, "compare": compare, "printed": printed}
    assert outcome(base, holds="", relation="about" if printed else "", **cells) == wanted


def found_as(outcome: str, reading: str = "") -> claims.Finding:
    nan = float("nan")
    kind = {"reading": reading, "kind": "statement", "evidence_id": ""}
    return claims.Finding(kind, nan, nan, nan, outcome)


@pytest.mark.parametrize(
    ("outcomes", "wanted"),
    [
        # (outcome, reading)
        ([("holds", "")], "holds"),
        ([("holds", ""), ("weakened", "")], "weakened"),
        ([("holds", ""), ("denied", "")], "denied"),
        ([("elsewhere", ""), ("denied", "")], "denied"),
        ([("holds", "a"), ("denied", "b")], "open"),
        ([("weakened", "a"), ("unknown", "b")], "open"),
        ([("holds", "a"), ("holds", "b")], "holds"),
        ([("holds", "a"), ("weakened", "b")], "weakened"),
        ([("denied", "a"), ("denied", "b")], "denied"),
        ([("denied", "a"), ("unknown", "b")], "unknown"),
        # What has no reading belongs to each.
        ([("denied", ""), ("holds", "a"), ("holds", "b")], "denied"),
        ([("weakened", ""), ("holds", "a"), ("denied", "b")], "open"),
    ],
)
def test_a_part_is_its_worst_record_unless_it_can_be_read_in_two_ways(
    outcomes: list[tuple[str, str]], wanted: str
) -> None:
    assert part_outcome([found_as(*pair) for pair in outcomes]) == wanted


@pytest.mark.parametrize(
    ("outcomes", "wanted"),
    [
        ("holds", "supported"),
        ("holds holds", "supported"),
        ("holds weakened", "supported_with_caveat"),
        ("holds unknown", "supported_with_caveat"),
        ("holds untestable", "supported_with_caveat"),
        ("holds open", "ambiguous"),
        ("open elsewhere", "misattributed"),
        ("elsewhere denied", "contradicted"),
        ("holds weakened open elsewhere denied unknown", "contradicted"),
        ("unknown", "unverifiable"),
        ("untestable", "unverifiable"),
        ("unknown untestable", "unverifiable"),
    ],
)
def test_the_first_rule_that_applies_decides(outcomes: str, wanted: str) -> None:
    assert claim_verdict({str(index): one for index, one in enumerate(outcomes.split())}) == wanted


@pytest.mark.parametrize(
    ("parts", "doubts", "wanted"),
    [
        # A doubt qualifies: kept it does no harm, lost it costs the full support, and alone it supports nothing.
        ("holds", "holds", "supported"),
        ("holds", "weakened", "supported_with_caveat"),
        ("unknown", "holds", "unverifiable"),
        ("unknown", "weakened", "unverifiable"),
        ("untestable", "holds", "unverifiable"),
        ("", "holds", "unverifiable"),
        ("denied", "holds", "contradicted"),
    ],
)
def test_a_doubt_supports_nothing_by_itself(parts: str, doubts: str, wanted: str) -> None:
    assert claim_verdict(dict.fromkeys(parts.split(), parts), {"doubt": doubts}) == wanted


# --- evidence that cannot be used -----------------------------------------------------------------------------------

NUMBER = {"kind": "number", "holds": "", "printed": "8", "compare": ACTIVE, **EXPERTS}


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (
            {**NUMBER, "compare": "v3_rental_us"},
            "data/evidence.csv, record X01a, column `compare`: there is no result, parameter or published figure "
            "'v3_rental_us'. Did you mean 'v3_rental_usd'? Correct the cell, then run `report check`.",
        ),
        ({**NUMBER, "subject": "nonsense_zzz"}, "column `subject`: there is no result"),
        ({**NUMBER, "kind": "scope", "belongs_to": "v3_x + v3_y"}, "'v3_x'"),
        # A tally of the verdicts cannot be evidence for one, and an account of the fleet is no number.
        ({**NUMBER, "compare": "claims_contradicted"}, "there is no result"),
        ({**NUMBER, "compare": "fleet"}, "there is no result"),
        ({**NUMBER, "compare": "semianalysis_salary_offer_usd"}, "has no value. Where a bound is published"),
        ({**NUMBER, "compare": "v3_rental_usd"}, "it is in USD, but the claim's value is in experts"),
        ({**NUMBER, "compare": ""}, "needs something to compare with"),
        ({**NUMBER, "printed": ""}, "the claim's own must be given"),
        ({**NUMBER, "printed": "", "subject": "v3_gpu_hours"}, "how far off a value may be follows from the digits"),
        ({**NUMBER, "printed": "lots"}, "'lots' is no number that can be read. Write it as the text does"),
        ({**NUMBER, "printed": "cheap"}, "a word of degree is a bound: `at_least` or `at_most`"),
        ({**NUMBER, "printed": "more than 8"}, "'more than' is a bound: `at_least`"),
        ({**NUMBER, "printed": "up to 8", "relation": "at_least"}, "'up to' is a bound: `at_most`"),
        ({**NUMBER, "relation": ""}, "say whether `about`, `at_least`, `at_most` or `between`"),
        ({**NUMBER, "kind": "condition", "holds": "no"}, "the kind condition is in words"),
        ({**NUMBER, "question": "gossip"}, "'gossip' is not one of source, documents"),
        ({"kind": "certainty", "holds": "partly"}, "a certainty is kept, `yes`, or lost, `no`"),
        ({**NUMBER, "kind": "period"}, "so it must be named"),
        ({**NUMBER, "kind": "guess"}, "'guess' is not one of number"),
        ({"holds": ""}, "needs yes, no, partly or unknown"),
        ({"kind": "scope", "scope_found": "this"}, "then it is a `number`"),
        ({"kind": "comparability", "subject": "v3_rental_usd"}, "needs something to compare with"),
        ({"kind": "comparability", "compare": "v3_rental_usd"}, "the first must be named"),
        (
            {"kind": "comparability", "subject": "v3_rental_usd", "compare": "luk_server_capex_hopper_musd"},
            "column `compare`: a published figure or parameter has no cost basis",
        ),
        (
            {**NUMBER, "subject": "v3_rental_usd", "compare": "fleet_capex_usd"},
            "rental is set against acquisition; that is a `comparability`",
        ),
    ],
)
def test_a_record_that_cannot_be_used_is_named(cells: dict[str, Any], words: str, base: Case) -> None:
    with pytest.raises(DataError) as error:
        outcome(base, **cells)
    assert words in str(error.value)
    assert str(error.value).startswith("data/evidence.csv, record X01a, column `")
    assert str(error.value).endswith("Correct the cell, then run `report check`.")


def test_a_document_that_is_the_source_is_named(base: Case, evidence: pd.DataFrame) -> None:
    copy = changed(evidence, "C15d", source="semianalysis_deepseek_2025")
    told = "record C15d, column `source`: it is the claim's own source, whose word is no document"
    with pytest.raises(DataError, match=told):
        verdict(base, copy, "C15", "documents")
    # To have looked there and found nothing is no repetition.
    copy = changed(changed(copy, "C15d", holds="unknown"), "C15e", holds="unknown")
    assert verdict(base, copy, "C15", "documents") == "unverifiable"


def test_a_claim_without_evidence_is_named(base: Case, evidence: pd.DataFrame) -> None:
    bare = evidence[(evidence.claim_id != "C05") & (evidence.evidence_id != "C26a")]
    told = "has no record for C05 on the question `source`, C05 on the question `documents`, C26 on the question `doc"
    with pytest.raises(DataError, match=told):
        claims.verdicts(base.point, base.data, bare)


# --- a second person ------------------------------------------------------------------------------------------------


def test_kappa_by_hand() -> None:
    """Of 50, 20 are yes twice, 15 no twice, 5 and 10 differ: 0.7 agreed, 0.5 by chance, so (0.7 - 0.5) / 0.5."""
    first, second = "y" * 25 + "n" * 25, "y" * 20 + "n" * 5 + "y" * 10 + "n" * 15
    assert agreement.kappa(first, second) == pytest.approx(0.4)
    assert agreement.kappa(first, first) == 1
    assert agreement.kappa("yn", "ny") == -1
    assert np.isnan(agreement.kappa("yy", "yy")), "Nothing was left to chance."
    with pytest.raises(ValueError, match="Two codings of the same things are needed"):
        agreement.kappa("y", "yn")


class Coded(Data):
    """Data with codings of some claims, each a coder, a claim, a question and a verdict."""

    def __init__(self, *rows: tuple[int, str, str, str]) -> None:
        super().__init__()
        coded = pd.DataFrame(rows, columns=["coder", "claim_id", "question", "verdict"])
        named = coded["coder"].astype(str) + "_" + coded["claim_id"] + "_" + coded["question"]
        self.coded = coded.assign(coding_id=named, reason="so")

    def table(self, name: str) -> pd.DataFrame:
        return self.coded if name == "second_coding" else super().table(name)


def coded(*rows: tuple[int, str, str, str]) -> Case:
    here = Case(BASE)
    here.data = Coded(*rows)
    return here


EARLIER = [
    (2, "C02", "source", "supported_with_caveat"),
    (2, "C05", "source", "misattributed"),
    (2, "C14", "documents", "supported"),
]


def test_codings_are_compared_coder_by_coder_and_question_by_question() -> None:
    measures, differing = evidence_pages.agreed(coded(*EARLIER))
    assert [(row["Coder"], row["Claims"], row["Same verdict"], row["Agreement"]) for row in measures] == [
        (2, 2, 1, "50 %"),
        (2, 1, 0, "0 %"),
    ]
    # One of two agreed; by chance none would have, since the second verdicts share one of two: (0.5 - 0.25) / 0.75.
    assert [row["Cohen's kappa"] for row in measures] == ["0.33", "0.00"]
    assert [row["Claim"] for row in differing] == ["[C05](#c05)", "[C14](#c14)"]
    assert evidence_pages.settled(coded(*EARLIER)) == "", "There is nobody yet whom the rules could have helped."


def test_the_latest_coder_is_listed_and_what_the_rules_settled_is_counted() -> None:
    """Of coder 2's two differences coder 3 has one, and a new one, which settles nothing."""
    later = [
        (3, "C02", "source", "supported"),
        (3, "C05", "source", "contradicted"),
        (3, "C14", "documents", "supported"),
    ]
    measures, differing = evidence_pages.agreed(coded(*EARLIER, *later))
    assert [(row["Coder"], row["Same verdict"]) for row in measures] == [(2, 1), (2, 0), (3, 1), (3, 0)]
    assert len({row["Had"] for row in measures}) == 2
    assert [row["Claim"] for row in differing] == ["[C02](#c02)", "[C14](#c14)"]
    assert all("By coder 3" in row for row in differing)
    told = evidence_pages.settled(coded(*EARLIER, *later))
    assert (
        told == "Of the 2 verdicts on which coder 2 and the present rules differ, coder 3 agrees with the rules on 1."
    )


def test_a_coding_under_another_name_is_named() -> None:
    control = coded((2, "D01", "source", "supported"))
    with pytest.raises(DataError, match=r"second_coding\.csv, row '2_D01_source': coder 2 codes the claim D01"):
        agreement.compared(control)
    misnamed = coded((3, "C02", "source", "supported"))
    misnamed.data.table("second_coding")["coding_id"] = "2_C02_source"
    with pytest.raises(DataError, match=r"row '2_C02_source': coder 3 .*Name it 3_C02_source"):
        agreement.compared(misnamed)


# --- true when ------------------------------------------------------------------------------------------------------


def interval(base: Case, evidence: pd.DataFrame, record: str, parameter: str) -> tuple[float, float] | None:
    (row,) = evidence[evidence.evidence_id == record].to_dict("records")
    return readings.true_interval(base, row, parameter)


def test_the_rent_at_which_six_million_is_true(base: Case, evidence: pd.DataFrame) -> None:
    """5.5 / 2.788 = 1.9727 and 6.5 / 2.788 = 2.3314."""
    assert interval(base, evidence, "C02a", RENT) == pytest.approx((5.5 / 2.788, 6.5 / 2.788), rel=1e-7)
    assert readings.true_when(base, "C02") == [
        "Price of the run: from $5.5 million to $6.5 million (here $5.6 million).",
        "Rental price of one H800-hour: from $1.97 to $2.33 an hour (here $2.00).",
    ]


@pytest.mark.parametrize(
    ("record", "parameter", "ends"),
    [
        # 147,000 hours for 4.5 to 5.5 million; with V3's 2,788,000.
        ("C23b", RENT, (4.5e6 / 147e3, 5.5e6 / 147e3)),
        ("C23c", RENT, (4.5 / 2.935, 5.5 / 2.935)),
        # V3's programme by Epoch AI's method knows no rent and no share of the final run, so all that is allowed.
        ("C22b", "final_run_share_of_rd_compute", (0.001, 1.0)),
        ("C22b", RENT, (0.01, 100.0)),
    ],
)
def test_intervals_by_hand(
    record: str, parameter: str, ends: tuple[float, float], base: Case, evidence: pd.DataFrame
) -> None:
    assert interval(base, evidence, record, parameter) == pytest.approx(ends, rel=1e-6)


def test_an_interval_ends_where_the_two_programmes_meet(base: Case, evidence: pd.DataFrame) -> None:
    for name in ("programme_years", "server_price_h800_usd_per_gpu"):
        _, end = interval(base, evidence, "C22b", name) or (0, 0)
        there = case(**{name: end})
        assert there["v3_development_usd"].value == pytest.approx(there["gpt4_programme_usd"].value, rel=1e-5)


def test_an_interval_that_does_not_exist(base: Case) -> None:
    """A rent moves both sums, and the whole is always more than its first stage."""
    cells = {"kind": "number", "subject": "v3_rental_usd", "relation": "at_most", "compare": "v3_pretraining_usd"}
    assert readings.true_interval(base, record(holds="", **cells), RENT) is not None
    cells["relation"] = "at_least"
    assert readings.true_interval(base, record(holds="", **cells), RENT) is None


def test_the_period_of_the_operating_cost(base: Case) -> None:
    """944 over 236 million is 4 years; three digits leave no room for another number of years."""
    assert "Period, per year: a bill of 4 years." in readings.true_when(base, "C13")


def test_what_no_assumption_can_make_true(base: Case) -> None:
    assert readings.true_when(base, "C14") == [
        "Fleet against run: never; no assumption makes the basis rental and the basis acquisition one."
    ]
    assert "GPT-4o: if it were said of models of 2024 in general, in a remark that names none." in readings.true_when(
        base, "C24"
    )
    assert readings.true_when(base, "C05") == []


def test_a_claim_that_does_not_exist(base: Case) -> None:
    with pytest.raises(DataError, match="There is no claim 'C99'"):
        readings.true_when(base, "C99")


def test_the_share_of_draws_counts_them(evidence: pd.DataFrame) -> None:
    """The rents of the draws that lie within 5.5 and 6.5 million over 2.788 million hours."""
    few = case(draws=1024)
    found = {finding.record["evidence_id"]: finding for finding in claims.findings(few.point, few.data, evidence)}
    rents = few.draws.rental_usd_per_gpu_hour
    inside = np.mean((rents >= 5.5 / 2.788) & (rents <= 6.5 / 2.788))
    assert claims.share_holding(few, found["C02a"]) == pytest.approx(inside, abs=1e-12)
    assert claims.share_holding(few, found["C04a"]) == 1
    assert np.isnan(claims.share_holding(few, found["C05a"]))
    assert np.isnan(claims.share_holding(few, found["C14a"]))

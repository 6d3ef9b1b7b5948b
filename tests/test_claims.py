"""The audit: every rule on tiny made-up records, all verdicts on the real ones, and what turns them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis import claims, parameters, readings, tables
from analysis.case import Case
from analysis.claims import claim_verdict, fits, part_outcome
from analysis.quantities.audit import VERDICTS
from analysis.tables import DataError

BASE = parameters.base()
RENT = "rental_usd_per_gpu_hour"

# As the claims were judged by hand, one by one, before any rule was written.
RESEARCHED = {
    "contradicted": "C05 C14 C25",
    "misattributed": "C12 C19 C20 C23 C24",
    "ambiguous": "C01 C08 C09 C13 C18",
    "supported": "",
    "unverifiable": "C26",
    "supported_with_caveat": "C02 C03 C04 C06 C07 C10 C11 C15 C16 C17 C21 C22 C27",
}


@pytest.fixture(scope="module")
def base() -> Case:
    return Case(BASE)


@pytest.fixture(scope="module")
def evidence() -> pd.DataFrame:
    return tables.load("evidence")


def case(**changes: parameters.Value) -> Case:
    return Case({**BASE, **changes})


def verdict(base: Case, evidence: pd.DataFrame, claim: str) -> str:
    return claims.verdicts(base.point, base.data, evidence)[claim]


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
    wanted = {claim: name for name, listed in RESEARCHED.items() for claim in listed.split()}
    assert len(wanted) == 27
    found = claims.verdicts(base.point, base.data)
    assert found == {claim: wanted[claim] for claim in found}
    assert set(found) == set(wanted)


def test_every_rule_and_kind_has_a_name_that_the_tables_know() -> None:
    fields = {field["name"]: field for field in tables.package()["by_name"]["evidence"]["schema"]["fields"]}
    assert set(fields["kind"]["constraints"]["enum"]) == set(claims.KINDS)
    assert {name for name, _, _ in claims.RULES} == set(VERDICTS)


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
    ("kind", "record", "cells", "claim", "after"),
    [
        # 256 experts against 8 active ones; 6 million against a hundred times as much.
        ("number", "C04a", {"compare": "deepseek_v3_experts_active"}, "C04", "contradicted"),
        ("number", "C02a", {"asserted": 6e8}, "C02", "contradicted"),
        # $1.4 billion is what the Hoppers cost: 1.36 to 1.44 holds 1.431. And a sum that is nobody's.
        ("scope", "C12a", {"asserted": 1.4e9}, "C12", "supported_with_caveat"),
        ("scope", "C12a", {"asserted": 3e9}, "C12", "contradicted"),
        ("scope", "C20a", {"compare": "semianalysis_gpu_investment_floor_musd_low"}, "C20", "supported"),
        # A ratio of 8 by one method; 36.1 over 4.47 million is 8.09.
        ("comparability", "C25a", {"compare": "gpt4_rental_usd"}, "C25", "contradicted"),
        # Four years of 236 million: told as a bill of one year, 236 fits, and then 944 does not.
        ("period", "C13a", {"asserted": 236e6}, "C13", "supported_with_caveat"),
        ("period", "C13b", {"compare": "luk_tco_all_musd_per_year"}, "C13", "contradicted"),
        ("statement", "C05a", {"holds": "yes"}, "C05", "supported"),
        ("statement", "C11a", {"holds": "no"}, "C11", "contradicted"),
        ("statement", "C05a", {"holds": "unknown"}, "C05", "unverifiable"),
        ("certainty", "C06b", {"holds": "yes"}, "C06", "supported"),
        ("condition", "C11b", {"holds": "yes"}, "C11", "supported"),
        ("opinion", "C17a", {"holds": "no"}, "C17", "contradicted"),
        ("untestable", "C26a", {"kind": "opinion", "holds": "yes"}, "C26", "supported_with_caveat"),
    ],
)
def test_another_record_gives_another_verdict(
    kind: str, record: str, cells: dict[str, Any], claim: str, after: str, base: Case, evidence: pd.DataFrame
) -> None:
    copy = changed(evidence, record, **cells)
    assert kind in {*evidence[evidence.evidence_id == record].kind, *copy[copy.evidence_id == record].kind}
    assert verdict(base, copy, claim) == after
    # And nothing else moves.
    before, now = claims.verdicts(base.point, base.data), claims.verdicts(base.point, base.data, copy)
    assert {name for name in before if before[name] != now[name]} <= {claim}


def test_two_costs_of_one_basis_can_be_compared(base: Case, evidence: pd.DataFrame) -> None:
    """V3 and GPT-4, both rented: 81.4 over 5.576 million is 14.6, and so 15 to 1 holds."""
    copy = changed(evidence, "C25a", compare="gpt4_rental_usd")
    copy = changed(copy, "C25b", asserted=15.0, subject="v3_rental_usd", compare="gpt4_rental_usd")
    assert verdict(base, copy, "C25") == "supported"
    assert verdict(case(**{RENT: 4.0}), copy, "C25") == "contradicted"


# --- another assumption, another verdict ----------------------------------------------------------------------------


def test_three_dollars_an_hour_contradict_six_million(base: Case) -> None:
    """2.788 million hours at $3 are $8.364 million, outside 5.4 to 6.6."""
    assert claims.flips(base, case(**{RENT: 3.0})) == [claims.Flip("C02", "supported_with_caveat", "contradicted")]
    assert claims.flips(case(**{RENT: 3.0}), base) == [claims.Flip("C02", "contradicted", "supported_with_caveat")]
    assert claims.flips(base, base) == []


@pytest.mark.parametrize(
    ("changes", "claim", "after"),
    [
        # 1.9 x 2.788 = 5.297; 1.94 x 2.788 = 5.409; 2.36 x 2.788 = 6.580; 2.4 x 2.788 = 6.691.
        ({RENT: 1.9}, "C02", "contradicted"),
        ({RENT: 1.94}, "C02", "supported_with_caveat"),
        ({RENT: 2.36}, "C02", "supported_with_caveat"),
        ({RENT: 2.4}, "C02", "contradicted"),
        # 30,000 x 22,632 + 10,000 x (44,750 + 40,378) = 1.530 billion, within 1.52 to 1.68.
        ({"server_price_h800_usd_per_gpu": 44_750.0}, "C12", "supported_with_caveat"),
        # 147,000 hours at $34 are $5.0 million; at $20 they are 2.9.
        ({RENT: 34.0}, "C23", "supported"),
        ({RENT: 20.0}, "C23", "misattributed"),
        ({"fleet": "documented"}, "C08", "contradicted"),
        ({"fleet": "without_h100"}, "C09", "contradicted"),
        ({"fleet": "without_h100"}, "C08", "ambiguous"),
        # 5.576 / 0.05 + 49.5 = 161 million, above GPT-4's 129.4.
        ({"final_run_share_of_rd_compute": 0.05}, "C22", "contradicted"),
        # Half of 37.3 million is 18.7; at 200,000 a card the hardware alone is above 20.
        ({"server_price_h800_usd_per_gpu": 200_000.0}, "C27", "contradicted"),
    ],
)
def test_another_assumption_gives_another_verdict(changes: dict[str, parameters.Value], claim: str, after: str) -> None:
    here = case(**changes)
    assert claims.verdicts(here.point, here.data)[claim] == after


def test_the_tallies_follow_the_verdicts() -> None:
    here = case(**{RENT: 3.0})
    assert here["claims_contradicted"].value == 4
    assert here["claims_supported_with_caveat"].value == 12
    assert here["claims_standing"].value == 12


def test_every_turn_within_the_ranges_is_found(base: Case) -> None:
    turns = readings.turns(base)
    assert ("C02", RENT, 3.42, "contradicted") in [(t.claim_id, t.parameter, t.value, t.after) for t in turns]
    for turn in turns:
        there = case(**{turn.parameter: turn.value})
        assert claims.verdicts(there.point, there.data)[turn.claim_id] == turn.after != turn.before


# --- the rules, one by one ------------------------------------------------------------------------------------------


def record(**cells: Any) -> dict[str, Any]:
    """A made-up record: a fact in words that holds, unless the cells say otherwise."""
    blank = dict.fromkeys(tables.load("evidence").columns, "") | {"asserted": np.nan, "tolerance": np.nan}
    words = {"evidence_id": "X01a", "claim_id": "X01", "part": "p", "kind": "statement", "holds": "yes"}
    return {**blank, **words, "scope_asserted": "this", "scope_found": "that", **cells}


def outcome(base: Case, **cells: Any) -> str:
    (finding,) = claims.findings(base.point, base.data, pd.DataFrame([record(**cells)]))
    return finding.outcome


@pytest.mark.parametrize(
    ("asserted", "found", "relation", "tolerance", "fit"),
    [
        (100, 110, "about", 0.1, True),
        (100, 90, "about", 0.1, True),
        (100, 110.01, "about", 0.1, False),
        (100, 89.99, "about", 0.1, False),
        (256, 256, "about", 0, True),
        (256, 257, "about", 0, False),
        (2, 2, "at_least", np.nan, True),
        (2, 1.99, "at_least", np.nan, False),
        (2, 99, "at_least", np.nan, True),
        (100, float("nan"), "about", 0.1, False),
    ],
)
def test_fits(asserted: float, found: float, relation: str, tolerance: float, fit: bool) -> None:
    assert bool(fits(asserted, found, relation, tolerance)) is fit


def test_fits_takes_draws() -> None:
    assert fits(100, np.array([80.0, 95.0, 120.0]), "about", 0.1).tolist() == [False, True, False]


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


EXPERTS = {"relation": "about", "tolerance": 0.0, "unit": "experts"}


@pytest.mark.parametrize(
    ("cells", "wanted"),
    # 256 routed experts, 8 active, 1 shared.
    [
        ({"kind": "number", "asserted": 256.0, "compare": "deepseek_v3_experts_routed"}, "holds"),
        ({"kind": "number", "asserted": 8.0, "compare": "deepseek_v3_experts_routed"}, "denied"),
        ({"kind": "condition", "asserted": 8.0, "compare": "deepseek_v3_experts_routed"}, "weakened"),
        (
            {
                "kind": "number",
                "asserted": 257.0,
                "compare": "deepseek_v3_experts_routed + deepseek_v3_experts_shared",
            },
            "holds",
        ),
        (
            {
                "kind": "scope",
                "asserted": 8.0,
                "compare": "deepseek_v3_experts_routed",
                "belongs_to": "deepseek_v3_experts_active",
            },
            "elsewhere",
        ),
        (
            {
                "kind": "scope",
                "asserted": 256.0,
                "compare": "deepseek_v3_experts_routed",
                "belongs_to": "deepseek_v3_experts_active",
            },
            "holds",
        ),
        (
            {
                "kind": "scope",
                "asserted": 5.0,
                "compare": "deepseek_v3_experts_routed",
                "belongs_to": "deepseek_v3_experts_active",
            },
            "denied",
        ),
        ({"kind": "scope", "asserted": 8.0, "belongs_to": "deepseek_v3_experts_active"}, "elsewhere"),
        ({"kind": "scope", "asserted": 5.0, "belongs_to": "deepseek_v3_experts_active"}, "unknown"),
    ],
)
def test_numbers(cells: dict[str, Any], wanted: str, base: Case) -> None:
    assert outcome(base, **{**EXPERTS, "holds": "", **cells}) == wanted


@pytest.mark.parametrize(
    ("subject", "compare", "asserted", "wanted"),
    [
        ("v3_rental_usd", "fleet_capex_usd", np.nan, "denied"),
        ("v3_rental_usd", "gpt4_rental_usd", np.nan, "holds"),
        # Two press figures do not become comparable by being equally vague.
        ("gpt4o_press", "gpt4o_press", np.nan, "denied"),
        # 61.68 over 5.576 million is 11.06.
        ("v3_rental_usd", "llama31_rental_usd", 11.0, "holds"),
        ("v3_rental_usd", "llama31_rental_usd", 20.0, "denied"),
    ],
)
def test_cost_bases(subject: str, compare: str, asserted: float, wanted: str, base: Case) -> None:
    cells = {"kind": "comparability", "subject": subject, "compare": compare, "asserted": asserted}
    assert outcome(base, holds="", tolerance=0.05, **cells) == wanted


def found_as(outcome: str, reading: str = "") -> claims.Finding:
    nan = float("nan")
    return claims.Finding({"reading": reading}, nan, nan, nan, outcome)


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


# --- evidence that cannot be used -----------------------------------------------------------------------------------

NUMBER = {"kind": "number", "holds": "", "asserted": 8.0, "compare": "deepseek_v3_experts_active", **EXPERTS}


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
        ({**NUMBER, "asserted": np.nan}, "the claim's own must be given"),
        ({**NUMBER, "relation": ""}, "say whether `about` or `at_least`"),
        ({**NUMBER, "tolerance": np.nan}, "column `tolerance`"),
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


def test_a_claim_without_evidence_is_named(base: Case, evidence: pd.DataFrame) -> None:
    with pytest.raises(DataError, match="has no record for C05, C26, so no verdict follows"):
        claims.verdicts(base.point, base.data, evidence[~evidence.claim_id.isin(["C05", "C26"])])


# --- true when ------------------------------------------------------------------------------------------------------


def interval(base: Case, evidence: pd.DataFrame, record: str, parameter: str) -> tuple[float, float] | None:
    (row,) = evidence[evidence.evidence_id == record].to_dict("records")
    return readings.true_interval(base, row, parameter)


def test_the_rent_at_which_six_million_is_true(base: Case, evidence: pd.DataFrame) -> None:
    """5.4 / 2.788 = 1.9369 and 6.6 / 2.788 = 2.3673."""
    assert interval(base, evidence, "C02a", RENT) == pytest.approx((5.4 / 2.788, 6.6 / 2.788), rel=1e-7)
    assert readings.true_when(base, "C02") == [
        "Price of the run: from $5.4 million to $6.6 million (here $5.58 million).",
        "Rental price of one H800-hour: from $1.94 to $2.37 an hour (here $2.00).",
    ]


@pytest.mark.parametrize(
    ("record", "parameter", "ends"),
    [
        # 147,000 hours for 4.25 to 5.75 million.
        ("C23a", RENT, (4.25e6 / 147e3, 5.75e6 / 147e3)),
        # 1.52 and 1.68 billion less 30,000 x 22,632 and 10,000 x 40,378, over 10,000.
        ("C12a", "server_price_h800_usd_per_gpu", (43_726, 59_726)),
        # 129.4 - 49.5 = 79.9 million of compute: 5.576 / 79.9; and 79.9 x 0.2 / 2.788; up to the allowed end.
        ("C22b", "final_run_share_of_rd_compute", (5.576 / 79.9, 1.0)),
        ("C22b", RENT, (0.01, 79.9 * 0.2 / 2.788)),
        # 129.4 - 27.88 = 101.52 million of staff, over 330,000.
        ("C22b", "staff_count", (1, 101.52e6 / 330e3)),
    ],
)
def test_intervals_by_hand(
    record: str, parameter: str, ends: tuple[float, float], base: Case, evidence: pd.DataFrame
) -> None:
    assert interval(base, evidence, record, parameter) == pytest.approx(ends, rel=1e-6)


def test_an_interval_that_does_not_exist(base: Case, evidence: pd.DataFrame) -> None:
    """Pre-training is always less than the whole run, whatever an hour costs."""
    assert interval(base, evidence, "C19a", RENT) is None
    assert "No single assumption within its bounds makes it true." in readings.true_when(base, "C19")


def test_at_the_ends_of_an_interval_the_verdict_turns(base: Case, evidence: pd.DataFrame) -> None:
    low, high = interval(base, evidence, "C02a", RENT) or (0, 0)
    for rent, wanted in [
        (low * 0.9999, "contradicted"),
        (low * 1.0001, "supported_with_caveat"),
        (high * 0.9999, "supported_with_caveat"),
        (high * 1.0001, "contradicted"),
    ]:
        assert verdict(case(**{RENT: rent}), evidence, "C02") == wanted


def test_the_period_of_the_operating_cost(base: Case) -> None:
    """944 over 236 million is 4 years, give or take a twentieth."""
    assert "Period, per year: a bill of 3.8 to 4.2 years." in readings.true_when(base, "C13")


def test_the_account_of_the_fleet(base: Case) -> None:
    (line,) = [line for line in readings.true_when(base, "C09") if "account of the fleet" in line]
    assert "`semianalysis` or `hopper_only` (here `semianalysis`)" in line


def test_what_no_assumption_can_make_true(base: Case) -> None:
    assert readings.true_when(base, "C14") == [
        "Fleet against run: never; no assumption makes the basis rental and the basis acquisition one."
    ]
    assert "R1: if it were said of V3, the base of R1." in readings.true_when(base, "C23")
    assert readings.true_when(base, "C05") == []


def test_a_claim_that_does_not_exist(base: Case) -> None:
    with pytest.raises(DataError, match="There is no claim 'C99'"):
        readings.true_when(base, "C99")


def test_the_share_of_draws_counts_them(evidence: pd.DataFrame) -> None:
    """The rents of the draws that lie within 5.4 and 6.6 million over 2.788 million hours."""
    few = case(draws=1024)
    found = {finding.record["evidence_id"]: finding for finding in claims.findings(few.point, few.data, evidence)}
    rents = few.draws.rental_usd_per_gpu_hour
    inside = np.mean((rents >= 5.4 / 2.788) & (rents <= 6.6 / 2.788))
    assert claims.share_holding(few, found["C02a"]) == pytest.approx(inside, abs=1e-12)
    assert claims.share_holding(few, found["C04a"]) == 1
    assert np.isnan(claims.share_holding(few, found["C05a"]))
    assert np.isnan(claims.share_holding(few, found["C14a"]))

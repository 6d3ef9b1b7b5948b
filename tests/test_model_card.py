"""The model card: its ten weakest numbers exist, move what they are said to move, and are shown as they stand."""

from __future__ import annotations

import pytest

from analysis import parameters, tables
from analysis.case import Case
from analysis.listing import UNVERIFIED
from analysis.model_card import ends, weak_numbers, what_if
from analysis.quantities import REGISTRY

WEAK = tables.load("weak_numbers").to_dict("records")
HEADLINES = {*("v3_rental_usd", "v3_amortised_usd", "v3_programme_usd", "fleet_capex_usd", "owner_usd_per_gpu_hour")}


@pytest.fixture(scope="module")
def case() -> Case:
    return Case()


def test_there_are_ten_and_no_number_twice() -> None:
    assert len(WEAK) == 10
    assert len({(row["table"], row["row"]) for row in WEAK}) == 10


@pytest.mark.parametrize("row", WEAK, ids=lambda row: row["weak_id"])
def test_what_a_weak_number_moves_is_a_result(row: dict[str, str]) -> None:
    unknown = set(row["moves"].split(";")) - set(REGISTRY)
    assert not unknown, f"data/weak_numbers.csv, {row['weak_id']}: there is no result {unknown}. Correct `moves`."


@pytest.mark.parametrize("row", [row for row in WEAK if row["table"] == "assumptions"], ids=lambda row: row["weak_id"])
def test_a_weak_assumption_moves_what_it_is_said_to_move(row: dict[str, str], case: Case) -> None:
    high = float(parameters.known()[row["row"]].high)
    for name in row["moves"].split(";"):
        assert what_if(case, name, **{row["row"]: high}) != what_if(case, name), f"{row['row']} does not move {name}"


def test_every_headline_that_can_be_weak_has_a_weak_number() -> None:
    assert {name for row in WEAK for name in row["moves"].split(";")} >= HEADLINES


def test_numbers_are_shown_as_they_stand(case: Case) -> None:
    shown = weak_numbers(case).set_index("weak_id")
    assert shown.value["h20_count"] == f"30,000 {UNVERIFIED}"
    assert shown.value["rental_price"] == case.text("rental_usd_per_gpu_hour")
    assert UNVERIFIED not in shown.value["rental_price"]
    assert shown.range["operating_cost"] == "none published"
    dearer = weak_numbers(Case({**case.values, "rental_usd_per_gpu_hour": 3.0})).set_index("weak_id")
    assert dearer.value["rental_price"] == "$3.00 (base case: $2.00)"
    documented = weak_numbers(Case({**case.values, "fleet": "documented"})).set_index("weak_id").moves
    assert documented["h20_count"] == "" and shown.moves["h20_count"] == "fleet_capex_usd"


def test_every_number_marked_unverified_is_so_in_its_table(case: Case) -> None:
    shown = weak_numbers(case)
    marked = shown.value.str.contains(UNVERIFIED, regex=False)
    assert (marked == (shown.confidence == "unverified")).all()


def test_what_if_is_the_result_of_that_case(case: Case) -> None:
    """2,788,000 hours at 3 dollars are 8,364,000; at the ends of the row 1.65 and 3.42, 4.60 and 9.53 million."""
    assert what_if(case, "v3_rental_usd", rental_usd_per_gpu_hour=3.0) == "$8.4 million"
    row = parameters.known()["rental_usd_per_gpu_hour"]
    if (row.low, row.high) == (1.65, 3.42):
        expected = "$1.65 gives $4.6 million, $3.42 gives $9.5 million"
        assert ends(case, "v3_rental_usd", "rental_usd_per_gpu_hour") == expected

"""The tables that set owning beside renting: the numbers of the base case's inputs, and whose figures hold interest."""

from __future__ import annotations

import pytest

from analysis import owning, parameters
from analysis.case import Case

# The inputs that the numbers below were worked out for.
WORKED: dict[str, parameters.Value] = {
    **parameters.base(),
    "rental_usd_per_gpu_hour": 2.0,
    "server_price_h800_usd_per_gpu": 34_819.0,
    "interconnect_fraction": 0.15,
    "service_life_years": 5.0,
    "utilisation": 0.82,
    "cost_of_capital": 0.0,
    "load_fraction": 0.75,
    "pue": 1.25,
    "electricity_usd_per_kwh": 0.08,
    "price_decline_oom_per_year": 0.14,
    "h800_years_in_service": 1.2,
    "draws": 256,
}


@pytest.fixture(scope="module")
def case() -> Case:
    return Case(WORKED)


def test_user_cost_by_age_use_and_interest(case: Case) -> None:
    rows = owning.user_cost(case).set_index(["Age, years", "In use"])
    assert list(rows.loc["1.2", "82 %"]) == ["$1.34", "$1.58", "$1.81", "$1.92"]
    assert [*rows.index] == [("0", "82 %"), ("0", "95 %"), ("1.2", "82 %"), ("1.2", "95 %")]


def test_interest_on_the_owners_hour(case: Case) -> None:
    """The annuity over five years is 0.2, 0.2374, 0.2774 of the price: hardware 1.1398 becomes 1.3529 and 1.5809."""
    rows = owning.interest(case).set_index("Interest a year")
    assert list(rows["Owner's hour in use"])[:3] == ["$1.24", "$1.45", "$1.68"]
    assert list(rows["Rent by the hour over owner"])[:3] == ["1.62", "1.38", "1.19"]


def test_the_rate_of_the_case_has_its_own_row() -> None:
    rows = owning.interest(Case({**WORKED, "cost_of_capital": 0.1}))
    assert list(rows["Interest a year"]) == ["0 %", "6 %", "10 %", "12 %", "15 %"]


def test_more_use_makes_the_hour_cheaper_and_a_lease_with_it(case: Case) -> None:
    rows = owning.use(case).set_index("In use")
    assert list(rows.loc[["82 %", "90 %", "95 %"], "Owner"]) == ["$1.24", "$1.13", "$1.08"]
    # At full use the two contracts are one.
    assert rows.loc["100 %", "Leased, paid for when idle too"] == rows.loc["100 %", "Rented by the hour in use"]
    assert rows.loc["82 %", "Leased, paid for when idle too"] == "$2.44"


def test_the_interest_at_which_each_contract_turns(case: Case) -> None:
    """0.41122 of the price a year on a lease, 0.33420 by the hour: by trial 30.08 % and 19.97 % over five years."""
    found = owning.contracts(case)
    assert found["lease"].value == pytest.approx(0.3008, abs=5e-5)
    assert found["hour"].value == pytest.approx(0.1997, abs=5e-5)


def test_idle_hours_at_the_share_that_is_tried(case: Case) -> None:
    """0.3 x 0.18 / (0.75 x 0.82) = 0.0878 of the bill, and of the hour's 0.0956: 0.0084."""
    assert owning.idle_power(case) == pytest.approx((0.0084, 0.0878), abs=5e-5)


def test_each_figure_beside_the_owners_says_where_its_interest_is(case: Case) -> None:
    rows = owning.whose_interest(case).set_index("Figure")
    said = dict(zip(rows.Value, rows.Interest, strict=True))
    assert said["$1.69"] == said["$1.30"] == said["$944 million"] == "unknown"
    assert said["$2.00"] == "inside"
    assert rows.Interest["GPT-4, amortised, by Epoch AI"] == "outside"
    assert "inclusive of capital costs" in rows.Note["Owner's cost of an H100-hour, new cloud company"]

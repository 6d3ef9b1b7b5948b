"""The tables that set owning beside renting: the numbers of the base case's inputs, and whose figures hold interest."""

from __future__ import annotations

import pytest

from analysis import owning, parameters
from analysis.case import Case
from analysis.figures.charts import card_value, rent_or_own, rental_price
from analysis.figures.charts import rents as rents_figure
from analysis.quantities import rents

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


# The same on Chinese terms: 4 years, 0.89 of use, measured power, Beijing's tariff.
CHINESE: dict[str, parameters.Value] = {
    **WORKED,
    "service_life_years": 4.0,
    "utilisation": 0.89,
    "load_fraction": 0.76,
    "electricity_usd_per_kwh": 0.095,
}


@pytest.fixture(scope="module")
def case() -> Case:
    return Case(WORKED)


def test_user_cost_by_age_use_and_interest(case: Case) -> None:
    rows = owning.user_cost(case).set_index(["Age, years", "In use"])
    assert list(rows.loc["1.2", "82 %"]) == ["$1.34", "$1.57", "$1.78", "$1.88"]
    assert [*rows.index] == [("0", "82 %"), ("0", "96 %"), ("1.2", "82 %"), ("1.2", "96 %")]


def test_interest_on_the_owners_hour(case: Case) -> None:
    """ln(1 + r) / (1 - (1 + r)^-5) at 6, 12 and 15 %: 0.058269 / 0.252742 = 0.230547, 0.261987 and 0.277954.

    Over 0.2: hardware of 1.1398 becomes 1.3139, 1.4930 and 1.5840, and power is 0.0956.
    """
    rows = owning.interest(case).set_index("Interest a year")
    assert list(rows["Owner's hour in use"]) == ["$1.24", "$1.41", "$1.59", "$1.68"]
    assert list(rows["Rent by the hour over owner"]) == ["1.62", "1.42", "1.26", "1.19"]


def test_the_owners_hour_on_chinese_terms_and_the_use_that_pays() -> None:
    """34,819 / 0.85 / 8,766 = 4.67300: x 0.25 / 0.89 = 1.31264, and 1.275 kW x 0.76 x 1.25 x 0.095 = 0.11507.

    ln(1 + r) / (1 - (1 + r)^-4) is 0.0582689 / 0.2079063 = 0.280265 at 6 %, 0.1133287 / 0.3644819 = 0.310931 at 12:
    1.47154 and 1.63256. Owned at any use: 1.16825, 1.30968, 1.45298; over 2 less 0.11507 = 1.88493.
    """
    rows = owning.interest(Case(CHINESE)).set_index("Interest a year")
    assert list(rows["Owner's hour in use"])[:3] == ["$1.43", "$1.59", "$1.75"]
    assert list(rows["Use at which owning costs $2.00"])[:3] == ["62 %", "69.5 %", "77.1 %"]
    # At 1.30 there are 1.18493 left: 0.986, 1.105 and 1.226 of the time.
    assert owning.even_use(Case(CHINESE), 1.30, 0.12) == pytest.approx(1.2262, abs=1e-4)


def test_the_rate_of_the_case_has_its_own_row() -> None:
    rows = owning.interest(Case({**WORKED, "cost_of_capital": 0.1}))
    assert list(rows["Interest a year"]) == ["0 %", "6 %", "10 %", "12 %", "15 %"]


def test_more_use_makes_the_hour_cheaper_and_a_lease_with_it(case: Case) -> None:
    rows = owning.use(case).set_index("In use")
    assert list(rows.loc[["80 %", "82 %", "95 %"], "Owner"]) == ["$1.26", "$1.24", "$1.08"]
    # At full use the two contracts are one.
    assert rows.loc["100 %", "Leased, paid for when idle too"] == rows.loc["100 %", "Rented by the hour in use"]
    assert rows.loc["82 %", "Leased, paid for when idle too"] == "$2.44"


def test_the_interest_at_which_each_contract_turns(case: Case) -> None:
    """0.41122 of the price a year on a lease, 0.33420 by the hour: by trial 39.61 % and 25.42 %:

    ln 1.3961 / (1 - 1.3961^-5) = 0.33368 / 0.81146 = 0.4112; ln 1.2542 / (1 - 1.2542^-5) = 0.22650 / 0.67776 = 0.3342.
    """
    found = owning.contracts(case)
    assert found["lease"].value == pytest.approx(0.3961, abs=5e-5)
    assert found["hour"].value == pytest.approx(0.2542, abs=5e-5)


def test_idle_hours_at_the_share_that_is_tried(case: Case) -> None:
    """0.3 x 0.18 / (0.75 x 0.82) = 0.0878 of the bill, and of the hour's 0.0956: 0.0084."""
    assert owning.idle_power(case) == pytest.approx((0.0084, 0.0878), abs=5e-5)


def test_what_v3s_run_added_if_its_servers_had_idled_without_it(case: Case) -> None:
    """266,603 x (1 - 0.3 / 0.75) = 159,962; a server that idles at what it draws in use adds nothing."""
    assert owning.saved_if_idle(case) == "$160,000"
    assert owning.saved_if_idle(Case({**WORKED, "load_fraction": 0.25})) == "$0"


def test_how_far_list_prices_are_above_contracts_of_the_same_year(case: Case) -> None:
    """4.40 / 3.0125 = 1.46, 3.49 / 2.325 = 1.50, 3.62 / 1.75 = 2.07 and 3.92 / 2.35 = 1.67, in 2023 to 2026."""
    told = "the median list price was 1.5 to 2.1 times that of one-year contracts, by year"
    assert owning.list_over_contract(case.data) == told


def test_the_price_book_keeps_chips_half_years_and_kinds_apart(case: Case) -> None:
    """H100s in the second half of 2024: the index has 2.15 to 2.45 and 1.90 to 2.10, China 1.67 and 1.43 a card."""
    book = rents.book(case.data).set_index(["gpu_id", "half", "kind"])
    assert book.index.is_unique
    contracts = book.loc[("H100-SXM", "2024 H2", "contract_1y")]
    assert (contracts.prices, contracts.low, contracts.high) == (2, 1.90, 2.45)
    assert contracts["median"] == pytest.approx((2.30 + 2.00) / 2)
    china = book.loc[("H100-SXM", "2024 H2", "lease_month")]
    assert (china.prices, china.low, china["median"], china.high) == (2, 1.43, pytest.approx(1.55), 1.67)
    shown = owning.price_book(case.data, ["GB300", "B300"], since=2026)
    assert list(dict.fromkeys(shown.Accelerator)) == ["GB300", "B300"] and set(shown["Half-year"]) <= {
        "2026 H1",
        "2026 H2",
    }


def test_where_deepseeks_two_dollars_stood(case: Case) -> None:
    """One-year contracts of December 2024: 1.90 to 2.10. China in 2024: 1.43, 1.65, 1.67 below; 2.86, 4.29 above."""
    assert "is in line with one-year contracts" in case.text("two_dollars_beside_contracts")
    china = case.text("two_dollars_beside_china")
    assert "3 are lower, $1.43 to $1.67" in china and "2 are higher, $2.86 to $4.29" in china
    first, low, last = (row.price_usd for row in rents.turns(case.data))
    assert (first, low, last) == pytest.approx((3.05, 1.70, 2.80))


def test_each_figure_beside_the_owners_says_where_its_interest_is(case: Case) -> None:
    rows = owning.whose_interest(case).set_index("Figure")
    said = dict(zip(rows.Value, rows.Interest, strict=True))
    assert said["$1.69"] == said["$1.30"] == said["$944 million"] == "unknown"
    assert said["$2.00"] == "inside"
    assert rows.Interest["GPT-4, amortised, by Epoch AI"] == "outside"
    assert "inclusive of capital costs" in rows.Note["Owner's cost of an H100-hour, new cloud company"]


# --- what the figures say of it -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rent", "said"),
    [
        # Owner's hour at use u is (capital and network) x 0.89 / u + power; 1.25 at 0.89, of which power is 0.11.
        (2.0, "owning a card is cheaper once it is in use"),
        # Full use costs more than a rent of 80 cents, and a rent of 3 cents does not even pay the power.
        (0.8, "renting by the hour is cheaper however much a card is used"),
        (0.03, "renting by the hour is cheaper however much a card is used"),
    ],
)
def test_the_title_on_owning_turns_where_full_use_costs_more_than_the_rent(rent: float, said: str) -> None:
    here = Case({**CHINESE, "rental_usd_per_gpu_hour": rent})
    assert (here["break_even_utilisation"].value <= 1) is ("owning" in said)
    assert said in rent_or_own.title(here) and f"${rent:.2f}" in rent_or_own.title(here)


def test_the_title_on_contracts_follows_the_band_of_the_day(monkeypatch: pytest.MonkeyPatch, case: Case) -> None:
    """DeepSeek's 2 dollars beside 1.90 to 2.10: in line with it. Above a band of up to 1.99, below one from 2.01."""
    band = rents.contracts_of_month(case.data, case.data.model("dsv3").release_date)
    for low, high, place in ((1.9, 2.1, "in line with"), (1.5, 1.99, "above"), (2.01, 3.0, "below")):
        there = band.copy()
        there[["low_usd", "high_usd"]] = low, high
        monkeypatch.setattr(rents, "contracts_of_month", lambda *_, there=there: there)
        assert f"was {place} the H100 contracts" in rents_figure.title(case)


def test_the_line_of_rents_says_what_v3_comes_to_at_each(case: Case) -> None:
    """2.788 million hours at 3.42 dollars are 9.53 million; DeepSeek's rent is the case's own, and marked once."""
    drawing = rental_price.rental_price(case)
    rows = drawing.table.set_index("mark")
    assert rows.loc["Highest plausible rent", "v3_usd"] == pytest.approx(2.788e6 * 3.42)
    assert rows.index[0] == "DeepSeek’s assumption" and rows.index.is_unique
    dearer = [mark.name for mark in rental_price.marks(Case({**WORKED, "rental_usd_per_gpu_hour": 3.0}))]
    assert dearer[:2] == ["This case", "DeepSeek’s assumption"]


def test_the_title_on_depreciation_names_both_rules_at_the_age_of_v3s_cards(case: Case) -> None:
    line, fall = (owning.price(float(hour)) for hour in owning.hours_at_full_use(case, 1.2))
    title = card_value.card_value(case).sketch.title
    assert title == f"An hour of V3’s cards: {line} by one rule of depreciation, {fall} by the other"

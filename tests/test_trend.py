"""Growth through dated costs: by hand, against worked examples, and on the report's own rows."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from analysis import trend, trend_tables
from analysis.case import Case
from analysis.quantities import trend as results
from analysis.quantities.runs import V3


@pytest.fixture(scope="module")
def case() -> Case:
    return Case()


def test_an_exact_exponential_gives_its_factor_back() -> None:
    """Costs of 3 x 2.5^t: factor 2.5, nothing left over, so no interval to speak of."""
    years = np.array([2020.1, 2021.7, 2022.0, 2023.4, 2025.9])
    usd = 3e6 * 2.5 ** (years - 2020)
    found = trend.fit(years, usd)
    assert found.factor == pytest.approx(2.5, rel=1e-9)
    assert found.interval == pytest.approx((2.5, 2.5), rel=1e-6)
    assert found.at(2021.0) == pytest.approx(7.5e6, rel=1e-9)
    assert trend.leave_one_out(years, usd) == pytest.approx((2.5, 2.5), rel=1e-9)


def test_slope_and_interval_of_a_line_worked_by_hand() -> None:
    """Logs 1, 2, 2, 3 at t = 0, 1, 2, 3.

    Mean t 1.5, mean log 2; Sxx = 2.25 + 0.25 + 0.25 + 2.25 = 5; Sxy = 1.5 + 0 + 0 + 1.5 = 3; slope 0.6.
    Fitted 1.1, 1.7, 2.3, 2.9; residuals -0.1, 0.3, -0.3, 0.1; sum of squares 0.2; s^2 = 0.2 / 2 = 0.1.
    Error of the slope sqrt(0.1 / 5) = 0.141421. Student's t, two degrees of freedom, at 0.95: 2.919986.
    """
    found = trend.fit(np.arange(4.0), 10.0 ** np.array([1, 2, 2, 3]))
    assert found.slope == pytest.approx(0.6)
    assert found.level == pytest.approx(2)
    assert found.spread == pytest.approx(math.sqrt(0.1))
    error = 2.919986 * 0.1414214
    assert found.interval == pytest.approx((10 ** (0.6 - error), 10 ** (0.6 + error)), rel=1e-5)
    # At the mean the line's variance is s^2 / 4 and one more model's s^2 (1 + 1 / 4).
    assert found.line_interval(1.5)[1] == pytest.approx(100 * 10 ** (2.919986 * math.sqrt(0.1 / 4)), rel=1e-5)
    assert found.model_interval(1.5)[0] == pytest.approx(100 / 10 ** (2.919986 * math.sqrt(0.1 * 1.25)), rel=1e-5)


def test_the_interval_holds_the_truth_nine_times_in_ten() -> None:
    rng = np.random.default_rng(7)
    years = np.linspace(2020, 2025, 12)
    held = 0
    for _ in range(600):
        low, high = trend.fit(years, 10 ** (0.4 * (years - 2020) + rng.normal(0, 0.5, 12))).interval
        held += low <= 10**0.4 <= high
    # Three standard errors of a share of 0.9 in 600 are 0.037.
    assert abs(held / 600 - 0.9) < 0.037


def test_leaving_one_out_finds_the_model_that_makes_the_trend() -> None:
    """Three costs of 10 and one of 1,000 at the end: without the last there is no growth at all."""
    low, high = trend.leave_one_out(np.arange(4.0), np.array([10, 10, 10, 1000.0]))
    assert low == pytest.approx(1)
    assert high > 4


def test_the_running_maximum() -> None:
    assert trend.running_maximum([2, 1, 3, 3, 2.9, 4]).tolist() == [True, False, True, False, False, True]
    assert trend.running_maximum([]).tolist() == []


def test_dates_as_years() -> None:
    """20,089 days lie between 1 January 1970 and 1 January 2025; 20,089 / 365.25 = 55.0007."""
    found = trend.decimal_years(pd.to_datetime(pd.Series(["1970-01-01", "2025-01-01"])))
    assert found == pytest.approx([1970, 1970 + 20_089 / 365.25])


@pytest.mark.parametrize("years", [[2020.0, 2021.0], [2020.0] * 4])
def test_a_line_that_cannot_have_an_interval_is_refused(years: list[float]) -> None:
    with pytest.raises(ValueError, match="needs three models of more than one day"):
        trend.fit(np.array(years), np.arange(1.0, len(years) + 1))


# --- the report's rows -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("basis", ["amortised", "rental"])
def test_a_fit_takes_one_current_estimate_a_model_of_one_method(case: Case, basis: str) -> None:
    rows = results.published_costs(case.data, basis)
    assert rows.model_id.is_unique
    assert set(rows.method) == {results.METHODS[basis]}
    assert set(rows.currency_year) == {2023}
    assert not rows.known_error.any()
    assert V3 not in set(rows.model_id), "V3 would be compared with a line that it has drawn itself."


def test_the_costliest_so_far_are_as_read_off_the_table(case: Case) -> None:
    rows = results.published_costs(case.data, "amortised")
    expected = ["gpt3", "mtnlg", "gpt35", "gpt4", "llama31_405", "grok3", "gpt45", "grok4"]
    assert rows[rows.record].model_id.tolist() == expected


def test_the_line_over_v3_is_a_ratio_on_one_basis(case: Case) -> None:
    assert case["line_over_v3"].value == pytest.approx(case["line_at_v3_usd"].value / case["v3_amortised_usd"].value)
    # Same hours, twice the server price: hardware and network double, energy stays.
    dearer = Case({**case.values, "server_price_h800_usd_per_gpu": 69_638.0})
    assert dearer["line_over_v3"].value < case["line_over_v3"].value
    assert dearer["line_at_v3_usd"] == case["line_at_v3_usd"]


def test_cost_per_arithmetic_by_hand(case: Case) -> None:
    """Llama 3.1 405B: 52,885,434 USD over 38 units of 1e24 FLOP is 1,391,722 USD a unit."""
    assert case["llama31_amortised_usd_per_1e24_flop"].value == pytest.approx(52_885_434 / 38)
    assert case["llama31_over_v3_flop"].value == pytest.approx(38 / 3.3)
    assert not results.measured_per_flop(case.data).chip_hours_confidence.isin(["", "estimated", "assumed"]).any()


def test_rents_never_mix_kinds_and_forms(case: Case) -> None:
    """On-demand list prices of SXM modules in 2023: 1.99, 4.03, 4.40, 4.76, 10.00; the median is 4.40."""
    found = results.v3_at_rents(case.data).set_index(["kind", "year"])
    row = found.loc[("List, on demand", 2023)]
    assert (row.prices, row["median"]) == (5, pytest.approx(4.40))
    assert row.v3_median_usd == pytest.approx(2_788_000 * 4.40)
    assert found.loc[("Contract, for one year", 2026)]["median"] == pytest.approx(2.35)
    assert found.index.is_unique
    prices = case.data.table("prices")
    used = prices[prices.basis.isin(results.RENTS) & prices.gpu_id.isin(results.HOPPER_MODULES)]
    assert found.prices.sum() == len(used)


def test_it_was_looked_up_for_every_model_with_an_estimate_whether_its_weights_can_be_had(case: Case) -> None:
    rows = results.published_costs(case.data, "amortised")
    unknown = list(rows.model_id[~rows.open_weights.isin(["yes", "no"])])
    assert not unknown, f"data/models.csv, column `open_weights`: say yes or no for {', '.join(unknown)}."
    assert len(results.open_costs(case.data)) == 9


def test_a_growth_reads_as_the_fit_that_it_is(case: Case) -> None:
    found = results.fits(case.data)
    row = found[(found.basis == "rental") & (found.models == "without the doubtful hours")].iloc[0]
    growth = trend_tables.growth(found, "rental", "without the doubtful hours")
    assert (growth.value, growth.low, growth.high) == (row.growth, row.low, row.high)
    assert " to " in growth.range and growth.text.endswith(" times")


def test_one_more_model_lies_around_the_line_and_further_below_than_some(case: Case) -> None:
    low, high = results.single_model(case.data)
    assert low < case["line_at_v3_usd"].value < high
    count = len(results.published_costs(case.data, "amortised"))
    assert results.further_below(case.data, 1e15) == count and results.further_below(case.data, 1e-3) == 0


def test_the_fall_of_cost_per_flop_is_the_inverse_of_its_growth(case: Case) -> None:
    line = results.fitted(results.measured_per_flop(case.data), "usd_per_1e24_flop")
    fall = trend_tables.fall_per_flop(case.data)
    assert fall.value * line.factor == pytest.approx(1) and fall.low < fall.value < fall.high


def test_the_tables_of_the_page(case: Case) -> None:
    fits = trend_tables.fits(case.data)
    published = fits[fits.Models.str.startswith("published")].iloc[0]
    assert published["Basis"] == "amortised" and published["Number"] == "" and published["Times a year"]
    assert len(fits) == len(results.fits(case.data)) + 1 and fits.Basis.is_monotonic_increasing
    per_flop = trend_tables.per_flop(case["v3_amortised_usd_per_1e24_flop"], case.data)
    assert per_flop.Year.is_monotonic_increasing and per_flop.Model.str.startswith("**").sum() == 1
    rents = trend_tables.rents(case.data)
    one = results.v3_at_rents(case.data).prices == 1
    assert (rents["Lowest to highest"][one.to_numpy()] == "").all() and rents.Prices.str.contains("index").any()

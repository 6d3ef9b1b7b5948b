"""Growth through dated costs: by hand, against worked examples, and on the report's own rows."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import parameters, trend, trend_tables
from analysis.case import Case, Data, Values
from analysis.figures.charts.trend import pace, title
from analysis.quantities import REGISTRY
from analysis.quantities import trend as results
from analysis.quantities.registry import PRICE_OF_H800
from analysis.quantities.runs import V3

BASE, DATA = parameters.base(), Data()


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


def test_errors_that_hold_for_clusters_worked_by_hand() -> None:
    """Logs 1, 2, 2, 3 at t = -3, -1, 1, 3 (twice the steps of above), clusters a, a, b, b.

    Sxx = 20, Sxy = -3 - 2 + 2 + 9 = 6, slope 0.3, level 2; residuals -0.1, 0.3, -0.3, 0.1; squares 0.2; s^2 0.1.
    Plain errors: level sqrt(0.1 / 4) = 0.158114, slope sqrt(0.1 / 20) = 0.0707107.
    Scores of the slope: a: 3 x 0.1 - 0.3 = 0; b: -0.3 + 0.3 = 0. So its clustered error is 0.
    Scores of the level: a 0.2, b -0.2; squares 0.08; / 4^2 = 0.005; x 2 / 1 x 3 / 2 = 0.015; its root 0.122474.
    One degree of freedom: Student's t at 0.95 is 6.313752.
    """
    level, slope = trend.terms(10.0 ** np.array([1, 2, 2, 3]), [np.array([-3.0, -1, 1, 3])], list("aabb"))
    assert (level.value, slope.value) == pytest.approx((2, 0.3))
    assert (level.error, slope.error) == pytest.approx((math.sqrt(0.1 / 4), math.sqrt(0.1 / 20)))
    assert (level.clustered, slope.clustered) == pytest.approx((math.sqrt(0.015), 0), abs=1e-12)
    assert (level.freedom, level.clusters) == (2, 2)
    assert level.clustered_interval[1] == pytest.approx(100 * 10 ** (6.313752 * math.sqrt(0.015)), rel=1e-6)


def test_a_cluster_each_gives_the_error_that_holds_for_unequal_scatter() -> None:
    """With every model its own cluster CR1 is White's HC0 times n / (n - k): 4 / 3 x 3 / 2 = 2.

    Slope as above: sum of (t x residual)^2 = 0.09 + 0.09 + 0.09 + 0.09 = 0.36; / 20^2 x 2 = 0.0018.
    """
    _, slope = trend.terms(10.0 ** np.array([1, 2, 2, 3]), [np.array([-3.0, -1, 1, 3])], list("abcd"))
    assert slope.clustered == pytest.approx(math.sqrt(0.0018))


def test_a_term_of_a_line_is_its_growth() -> None:
    years, usd = np.array([2020.1, 2021.7, 2022.0, 2023.4]), np.array([1e6, 4e6, 3e6, 3e7])
    term, line = trend.terms(usd, [years - years.mean()], list("abab"))[1], trend.fit(years, usd)
    assert term.factor == pytest.approx(line.factor) and term.interval == pytest.approx(line.interval)


@pytest.mark.parametrize(("models", "clusters"), [(2, "ab"), (4, "aaaa")])
def test_an_error_that_cannot_be_had_is_refused(models: int, clusters: str) -> None:
    with pytest.raises(ValueError, match="needs more models than coefficients and two clusters"):
        trend.terms(np.arange(1.0, models + 1), [np.arange(models)], list(clusters))


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


@pytest.mark.parametrize("prefix", results.LINES)
def test_a_line_over_v3_is_a_ratio_by_one_rule(case: Case, prefix: str) -> None:
    line, over = f"{prefix}line_at_v3_usd", f"{prefix}line_over_v3"
    assert REGISTRY[over].compares == (line, "v3_by_epoch_usd") and REGISTRY[over].difference == PRICE_OF_H800
    assert case[over].value == pytest.approx(case[line].value / case["v3_by_epoch_usd"].value)
    listed = REGISTRY[f"{over}_at_listing"]
    assert listed.compares == (line, "v3_by_epoch_at_listing_usd") and not listed.difference
    # Same hours, twice the server price: hardware and network double, energy stays.
    dearer = Case({**case.values, "server_price_h800_usd_per_gpu": 69_638.0})
    assert dearer[over].value < case[over].value
    assert dearer[line] == case[line]


@pytest.fixture(scope="module")
def amortised_fits(case: Case) -> pd.DataFrame:
    found = results.fits(case.data)
    return found[found.basis == "amortised"].set_index("models")


# What another fit of the same rows gives, made apart from the package: growth a year, its 90 % interval, and the line
# on V3's day in millions of dollars.
@pytest.mark.parametrize(
    ("models", "growth", "low", "high", "millions"),
    [
        (results.EVERY, 3.27, 2.41, 4.44, 40.0),
        (results.OPEN_HOURS, 2.65, 1.38, 5.08, 13.9),
        (results.HIDDEN_HOURS, 2.71, 1.92, 3.82, 50.5),
        (results.RECENT, 7.34, 4.20, 12.8, 67.9),
        (results.EARLY, 0.738, 0.301, 1.81, math.nan),
    ],
)
def test_two_populations_and_two_periods(
    amortised_fits: pd.DataFrame, models: str, growth: float, low: float, high: float, millions: float
) -> None:
    found = amortised_fits.loc[models]
    assert (found.growth, found.low, found.high) == pytest.approx((growth, low, high), rel=4e-3)
    # Two years and more after the last model of the early period its line says nothing of V3's day.
    assert found.line_at_v3_usd / 1e6 == pytest.approx(millions, rel=4e-3, nan_ok=True)


def test_the_choices_split_the_models(amortised_fits: pd.DataFrame) -> None:
    count = amortised_fits["count"]
    assert count[results.OPEN_HOURS] + count[results.HIDDEN_HOURS] == count[results.EVERY]
    assert count[results.EARLY] + count[results.RECENT] == count[results.EVERY]


def test_hidden_hours_cost_more_at_one_date_and_the_line_of_all_bends(case: Case) -> None:
    """Dummy regression and parabola: 10^0.5429 = 3.49 with t = 0.5429 / 0.1877 = 2.89; 0.1697 / 0.0454 = 3.74."""
    hidden, bend = results.hidden_hours(case.data), results.bend(case.data)
    assert hidden.factor == pytest.approx(3.49, abs=0.005)
    assert hidden.value / hidden.error == pytest.approx(2.89, abs=0.005)
    assert bend.value / bend.error == pytest.approx(3.74, abs=0.005)
    assert hidden.clusters == bend.clusters == 16
    assert case["hidden_over_public"].value == hidden.factor


def test_where_v3_lies_among_single_models(case: Case) -> None:
    """Student's t with 31 degrees of freedom around the line of all: 4.51 to 355 million dollars on V3's day."""
    low, high = results.single_model(case.data)
    assert (low / 1e6, high / 1e6) == pytest.approx((4.51, 355), rel=2e-3)
    assert case["v3_by_epoch_usd"].value < low < case["v3_by_epoch_at_listing_usd"].value < high
    said = case.text("v3_in_the_interval")
    assert said.startswith("V3, $3.4 million at a Chinese price of an H800 at launch, lies below that")
    assert said.endswith("$6.14 million, it lies inside")
    low, high = results.single_model(case.data, results.OPEN_HOURS)
    assert low < case["v3_by_epoch_usd"].value < high and "inside" in case.text("v3_in_the_public_interval")


# --- arithmetic, hours, price ----------------------------------------------------------------------------------------


def test_a_ratio_of_costs_by_hand(case: Case) -> None:
    """Llama 3.1 405B over V3: 38 / 3.3 = 11.515 FLOP; 30.84 / 2.788 hours over that, 0.96061.

    Both at Epoch AI's constants: 46.473 over 3.3657 million dollars is 13.808; over 11.0617 for the hours, 1.2483.
    ln 11.515 / ln 13.808 = 2.44366 / 2.62524 = 0.9308.
    """
    worked = Case({**case.values, "server_price_h800_usd_per_gpu": 34_819.0, "h800_years_in_service": 1.202})
    row = results.splits(worked.point, worked.data).set_index("model_id").loc["llama31_405"]
    assert (row.usd, row.flop, row.hours_per_flop, row.usd_per_hour) == pytest.approx(
        (13.808, 11.5152, 0.96061, 1.2483), rel=1e-4
    )
    assert results.flop_share(row.flop, row.usd) == pytest.approx(0.9308, abs=1e-4)
    named = ["llama31_over_v3_amortised", "llama31_over_v3_flop", "llama31_over_v3_hours_per_flop"]
    named += ["llama31_over_v3_hour_price"]
    parts = [row.usd, row.flop, row.hours_per_flop, row.usd_per_hour]
    assert [worked[name].value for name in named] == pytest.approx(parts)
    # 1.2231 million dollars a unit for Llama, 1.0199 for V3; 0.834.
    assert worked["llama31_amortised_usd_per_1e24_flop"].value == pytest.approx(46_472_630 / 38, rel=1e-6)
    assert worked["v3_over_llama31_per_flop"].value == pytest.approx(11.5152 / 13.808, rel=1e-4)


@settings(deadline=None, derandomize=True, max_examples=20)
@given(price=st.floats(5_000, 300_000), years=st.floats(0, 5))
def test_the_three_ratios_make_the_ratio_of_costs(price: float, years: float) -> None:
    x = Values({**BASE, "server_price_h800_usd_per_gpu": price, "h800_years_in_service": years}, set())
    found = results.splits(x, DATA)
    assert (found.flop * found.hours_per_flop * found.usd_per_hour).to_numpy() == pytest.approx(found.usd.to_numpy())
    assert len(found) == 13 and found.model_id.is_unique
    v3_usd = REGISTRY["v3_by_epoch_usd"].compute(x, DATA)
    own = results.measured(DATA)
    assert (own.value_usd / v3_usd).to_numpy() == pytest.approx(found.usd.to_numpy())


def test_v3_beside_the_lines_at_the_listing(case: Case) -> None:
    """Lines on V3's day, 13.9, 21.9, 40.0, 50.5, 67.9 and 180 million dollars, over 6.135 million.

    Per unit of arithmetic V3 over Llama 3.1 405B: 11.5152 / (46.473 / 6.135) = 1.520.
    """
    over = {"public_": 2.27, "earlier_": 3.57, "": 6.53, "hidden_": 8.23, "recent_": 11.07, "record_": 29.3}
    assert set(over) == set(results.LINES)
    for prefix, times in over.items():
        assert case[f"{prefix}line_over_v3_at_listing"].value == pytest.approx(times, rel=2e-3), prefix
    assert case["v3_over_llama31_per_flop_at_listing"].value == pytest.approx(1.520, abs=5e-4)
    assert case.text("v3_below_the_lines") == "below trend by a factor of 4.1 to 20"
    assert case.text("v3_below_at_listing") == "below trend by a factor of 2.3 to 11"
    shown = trend_tables.splits(case).set_index("Model")["Cost, at the listing"]
    assert (shown["Llama 3.1 405B"], shown["**DeepSeek-V3**"]) == ("7.57", "0.549")


def test_only_public_hours_are_taken_apart(case: Case) -> None:
    assert set(results.measured(case.data).chip_hours_confidence) <= {"reported", "derived"}


def test_rents_never_mix_kinds_and_forms(case: Case) -> None:
    """On-demand list prices of SXM modules in 2023: 1.99, 4.03, 4.40, 4.76, 10.00; the median is 4.40."""
    found = results.v3_at_rents(case.data).set_index(["kind", "year"])
    row = found.loc[("list_on_demand", 2023)]
    assert (row.prices, row["median"]) == (5, pytest.approx(4.40))
    assert row.v3_median_usd == pytest.approx(2_788_000 * 4.40)
    # Middles of the index in 2026: 1.775, 2.075, 2.35, 2.40 and 2.80.
    assert found.loc[("contract_1y", 2026)]["median"] == pytest.approx(2.35)
    assert found.index.is_unique
    prices = case.data.table("prices")
    used = prices[prices.basis.isin(results.RENTS) & prices.gpu_id.isin(results.HOPPER_MODULES)]
    assert found.prices.sum() == len(used) + len(case.data.table("rent_index"))


def test_it_was_looked_up_for_every_model_with_an_estimate_whether_its_weights_can_be_had(case: Case) -> None:
    rows = results.published_costs(case.data, "amortised")
    unknown = list(rows.model_id[~rows.open_weights.isin(["yes", "no"])])
    assert not unknown, f"data/models.csv, column `open_weights`: say yes or no for {', '.join(unknown)}."
    assert len(results.open_costs(case.data)) == 9


def test_a_growth_reads_as_the_fit_that_it_is(case: Case) -> None:
    found = results.fits(case.data)
    row = found[(found.basis == "rental") & (found.models == results.RECORDS)].iloc[0]
    growth = trend_tables.growth(found, "rental", results.RECORDS)
    assert (growth.value, growth.low, growth.high) == (row.growth, row.low, row.high)
    assert " to " in growth.range and growth.text.endswith(" times")


def test_one_more_model_lies_around_the_line_and_further_below_than_some(case: Case) -> None:
    low, high = results.single_model(case.data)
    assert low < case["line_at_v3_usd"].value < high
    count = len(results.published_costs(case.data, "amortised"))
    assert results.further_below(case.data, 1e15) == count and results.further_below(case.data, 1e-3) == 0


def test_the_fall_of_cost_per_flop_is_the_inverse_of_its_growth(case: Case) -> None:
    line = results.fitted(results.measured(case.data), "usd_per_1e24_flop")
    fall = trend_tables.fall_per_flop(case.data)
    assert fall.value * line.factor == pytest.approx(1) and fall.low < fall.value < fall.high


def test_a_pace_is_told_where_its_interval_leaves_out_standing_still() -> None:
    """Factors of 10^0.5 and 10^-0.5 a year are clear where models scatter little, not where tenfold."""
    for slope, told in ((0.5, "×3.2 a year"), (-0.5, "÷3.2 a year")):
        assert pace(trend.Growth(slope, 6.0, 2023.0, spread=0.01, squares=10.0, models=12)) == told
        assert pace(trend.Growth(slope, 6.0, 2023.0, spread=1.0, squares=10.0, models=12)) == "no clear trend"


def test_the_title_of_the_trend_is_the_named_ratio(case: Case) -> None:
    ratio, cost = case["public_line_over_v3"].text, case["v3_by_epoch_usd"].text
    assert title(case) == f"By the trend of models with public chip-hours, V3 would have cost {ratio} its {cost}"


def test_the_tables_of_the_page(case: Case) -> None:
    fits = trend_tables.fits(case.data)
    published = fits[fits.Models.str.startswith("published")].iloc[0]
    assert published["Basis"] == "amortised" and published["Number"] == "" and published["Times a year"]
    assert len(fits) == len(results.fits(case.data)) + 1 and fits.Basis.is_monotonic_increasing
    assert fits["Line on V3's day"].isna().sum() == 0 and set(fits.Developers) >= {"16", ""}
    splits = trend_tables.splits(case)
    assert splits.Year.is_monotonic_increasing and splits.Model.str.startswith("**").sum() == 1
    assert (splits.iloc[:, 2:6].to_numpy()[splits.Model.str.startswith("**")] == "1").all()
    rents = trend_tables.rents(case.data)
    one = results.v3_at_rents(case.data).prices == 1
    assert (rents["Lowest to highest"][one.to_numpy()] == "").all() and rents.Prices.str.contains("index").any()

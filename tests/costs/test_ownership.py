"""What owning a GPU costs per hour: straight line and annuity by hand, and how the parts behave."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import costs

STEADY = settings(deadline=None, derandomize=True)

prices = st.floats(1e3, 1e5)
lives = st.floats(0.5, 20)
uses = st.floats(0.01, 1)
fractions = st.floats(0, 0.9)
rates = st.floats(0, 1)


def test_straight_line_capital_hour() -> None:
    """34,819 over 5 years of 8,766 hours, of which 82 % are in use: 34,819 / 35,940.6 = $0.968793."""
    assert costs.capital_usd_per_gpu_hour(34_819, 5, 0.82) == pytest.approx(34_819 / 35_940.6, rel=1e-12)
    assert costs.capital_usd_per_gpu_hour(34_819, 5, 0.82) == pytest.approx(0.968793, abs=5e-7)


def test_annuity_of_ten_percent_over_five_years() -> None:
    """0.1 / (1 - 1.1^-5): 1.1^5 = 1.61051, its inverse 0.6209213, so 0.1 / 0.3790787 = 0.2637975.

    Against the straight line's 0.2 that is 1.3189874 times as much: $0.968793 becomes $1.277826 an hour.
    """
    assert costs.capital_recovery_factor(0.10, 5) == pytest.approx(0.2637975, abs=5e-8)
    assert costs.capital_usd_per_gpu_hour(34_819, 5, 0.82, 0.10) == pytest.approx(1.277826, abs=5e-6)


def test_no_interest_is_the_straight_line() -> None:
    # 1 / 5 a year, exactly.
    assert costs.capital_recovery_factor(0, 5) == 0.2
    assert costs.capital_recovery_factor(0.0, 4) == 0.25


def test_the_annuity_repays_the_price() -> None:
    """At 10 % over two years: 0.1 / (1 - 1 / 1.21) = 0.1 x 1.21 / 0.21 = 0.576190 a year.

    Worth today: 0.576190 / 1.1 + 0.576190 / 1.21 = 0.523810 + 0.476190 = 1, the price.
    """
    factor = costs.capital_recovery_factor(0.10, 2)
    assert factor == pytest.approx(0.121 / 0.21, rel=1e-12)
    assert factor / 1.1 + factor / 1.21 == pytest.approx(1, rel=1e-12)


def test_network_hour() -> None:
    """0.968793 x 0.19 / 0.81 = 0.968793 x 0.2345679 = $0.227248: 19 % of capital and network together."""
    network = costs.interconnect_usd_per_gpu_hour(34_819, 5, 0.82, 0.19)
    assert network == pytest.approx(0.227248, abs=5e-7)
    assert network / (network + costs.capital_usd_per_gpu_hour(34_819, 5, 0.82)) == pytest.approx(0.19, rel=1e-12)


def test_energy_hour() -> None:
    """700 W x 1.82143 = 1.275 kW; x 0.75 x 1.25 x $0.08 = $0.0956251 an hour."""
    kw = costs.server_kw_per_gpu(700, 1.82143)
    assert kw == pytest.approx(1.275, abs=1e-5)
    assert costs.energy_usd_per_gpu_hour(kw, 0.75, 1.25, 0.08) == pytest.approx(0.0956251, abs=5e-8)


def test_owner_hour() -> None:
    """0.968793 capital + 0.227248 network + 0.095625 energy = $1.291666, the base case of an H800."""
    kw = costs.server_kw_per_gpu(700, 1.82143)
    assert costs.owner_usd_per_gpu_hour(34_819, 5, 0.82, 0.19, kw, 0.75, 1.25, 0.08) == pytest.approx(
        1.291666, abs=1e-6
    )


@STEADY
@given(prices, lives, uses, fractions, st.floats(0.1, 3), st.floats(0.05, 1), st.floats(1, 3), st.floats(0, 2), rates)
def test_the_owners_components_add_up(
    price: float,
    life: float,
    use: float,
    fraction: float,
    kw: float,
    load: float,
    pue: float,
    tariff: float,
    rate: float,
) -> None:
    capital = costs.capital_usd_per_gpu_hour(price, life, use, rate)
    network = costs.interconnect_usd_per_gpu_hour(price, life, use, fraction, rate)
    energy = costs.energy_usd_per_gpu_hour(kw, load, pue, tariff)
    owner = costs.owner_usd_per_gpu_hour(price, life, use, fraction, kw, load, pue, tariff, rate)
    assert capital + network + energy == pytest.approx(owner, rel=1e-12)
    assert min(capital, network, energy) >= 0
    assert capital > 0


@STEADY
@given(lives)
def test_the_annuity_becomes_the_straight_line_as_the_rate_goes_to_zero(life: float) -> None:
    """To first order the annuity is 1/life x (1 + rate x (life + 1) / 2): at 1e-9 and 20 years a part in 1e8 more."""
    assert costs.capital_recovery_factor(1e-9, life) * life == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("rate", [1e-9, 1e-12, 1e-15, 1e-17, 1e-300])
def test_a_tiny_cost_of_capital_is_no_trap(rate: float) -> None:
    """Any rate from 0 up is accepted, so a tiny one must give the straight line, 1/5, and neither less nor an error.

    The first-order term, 1e-9 x 3, is far below the tolerance. Taking 1 - (1 + rate) ** -life at face value cancels:
    at 1e-12 it is 9e-5 off, at 1e-17 it divides by zero. math.expm1 and math.log1p do not cancel.
    """
    assert costs.capital_recovery_factor(rate, 5.0) * 5 == pytest.approx(1, abs=1e-8)
    assert costs.capital_recovery_factor(np.array([rate, 0.1]), 5.0)[0] * 5 == pytest.approx(1, abs=1e-8)


@STEADY
@given(rates, lives)
def test_the_annuity_is_never_below_the_straight_line(rate: float, life: float) -> None:
    """Interest cannot make a thing cheaper; 1e-7 is room for rounding at the smallest rates."""
    assert costs.capital_recovery_factor(rate, life) * life >= 1 - 1e-7
    # Nor below the interest itself, which alone would never repay the price.
    assert costs.capital_recovery_factor(rate, life) >= rate * (1 - 1e-9)


@STEADY
@given(prices, lives, uses, rates, st.floats(1.01, 10))
def test_capital_is_linear_in_price_and_falls_with_life_and_use(
    price: float, life: float, use: float, rate: float, factor: float
) -> None:
    once = costs.capital_usd_per_gpu_hour(price, life, use, rate)
    assert costs.capital_usd_per_gpu_hour(price * factor, life, use, rate) == pytest.approx(once * factor, rel=1e-12)
    assert costs.capital_usd_per_gpu_hour(price, life, use / factor, rate) == pytest.approx(once * factor, rel=1e-12)
    # Near a rate of 1 a longer life changes nothing within the digits of a float; at tiny rates digits are lost.
    assert costs.capital_usd_per_gpu_hour(price, life * factor, use, rate) <= once * (1 + 1e-7)


def test_rates_in_an_array_take_their_own_branch() -> None:
    """0 % gives 1/5 and 10 % gives 0.2637975 side by side, and no warning of a division by zero."""
    with np.errstate(all="raise"):
        factors = costs.capital_recovery_factor(np.array([0.0, 0.10]), np.array([5.0, 5.0]))
    assert factors == pytest.approx([0.2, 0.2637975], abs=5e-8)


KW = costs.server_kw_per_gpu(700, 1.82143)
POWER = costs.energy_usd_per_gpu_hour(KW, 0.75, 1.25, 0.08)


def user_cost_hour(age: float, rate: float, use: float) -> float:
    value = costs.amortised_chip_value_usd(34_819, age, 0.14)
    return float(costs.user_cost_usd_per_gpu_hour(value, 0.14, rate, 0.15, use)) + POWER


@pytest.mark.parametrize(("rate", "hour"), [(0.0, 1.34), (0.06, 1.58), (0.12, 1.81), (0.15, 1.92)])
def test_user_cost_at_the_age_of_v3s_cards(rate: float, hour: float) -> None:
    """q = 34,819 x 10^-(0.14 x 1.2) = 34,819 x 0.679204 = 23,649; with the network over 0.85: 27,823.

    Loss of value 0.14 ln 10 = 0.322362 a year. Over 8,766 x 0.82 = 7,188.1 hours in use and with 0.0956 of power:
    27,823 x 0.322362 / 7,188.1 = 1.2478, so 1.3434; each point of interest adds 0.0387.
    """
    assert user_cost_hour(1.2, rate, 0.82) == pytest.approx(hour, abs=0.005)
    assert user_cost_hour(1.2, rate, 0.82) == pytest.approx(1.3434 + 3.8707 * rate, abs=5e-5)


def test_user_cost_new_and_at_more_use() -> None:
    """New: 34,819 / 0.85 x 0.322362 / 7,188.12 = 1.83707, and the power; at 0.95 of use 0.82 / 0.95 of that."""
    assert user_cost_hour(0, 0, 0.82) == pytest.approx(1.932695, abs=2e-6)
    assert user_cost_hour(0, 0, 0.95) == pytest.approx(1.83707 * 0.82 / 0.95 + POWER, abs=1e-5)


def test_the_two_rules_charge_the_same_once() -> None:
    """0.322362 e^(-0.322362 a) = 1 / 5: a = ln(1.61181) / 0.322362 = 1.4808. Both hours are 1.0302 there."""
    age = costs.years_until_rules_agree(0.14, 5)
    assert age == pytest.approx(1.4808, abs=5e-5)
    line = costs.owner_usd_per_gpu_hour(34_819, 5, 1, 0.15, KW, 0.75, 1.25, 0.08)
    assert user_cost_hour(age, 0, 1) == pytest.approx(line, rel=1e-9) == pytest.approx(1.0302, abs=5e-5)
    # At the age of V3's cards they nearly do.
    assert user_cost_hour(1.202, 0, 1) == pytest.approx(1.118, abs=5e-4)
    # A loss of less than a fifth in the first year is below the straight line from the start.
    assert costs.years_until_rules_agree(0.08, 5) == 0 == costs.years_until_rules_agree(0, 5)


@STEADY
@given(rates, lives)
def test_the_interest_that_a_payment_bears_gives_the_payment_again(rate: float, life: float) -> None:
    yearly = costs.capital_recovery_factor(rate, life)
    assert costs.capital_recovery_factor(costs.interest_repaid(yearly, life), life) == pytest.approx(yearly, rel=1e-7)


def test_a_payment_that_does_not_repay_the_price_bears_no_interest() -> None:
    found = costs.interest_repaid(np.array([0.1, 0.2, 0.2637975]), 5)
    assert found == pytest.approx([0, 0, 0.1], abs=1e-6)


def test_a_payment_above_the_price_bears_nearly_all_of_itself() -> None:
    """At 1.5 over a life of 5 years the annuity is 1.5 / (1 - 2.5^-5) = 1.5 / (1 - 0.01024) = 1.515519."""
    assert costs.interest_repaid(1.515519, 5) == pytest.approx(1.5, abs=1e-5)


def test_electricity_for_a_year_is_that_of_the_hours_in_use() -> None:
    """1,000 kW x 0.75 x 1.25 x $0.08 = $75 an hour, for 0.82 of 8,766 hours: $539,109."""
    assert costs.energy_usd_per_year(1000, 0.82, 0.75, 1.25, 0.08) == pytest.approx(539_109, abs=1)

"""Epoch AI's development-cost method in closed form: by hand, and against draws of every contributor."""

from __future__ import annotations

import numpy as np
import pytest

from analysis import costs
from analysis.costs.development import Moments
from analysis.costs.units import Z_95


def drawn(rng: np.random.Generator, low: float, high: float, size: tuple[int, ...]) -> np.ndarray:
    """As Epoch AI's lognorm_from_90_ci does."""
    middle, deviation = np.log(low * high) / 2, np.log(high / low) / (2 * Z_95)
    return np.exp(rng.normal(middle, deviation, size))


def test_a_log_normal_from_its_percentiles() -> None:
    """exp(0) to exp(2 x 1.6449): median e^1.6449, deviation 1, mean e^(1.6449 + 0.5)."""
    found = costs.lognormal(1, np.exp(2 * Z_95))
    assert found.log_deviation == pytest.approx(1)
    assert found.median == pytest.approx(np.exp(Z_95))
    assert found.mean == pytest.approx(np.exp(Z_95 + 0.5))
    assert (found.at(-Z_95), found.at(Z_95)) == pytest.approx((1, np.exp(2 * Z_95)))


def test_sums_and_products_by_hand() -> None:
    """Mean 2 and variance 1, mean 3 and variance 4: sums 5 and 5; products 6 and (4 + 1)(9 + 4) - 36 = 29."""
    one, other = Moments(2, 5), Moments(3, 13)
    assert one + other == Moments(5, 30)
    assert one * other == Moments(6, 65)
    # A hundred independent ones: mean 200, variance 100.
    assert one.of(100) == Moments(200, 40_100)
    # Mean 3 and variance 4: a hundred have mean 300 and variance 400.
    assert other.of(100) == Moments(300, 90_400)
    assert one.times(10) == Moments(20, 500)
    # Two draws, certain each, at 1 and 3: mean 2, variance 1.
    assert Moments(np.array([1.0, 3.0]), np.array([1.0, 9.0])).mixed() == Moments(2, 5)


def test_the_closed_form_is_what_draws_of_every_contributor_give() -> None:
    """30 people, parts of 10, 6, 4 and 2: the three percentiles of 20,000 draws, within 2 %."""
    rng, count, people = np.random.default_rng(7), 20_000, 30
    salary, overhead = drawn(rng, 1, 2, (count, people)), drawn(rng, 1.25, 1.4, (count, people))
    equity, part = drawn(rng, 0.3, 4, (count, people)), drawn(rng, 0.05, 0.8, (count, people))
    total = ((salary * overhead + equity) * part).sum(axis=1) * drawn(rng, 0.8, 1.2, (count,))
    for usd in (10, 6, 4):
        total += usd * drawn(rng, 1.2, 4, (count,))
    total += 2 * drawn(rng, 1.2, 4, (count,)) * drawn(rng, 0.6, 1.7, (count,))
    logs = [costs.lognormal(*ends) for ends in ((1, 2), (1.25, 1.4), (0.3, 4), (0.05, 0.8))]
    found = costs.development_usd(
        (10, 6, 4),
        2,
        costs.lognormal(1.2, 4),
        costs.lognormal(0.6, 1.7),
        people,
        costs.person_year_usd(*logs),
        costs.lognormal(0.8, 1.2),
    )
    ends = [found.at(-Z_95), found.median, found.at(Z_95)]
    assert ends == pytest.approx(np.quantile(total, [0.05, 0.5, 0.95]), rel=0.02)
    assert found.mean == pytest.approx(total.mean(), rel=0.01)

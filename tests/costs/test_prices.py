"""Dollars of one month in dollars of another."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import costs

STEADY = settings(deadline=None, derandomize=True)
INDEX = st.floats(50, 200)
USD = st.floats(1, 1e12)


def test_gpt4_in_the_dollars_of_two_other_months_by_hand() -> None:
    """March 2023: 117.766. December 2023: 119.029. December 2024: 119.349.

    40,155,930 x 119.029 / 117.766 = 40,586,588; 40,155,930 x 119.349 / 117.766 = 40,695,702
    """
    assert costs.deflated_usd(40_155_930, 117.766, 119.029) == pytest.approx(40_586_588, abs=1)
    assert costs.deflated_usd(40_155_930, 117.766, 119.349) == pytest.approx(40_695_702, abs=1)


def test_a_falling_index_makes_the_amount_smaller() -> None:
    assert costs.deflated_usd(100, 122.218, 119.349) < 100 < costs.deflated_usd(100, 119.349, 122.218)


@STEADY
@given(USD, INDEX, INDEX, INDEX)
def test_there_and_back_and_by_way_of_a_third_month(value: float, a: float, b: float, c: float) -> None:
    there = costs.deflated_usd(value, a, b)
    assert costs.deflated_usd(there, b, a) == pytest.approx(value, rel=1e-12)
    assert costs.deflated_usd(there, b, c) == pytest.approx(costs.deflated_usd(value, a, c), rel=1e-12)
    assert costs.deflated_usd(value, a, a) == pytest.approx(value, rel=1e-15)

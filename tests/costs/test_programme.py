"""From the final run to the whole bill, by hand."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import costs

STEADY = settings(deadline=None, derandomize=True)

runs, parts = st.floats(1e5, 1e9), st.floats(0.01, 1)
shares = st.floats(0.001, 1)


def test_v3s_research_compute_and_staff() -> None:
    """Million USD: 5.576 / 0.2 = 27.88; 150 x 381,000 x 1 year = 57.15, of which two thirds would be 38.1."""
    assert costs.rd_compute_usd(5_576_000, 0.2) == 27_880_000
    assert costs.staff_usd(150, 381_000, 1) == 57_150_000
    assert costs.programme_usd(5_576_000, 0.2, 150, 381_000, 1, 2 / 3) == pytest.approx(65_980_000)


@pytest.mark.parametrize(
    ("share", "millions"),
    # 5.576 / 0.1 = 55.76 and 5.576 / 0.3 = 18.587: the 19 to 56 million of the evidence.
    [(0.1, 55.76), (0.3, 18.587)],
)
def test_the_ends_of_the_share(share: float, millions: float) -> None:
    assert costs.rd_compute_usd(5_576_000, share) == pytest.approx(millions * 1e6, rel=3e-5)


@STEADY
@given(runs)
def test_a_run_that_is_all_research_compute_is_the_research_compute(run: float) -> None:
    assert costs.rd_compute_usd(run, 1) == run


@STEADY
@given(
    runs, shares, st.floats(1, 1e4), st.floats(1e3, 1e6), st.floats(0.05, 20), st.floats(1.01, 10), st.floats(0.01, 1)
)
def test_the_programme_adds_up_and_is_linear_in_its_parts(
    run: float, share: float, heads: float, pay: float, years: float, factor: float, part: float
) -> None:
    compute, staff = costs.rd_compute_usd(run, share), costs.staff_usd(heads, pay, years)
    bill = costs.programme_usd(run, share, heads, pay, years, part)
    assert bill == pytest.approx(compute + part * staff, rel=1e-12)
    laboratory = costs.programme_usd(run / part, share, heads, pay, years, 1)
    assert bill == pytest.approx(part * laboratory, rel=1e-12), "The model's part is one part, of compute and of staff."
    assert bill <= laboratory * (1 + 1e-12)
    assert compute >= run
    assert costs.rd_compute_usd(run * factor, share) == pytest.approx(compute * factor, rel=1e-12)
    assert costs.rd_compute_usd(run, share / factor) == pytest.approx(compute * factor, rel=1e-12)
    for more in ((heads * factor, pay, years), (heads, pay * factor, years), (heads, pay, years * factor)):
        assert costs.staff_usd(*more) == pytest.approx(staff * factor, rel=1e-12)

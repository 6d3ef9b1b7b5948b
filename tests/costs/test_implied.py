"""What a sum would mean, by hand, and hours, arithmetic and tokens as each other's inverse."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import costs

STEADY = settings(deadline=None, derandomize=True)
POSITIVE = st.floats(1e-3, 1e6)


def test_r1s_294_000_over_147_000_hours_is_two_dollars() -> None:
    assert costs.implied_usd_per_gpu_hour(294_000, 147_000) == 2.0
    assert costs.implied_gpu_hours(294_000, 2.0) == 147_000


def test_v3s_hours_are_56_7_days_on_2_048_gpus_and_2_048_gpus_for_56_7_days() -> None:
    """2,788,000 / (2,048 x 24) = 56.722; 2,048 x 56.722 x 24 is the hours again."""
    assert costs.days_or_gpus(2_788_000, 2048) == pytest.approx(56.722, abs=1e-3)
    assert costs.days_or_gpus(2_788_000, 56.7220052083) == pytest.approx(2048)
    assert costs.gpu_hours(8, 5) == 960


def test_400_million_buys_8_420_gpus_with_their_cluster() -> None:
    """40,378 / 0.85 = 47,503.5 a GPU with its share of the network; 400e6 / 47,503.5 = 8,420.4."""
    assert costs.implied_gpus(400e6, 40_378, 0.15) == pytest.approx(8420.4, abs=0.1)


def test_16_384_bare_chips_cost_403_million() -> None:
    """16,384 x 40,378 / 1.64 = 403.386 million."""
    assert costs.chips_alone_usd(16_384, 40_378, 1.64) == pytest.approx(403.386e6, rel=1e-6)


def test_grok_4s_energy_is_1_260_watts_a_gpu() -> None:
    """310 GWh over 246 million hours."""
    assert costs.implied_w_per_gpu(310e6, 246e6) == pytest.approx(1260.16, abs=0.01)


def test_v3_took_3_377_megawatt_hours() -> None:
    """2.788e6 h x 1.275 kW x 0.76 x 1.25 = 3,376.9 MWh."""
    assert costs.energy_kwh(2.788e6, 1.275, 0.76, 1.25) == pytest.approx(3_376_965, rel=1e-6)


def test_v3_took_845_000_hours_for_1e24_flop() -> None:
    """2.788e6 / 3.3 = 844,848."""
    assert costs.per_1e24_flop(2.788e6, 3.3e24) == pytest.approx(844_848, abs=1)


def test_arithmetic_to_hours_by_hand() -> None:
    """6e21 FLOP / (3,600 s x 1e15 FLOP/s x 0.35) = 4,761.9 h; 6e21 / (6 x 1e9) = 1e12 tokens."""
    assert costs.gpu_hours_of_flop(6e21, 1000, 0.35) == pytest.approx(4761.905, abs=1e-3)
    assert costs.tokens_of_flop(6e21, 1e9) == 1e12


def test_parts_are_not_rounded_away() -> None:
    """3 over 2 is 1.5 in each: a price, bare chips, and tokens of 9 FLOP by one parameter."""
    assert costs.implied_usd_per_gpu_hour(3, 2) == costs.chips_alone_usd(1, 3, 2) == costs.tokens_of_flop(9, 1) == 1.5


@STEADY
@given(POSITIVE, POSITIVE, st.floats(0.01, 1))
def test_hours_and_arithmetic_are_inverses(hours: float, peak: float, mfu: float) -> None:
    flop = costs.flop_of_gpu_hours(hours, peak, mfu)
    assert costs.gpu_hours_of_flop(flop, peak, mfu) == pytest.approx(hours)
    assert costs.model_flop_utilisation(flop, hours, peak) == pytest.approx(mfu)

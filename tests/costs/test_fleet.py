"""What buying a fleet costs: the analyst's sums and our own by hand, and shares that add up."""

from __future__ import annotations

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import costs, tables, words

STEADY = settings(deadline=None, derandomize=True)

TYPES = ("a100", "h20", "h800", "h100")


def cells(quantity: str) -> dict[str, float]:
    """The analyst's cells in million USD, by GPU type."""
    published = tables.load("published").set_index("figure_id")["value"]
    return {gpu: published[f"semianalysis_cell_{gpu}_{quantity}_musd"] for gpu in TYPES}


def test_the_analysts_cells_give_the_three_published_sums() -> None:
    """Million USD: A100 237, H20 727, H800 317, H100 347.

    The first three columns: 237 + 727 + 317 = 1,281, the $1.3B of the first version.
    The Hoppers: 727 + 317 + 347 = 1,391, the $1.4B of the correction.
    All four: 1,628 (the total column says 1,629), the $1.6B of the text.
    """
    capex = cells("server_capex")
    first_three = capex["a100"] + capex["h20"] + capex["h800"]
    hoppers = capex["h20"] + capex["h800"] + capex["h100"]
    assert (first_three, hoppers, sum(capex.values())) == (1_281, 1_391, 1_628)
    assert words.amount(first_three * 1e6, "USD", significant=2) == "$1.3 billion"
    assert words.amount(hoppers * 1e6, "USD", significant=2) == "$1.4 billion"
    assert words.amount(sum(capex.values()) * 1e6, "USD", significant=2) == "$1.6 billion"
    total = tables.load("published").set_index("figure_id")["value"]["semianalysis_cell_all_server_capex_musd"]
    assert total == 1_629
    assert words.amount(total * 1e6, "USD", significant=2) == "$1.6 billion"


def test_the_yearly_costs_of_ownership_are_a_quarter_of_the_four_year_sums() -> None:
    """Million USD a year. All: (1,629 + 944) / 4 = 643.25, published as 640.

    Hoppers: (1,391 + 787) / 4 = 544.5, published as 545, where 787 = 387 + 170 + 230.
    """
    operating = cells("operating_cost")
    assert sum(operating.values()) == 944
    hoppers = operating["h20"] + operating["h800"] + operating["h100"]
    assert hoppers == 787
    everything = costs.total_cost_of_ownership_usd_per_year(1_629, 944, 4)
    assert everything == 643.25
    assert round(everything, -1) == 640
    assert costs.total_cost_of_ownership_usd_per_year(1_391, hoppers, 4) == 544.5
    published = tables.load("published").set_index("figure_id")["value"]
    assert published["luk_tco_all_musd_per_year"] == 640
    # 544.5 and 545 agree within the rounding of a whole million.
    assert abs(published["luk_tco_hopper_musd_per_year"] - 544.5) <= 0.5


def test_each_cell_of_the_analyst_is_its_price_times_its_count() -> None:
    """Million USD: A100 10,000 x 23,716 = 237.2; H20 30,000 x 24,228 = 726.8; H800 10,000 x 31,728 = 317.3;
    H100 10,000 x 34,728 = 347.3.
    """
    published = tables.load("published").set_index("figure_id")["value"]
    fleet = tables.load("fleet")
    counts = dict(zip(TYPES, fleet[fleet.account == "semianalysis"]["count"], strict=True))
    assert counts == {"a100": 10_000, "h20": 30_000, "h800": 10_000, "h100": 10_000}
    for gpu, cell in cells("server_capex").items():
        price = published[f"semianalysis_cell_{gpu}_server_capex_usd_per_gpu"]
        assert round(costs.capex_usd(counts[gpu], price) / 1e6) == cell


def test_the_rate_at_which_four_years_of_even_payments_hold_an_interest() -> None:
    """ln 1.12 / (1 - 1.12^-4) = 0.113329 / 0.364482 = 0.310931; four times that, less the price, is 0.243724."""
    assert costs.interest_rate(0.243724, 4) == pytest.approx(0.12, abs=1e-5)
    # ln 1.15 / (1 - 1.15^-4) = 0.139762 / 0.428247 = 0.326359, so 0.305434.
    assert costs.interest_rate(0.305434, 4) == pytest.approx(0.15, abs=1e-5)
    assert costs.interest_rate(0.0, 4) == pytest.approx(0.0, abs=1e-8)


def test_capex_of_a_fleet_at_four_prices() -> None:
    """In USD:

    10,000 A100 x 13,928 =   139,280,000
    30,000 H20  x 22,632 =   678,960,000
    10,000 H800 x 34,819 =   348,190,000
    10,000 H100 x 47,006 =   470,060,000
    together               1,636,490,000
    """
    counts = np.array([10_000, 30_000, 10_000, 10_000])
    prices = np.array([13_928, 22_632, 34_819, 47_006])
    by_type = costs.capex_usd(counts, prices)
    assert by_type.tolist() == [139_280_000, 678_960_000, 348_190_000, 470_060_000]
    assert by_type.sum() == 1_636_490_000


def test_the_network_comes_on_top_of_the_servers() -> None:
    """1,570.21 x 0.19 / 0.81 = 368.321 million USD: 19 % of the 1,938.531 million of both."""
    network = costs.network_usd(1_570_210_000, 0.19)
    assert network == pytest.approx(368_320_864, abs=1)
    assert network / (1_570_210_000 + network) == pytest.approx(0.19, rel=1e-12)


def test_components_of_a_server_by_hand() -> None:
    """164 of servers at a ratio of 1.64 are 100 of chips and 64 of the rest; a network share of 0.5 doubles them."""
    parts = costs.capex_components_usd(164, 1.64, 0.5)
    assert parts == pytest.approx({"chips": 100, "rest_of_server": 64, "network": 164})
    # Cents are kept: 100 / 1.6 = 62.5.
    assert costs.capex_components_usd(100, 1.6, 0)["chips"] == pytest.approx(62.5)


@STEADY
@given(st.floats(1e6, 1e10), st.floats(1, 5), st.floats(0, 0.9))
def test_chips_and_the_rest_add_up_to_the_servers(servers: float, ratio: float, fraction: float) -> None:
    parts = costs.capex_components_usd(servers, ratio, fraction)
    assert parts["chips"] + parts["rest_of_server"] == pytest.approx(servers, rel=1e-12)
    assert parts["network"] / sum(parts.values()) == pytest.approx(fraction, rel=1e-9, abs=1e-12)
    # At a ratio of 1 the difference may be a rounding error below zero, never more.
    assert parts["rest_of_server"] >= -1e-9 * servers


def test_mix_of_the_fleet() -> None:
    """30,000 of 60,000 cards are H20: 50 %.

    BF16 TFLOP/s: 30,000 x 148 = 4.44M; 10,000 x (989 + 989.4 + 312) = 22.904M; 4.44 / 27.344 = 16.24 %.
    TB/s: 30,000 x 4.0 = 120,000; 10,000 x (3.36 + 3.35 + 1.555) = 82,650; 120,000 / 202,650 = 59.22 %.
    """
    gpus = tables.load("gpus").set_index("gpu_id")
    counts = {"H20": 30_000, "H800-SXM": 10_000, "H100-SXM": 10_000, "A100-PCIe-40": 10_000}
    assert costs.shares(counts)["H20"] == 0.5
    compute = {gpu: count * gpus.peak_bf16_dense_tflops[gpu] for gpu, count in counts.items()}
    assert compute["H20"] == 4_440_000
    assert sum(compute.values()) == pytest.approx(27_344_000, rel=1e-12)
    assert costs.shares(compute)["H20"] == pytest.approx(0.1624, abs=5e-5)
    bandwidth = {gpu: count * gpus.memory_bandwidth_tb_s[gpu] for gpu, count in counts.items()}
    assert costs.shares(bandwidth)["H20"] == pytest.approx(0.5922, abs=5e-5)


def test_it_power_of_the_fleet() -> None:
    """Nameplate of the servers, kW a GPU: H100 and H800 0.7 x 1.82143 = 1.275; H20 0.4 x 1.8 = 0.72; A100 PCIe 0.25 x
    1.25 = 0.3125. MW: 20,000 x 1.275 = 25.5; 30,000 x 0.72 = 21.6; 10,000 x 0.3125 = 3.125; together 50.2.
    """
    gpus = tables.load("gpus").set_index("gpu_id")
    counts = {"H20": 30_000, "H800-SXM": 10_000, "H100-SXM": 10_000, "A100-PCIe-40": 10_000}
    mw = {
        gpu: count * costs.server_kw_per_gpu(gpus.tdp_w[gpu], gpus.server_to_chip_power_ratio[gpu]) / 1_000
        for gpu, count in counts.items()
    }
    assert mw["H800-SXM"] + mw["H100-SXM"] == pytest.approx(25.5, abs=1e-3)
    assert mw["H20"] == pytest.approx(21.6, rel=1e-12)
    assert mw["A100-PCIe-40"] == pytest.approx(3.125, rel=1e-12)
    assert round(sum(mw.values()), 1) == 50.2


amounts = st.dictionaries(st.sampled_from("abcdef"), st.floats(0, 1e12), min_size=1)


@STEADY
@given(amounts)
def test_shares_sum_to_one_and_keep_their_order(parts: dict[str, float]) -> None:
    found = costs.shares(parts)
    assert list(found) == list(parts)
    if sum(parts.values()) == 0:
        assert set(found.values()) == {0.0}
    else:
        assert sum(found.values()) == pytest.approx(1, rel=1e-12)
        assert all(0 <= share <= 1 for share in found.values())
        for name, amount in parts.items():
            assert found[name] * sum(parts.values()) == pytest.approx(amount, rel=1e-12, abs=1e-300)


def test_shares_of_nothing_are_zero() -> None:
    # 0 / 0 has no value; a fleet without cards has no share of anything.
    assert costs.shares({"a": 0, "b": 0}) == {"a": 0.0, "b": 0.0}
    assert costs.shares({}) == {}


def test_shares_of_arrays_and_symbols_are_those_of_floats() -> None:
    """1 and 3 are a quarter and three quarters; 0 and 0 are none, in the same array."""
    found = costs.shares({"a": np.array([1.0, 0.0]), "b": np.array([3.0, 0.0])})
    assert found["a"].tolist() == [0.25, 0.0]
    assert found["b"].tolist() == [0.75, 0.0]
    a, b = sympy.symbols("a b")
    printed = costs.shares({"a": a, "b": b})
    assert printed["a"].subs({a: 1, b: 3}) == sympy.Rational(1, 4)
    assert float(printed["a"].subs({a: 0, b: 0})) == 0

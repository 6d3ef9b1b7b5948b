"""What one training run costs: the published sums by hand, Epoch AI's 22 runs, and the shape of the formulas."""

from __future__ import annotations

import pytest
from epoch_nominal import EPOCH_NOMINAL_USD
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import costs, tables

STEADY = settings(deadline=None, derandomize=True)

# The DeepSeek-V3 report's own assumption (Table 1).
RENT = 2.0

# Epoch AI's constants: ML_GPU_PRICE_PERFORMANCE_OOMS_PER_YEAR and CLUSTER_INTERCONNECT_COST_FRACTION.
DECLINE, NETWORK = 0.14, 0.19


def stage_hours(model_id: str) -> dict[str, float]:
    stages = tables.load("stages")
    rows = stages[stages.model_id == model_id]
    return dict(zip(rows.stage, rows.chip_hours, strict=True))


# --- rental ----------------------------------------------------------------------------------------------------


def test_v3_costs_5_576_million_in_three_parts() -> None:
    """DeepSeek-V3 report, Table 1, by hand:

    2,664,000 h x $2 = $5,328,000    119,000 h x $2 = $238,000    5,000 h x $2 = $10,000
    in all 2,788,000 h x $2 = $5,576,000
    """
    hours = stage_hours("dsv3")
    assert costs.rental_run_cost_usd(hours["pretraining"], RENT) == 5_328_000
    assert costs.rental_run_cost_usd(hours["context_extension"], RENT) == 238_000
    assert costs.rental_run_cost_usd(hours["post_training"], RENT) == 10_000
    assert sum(hours.values()) == 2_788_000
    assert costs.rental_run_cost_usd(sum(hours.values()), RENT) == 5_576_000


def test_r1_costs_294_thousand_in_three_parts_and_5_87_million_with_v3() -> None:
    """DeepSeek-R1 paper, Table 7, by hand:

    101,000 h x $2 = $202,000    5,000 h x $2 = $10,000    41,000 h x $2 = $82,000
    in all 147,000 h x $2 = $294,000; with V3's $5,576,000 that is $5,870,000
    """
    hours = stage_hours("dsr1_increment")
    assert costs.rental_run_cost_usd(hours["r1_zero"], RENT) == 202_000
    assert costs.rental_run_cost_usd(hours["sft_data"], RENT) == 10_000
    assert costs.rental_run_cost_usd(hours["r1"], RENT) == 82_000
    r1 = costs.rental_run_cost_usd(sum(hours.values()), RENT)
    assert r1 == 294_000
    assert 5_576_000 + r1 == 5_870_000


@pytest.mark.parametrize(
    ("rent", "millions"),
    # 2.788 million hours times the price: 2.788, 3.87532, 8.364 and 9.53496.
    [(1.0, 2.788), (1.39, 3.87532), (3.0, 8.364), (3.42, 9.53496)],
)
def test_v3_moves_with_the_assumed_price(rent: float, millions: float) -> None:
    assert costs.rental_run_cost_usd(2_788_000, rent) == pytest.approx(millions * 1e6, rel=1e-12)


def test_deepseeks_day_of_inference() -> None:
    """226.75 nodes x 8 GPUs x 24 h x $2 = $87,072; (562,027 - 87,072) / 87,072 = 5.4547, the published 545 %."""
    cost = costs.rental_usd_per_day(226.75, 8, RENT)
    assert cost == 87_072
    assert costs.return_on_cost(562_027, cost) == pytest.approx(5.45474, abs=5e-6)
    # Revenue equal to the cost is no profit; no revenue loses all of it.
    assert costs.return_on_cost(cost, cost) == 0
    assert costs.return_on_cost(0, cost) == -1


def test_v3_took_57_days_of_its_gpus_and_a_small_part_of_a_year_of_10_000() -> None:
    """2,788,000 h / 2,048 / 24 = 56.722 days; 2,788,000 / (10,000 x 8,766) = 3.1805 % of a year of 10,000 H800."""
    assert costs.gpu_hours_share(2_788_000, 10_000) == pytest.approx(0.031805, abs=5e-7)
    # The share of 2,048 GPUs' year, in days: 0.155296 x 365.25 = 56.72.
    assert costs.gpu_hours_share(2_788_000, 2_048) * 365.25 == pytest.approx(56.722, abs=5e-4)
    # Four years have four times the hours.
    assert costs.gpu_hours_share(2_788_000, 10_000, 4) == pytest.approx(0.031805 / 4, abs=2e-7)


# --- amortised -------------------------------------------------------------------------------------------------


def test_gpt4_worked_example() -> None:
    """Epoch AI's worked example, by hand, with the row gpt4 of data/epoch_runs.csv.

    value:    24,875 x 10^(-0.14 x 1.74675) = 24,875 x 10^-0.244545 = 24,875 x 0.569449 = $14,165 a chip
    hardware: 57,000,000 h x 14,165 x 0.14 x ln 10 / 8,766 = 57,000,000 x 14,165 x 3.67741e-5 = $29.69M
    network:  29.69 x 0.19 / 0.81 = $6.96M
    energy:   0.4 kW x 2.03125 x 0.75 x 1.25 x $0.0806 = $0.0613945 an hour, x 57,000,000 h = $3.50M
    in all    29.69 + 6.96 + 3.50 = $40.16M, printed as 29.7 + 7.0 + 3.5 = 40.2
    """
    run = tables.load("epoch_runs").set_index("model_id").loc["gpt4"]
    assert run.chip_hours == 57_000_000
    assert run.acquisition_usd_per_chip_with_server == 24_875
    assert run.years_acquisition_to_training == 1.74675
    value = costs.amortised_chip_value_usd(24_875, 1.74675, DECLINE)
    assert value == pytest.approx(14_165, abs=0.5)
    hardware = costs.amortised_hardware_usd(57_000_000, 24_875, 1.74675, DECLINE)
    network = costs.amortised_interconnect_usd(hardware, NETWORK)
    energy = costs.amortised_energy_usd(
        57_000_000,
        run.chip_tdp_w,
        run.server_to_chip_power_ratio,
        run.load_fraction,
        run.pue,
        run.electricity_usd_per_kwh,
    )
    assert round(hardware / 1e6, 1) == 29.7
    assert round(network / 1e6, 1) == 7.0
    assert round(energy / 1e6, 1) == 3.5
    assert energy == pytest.approx(0.0613945 * 57_000_000, rel=1e-5)
    assert round((hardware + network + energy) / 1e6, 1) == 40.2


def test_all_of_epochs_runs_are_compared() -> None:
    assert len(EPOCH_NOMINAL_USD) == 22
    assert set(tables.load("epoch_runs").model_id) == set(EPOCH_NOMINAL_USD)


@pytest.mark.parametrize("model_id", EPOCH_NOMINAL_USD)
def test_epochs_runs(model_id: str) -> None:
    """Far within the 0.1 % that the report claims, since both sides are rounded to six digits or more."""
    run = tables.load("epoch_runs").set_index("model_id").loc[model_id]
    ours = costs.amortised_run_cost_usd(
        run.chip_hours,
        run.acquisition_usd_per_chip_with_server,
        run.years_acquisition_to_training,
        NETWORK,
        run.chip_tdp_w,
        run.server_to_chip_power_ratio,
        run.load_fraction,
        run.pue,
        run.electricity_usd_per_kwh,
        DECLINE,
    )
    wanted = EPOCH_NOMINAL_USD[model_id]
    assert ours == pytest.approx(wanted, rel=1e-5), (
        f"{run.model}: {ours:,.0f} USD, but the published method gives {wanted:,.0f}. "
        "Check the row of data/epoch_runs.csv and analysis/costs/runs.py."
    )


def v3_amortised(price: float, age: float = 0.0, tariff: float = 0.08) -> float:
    return costs.amortised_run_cost_usd(2_788_000, price, age, NETWORK, 700, 1.82143, 0.75, 1.25, tariff, DECLINE)


@pytest.mark.parametrize(
    ("price", "age", "hardware_and_network", "shown"),
    [
        # 2,788,000 h x 34,819 x 3.67741e-5 = 3,569,861; x 1.2345679 = 4,407,236
        (34_819, 0.0, 4_407_236, 4.67),
        # the same x 10^(-0.14 x 1.25) = 0.668344, which is 2,945,549
        (34_819, 1.25, 2_945_549, 3.21),
        # 4,407,236 x 44,750 / 34,819 = 5,664,258
        (44_750, 0.0, 5_664_258, 5.93),
    ],
)
def test_v3_amortised(price: float, age: float, hardware_and_network: float, shown: float) -> None:
    """Hardware and network as derived beside each case; energy is the same in all three:

    0.7 kW x 1.82143 x 0.75 x 1.25 x $0.08 = $0.0956251 an hour, x 2,788,000 h = $266,603
    """
    total = v3_amortised(price, age)
    assert total == pytest.approx(hardware_and_network + 266_603, rel=1e-6)
    assert round(total / 1e6, 2) == shown


def test_a_year_takes_a_third_of_the_value() -> None:
    """A loss of 0.14 x ln 10 = 32.24 % a year: a chip used for all 8,766 hours of a year at the value of 1 dollar."""
    assert costs.amortised_hardware_usd(8_766, 1, 0, DECLINE) == pytest.approx(0.32236, abs=5e-6)
    # 10^-0.14 = 0.72444: what is left of a dollar after one year on the shelf.
    assert costs.amortised_chip_value_usd(1, 1, DECLINE) == pytest.approx(0.72444, abs=5e-6)
    # 1 / 0.14 = 7.142857 years take a whole order of magnitude.
    assert costs.amortised_chip_value_usd(1, 1 / DECLINE, DECLINE) == pytest.approx(0.1, rel=1e-12)


# --- acquisition and arithmetic ----------------------------------------------------------------------------------


def test_buying_the_2048_gpus() -> None:
    """2,048 x 34,819 = 71,309,312 for the servers; x (1 + 0.19 / 0.81) = / 0.81 = 88,036,188 with the network."""
    assert costs.acquisition_run_cost_usd(2_048, 34_819, 0) == 71_309_312
    assert costs.acquisition_run_cost_usd(2_048, 34_819, 0.19) == pytest.approx(88_036_188, abs=1)


def test_v3_flop_and_mfu() -> None:
    """6 x 37e9 x 14.8e12 = 3.2856e24 FLOP.

    2,664,000 h x 3,600 s x 989e12 FLOP/s = 9.48490e24 FLOP at the peak; 3.2856 / 9.48490 = 34.64 %.
    """
    flop = costs.training_flop(37e9, 14.8e12)
    assert flop == pytest.approx(3.2856e24, rel=1e-12)
    assert costs.model_flop_utilisation(flop, 2_664_000, 989) == pytest.approx(0.3464, abs=5e-5)


# --- shape -------------------------------------------------------------------------------------------------------

hours = st.floats(1e4, 1e9)
prices = st.floats(1e3, 1e5)
ages = st.floats(0, 10)
factors = st.floats(1.01, 100)

RUN = {
    "chip_hours": 1e6,
    "acquisition_usd_per_chip": 30_000.0,
    "years_acquisition_to_training": 1.0,
    "interconnect_fraction": NETWORK,
    "chip_tdp_w": 700.0,
    "server_to_chip_power_ratio": 1.8,
    "load_fraction": 0.75,
    "pue": 1.25,
    "electricity_usd_per_kwh": 0.08,
    "price_decline_oom_per_year": DECLINE,
}


@STEADY
@given(hours, st.floats(0.01, 100), factors)
def test_rental_cost_is_linear_in_hours_and_in_price(chip_hours: float, rent: float, factor: float) -> None:
    once = costs.rental_run_cost_usd(chip_hours, rent)
    assert costs.rental_run_cost_usd(chip_hours * factor, rent) == pytest.approx(once * factor, rel=1e-12)
    assert costs.rental_run_cost_usd(chip_hours, rent * factor) == pytest.approx(once * factor, rel=1e-12)
    assert costs.rental_run_cost_usd(chip_hours + 1e6, rent) == pytest.approx(once + 1e6 * rent, rel=1e-12)


@STEADY
@given(hours, prices, ages, factors)
def test_amortised_cost_is_linear_in_hours_and_its_hardware_in_price(
    chip_hours: float, price: float, age: float, factor: float
) -> None:
    given_run = {**RUN, "chip_hours": chip_hours, "acquisition_usd_per_chip": price}
    given_run["years_acquisition_to_training"] = age
    once = costs.amortised_run_cost_usd(**given_run)
    more = costs.amortised_run_cost_usd(**{**given_run, "chip_hours": chip_hours * factor})
    assert more == pytest.approx(once * factor, rel=1e-12)
    hardware = costs.amortised_hardware_usd(chip_hours, price, age, DECLINE)
    assert costs.amortised_hardware_usd(chip_hours, price * factor, age, DECLINE) == pytest.approx(hardware * factor)


@STEADY
@given(ages, st.floats(0.01, 5))
def test_amortised_cost_falls_with_the_age_of_the_hardware(age: float, later: float) -> None:
    younger = costs.amortised_run_cost_usd(**{**RUN, "years_acquisition_to_training": age})
    older = costs.amortised_run_cost_usd(**{**RUN, "years_acquisition_to_training": age + later})
    assert older < younger


# Prices, and what multiplies one: more of any of them makes the run dearer.
DEARER = (
    "acquisition_usd_per_chip",
    "interconnect_fraction",
    "chip_tdp_w",
    "server_to_chip_power_ratio",
    "load_fraction",
    "pue",
    "electricity_usd_per_kwh",
)


@STEADY
@given(factor=st.floats(1.001, 4))
def test_amortised_cost_rises_with_each_of_them(factor: float) -> None:
    for name in DEARER:
        dearer = costs.amortised_run_cost_usd(**{**RUN, name: RUN[name] * factor})
        assert dearer > costs.amortised_run_cost_usd(**RUN), name


@STEADY
@given(hours, prices, ages, st.floats(0, 0.9))
def test_the_amortised_components_add_up(chip_hours: float, price: float, age: float, fraction: float) -> None:
    hardware = costs.amortised_hardware_usd(chip_hours, price, age, DECLINE)
    network = costs.amortised_interconnect_usd(hardware, fraction)
    energy = costs.amortised_energy_usd(chip_hours, 700, 1.8, 0.75, 1.25, 0.08)
    total = costs.amortised_run_cost_usd(chip_hours, price, age, fraction, 700, 1.8, 0.75, 1.25, 0.08, DECLINE)
    assert hardware + network + energy == pytest.approx(total, rel=1e-12)
    assert min(hardware, network, energy) >= 0


@STEADY
@given(hours, st.floats(100, 5_000), st.floats(0.05, 1))
def test_mfu_gives_back_the_arithmetic(chip_hours: float, peak: float, mfu: float) -> None:
    """Arithmetic done at a known MFU gives that MFU: FLOP = hours x 3,600 x peak x MFU."""
    flop = chip_hours * 3_600 * peak * 1e12 * mfu
    assert costs.model_flop_utilisation(flop, chip_hours, peak) == pytest.approx(mfu, rel=1e-12)

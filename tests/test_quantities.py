"""Every result that the report states: by hand where it is a headline, and sound in every case."""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import parameters, scenarios, tables, words
from analysis.case import Case, Data, Quantity, Values
from analysis.quantities import REGISTRY
from analysis.quantities import fleet as fleet_results
from analysis.quantities import runs as run_results
from analysis.quantities.registry import BASES, result

STEADY = settings(deadline=None, derandomize=True)

KNOWN, BASE = parameters.known(), parameters.base()
UNCERTAIN = [name for name, definition in REGISTRY.items() if definition.uncertain]
# A verdict is a step, not arithmetic: it is given at the central values, and takes neither draws nor symbols.
TALLIES = [name for name in REGISTRY if name.startswith("claims_") and name != "claims_total"]
ARITHMETIC = [name for name in REGISTRY if name not in TALLIES]
CERTAIN = [name for name in ARITHMETIC if not REGISTRY[name].uncertain]
FLEETS = KNOWN["fleet"].choices


@pytest.fixture(scope="module")
def base() -> Case:
    return Case()


@pytest.fixture(scope="module")
def by_fleet() -> dict[str, Case]:
    return {name: Case({**BASE, "fleet": name, "draws": 1024}) for name in FLEETS}


class Remembered(Data):
    """Rows that are looked up once, since some tests compute every result for many cases."""

    row = cache(Data.row)
    fleet = cache(Data.fleet)


DATA = Remembered()


def compute(name: str, values: dict[str, Any]) -> Any:
    return REGISTRY[name].compute(Values(values, set()), DATA)


# --- by hand -----------------------------------------------------------------------------------------------------

# The case that the derivations are for. It is stated here, so that a better assumption in data/ leaves them right.
WORKED: dict[str, parameters.Value] = {
    **BASE,
    "rental_usd_per_gpu_hour": 2.0,
    "server_price_a100_usd_per_gpu": 13_928.0,
    "server_price_h20_usd_per_gpu": 22_632.0,
    "server_price_h800_usd_per_gpu": 34_819.0,
    "server_price_h100_usd_per_gpu": 40_378.0,
    "interconnect_fraction": 0.15,
    "service_life_years": 5.0,
    "utilisation": 0.82,
    "cost_of_capital": 0.0,
    "load_fraction": 0.75,
    "pue": 1.25,
    "electricity_usd_per_kwh": 0.08,
    "price_decline_oom_per_year": 0.14,
    "h800_years_in_service": 0.0,
    "final_run_share_of_rd_compute": 0.2,
    "staff_count": 150,
    "staff_cost_usd_per_head_year": 330_000.0,
    "programme_years": 1.0,
    "fleet": "semianalysis",
}

BY_HAND = [
    # DeepSeek-V3 report, Table 1: hours times $2.
    ("v3_gpu_hours", 2_788_000, 0),
    ("v3_rental_usd", 5_576_000, 0),
    ("v3_pretraining_usd", 5_328_000, 0),
    ("v3_context_extension_usd", 238_000, 0),
    ("v3_post_training_usd", 10_000, 0),
    # 2,664 / 2,788 = 0.95552
    ("v3_pretraining_share", 0.95552, 1e-5),
    # 2,788,000 / 2,048 / 24 = 56.722 days
    ("v3_days", 56.722, 1e-3),
    # DeepSeek-R1 paper, Table 7: 147,000 h x $2; with V3 5,576,000 + 294,000
    ("r1_rental_usd", 294_000, 0),
    ("v3_r1_rental_usd", 5_870_000, 0),
    # 147 / 2,788 = 0.052726; 294 / 5,870 = 0.050085
    ("r1_share_of_v3", 0.052726, 1e-6),
    ("r1_share_of_both", 0.050085, 1e-6),
    # 6 x 37e9 x 14.8e12; over 2,664,000 x 3,600 x 989e12 = 9.48490e24
    ("v3_training_flop", 3.2856e24, 1e18),
    ("v3_implied_mfu", 0.3464, 5e-5),
    # 2,788,000 x 34,819 x 3.67741e-5 / 0.85 + 2,788,000 x 0.0956251 = 4,199,836 + 266,603
    ("v3_amortised_usd", 4_466_439, 5),
    ("v3_amortised_energy_usd", 266_603, 1),
    # 2,048 x 34,819 = 71,309,312; / 0.85 with the network
    ("v3_servers_usd", 71_309_312, 0),
    ("v3_acquisition_usd", 83_893_308, 1),
    # 34,819 / (5 x 8,766 x 0.82) + 0.1764706 of it + 1.275 kW x 0.75 x 1.25 x $0.08
    ("owner_capital_usd_per_gpu_hour", 0.968793, 1e-6),
    ("owner_network_usd_per_gpu_hour", 0.170964, 1e-6),
    ("owner_energy_usd_per_gpu_hour", 0.095625, 1e-6),
    ("owner_usd_per_gpu_hour", 1.235382, 1e-6),
    # 2 / 1.235382 = 1.61893; (0.968793 + 0.170964) x 0.82 / (2 - 0.095625) = 0.49077; 2,788,000 x 1.2353815
    ("rent_over_owner", 1.61893, 1e-5),
    ("break_even_utilisation", 0.49077, 1e-5),
    ("v3_owner_usd", 3_444_244, 3),
    # 226.75 x 8 x 24 x 2; (562,027 - 87,072) / 87,072
    ("inference_day_usd", 87_072, 0),
    ("inference_return_on_cost", 5.45474, 1e-5),
    # 10,000 + 30,000 + 10,000 + 10,000 GPUs at 13,928, 22,632, 34,819 and 40,378
    ("fleet_gpus", 60_000, 0),
    ("a100_capex_usd", 139_280_000, 0),
    ("h20_capex_usd", 678_960_000, 0),
    ("h800_capex_usd", 348_190_000, 0),
    ("h100_capex_usd", 403_780_000, 0),
    ("fleet_capex_usd", 1_570_210_000, 0),
    # less the A100s; less the H100s
    ("hopper_capex_usd", 1_430_930_000, 0),
    ("without_h100_capex_usd", 1_166_430_000, 0),
    # 11,100 x 13,928 + 2,224 x 34,819 = 154,600,800 + 77,437,456
    ("documented_capex_usd", 232_038_256, 0),
    ("documented_gpus", 13_324, 0),
    # 1,570.21 / 1,600; x 0.15 / 0.85
    ("capex_over_published", 0.98138, 1e-5),
    ("fleet_network_usd", 277_095_882, 1),
    # 30 / 60; 4.44 / 27.344; 120 / 202.65; 21.6 / 50.225; 678.96 / 1,570.21
    ("h20_share_of_count", 0.5, 0),
    ("h20_share_of_compute", 0.1624, 5e-5),
    ("h20_share_of_bandwidth", 0.5922, 5e-5),
    ("h20_share_of_power", 0.4301, 5e-5),
    ("h20_share_of_capex", 0.4324, 5e-5),
    # 19.784 / 27.344; 20 / 60
    ("big_hopper_share_of_compute", 0.7235, 5e-5),
    ("big_hopper_share_of_count", 1 / 3, 1e-12),
    # 20,000 x 1.275 + 30,000 x 0.72 + 10,000 x 0.3125 kW; x 8,766 h x 0.75 x 1.25 x $0.08; four years of it
    ("fleet_it_power_mw", 50.225, 1e-4),
    ("fleet_energy_usd_per_year", 33_020_400, 100),
    ("fleet_energy_usd_over_ownership", 132_081_700, 400),
    # 132.08 / 944 and 944 / 4
    ("energy_share_of_cost_to_operate", 0.13992, 1e-5),
    ("cost_to_operate_usd_per_year", 236e6, 0),
    # 237 + 727 + 317 + 347, without the last, without the first
    ("cells_all_usd", 1_628e6, 0),
    ("cells_first_three_usd", 1_281e6, 0),
    ("cells_hopper_usd", 1_391e6, 0),
    # (1,600 + 944) / 4; (1,628 + 944) / 4; (1,391 + 787) / 4
    ("published_tco_usd_per_year", 636e6, 0),
    ("cells_tco_all_usd_per_year", 643e6, 0),
    ("cells_tco_hopper_usd_per_year", 544.5e6, 0),
    # 2,788,000 / (20,000 x 8,766); x 989 / (27.344e6 x 8,766); / (2,224 x 8,766); 2,048 / 60,000
    ("v3_share_of_h800_h100_year", 0.0159024, 1e-7),
    ("v3_share_of_fleet_arithmetic", 0.0115034, 1e-7),
    ("v3_share_of_documented_year", 0.143007, 1e-6),
    ("v3_gpus_share_of_fleet", 0.034133, 1e-6),
    # 1,166.43 + 10,000 x 47,006 and 10,000 x 33,750, over 1,600
    ("capex_at_dealer_usd", 1_636_490_000, 0),
    ("capex_at_analyst_usd", 1_503_930_000, 0),
    ("capex_at_dealer_over_published", 1.02281, 1e-5),
    ("capex_at_analyst_over_published", 0.93996, 1e-5),
    # 50,225.02 kW x 48 months x $130; with 132.08 over 944; 944 - 132.08 - 313.40
    ("hosting_usd", 313_404_125, 1),
    ("hosting_and_power_share", 0.47191, 1e-5),
    ("beyond_hosting_usd", 498_514_100, 400),
    # 2,788,000 h x 1.275 kW x 0.75 x 1.25 x $0.08; 5,576,000 over it
    ("v3_marginal_usd", 266_603, 1),
    ("v3_forgone_over_marginal", 20.9150, 1e-4),
    # 2,788,000 / (226.75 x 8 x 24); 87,072 / 776,000 million tokens; 5,576,000 / (776,000 x 365.25)
    ("v3_service_days", 64.0390, 1e-4),
    ("service_usd_per_m_tokens", 0.112206, 1e-6),
    ("v3_usd_per_m_tokens", 0.0196730, 1e-7),
    # 3.2856e24 / 2,664,000; 3.8e25 / 30.84e6; 2.24e24 / 2.38e6; 4.08e24 / 5e6; 1.23333 / 0.941176
    ("v3_flop_per_gpu_hour", 1.233333e18, 1e12),
    ("llama31_flop_per_gpu_hour", 1.232166e18, 1e12),
    ("maverick_flop_per_gpu_hour", 0.941176e18, 1e12),
    ("scout_flop_per_gpu_hour", 0.816e18, 1e6),
    ("v3_over_maverick_flop_per_gpu_hour", 1.310417, 1e-6),
    # 3.2856e24 / (2,664,000 x 3,600 x 1,979e12)
    ("v3_implied_mfu_fp8", 0.173114, 1e-6),
    # 1,570.21 / 5.576
    ("fleet_capex_over_v3", 281.6015, 1e-3),
    # 5.576 / 0.2; 150 x 330,000; together; over 5.576; without the final run
    ("rd_compute_usd", 27_880_000, 1e-6),
    ("staff_usd", 49_500_000, 0),
    ("v3_programme_usd", 77_380_000, 1e-6),
    ("programme_over_final_run", 13.8773, 1e-4),
    ("hidden_compute_usd", 22_304_000, 1e-6),
    # Model cards: 30.84 and 2.38 million hours; x $2; over 2.788
    ("llama31_rental_usd", 61_680_000, 0),
    ("llama31_over_v3_hours", 11.0617, 1e-4),
    ("maverick_over_v3_hours", 0.85366, 1e-5),
    ("maverick_over_v3_pretraining_hours", 2.38 / 2.664, 1e-9),
    # Epoch AI, July 2026: 52,885,434 and 37,334,305 over our 4,466,439
    ("llama31_over_v3_amortised", 11.8406, 1e-4),
    ("gpt4_over_v3_amortised", 8.35885, 1e-5),
    # The audit: 1 + 12 of 27 stand
    ("claims_total", 27, 0),
    ("claims_supported", 0, 0),
    ("claims_supported_with_caveat", 13, 0),
    ("claims_ambiguous", 5, 0),
    ("claims_misattributed", 5, 0),
    ("claims_contradicted", 3, 0),
    ("claims_unverifiable", 1, 0),
    ("claims_standing", 13, 0),
    # The analyst's tens of thousands; 278 nodes of 8
    ("fleet_h800_gpus", 10_000, 0),
    ("fleet_h100_gpus", 10_000, 0),
    ("documented_h800_gpus", 2_224, 0),
    ("models_count", 61, 0),
]


@pytest.mark.parametrize(("name", "value", "tolerance"), BY_HAND, ids=[row[0] for row in BY_HAND])
def test_by_hand(name: str, value: float, tolerance: float) -> None:
    assert float(compute(name, WORKED)) == pytest.approx(value, rel=1e-14, abs=tolerance)


def test_the_fleets_own_table_says_what_prices_a_gpu() -> None:
    """10,000 H800 at the price of an H20: 10,000 x (34,819 - 22,632) less, in every account that has as many."""

    class Other(Data):
        def table(self, name: str) -> Any:
            frame = super().table(name)
            if name == "fleet":
                frame.loc[frame.gpu_id == "H800-SXM", "price_parameter"] = "server_price_h20_usd_per_gpu"
            return frame

    prices = {"server_price_h800_usd_per_gpu": 34_819.0, "server_price_h20_usd_per_gpu": 22_632.0}
    at = Values({**BASE, **prices}, set())
    for name in ("fleet_capex_usd", "hopper_capex_usd", "h800_capex_usd"):
        here, there = (REGISTRY[name].compute(at, data) for data in (Data(), Other()))
        assert here - there == pytest.approx(10_000 * (34_819 - 22_632)), name


def test_the_fleets_capex_is_the_counts_times_the_four_prices(base: Case) -> None:
    """10,000 x A100 + 30,000 x H20 + 10,000 x H800 + 10,000 x H100, at whatever prices the base case has."""
    price = {gpu: float(BASE[f"server_price_{gpu}_usd_per_gpu"]) for gpu in ("a100", "h20", "h800", "h100")}
    wanted = 1e4 * (price["a100"] + 3 * price["h20"] + price["h800"] + price["h100"])
    assert base["fleet_capex_usd"].value == pytest.approx(wanted, rel=1e-12)


def test_the_fleets_value_is_each_price_less_its_fall_since_its_day() -> None:
    """In millions: cost x 10^(-0.14 x years from the day of the price to 31 January 2025).

    A100  139.28, mid-2021, 3.58 years -> 43.92       H20   678.96, 2024-02-01 and 07-05, 0.78 -> 527.4
    H800  348.19, 1.202 at the run's start on 2024-08-31, then 0.416 -> 206.7
    H100  403.78, 2024-07-05 and 10-03, 0.45 -> 349.4
    """
    worked = {**WORKED, "h800_years_in_service": 1.202}
    ages = fleet_results.ages_years(Values(worked, set()), DATA)
    assert {gpu.split("-")[0]: round(age, 2) for gpu, age in ages.items()} == {
        "A100": 3.58,
        "H20": 0.78,
        "H800": 1.62,
        "H100": 0.45,
    }
    by_hand = 139.28 * 10**-0.5012 + 678.96 * 10**-0.1097 + 348.19 * 10**-0.2265 + 403.78 * 10**-0.06284
    assert compute("fleet_value_usd", worked) == pytest.approx(by_hand * 1e6, rel=1e-3)
    assert compute("fleet_value_usd", worked) == pytest.approx(1_127.4e6, rel=1e-4)
    assert compute("fleet_value_over_capex", worked) == pytest.approx(1_127.4 / 1_570.21, rel=1e-4)
    assert compute("fleet_value_usd", {**worked, "price_decline_oom_per_year": 0.0}) == pytest.approx(1_570.21e6)


def test_the_rent_cancels_where_training_stands_beside_serving(base: Case) -> None:
    assert base["v3_rental_usd"].value / base["inference_day_usd"].value == pytest.approx(
        base["v3_service_days"].value, rel=1e-12
    )


def test_the_published_sums_are_printed_as_published(base: Case) -> None:
    """$1.3B, $1.4B and $1.6B to two digits; 544.5 million, which the thread gives as 545."""
    for name, text in {
        "cells_first_three_usd": "$1.3 billion",
        "cells_hopper_usd": "$1.4 billion",
        "cells_all_usd": "$1.6 billion",
    }.items():
        assert words.amount(base[name].value, "USD", significant=2) == text


def test_the_hoppers_yearly_cost_reads_as_the_published_one(base: Case) -> None:
    """(1,391 + 787) / 4 = 544.5 and Luk's 545 are the same number; a page that prints 544 seems to contradict him."""
    assert base["cells_tco_hopper_usd_per_year"].text == base.text("luk_tco_hopper_musd_per_year") == "$545 million"


@pytest.mark.parametrize(
    ("changes", "millions"),
    # The hardware over 0.85 for the network, then the energy: 2.806935 + 0.266603 at 1.25 years of age;
    # 5.397705 + 0.266603 at 44,750.
    [({"h800_years_in_service": 1.25}, 3.073538), ({"server_price_h800_usd_per_gpu": 44_750.0}, 5.664308)],
)
def test_v3_amortised_at_the_ends(changes: dict[str, float], millions: float) -> None:
    assert compute("v3_amortised_usd", {**WORKED, **changes}) == pytest.approx(millions * 1e6, rel=1e-6)


# --- parts and wholes -----------------------------------------------------------------------------------------------


def test_parts_add_up_to_their_wholes(base: Case) -> None:
    value = {name: base[name].value for name in REGISTRY}
    assert value["v3_pretraining_usd"] + value["v3_context_extension_usd"] + value[
        "v3_post_training_usd"
    ] == pytest.approx(value["v3_rental_usd"])
    assert sum(value[f"{gpu}_capex_usd"] for gpu in ("a100", "h20", "h800", "h100")) == pytest.approx(
        value["fleet_capex_usd"]
    )
    assert sum(value[f"owner_{part}_usd_per_gpu_hour"] for part in ("capital", "network", "energy")) == pytest.approx(
        value["owner_usd_per_gpu_hour"]
    )
    assert value["rd_compute_usd"] + value["staff_usd"] == pytest.approx(value["v3_programme_usd"])
    assert value["hidden_compute_usd"] + value["v3_rental_usd"] == pytest.approx(value["rd_compute_usd"])
    assert sum(run_results.v3_amortised_components_usd(base.point, base.data).values()) == pytest.approx(
        value["v3_amortised_usd"]
    )
    verdicts = ("supported", "supported_with_caveat", "ambiguous", "misattributed", "contradicted", "unverifiable")
    assert sum(value[f"claims_{verdict}"] for verdict in verdicts) == value["claims_total"]


@pytest.mark.parametrize("measure", fleet_results.MEASURES)
@pytest.mark.parametrize("fleet", FLEETS)
def test_shares_of_the_fleet_sum_to_one(fleet: str, measure: str) -> None:
    case = Case({**BASE, "fleet": fleet})
    gpus = fleet_results.by_type(case.point, case.data, measure)
    shares = [fleet_results.share(case.point, case.data, gpu, measure) for gpu in gpus]
    assert sum(shares) == pytest.approx(1, rel=1e-12)
    assert all(0 < share < 1 for share in shares)
    # A type that the account does not have.
    assert fleet_results.share(case.point, case.data, "B200", measure) == 0


def test_owning_costs_as_much_as_renting_at_the_break_even(base: Case) -> None:
    at = base["break_even_utilisation"].value
    rent = BASE["rental_usd_per_gpu_hour"]
    assert compute("owner_usd_per_gpu_hour", {**BASE, "utilisation": at}) == pytest.approx(rent, rel=1e-12)


# --- every result ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", REGISTRY)
def test_a_result_is_named_by_its_unit_and_basis(name: str) -> None:
    definition = REGISTRY[name]
    assert definition.name == name
    assert definition.title
    assert definition.title[0] == definition.title[0].upper()
    assert definition.basis in BASES
    assert ("usd" in name.split("_")) == definition.unit.startswith("USD"), f"{name} is in {definition.unit}."
    if definition.basis:
        assert definition.unit.startswith("USD"), f"{name} has a cost basis but is no cost."


@pytest.mark.parametrize("name", REGISTRY)
def test_a_result_is_finite_and_its_range_has_two_ends(name: str, base: Case) -> None:
    found = base[name]
    assert math.isfinite(found.value)
    assert math.isfinite(found.low)
    assert math.isfinite(found.high)
    assert found.low <= found.high
    # No claim may have come out with some verdict; nothing else may vanish.
    assert found.value > 0 or name in TALLIES
    for text in (found.text, found.range, found.exact):
        assert "not defined" not in text
        assert any(character.isdigit() for character in text)


@pytest.mark.parametrize("name", UNCERTAIN)
def test_a_result_lies_in_its_own_range(name: str, base: Case) -> None:
    """A reader who sees '$470 million, range $367 to 467 million' takes one of the two for a mistake."""
    found = base[name]
    assert found.low <= found.value <= found.high, (
        f"{name} is {found.value:.6g}, outside its range {found.low:.6g} to {found.high:.6g}. A value at the end of "
        "its row in data/assumptions.csv lies outside the 5th to 95th percentile: widen the row, or extend the range."
    )


SCENARIOS = sorted((tables.DATA / "scenarios").glob("*.yml"))


def test_there_are_scenarios() -> None:
    assert SCENARIOS, "data/scenarios holds no scenario, so the next test would try nothing."


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_a_result_lies_in_its_own_range_in_every_scenario(path: Path) -> None:
    """A scenario likes to take an end of a range, such as rent at 3.42 dollars; the result must stay in its own."""
    case = Case(scenario=scenarios.read_scenario(path))
    outside = {name: case[name] for name in UNCERTAIN if not case[name].low <= case[name].value <= case[name].high}
    assert not outside, f"In {path.stem} the central value lies outside the range: " + "; ".join(
        f"{name} is {found.exact}, range {found.range}" for name, found in outside.items()
    )


@pytest.mark.parametrize("name", UNCERTAIN)
def test_an_uncertain_result_has_a_range(name: str, base: Case) -> None:
    assert not base[name].certain, f"{name} has no range. Declare it with uncertain=False."


@pytest.mark.parametrize("name", CERTAIN)
def test_a_certain_result_is_the_same_for_every_draw(name: str, base: Case) -> None:
    """What is declared without a range must not depend on anything that is drawn."""
    draws = np.atleast_1d(base.sampled(name))
    assert base[name].certain
    assert draws.min() == pytest.approx(base[name].value, rel=1e-12)
    assert draws.max() == pytest.approx(base[name].value, rel=1e-12)


@pytest.mark.parametrize("name", ARITHMETIC)
def test_arrays_that_do_not_vary_give_the_central_value(name: str, base: Case) -> None:
    """The draws with every assumption fixed at its value: each is the value itself."""
    fixed = {key: value if isinstance(value, str) else np.full(3, float(value)) for key, value in BASE.items()}
    found = np.broadcast_to(compute(name, fixed), 3)
    assert found == pytest.approx(np.full(3, base[name].value), rel=1e-12)


@pytest.mark.parametrize("name", ARITHMETIC)
def test_symbols_with_numbers_put_in_give_the_central_value(name: str, base: Case) -> None:
    symbols = {key: value if isinstance(value, str) else sympy.Symbol(key) for key, value in BASE.items()}
    found = sympy.sympify(compute(name, symbols))
    numbers = {symbol: BASE[key] for key, symbol in symbols.items() if not isinstance(symbol, str)}
    assert float(found.subs(numbers)) == pytest.approx(base[name].value, rel=1e-9)


@pytest.mark.parametrize("fleet", FLEETS)
@pytest.mark.parametrize("name", REGISTRY)
def test_a_result_is_sound_in_every_account_of_the_fleet(name: str, fleet: str, by_fleet: dict[str, Case]) -> None:
    found = by_fleet[fleet][name]
    assert math.isfinite(found.value)
    assert math.isfinite(found.low)
    assert math.isfinite(found.high)
    assert 0 <= found.low <= found.high
    # A share of a type that the account does not have is none; nothing else may vanish.
    assert found.value > 0 or name in TALLIES or name.startswith(("h20_", "big_hopper_", "fleet_h100_")), (
        f"{name} vanishes in the account {fleet}."
    )


@st.composite
def accepted(draw: st.DrawFn) -> dict[str, parameters.Value]:
    """Any case that the parameters accept."""
    values = dict(BASE)
    for name, parameter in KNOWN.items():
        if parameter.type == "choice":
            values[name] = draw(st.sampled_from(parameter.choices))
        elif parameter.type == "float":
            values[name] = draw(st.floats(parameter.minimum, parameter.maximum))
    # Where hardware keeps its value and electricity is free, a run costs nothing, and no other is a multiple of it.
    values["price_decline_oom_per_year"] = max(0.001, float(values["price_decline_oom_per_year"]))
    # Nor is a rent a multiple of power that is free.
    values["electricity_usd_per_kwh"] = max(0.001, float(values["electricity_usd_per_kwh"]))
    return values


@settings(STEADY, max_examples=25)
@given(accepted())
def test_every_accepted_case_gives_numbers(values: dict[str, parameters.Value]) -> None:
    """What the parameters let through, the arithmetic can take."""
    parameters.checked(values)
    for name in REGISTRY:
        assert math.isfinite(float(compute(name, values))), name


@pytest.mark.parametrize("name", ["rental_usd_per_gpu_hour", "server_price_h800_usd_per_gpu", "staff_count", "pue"])
def test_a_changed_assumption_moves_what_depends_on_it_and_nothing_else(name: str) -> None:
    depends = {
        "rental_usd_per_gpu_hour": ("v3_rental_usd", "rd_compute_usd", "rent_over_owner"),
        "server_price_h800_usd_per_gpu": ("fleet_capex_usd", "v3_amortised_usd", "owner_usd_per_gpu_hour"),
        "staff_count": ("staff_usd", "v3_programme_usd"),
        "pue": ("v3_amortised_energy_usd", "fleet_energy_usd_per_year"),
    }
    every = {result for results in depends.values() for result in results}
    changed = {**BASE, name: float(BASE[name]) * 1.25}
    moved = {result for result in every if compute(result, changed) != compute(result, BASE)}
    extra = {
        "rental_usd_per_gpu_hour": {"v3_programme_usd"},
        "server_price_h800_usd_per_gpu": {"rent_over_owner"},
        "pue": {"v3_amortised_usd", "owner_usd_per_gpu_hour", "rent_over_owner"},
    }
    assert moved == set(depends[name]) | extra.get(name, set())


# --- the register ----------------------------------------------------------------------------------------------------


def test_a_result_cannot_be_defined_twice() -> None:
    def v3_rental_usd(x: Any, data: Any) -> Any:
        return 0.0

    with pytest.raises(ValueError, match="result 'v3_rental_usd' is defined twice"):
        result("Again", "USD")(v3_rental_usd)
    assert compute("v3_rental_usd", BASE) == 5_576_000


def test_a_cost_basis_must_be_one_of_the_four() -> None:
    with pytest.raises(ValueError, match="cost basis 'rented' is not one of"):
        result("X", "USD", "rented")
    assert set(BASES) == {"", "rental", "amortised", "acquisition", "programme"}


def test_a_quantity_carries_its_definition(base: Case) -> None:
    found = base["v3_rental_usd"]
    assert isinstance(found, Quantity)
    assert (found.name, found.unit, found.basis) == ("v3_rental_usd", "USD", "rental")
    assert found.title == REGISTRY["v3_rental_usd"].title

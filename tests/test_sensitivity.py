"""Sensitivity: closed forms, indices that do not depend on the scramble, and what a known assumption is worth."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis import parameters, sensitivity, uncertainty
from analysis.case import Case
from analysis.figures import FIGURES
from analysis.figures.charts.tornado import Widest, title
from analysis.sensitivity import HEADLINES

KNOWN, BASE = parameters.known(), parameters.base()
SEED, OTHER = int(BASE["seed"]), 1
RENT, RENTAL = "rental_usd_per_gpu_hour", "v3_rental_usd"


@pytest.fixture(scope="module")
def base() -> Case:
    return Case()


@pytest.fixture(scope="module")
def other() -> Case:
    return Case({**BASE, "seed": OTHER})


@pytest.fixture
def few_resamples(monkeypatch: pytest.MonkeyPatch) -> None:
    """For who asks for no confidence of an index, which takes five times as long as the index."""
    monkeypatch.setattr(sensitivity, "RESAMPLES", 2)


def by_input(frame: pd.DataFrame, column: str) -> pd.Series:
    return frame.set_index("input" if "input" in frame else "name")[column].sort_index()


# --- Sobol indices in closed form ---------------------------------------------------------------------------------


def ishigami(points: np.ndarray) -> np.ndarray:
    """sin x1 + 7 sin^2 x2 + 0.1 x3^4 sin x1, each x uniform from -pi to pi."""
    x, y, z = np.pi * (2 * points.T - 1)
    result: np.ndarray = np.sin(x) + 7 * np.sin(y) ** 2 + 0.1 * z**4 * np.sin(x)
    return result


@pytest.mark.parametrize("seed", [0, SEED])
def test_ishigami(seed: int) -> None:
    """With a = 7 and b = 0.1 the variance has three parts:

    alone, x1:  (1 + b pi^4 / 5)^2 / 2      = 4.345888
    alone, x2:  a^2 / 8                     = 6.125000
    x1 and x3:  b^2 pi^8 (1/18 - 1/50)      = 3.373703      sum 13.844591

    so first-order indices are 0.3139, 0.4424 and 0, totals 0.5576, 0.4424 and 0.2437.
    """
    found = sensitivity.indices(["x1", "x2", "x3"], ishigami, 8192, seed)
    assert list(found["input"]) == ["x1", "x2", "x3"]
    assert found["first"].to_numpy() == pytest.approx([0.3139, 0.4424, 0], abs=0.005)
    assert found["total"].to_numpy() == pytest.approx([0.5576, 0.4424, 0.2437], abs=0.005)
    assert sensitivity.interaction(found) == pytest.approx(0.2437, abs=0.01)
    # The confidence holds the truth, and is not idle.
    assert (abs(found["total"] - [0.5576, 0.4424, 0.2437]) < found["total_confidence"]).all()
    assert found["total_confidence"].between(0.001, 0.05).all()


def test_a_linear_function() -> None:
    """x + 2 y + 3 z over equal variances: 1, 4 and 9 of 14, with nothing left for interactions."""
    found = sensitivity.indices(["x", "y", "z"], lambda points: points @ [1.0, 2.0, 3.0], 4096, SEED)
    wanted = np.array([1, 4, 9]) / 14
    assert found["first"].to_numpy() == pytest.approx(wanted, abs=0.002)
    assert found["total"].to_numpy() == pytest.approx(wanted, abs=0.002)
    assert sensitivity.interaction(found) == pytest.approx(0, abs=0.003)


def test_an_input_without_effect_and_a_result_without_variance() -> None:
    idle = sensitivity.indices(["x", "idle"], lambda points: points[:, 0], 256, SEED)
    assert idle["total"].to_numpy() == pytest.approx([1, 0], abs=0.02)
    constant = sensitivity.indices(["x"], lambda points: np.ones(len(points)), 256, SEED)
    assert constant[["first", "total"]].to_numpy().tolist() == [[0, 0]]
    assert sensitivity.indices([], lambda points: np.ones(1), 256, SEED).empty


@pytest.mark.parametrize("seed", [0, SEED])
def test_the_same_seed_gives_the_same_indices(seed: int) -> None:
    """SALib takes a seed of 0 for none."""
    first, again = (sensitivity.indices(["x", "y", "z"], ishigami, 256, seed) for _ in range(2))
    pd.testing.assert_frame_equal(first, again, check_exact=True)


# --- the headlines ------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("few_resamples")
@pytest.mark.parametrize("name", HEADLINES)
def test_indices_share_out_the_variance_and_do_not_depend_on_the_scramble(name: str, base: Case, other: Case) -> None:
    one, two = sensitivity.sobol(base, name), sensitivity.sobol(other, name)
    gap = (by_input(one, "total") - by_input(two, "total")).abs().max()
    assert gap < 0.02, f"{name}: total indices of two scrambles differ by {gap:.3f}. Raise POINTS in sensitivity.py."
    assert one["input"].iloc[0] == two["input"].iloc[0]
    assert (one["first"] <= one["total"] + 0.01).all()
    assert one["first"].sum() <= 1.01
    assert one["total"].sum() >= 0.99
    assert one["total"].is_monotonic_decreasing


@pytest.mark.usefixtures("few_resamples")
def test_the_fleets_indices_follow_from_its_linear_sum(base: Case) -> None:
    """Without correlation the fleet's sum is linear in independent prices, so each index is a share of variance.

    The variance of a triangle a-c-b is (a^2 + b^2 + c^2 - ab - ac - bc) / 18.
    """
    alone = Case({**BASE, "hopper_price_correlation": 0.0})
    variance = {}
    fleet = base.data.fleet("semianalysis")
    for count, price in zip(fleet["count"], fleet["price_parameter"], strict=True):
        a, b, c = KNOWN[price].low, KNOWN[price].high, float(KNOWN[price].value)
        variance[price] = float(count) ** 2 * (a * a + b * b + c * c - a * b - a * c - b * c) / 18
    found = by_input(sensitivity.sobol(alone, "fleet_capex_usd"), "first")
    for name, part in variance.items():
        assert found[name] == pytest.approx(part / sum(variance.values()), abs=0.01)
    assert found["hopper_servers"] == pytest.approx(0, abs=1e-6)


def test_inputs_are_what_the_result_uses(base: Case) -> None:
    assert list(sensitivity.inputs(base, RENTAL)) == [RENT]
    assert set(sensitivity.inputs(base, "v3_acquisition_usd")) == {
        "server_price_h800_usd_per_gpu",
        "interconnect_fraction",
    }
    # What is fixed is used and has no range.
    assert "cost_of_capital" not in sensitivity.inputs(base, "owner_usd_per_gpu_hour")
    documented = Case({**BASE, "fleet": "documented"})
    assert set(sensitivity.inputs(documented, "fleet_capex_usd")) == {
        "server_price_a100_usd_per_gpu",
        "server_price_h800_usd_per_gpu",
    }


def test_a_shared_factor_is_an_input_only_where_several_share_it(base: Case) -> None:
    fleet = uncertainty.dimensions(sensitivity.inputs(base, "fleet_capex_usd"))
    assert "hopper_servers" in fleet
    for name in ("v3_acquisition_usd", "owner_usd_per_gpu_hour"):
        assert "hopper_servers" not in uncertainty.dimensions(sensitivity.inputs(base, name))


def test_a_page_declares_every_parameter_that_the_measures_use() -> None:
    used: set[str] = set()
    page = Case(BASE, used=used)
    sensitivity.swings(page, RENTAL)
    assert used == {RENT}
    sensitivity.sobol(page, RENTAL)
    assert used == {RENT, "hopper_price_correlation", "draws", "seed"}


# --- swings -------------------------------------------------------------------------------------------------------


def test_the_rents_swing_by_hand(base: Case) -> None:
    """2.788 million hours at the two ends of the price."""
    row = sensitivity.swings(base, RENTAL).iloc[0]
    low, high = KNOWN[RENT].low, KNOWN[RENT].high
    assert (row["low"], row["high"]) == (low, high)
    assert row["at_low"] == pytest.approx(2_788_000 * low)
    assert row["at_high"] == pytest.approx(2_788_000 * high)
    assert row["swing"] == pytest.approx(2_788_000 * (high - low))


@pytest.mark.parametrize("name", HEADLINES)
def test_swings_are_sorted_and_hold_the_case(name: str, base: Case) -> None:
    found = sensitivity.swings(base, name)
    assert found["swing"].is_monotonic_decreasing
    ends = found[["at_low", "at_high"]]
    assert (ends.min(axis=1) <= base[name].value * (1 + 1e-12)).all()
    assert (ends.max(axis=1) >= base[name].value * (1 - 1e-12)).all()


def test_swings_start_from_the_case() -> None:
    """A price of 30 dollars an hour takes its range along: 1.65 to 3.42 of 2.00 are 24.75 to 51.30 of it."""
    row = sensitivity.swings(Case({**BASE, RENT: 30.0}), RENTAL).iloc[0]
    assert (row["low"], row["high"]) == pytest.approx(uncertainty.range_around(KNOWN[RENT], 30.0))
    assert row["at_low"] == pytest.approx(30 * 2_788_000 * KNOWN[RENT].low / float(KNOWN[RENT].value))
    assert row["at_high"] == pytest.approx(30 * 2_788_000 * KNOWN[RENT].high / float(KNOWN[RENT].value))


# --- how much narrower a range would be ----------------------------------------------------------------------------


def test_a_result_of_one_assumption_has_no_range_once_it_is_known(base: Case) -> None:
    row = sensitivity.if_known(base, RENTAL).iloc[0]
    assert row["width_today"] == pytest.approx(base[RENTAL].high - base[RENTAL].low, rel=0.001)
    assert row["left"] == pytest.approx(0, abs=1e-9)


def test_what_is_left_of_a_product_by_hand(base: Case) -> None:
    """V3's hardware is 2,048 x price / (1 - network), so with one factor known the other's range is scaled by it."""
    found = sensitivity.if_known(base, "v3_acquisition_usd").set_index("name")
    price, network = base.draws.server_price_h800_usd_per_gpu, base.draws.interconnect_fraction
    low, high = uncertainty.interval(price)
    wanted = 2048 * (high - low) * np.mean(1 / (1 - network))
    assert found.loc["interconnect_fraction", "width_known"] == pytest.approx(wanted, rel=0.005)
    low, high = uncertainty.interval(1 / (1 - network))
    assert found.loc["server_price_h800_usd_per_gpu", "width_known"] == pytest.approx(
        2048 * (high - low) * price.mean(), rel=0.005
    )


@pytest.mark.parametrize("name", HEADLINES)
def test_what_is_left_does_not_depend_on_the_scramble(name: str, base: Case, other: Case) -> None:
    one, two = sensitivity.if_known(base, name), sensitivity.if_known(other, name)
    assert (by_input(one, "left") - by_input(two, "left")).abs().max() < 0.01
    assert one["left"].is_monotonic_increasing
    assert one["left"].between(-1e-9, 1.01).all()


def test_the_evidence_that_would_narrow_a_range_is_named_where_there_is_one_and_without_numbers() -> None:
    told = {p.name for p in KNOWN.values() if p.evidence_to_replace}
    assert told == {p.name for p in uncertainty.uncertain(KNOWN)}
    # Names such as H800 may have digits; a number belongs in a column of its own.
    assert not [p.name for p in KNOWN.values() if re.search(r"\b\d", p.evidence_to_replace)]
    assert set(sensitivity.SHARED) == {p.correlation_group for p in KNOWN.values()} - {""}


# --- chance of the draws ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", HEADLINES)
def test_chance_is_smaller_than_half_of_the_last_printed_digit(name: str, base: Case) -> None:
    """Two standard errors, so that it holds with 95 % confidence."""
    found = sensitivity.sampling(base, name)
    assert 2 * found.in_digits < 0.5, (
        f"{name}: the standard error of its range is {found.in_digits:.2f} of a last digit. Raise `draws` in "
        "data/assumptions.csv."
    )


@pytest.mark.parametrize(("name", "digit"), [(RENTAL, 1e5), ("owner_usd_per_gpu_hour", 0.01), ("fleet_capex_usd", 1e7)])
def test_the_last_digit_is_the_one_that_is_printed(name: str, digit: float, base: Case) -> None:
    """$4.4 to 8.5 million ends in hundred thousands, $1.09 to 1.94 in cents, $1.48 to 1.72 billion in ten millions."""
    assert sensitivity.last_digit(base[name]) == pytest.approx(digit)


# --- the figure ---------------------------------------------------------------------------------------------------


def test_the_tornado_shows_what_was_computed(base: Case) -> None:
    drawing = FIGURES["tornado"](base)
    assert set(drawing.table["result"]) == set(HEADLINES)
    for name in HEADLINES:
        rows = drawing.table[drawing.table["result"] == name]
        assert list(rows["assumption"]) == list(sensitivity.swings(base, name)["name"])
        assert math.isclose(rows["result_in_case"].iloc[0], base[name].value)


@pytest.mark.parametrize("changes", [{"fleet": "documented"}, {RENT: 30.0}, {"utilisation": 1.0}])
def test_the_tornado_of_another_case(changes: dict[str, parameters.Value]) -> None:
    drawing = FIGURES["tornado"](Case({**BASE, **changes, "draws": 256}))
    assert "not defined" not in drawing.alt
    assert len(drawing.table) > len(HEADLINES)


def test_the_title_of_the_tornado_is_the_headline_that_moves_by_the_largest_factor(base: Case) -> None:
    """9.53 over 4.6 is a factor of 2.07, 69.8 over 22.9 one of 3.05, and 92 over 4.6 one of 20."""

    def widest(name: str, low: float, high: float) -> Widest:
        return Widest(base[name], pd.Series({"at_low": low, "at_high": high}))

    rent, programme = widest(RENTAL, 4.6e6, 9.53e6), widest("v3_programme_usd", 69.8e6, 22.9e6)
    assert title([rent, programme]) == "V3’s programme: $23 to 70 million, by one assumption alone"
    dearer = widest(RENTAL, 4.6e6, 92e6)
    assert title([dearer, programme]).startswith("V3’s run, rented: ")
    # Where the least is nothing, no factor is larger.
    nothing = widest("fleet_capex_usd", 0.0, 2e9)
    assert title([dearer, nothing]) == "The fleet’s servers: $0 to $2 billion, by one assumption alone"


# --- in words -----------------------------------------------------------------------------------------------------


def test_other_seeds_are_counted_where_they_print_the_same_range(base: Case) -> None:
    here = base[RENTAL]
    moved = replace(here, low=here.low * 0.5)
    assert sensitivity.reseeded(here, [here, here]) == (2, 0)
    assert sensitivity.reseeded(here, [here, moved]) == (1, pytest.approx(0.5))


def test_indices_in_words(base: Case) -> None:
    frame = pd.DataFrame(
        {
            "title": ["Rent", "Age"],
            "first": [0.75, 0.001],
            "first_confidence": [0.02, 0.001],
            "total": [0.8, 0.001],
            "total_confidence": [0.03, 0.001],
        }
    )
    assert sensitivity.indices_in_words(base, {RENTAL: frame}).to_numpy().tolist() == [
        [f"**{base[RENTAL].title}**", "Rent", "0.75 ± 0.02", "0.80 ± 0.03"],
        ["", "Age", "under 0.01", "under 0.01"],
        ["", "*Interactions, all together*", "0.25", ""],
    ]

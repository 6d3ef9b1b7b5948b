"""Many cases at once give what each case gives by itself; and the figure says what the numbers say."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis import cases, parameters, sensitivity, sweep, uncertainty
from analysis.case import Case
from analysis.cases import Block
from analysis.parameters import Value
from analysis.quantities import REGISTRY
from analysis.report.sweeps import figure as figure

RENT, LIFE, PRICE = "rental_usd_per_gpu_hour", "service_life_years", "server_price_h800_usd_per_gpu"


def swept(assignments: list[str], results: tuple[str, ...], draws: int) -> tuple[Block, sweep.Plan, sweep.Outcome]:
    fixed, grid = cases.grid(assignments)
    plan = sweep.Plan(results, draws, {**parameters.base(), **fixed})
    block = Block(grid.columns(0, len(grid)), len(grid))
    return block, plan, sweep.evaluate(block, plan)


def values_of(block: Block, plan: sweep.Plan, index: int) -> dict[str, Value]:
    own = {name: column[index] for name, column in block.columns.items()}
    typed = {name: value if isinstance(value, str) else float(value) for name, value in own.items()}
    return {**plan.values, **parameters.checked({**typed, "draws": plan.draws})}


def assert_equal_to_cases(block: Block, plan: sweep.Plan, found: sweep.Outcome, picked: list[int]) -> None:
    for index in picked:
        case = Case(values_of(block, plan, index))
        for name in plan.results:
            own = case[name]
            if not np.isfinite(own.value):
                assert f"{name}: not defined" in found.errors[index]
                continue
            np.testing.assert_allclose(
                found.found[name][:, index],
                [own.value, own.low, own.high],
                rtol=1e-12,
                err_msg=f"{name}, case {index}: {values_of(block, plan, index)}",
            )


def test_a_case_of_a_sweep_is_the_case_itself_at_its_own_number_of_draws() -> None:
    """Rents below, inside and above the row's range, since a range follows a value outside of it."""
    draws = int(parameters.base()["draws"])
    block, plan, found = swept([f"{RENT}=0.5,2,9", "fleet=semianalysis,documented"], sensitivity.HEADLINES, draws)
    assert_equal_to_cases(block, plan, found, [0, 3, 5])


@pytest.mark.parametrize(
    "assignments",
    [
        ["electricity_usd_per_kwh=0,0.05,2", "hopper_price_correlation=0,0.99", f"{PRICE}=30000,50000"],
        ["seed=1,20261123", f"{RENT}=0.01:100:3:log", "fleet=documented,hopper_only,without_h100"],
        ["cost_of_capital=0,0.2", "staff_count=10, 500", "interconnect_fraction=0,0.9"],
    ],
    ids=lambda given: given[0],
)
def test_every_result_that_takes_arrays_agrees_with_its_case(assignments: list[str]) -> None:
    results = tuple(name for name in REGISTRY if sweep.inputs(name).arrays)
    block, plan, found = swept(assignments, results, 256)
    # The first and the last case differ in every parameter.
    assert_equal_to_cases(block, plan, found, [0, block.count // 2, block.count - 1])


def test_results_that_compare_numbers_are_computed_case_by_case() -> None:
    """A verdict asks whether one number exceeds another: it takes floats only, and still is a result like others."""
    names = tuple(name for name in REGISTRY if not sweep.inputs(name).arrays)
    assert set(names) >= {"claims_source_supported", "claims_standing"}
    # So is a result whose range is not that of draws alone.
    ranged = ("gpt4_programme_usd", "v3_development_usd", "gpt4_over_v3_ours")
    assert set(names) >= set(ranged)
    block, plan, found = swept([f"{RENT}=2,9"], ("claims_source_supported", "claims_standing", *ranged), 256)
    assert (found.found["v3_development_usd"][1] < found.found["v3_development_usd"][2]).all()
    assert_equal_to_cases(block, plan, found, [0, 1])


def test_blocks_do_not_matter() -> None:
    """Cases that share a block share work; the numbers are those of a case alone."""
    _, grid = cases.grid([f"{RENT}=1:4:7", f"{LIFE}=3:6:5"])
    plan = sweep.Plan(sensitivity.HEADLINES, 512, parameters.base())
    whole = sweep.evaluate(Block(grid.columns(0, 35), 35), plan)
    for first, count in ((0, 1), (3, 9), (34, 1)):
        part = sweep.evaluate(Block(grid.columns(first, count), count), plan)
        for name in plan.results:
            np.testing.assert_array_equal(part.found[name], whole.found[name][:, first : first + count])


def test_percentiles_are_those_of_numpy() -> None:
    draws = np.random.default_rng(1).lognormal(size=(5, 256))
    draws[3, 10], draws[4, 20] = np.nan, np.inf
    low, high = sweep.ends(draws)
    expected = np.quantile(draws, uncertainty.INTERVAL, axis=1)
    np.testing.assert_array_equal([low, high], expected)


def test_without_draws_there_are_no_ranges() -> None:
    _, _, found = swept([f"{RENT}=1,3"], ("v3_rental_usd", "v3_gpu_hours"), 0)
    assert found.found["v3_rental_usd"][0].tolist() == [2_788_000, 8_364_000]
    assert np.isnan(found.found["v3_rental_usd"][1:]).all()
    assert (found.found["v3_gpu_hours"] == 2_788_000).all(), "what is certain is its own range"


def test_a_case_that_fails_leaves_the_others_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def brittle(x: Any, data: Any) -> Any:
        if np.any(np.asarray(getattr(x, RENT)) == 3):
            raise ArithmeticError("three is too much")
        return getattr(x, RENT) / (getattr(x, RENT) - 4)

    definition = dataclasses.replace(REGISTRY["v3_rental_usd"], name="brittle", compute=brittle, uncertain=False)
    monkeypatch.setitem(REGISTRY, "brittle", definition)
    block = Block({RENT: np.array([1.0, np.nan, 4.0, 3.0, 5.0])}, 5, {1: "line 3: cannot be read"})
    plan = sweep.Plan(("brittle", "v3_rental_usd"), 256, parameters.base())
    found = sweep.evaluate(block, plan)
    assert found.errors == {
        1: "line 3: cannot be read",
        2: "brittle: not defined for these assumptions",
        3: "brittle: ArithmeticError: three is too much",
    }
    np.testing.assert_allclose(found.found["brittle"][0], [-1 / 3, np.nan, np.nan, np.nan, 5])
    calm = sweep.evaluate(Block({RENT: np.array([4.0, 5.0])}, 2), plan)
    assert calm.errors == {0: found.errors[2]}, "a case says the same in any company"
    assert found.found["v3_rental_usd"][0][3] == 3 * 2_788_000, "a case keeps the results that could be computed"


def test_draws_stay_within_the_budget() -> None:
    assert sweep.draws_for(1, 65_536) == 65_536
    assert sweep.draws_for(512, 65_536) == 65_536
    assert sweep.draws_for(1_000, 65_536) == 32_768
    assert sweep.draws_for(100_000, 65_536) == 256
    assert sweep.draws_for(10**8, 65_536) == 256
    assert sweep.draws_for(10, 300) == 512, "a case rounds up to a power of two, and so does a sweep"


# --- the figure ---------------------------------------------------------------------------------------------------


def drawn(assignments: list[str], results: tuple[str, ...] = sensitivity.HEADLINES, draws: int = 256) -> Any:
    _, grid = cases.grid(assignments)
    block, _, found = swept(assignments, results, draws)
    columns: dict[str, Any] = {"case": np.arange(1, block.count + 1), **block.columns}
    for name in results:
        columns.update(zip((name, f"{name}_low", f"{name}_high"), found.found[name], strict=True))
    wanted = figure.places(grid.axes, len(grid))
    frame = pd.DataFrame(columns).iloc[wanted].reset_index(drop=True)
    return figure.sweep(frame, grid.axes, results, len(grid), parameters.base())


SWEEPS = {
    "one": [f"{RENT}=1:4:500"],
    "one on a log scale": ["electricity_usd_per_kwh=0.01:1:9:log"],
    "one choice": ["fleet=semianalysis,documented"],
    "two as a map": [f"{RENT}=1:4:60", f"{LIFE}=3:6:50"],
    "two as a table": [f"{RENT}=1:4:4", f"{LIFE}=3,5"],
    "two as lines": ["fleet=semianalysis,documented", f"{PRICE}=20000:60000:30"],
    "three": [f"{RENT}=1:4:5", f"{LIFE}=3:6:4", "utilisation=0.5:1:3"],
}


# Curves, a map, lines and a distribution, each the smallest: drawn twice they have the same bytes.
AGAIN = ("one choice", "two as a table", "two as lines", "three")


@pytest.mark.parametrize("kind", SWEEPS)
def test_the_figure_has_words_and_a_table(kind: str) -> None:
    shown = drawn(SWEEPS[kind])
    assert len(shown.table) > 1 and len(shown.table) <= figure.SIDE**2
    assert shown.alt.endswith(".") and f"{len(cases.grid(SWEEPS[kind])[1]):,} cases" in shown.alt
    assert re.search(r"basis\): (from )?\$[\d.]+ (m|b)illion to \$", shown.alt), shown.alt
    svg = shown.svg()
    if kind in AGAIN:
        assert svg == drawn(SWEEPS[kind]).svg()


def test_the_figure_tells_what_moves_and_what_does_not() -> None:
    shown = drawn([f"{RENT}=1:4:50"])
    # 2,788,000 h at $1 and at $4
    assert "DeepSeek-V3, official run, rented (rental basis): from $2.79 million to $11.2 million" in shown.alt
    assert "Not moved: DeepSeek-V3, official run, amortised;" in shown.alt
    assert "v3_amortised_usd" not in shown.table and "v3_rental_usd_low" in shown.table


def test_a_figure_of_cases_that_all_failed_says_so() -> None:
    frame = pd.DataFrame({"case": [1, 2], **{f"pue{end}": np.nan for end in ("", "_low", "_high")}})
    frame = frame.rename(columns=lambda name: name.replace("pue", "v3_rental_usd"))
    shown = figure.sweep(frame, (), ("v3_rental_usd",), 2, parameters.base())
    assert "No case could be computed" in shown.alt

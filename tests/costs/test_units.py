"""Definitions of units, and the promise of the whole cost model: one definition for floats, arrays and symbols."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import costs, parameters
from analysis.costs import units

STEADY = settings(deadline=None, derandomize=True)


def test_a_year_is_365_and_a_quarter_days_of_24_hours() -> None:
    # 365.25 x 24 = 8,766, the hours that Epoch AI's code divides a year's loss of value by.
    assert units.HOURS_PER_YEAR == 8766
    assert units.HOURS_PER_DAY == 24
    assert units.SECONDS_PER_HOUR == 60 * 60
    assert units.GPUS_PER_SERVER == 8
    assert units.FLOP_PER_TFLOP == 10**12
    assert math.isclose(units.LN_10, 2.302585092994046, rel_tol=1e-15)


def test_a_network_share_of_19_percent_is_a_markup_of_23_percent() -> None:
    # 0.19 of the cluster is network, 0.81 is servers: 0.19 / 0.81 = 0.234567901...
    assert units.interconnect_markup(0.19) == pytest.approx(0.2345679, abs=5e-8)
    # Fire-Flyer 2 spent 3 %: 0.03 / 0.97 = 0.030927835...
    assert units.interconnect_markup(0.03) == pytest.approx(0.0309278, abs=5e-8)
    assert units.interconnect_markup(0) == 0


@STEADY
@given(st.floats(0, 0.9))
def test_the_markup_gives_back_the_share(share: float) -> None:
    """Servers 1 and network m: the network's share of both is m / (1 + m), by the definition of a share."""
    markup = units.interconnect_markup(share)
    assert markup / (1 + markup) == pytest.approx(share, rel=1e-12, abs=1e-15)


def inverse(x: Any) -> Any:
    """A function that must not be evaluated at zero."""
    return 1 / x


@pytest.mark.parametrize(("test", "wanted"), [(4.0, 0.25), (0.5, 2.0), (0.0, 7.0), (-4.0, 7.0)])
def test_where_positive_never_evaluates_at_zero_or_below(test: float, wanted: float) -> None:
    """1 / 4 = 0.25, 1 / 0.5 = 2 where the test is positive; 7 elsewhere: for float, array and symbol."""
    assert units.where_positive(test, inverse, 7.0) == wanted
    with np.errstate(all="raise"):
        array = units.where_positive(np.array([test, 4.0]), inverse, 7.0)
    assert array.tolist() == [wanted, 0.25]
    symbol = sympy.Symbol("x")
    assert float(units.where_positive(symbol, inverse, 7.0).subs(symbol, test)) == wanted


@pytest.mark.parametrize(("test", "wanted"), [(0.5, 2.0), (0.25, 7.0), (0.125, 7.0)])
def test_what_is_negligible_counts_as_zero(test: float, wanted: float) -> None:
    """Up to 0.25, the limit included, the other value stands: for a float, an array and a symbol."""
    assert units.where_positive(test, inverse, 7.0, negligible=0.25) == wanted
    assert units.where_positive(np.array([test]), inverse, 7.0, negligible=0.25).tolist() == [wanted]
    symbol = sympy.Symbol("x")
    assert float(units.where_positive(symbol, inverse, 7.0, negligible=0.25).subs(symbol, test)) == wanted


# A range of sensible values for every argument of the cost model, in the unit that its name tells: of an assumption,
# all that data/assumptions.csv accepts, unless it is given here.
RANGES = {
    **{name: (row.minimum, row.maximum) for name, row in parameters.known().items() if not row.choices},
    "value_usd": (1e3, 1e9),
    "interest_over_price": (0.0, 1.0),
    "acquisition_usd_per_chip": (1_000, 100_000),
    "amortised_chip_value_usd": (1_000, 100_000),
    "active_parameters": (1e9, 1e12),
    "amount": (1e3, 1e12),
    "amount_usd": (1e3, 1e10),
    "capex": (1e6, 1e10),
    "chip_hours": (1e4, 1e9),
    "chip_tdp_w": (100, 2_000),
    "cost_of_capital": (0.001, 0.5),
    "cost_to_operate": (1e6, 1e10),
    "cost_usd": (1e3, 1e7),
    "days": (0.1, 1_000),
    "denominator": (1e3, 1e9),
    "electricity_usd_per_kwh": (0.01, 2),
    "energy_kwh": (1e3, 1e9),
    "final_run_share_of_rd_compute": (0.01, 1),
    "final_run_usd": (1e5, 1e9),
    "flop": (1e22, 1e27),
    "gpus": (1, 1e5),
    "gpus_or_days": (1, 1e5),
    "gpus_per_node": (1, 16),
    "hardware_usd": (1e4, 1e9),
    "index_from": (50, 200),
    "index_to": (50, 200),
    "mfu": (0.01, 1),
    "nodes": (1, 1e4),
    "numerator": (1e3, 1e9),
    "part_of_final_runs": (0.01, 1),
    "peak_tflops": (100, 5_000),
    "revenue_usd": (1e3, 1e7),
    "server_capex_usd": (1e6, 1e10),
    "server_kw": (0.1, 1e5),
    "server_kw_per_gpu": (0.1, 5),
    "server_price_usd_per_gpu": (1_000, 100_000),
    "server_to_chip_power_ratio": (1, 3),
    "staff_cost_usd_per_head_year": (1e3, 1e6),
    "staff_count": (1, 1e4),
    "tokens": (1e11, 1e14),
    "years": (0.5, 20),
    "yearly_per_price": (0.01, 2),
    "years_acquisition_to_training": (0, 10),
}

# What some functions are not tried with here, and why; of all others, every kind of number is asked.
MOMENTS = "its arguments are moments, floats or arrays of draws: tests/costs/test_development.py"
UNTRIED: dict[str, tuple[set[str], str]] = {
    "shares": ({"symbols", "arrays", "floats"}, "it takes a dictionary: tests/costs/test_fleet.py"),
    "Moments": ({"symbols", "arrays", "floats"}, "it holds numbers and is no formula: tests/costs/test_development.py"),
    "lognormal": ({"symbols", "arrays", "floats"}, "it gives moments: tests/costs/test_development.py"),
    "person_year_usd": ({"symbols", "arrays", "floats"}, MOMENTS),
    "development_usd": ({"symbols", "arrays", "floats"}, MOMENTS),
    "interest_repaid": ({"symbols"}, "it halves an interval: which half holds the rate cannot be asked of a symbol"),
    "interest_rate": ({"symbols", "arrays"}, "it halves an interval, of one sum"),
    "natural_log": ({"symbols", "arrays", "floats"}, "a part of formulas that are tried"),
    "where_positive": ({"symbols", "arrays", "floats"}, "a part of formulas that are tried"),
    "years_until_rules_agree": ({"symbols", "arrays"}, "a sentence asks it once, of the values of the case alone"),
}
FORMULAS = [
    function
    for name, function in vars(costs).items()
    if name[0] != "_" and getattr(function, "__module__", "").startswith("analysis.costs.")
]


def tried(kind: str) -> list[Any]:
    """The formulas to be tried with this kind of number."""
    return [each for each in FORMULAS if kind not in UNTRIED.get(each.__name__, (set(), ""))[0]]


def parts(result: Any) -> list[Any]:
    """A formula's results as a list: most give one, some a dictionary of components."""
    return list(result.values()) if isinstance(result, dict) else [result]


def arguments(formula: Callable[..., Any]) -> list[str]:
    names = list(inspect.signature(formula).parameters)
    unknown = set(names) - set(RANGES)
    assert not unknown, (
        f"{formula.__name__} has arguments that RANGES in tests/costs/test_units.py does not know: "
        f"{', '.join(sorted(unknown))}. Add a range of sensible values for each."
    )
    return names


def drawn(data: st.DataObject, names: list[str]) -> dict[str, float]:
    return {name: data.draw(st.floats(*map(float, RANGES[name])), label=name) for name in names}


def test_a_ratio_to_nothing_is_infinite_and_no_error() -> None:
    assert costs.over(5.0, 0.0) == math.inf
    assert costs.over(5.0, np.array([0.0, 2.0])).tolist() == [math.inf, 2.5]


def test_every_formula_is_tried() -> None:
    """What is left out is exported, and says why; the cost of a run or of an hour is never left out."""
    assert set(UNTRIED) <= {function.__name__ for function in FORMULAS}, (
        "UNTRIED names what the cost model does not have: take it out."
    )
    assert len(tried("symbols")) >= 28 and costs.owner_usd_per_gpu_hour in tried("symbols")


@pytest.mark.parametrize("formula", tried("symbols"), ids=lambda formula: formula.__name__)
@settings(STEADY, max_examples=8)
@given(data=st.data())
def test_symbols_give_what_floats_give(formula: Callable[..., Any], data: st.DataObject) -> None:
    """The equation that a page prints, with numbers put in, is the number that the page states."""
    names = arguments(formula)
    values = drawn(data, names)
    symbols = {name: sympy.Symbol(name) for name in names}
    for printed, stated in zip(parts(formula(**symbols)), parts(formula(**values)), strict=True):
        substituted = float(printed.subs({symbols[name]: value for name, value in values.items()}))
        # 1e-6 of the largest term of a difference: what is left of a subtraction of nearly equal amounts.
        assert substituted == pytest.approx(stated, rel=1e-9, abs=1e-6)


@pytest.mark.parametrize("formula", tried("arrays"), ids=lambda formula: formula.__name__)
@settings(STEADY, max_examples=8)
@given(data=st.data())
def test_arrays_give_what_floats_give_and_broadcast(formula: Callable[..., Any], data: st.DataObject) -> None:
    """A column of two for the first argument against a row of three for the others: a table of two by three."""
    names = arguments(formula)
    first, second, third = (drawn(data, names) for _ in range(3))
    down, across = [first, second], [first, second, third]
    given_arrays = {
        name: np.array([[case[name]] for case in down]) if index == 0 else np.array([case[name] for case in across])
        for index, name in enumerate(names)
    }
    table = [np.broadcast_to(part, (2, 3)) for part in parts(formula(**given_arrays))]
    for i, row in enumerate(down):
        for j, column in enumerate(across):
            one_by_one = parts(formula(**{**column, names[0]: row[names[0]]}))
            for array, stated in zip(table, one_by_one, strict=True):
                assert array[i, j] == pytest.approx(stated, rel=1e-12, abs=1e-9)


@pytest.mark.parametrize("formula", tried("floats"), ids=lambda formula: formula.__name__)
def test_floats_give_floats(formula: Callable[..., Any]) -> None:
    """A page formats floats; an array of no dimension or a symbol would be printed as something else."""
    middle = {name: (RANGES[name][0] + RANGES[name][1]) / 2 for name in arguments(formula)}
    for part in parts(formula(**middle)):
        assert type(part) is float
        assert math.isfinite(part)

"""The printed equations are the functions that compute the numbers."""

import random
from collections.abc import Callable

import pytest
import sympy

from analysis import costs, equations
from analysis.report.site.equations import mathml

NAMES = list(equations.EQUATIONS)
LETTERS = {name: equations.letter(name).latex for name in equations.named()}


def printed(name: str) -> Callable[[dict[str, float]], float]:
    """What the printed expression comes to at some values, its parts computed by their own functions."""
    function, parts = equations.EQUATIONS[name]
    expression = equations.trace(function, parts)
    free = sorted(expression.free_symbols, key=str)
    compute = sympy.lambdify(free, expression, modules="math")

    def evaluated(values: dict[str, float]) -> float:
        values = dict(values)
        for part in parts:
            arguments = equations.parameters(part.function)
            values[part.name] = part.function(*(values[part.arguments.get(a, a)] for a in arguments))
        return float(compute(*(values[symbol.name] for symbol in free)))

    return evaluated


@pytest.mark.parametrize("name", NAMES)
def test_an_equation_comes_to_what_its_function_gives(name: str) -> None:
    function, _ = equations.EQUATIONS[name]
    draw, evaluated = random.Random(name), printed(name)
    for _ in range(200):
        # Below 1, so that shares stay shares; every formula is smooth, so the size of its inputs does not matter.
        values = {argument: draw.uniform(0.01, 0.99) for argument in equations.parameters(function)}
        assert evaluated(values) == pytest.approx(function(**values), rel=1e-12), (
            f"The equation of costs.{name} prints something else than the function computes, at {values}."
        )


@pytest.mark.parametrize("name", ["capital_recovery_factor", "capital_usd_per_gpu_hour", "owner_usd_per_gpu_hour"])
def test_without_a_cost_of_capital_the_spread_is_a_straight_line(name: str) -> None:
    function, _ = equations.EQUATIONS[name]
    values = dict.fromkeys(equations.parameters(function), 0.5) | {"cost_of_capital": 0.0}
    assert printed(name)(values) == pytest.approx(function(**values), rel=1e-12)


def test_both_cases_of_the_annuity_are_printed() -> None:
    text = equations.latex(costs.capital_recovery_factor, "f", LETTERS)
    assert r"\begin{cases}" in text and r"r > 0" in text and r"\frac{1}{T}" in text
    # A sum keeps its brackets below a logarithm.
    assert r"\ln\left(1 + r\right)" in text


@pytest.mark.parametrize("name", NAMES)
def test_every_equation_can_be_rendered(name: str) -> None:
    function, parts = equations.EQUATIONS[name]
    assert "<math" in mathml(equations.latex(function, LETTERS[name], LETTERS, parts), block=True)


def test_factors_stand_as_in_the_code() -> None:
    parts = equations.EQUATIONS["amortised_hardware_usd"][1]
    text = equations.latex(costs.amortised_hardware_usd, "C", LETTERS, parts)
    assert text == r"C = \frac{H \cdot V \cdot d \cdot \ln\,10}{8766}"


def test_what_is_shown_explains_each_of_its_letters() -> None:
    text = equations.show("amortised_run_cost_usd", "capital_usd_per_gpu_hour").data
    for letter in (r"C_{\text{am}}", r"C_{\text{net}}", r"p_{\text{srv}}", "u", "f"):
        assert f"- {{math}}`{letter}`: " in text, f"equations.show does not say what {letter} is."
    assert "$$ (eq-amortised-run-cost)" in text


def test_a_part_that_does_not_occur_is_refused() -> None:
    with pytest.raises(ValueError, match="does not hold rd_compute_usd"):
        equations.trace(
            costs.rental_run_cost_usd,
            [
                equations.Part(
                    costs.rd_compute_usd,
                    {"final_run_usd": "chip_hours", "final_run_share_of_rd_compute": "rental_usd_per_gpu_hour"},
                )
            ],
        )

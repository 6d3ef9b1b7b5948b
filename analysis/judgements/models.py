"""V3 beside other models and beside the trend, on the amortised basis.

Hardware that loses no value and free electricity make an amortised cost of nothing, and nothing is no measure of
others: what is then said has no ratio in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from analysis.judgements.registry import Readings, judgement

if TYPE_CHECKING:
    from analysis.case import Case

Said = Iterator[tuple[Any, str]]


def costs_something(case: Case) -> bool:
    return case["v3_amortised_usd"].value > 0


@judgement
def others_over_v3(case: Case) -> Said:
    """GPT-4 and Llama 3.1 405B over V3, amortised."""
    yield (
        costs_something(case),
        "On the amortised basis GPT-4 is {gpt4_over_v3_amortised} V3 and Llama 3.1 405B {llama31_over_v3_amortised}.",
    )
    yield True, "On the amortised basis V3 costs nothing in this scenario."


def _line(name: str) -> Readings:
    def readings(case: Case) -> Said:
        yield costs_something(case), f"stands at {{{name}}} V3's cost, range {{{name}_range}}"
        yield True, "stands above V3, which costs nothing in this scenario"

    readings.__name__ = f"{name}_said"
    return readings


for _name in ("line_over_v3", "record_line_over_v3", "earlier_line_over_v3"):
    judgement(_line(_name))


@judgement
def v3_beside_the_line(case: Case) -> Said:
    """After V3's amortised cost: where it lies to the line of all models."""
    yield case["line_over_v3"].value == float("inf"), "lies at the bottom"
    yield case["line_over_v3"].value > 1, "lies {line_over_v3} below the line of all"
    yield True, "lies above the line of all, which stands at {line_over_v3} its cost"


@judgement
def missing_models(case: Case) -> Said:
    """After "the end of the line is too high": how V3 then looks."""
    yield case["line_over_v3"].value > 1, "V3 looks further below it than it is"
    yield True, "V3 looks less far above it than it is"


@judgement
def cost_and_arithmetic(case: Case) -> Said:
    """How much of the difference to Llama 3.1 405B is arithmetic."""
    yield (
        case["v3_over_llama31_per_flop"].value > 1,
        "So Llama 3.1 405B took {llama31_over_v3_flop_exact} the arithmetic at {llama31_over_v3_amortised} the cost: "
        "a unit was dearer for V3.",
    )
    yield (
        costs_something(case),
        "So the {llama31_over_v3_amortised} between the two in cost are {llama31_over_v3_flop_exact} in arithmetic; "
        "the rest is the price of a unit.",
    )
    yield True, "In arithmetic {llama31_over_v3_flop_exact} lie between the two."


@judgement
def significantly_lower(case: Case) -> Said:
    """Whether V3's final run cost significantly less than those of two rivals, read as half or less."""
    ratios = case["gpt4_over_v3_amortised"].value, case["llama31_over_v3_amortised"].value
    yield min(ratios) >= 2, "yes"
    yield max(ratios) >= 2, "in part"
    yield True, "no"


@judgement
def run_beside_rivals_better(case: Case) -> Said:
    """How a claim that V3's cost was significantly lower is better worded, on the amortised basis."""
    ratios = case["gpt4_over_v3_amortised"].value, case["llama31_over_v3_amortised"].value
    rest = (
        "those of GPT-4 and Llama 3.1 405B; that does not hold against Llama 4 Maverick, "
        "nor is it known for whole programmes."
    )
    yield min(ratios) >= 3, f"The final run of V3 cost several times less than {rest}"
    yield min(ratios) > 1, f"The final run of V3 cost less than {rest}"
    yield True, "Of whole programmes it is not known, and the final run of V3 cost no less than all of its rivals'."

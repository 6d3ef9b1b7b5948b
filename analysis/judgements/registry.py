"""What a page says of its numbers beside stating them: "agrees with", "the small part", "cheaper than".

A judgement is a result in words. It lists what can be said, each with its condition; the first whose condition holds in
the case is said. Pages, slides and questions ask for it by name, as they ask for a number: {glue:text}`name`, {name}.

    @judgement
    def electricity_in_the_hour(case):
        \"\"\"How much of the owner's hour is electricity.\"\"\"
        share = case["owner_energy_usd_per_gpu_hour"].value / case["owner_usd_per_gpu_hour"].value
        yield share < 0.2, "Electricity is the small part."
        yield share < 0.5, "Electricity is the smaller part."
        yield True, "Electricity is the larger part."

The last condition is True. A comparison with a value that is not defined (NaN) is false, so that the last words must
stand without it. Words may hold {names} of results, as texts of data/ do, and may be empty: nothing is said then.
A number in a judgement has no note of its own on a page, so numbers stand beside it where they can.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from analysis.case import Case

# Conditions and words.
Said = Iterator[tuple[Any, str]]
Readings = Callable[[Case], Said]

JUDGEMENTS: dict[str, Readings] = {}


def judgement(readings: Readings) -> Readings:
    """Register what can be said, under the function's name."""
    name = readings.__name__
    if name in JUDGEMENTS:
        raise ValueError(f"judgement '{name}' is defined twice")
    JUDGEMENTS[name] = readings
    return readings


def reading(name: str, case: Case) -> tuple[int, str]:
    """Which reading of a judgement holds in a case, from 0, and its words with {names} as they stand.

    ValueError if no condition holds: the last one of a judgement must be True.
    """
    for place, (holds, text) in enumerate(JUDGEMENTS[name](case)):
        if holds:
            return place, text
    raise ValueError(f"judgement '{name}' says nothing in this case: let its last condition be True")


def said(name: str, case: Case) -> str:
    """The words of a judgement in a case."""
    return case.fill(reading(name, case)[1])

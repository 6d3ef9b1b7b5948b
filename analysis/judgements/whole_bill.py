"""V3's programme: beside GPT-4's, and its central value beside the middle of its draws."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from analysis.judgements.registry import judgement

if TYPE_CHECKING:
    from analysis.case import Case

Said = Iterator[tuple[Any, str]]


@judgement
def programme_ranges(case: Case) -> Said:
    """After "the two ranges": V3's programme and GPT-4's."""
    v3, gpt4 = case["v3_programme_usd"], case.data.row("estimates", "gpt4_epoch_development")
    yield v3.high >= gpt4["low_usd"] and v3.low <= gpt4["high_usd"], "overlap"
    yield True, "do not overlap"


@judgement
def programme_points(case: Case) -> Said:
    """After "the figures": which programme was cheaper."""
    yield case["v3_programme_usd"].value < case["gpt4_programme_usd"].value, "point to cheaper"
    yield True, "point to dearer"


@judgement
def programme_skew(case: Case) -> Said:
    """After the middle of the draws: why it is not the central value."""
    middle, found = float(np.median(case.sampled("v3_programme_usd"))), case["v3_programme_usd"]
    up, down = found.high / found.value, found.value / found.low
    yield middle > found.value and up > down, "because its uncertain factors reach farther up than down"
    yield middle < found.value and up < down, "because its uncertain factors reach farther down than up"
    yield True, "because not all values that it is computed from lie in the middle of their ranges"

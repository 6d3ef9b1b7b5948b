"""Which assumption moves which result, and what to find out next.

Each measure answers another question, and all of them start from the case at hand:

swings     one assumption at its low and its high end, the others as the case has them: what a reader tries first
sobol      the share of the result's variance that an input causes, by itself (first) and with all others (total)
if_known   how wide the 5-95 % range would be on average, were one assumption known
sampling   how much of an interval's ends is chance of the draws

Inputs are the assumptions that the result uses and that have a range. Prices that move together are taken apart
into what they share and what is each one's own, because variance can be shared out among independent inputs only.
What is known about one of them then tells something about the others, and `if_known` counts that in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis import parameters, uncertainty, words
from analysis.case import Case, Quantity, Values, ordered
from analysis.parameters import Parameter
from analysis.quantities import REGISTRY

HEADLINES = (
    "v3_rental_usd",
    "v3_amortised_usd",
    "v3_acquisition_usd",
    "v3_programme_usd",
    "fleet_capex_usd",
    "owner_usd_per_gpu_hour",
)

# Points for indices, and for the width of a range: tests hold two scrambles within 0.02 and 0.01 of each other.
POINTS, WIDTH_POINTS = 8192, 32768
# Resamples for the confidence of an index, and the confidence.
RESAMPLES, CONFIDENCE = 100, 0.95
# Values at which an assumption is taken as known: the middles of so many equally likely slices of its range.
SLICES = 16

SHARED = {"hopper_servers": "What all prices of Hopper servers share"}


# --- the inputs of a result ---------------------------------------------------------------------------------------


def inputs(case: Case, name: str) -> dict[str, Parameter]:
    """The uncertain assumptions that a result uses, in the order of the table.

    A price that moves with others is an ordinary price where the result uses none of the others.
    """
    touched: set[str] = set()
    REGISTRY[name].compute(Values(case.values, touched), case.data)
    for used in touched:
        # So that a page declares it.
        getattr(case.point, used)
    known = parameters.known()
    drawn = {p.name: p for p in uncertainty.uncertain({used: known[used] for used in ordered(touched)})}
    members = Counter(p.correlation_group for p in drawn.values())
    return {
        key: p if members[p.correlation_group] > 1 else replace(p, correlation_group="") for key, p in drawn.items()
    }


def title(dimension: str, drawn: dict[str, Parameter]) -> str:
    """An independent input in words."""
    if dimension not in drawn:
        return SHARED.get(dimension, dimension)
    return drawn[dimension].title + (": its own part" if drawn[dimension].correlation_group else "")


def _results(case: Case, name: str, drawn: dict[str, Parameter], points: np.ndarray) -> np.ndarray:
    """A result at points of the unit cube, one column an independent input."""
    draws = uncertainty.transform(points, drawn, case.values, float(case.point.hopper_price_correlation))
    found = REGISTRY[name].compute(Values({**case.values, **draws}, set()), case.data)
    return np.broadcast_to(np.asarray(found, dtype=float), (len(points),))


def _count(case: Case, most: int) -> int:
    """As many points as the case has draws, a power of two, but no more than are of use."""
    return int(min(most, 2 ** int(np.ceil(np.log2(case.point.draws)))))


# --- one at a time ------------------------------------------------------------------------------------------------


def swings(case: Case, name: str) -> pd.DataFrame:
    """A result with each assumption at its low and its high end, largest swing first.

    Columns: name, title, unit, low, high (of the assumption), at_low, at_high, swing (of the result).
    """
    centre = float(REGISTRY[name].compute(case.point, case.data))
    rows = []
    for key, parameter in inputs(case, name).items():
        ends = uncertainty.range_around(parameter, float(case.values[key]))
        at = [float(REGISTRY[name].compute(Values({**case.values, key: end}, set()), case.data)) for end in ends]
        # Where the case lies at an end, the swing still starts from it.
        swing = max(*at, centre) - min(*at, centre)
        rows.append((key, parameter.title, parameter.unit, *ends, *at, swing))
    columns = ["name", "title", "unit", "low", "high", "at_low", "at_high", "swing"]
    return _sorted(pd.DataFrame(rows, columns=columns), "swing", ascending=False)


def _sorted(frame: pd.DataFrame, column: str, ascending: bool) -> pd.DataFrame:
    """Sorted by a column; equals stay in the order of the table."""
    return frame.sort_values(column, ascending=ascending, kind="stable").reset_index(drop=True)


# --- shares of the variance ---------------------------------------------------------------------------------------


def indices(names: list[str], function: Callable[[np.ndarray], np.ndarray], count: int, seed: int) -> pd.DataFrame:
    """Sobol indices of a function of the unit cube, in the order of its columns.

    Columns: input, first, first_confidence, total, total_confidence. The confidence is the half-width of a 95 %
    interval from resampling. It takes the points for random ones, so it is wider than it need be.
    count: points a matrix, a power of two; the function is called on count x (inputs + 2) points
    """
    from SALib.analyze import sobol as analysis  # type: ignore[import-untyped]
    from SALib.sample import sobol as sampling  # type: ignore[import-untyped]

    if not names:
        return pd.DataFrame(columns=["input", "first", "first_confidence", "total", "total_confidence"])
    problem = {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}
    points = np.clip(sampling.sample(problem, count, calc_second_order=False, seed=seed), 1e-12, 1 - 1e-12)
    values = np.asarray(function(points), dtype=float)
    if np.ptp(values) == 0:
        found = {key: np.zeros(len(names)) for key in ("S1", "S1_conf", "ST", "ST_conf")}
    else:
        # A seed of 0 would be no seed to SALib.
        found = analysis.analyze(
            problem, values, calc_second_order=False, num_resamples=RESAMPLES, conf_level=CONFIDENCE, seed=seed + 1
        )
    return pd.DataFrame(
        {
            "input": names,
            "first": found["S1"],
            "first_confidence": found["S1_conf"],
            "total": found["ST"],
            "total_confidence": found["ST_conf"],
        }
    )


def sobol(case: Case, name: str) -> pd.DataFrame:
    """Sobol indices of a result over its independent inputs, largest total first.

    Columns: those of `indices`, and title.
    """
    drawn = inputs(case, name)
    found = indices(
        uncertainty.dimensions(drawn),
        lambda points: _results(case, name, drawn, points),
        _count(case, POINTS),
        int(case.point.seed),
    )
    found["title"] = [title(key, drawn) for key in found["input"]]
    return _sorted(found, "total", ascending=False)


def interaction(found: pd.DataFrame) -> float:
    """The share of the variance that no input causes by itself; chance may make it a little less than nothing."""
    return 1 - float(found["first"].sum())


# --- how much narrower a range would be ----------------------------------------------------------------------------


def if_known(case: Case, name: str) -> pd.DataFrame:
    """How wide a result's 5-95 % range would be on average, were one assumption known; most useful first.

    The average is over the assumption's own distribution, since nobody knows yet what would be found.
    Columns: name, title, width_today, width_known, left (the second over the first), evidence.
    """
    drawn = inputs(case, name)
    rows = []
    if drawn:
        correlation = float(case.point.hopper_price_correlation)
        points = uncertainty.points(drawn, _count(case, WIDTH_POINTS), int(case.point.seed))
        today = _width(_results(case, name, drawn, points))
        levels = (np.arange(SLICES) + 0.5) / SLICES
        for key, parameter in drawn.items():
            known = np.mean(
                [
                    _width(_results(case, name, drawn, uncertainty.known_at(points, drawn, key, level, correlation)))
                    for level in levels
                ]
            )
            left = float(known / today) if today else 1.0
            rows.append((key, parameter.title, today, float(known), left, parameter.evidence_to_replace))
    columns = ["name", "title", "width_today", "width_known", "left", "evidence"]
    return _sorted(pd.DataFrame(rows, columns=columns), "left", ascending=True)


def _width(results: np.ndarray) -> float:
    low, high = uncertainty.interval(results)
    return high - low


# --- chance of the draws ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sampling:
    """Standard errors of the two ends of a printed range, and what one step of its last digit is worth."""

    low: float
    high: float
    digit: float

    @property
    def in_digits(self) -> float:
        """The larger error, in steps of the last printed digit."""
        return max(self.low, self.high) / self.digit


def last_digit(quantity: Quantity) -> float:
    """One step of the last digit of a printed range, in the unit of the quantity."""
    factor = 0.01 if quantity.unit == "fraction" else words.scale(quantity.value)[0]
    return float(factor * 10.0 ** -words.decimals_for(quantity.low / factor, quantity.high / factor))


def sampling(case: Case, name: str) -> Sampling:
    """The sampling error of a printed range, from the draws that it was made of."""
    return Sampling(*uncertainty.sampling_error(case.sampled(name)), last_digit(case[name]))


def reseeded(here: Quantity, others: Sequence[Quantity]) -> tuple[int, float]:
    """Of the same result with other seeds: how many have the same printed range, and the largest change of an end."""
    changes = [
        abs(there / end - 1) if end else abs(there)
        for other in others
        for end, there in zip(here.ends, other.ends, strict=True)
    ]
    return sum(other.range == here.range for other in others), max(changes)


# --- in words -----------------------------------------------------------------------------------------------------


def indices_in_words(case: Case, found: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Sobol indices of several results, as a table shows them: inputs, then what they cause together."""

    def index(value: float, confidence: float) -> str:
        if max(value, confidence) < 0.005:
            return "under 0.01"
        return f"{words.number(value, 2)} ± {words.number(confidence, 2)}"

    rows = []
    for name, frame in found.items():
        for place, row in enumerate(frame.itertuples()):
            shown = f"**{case[name].title}**" if place == 0 else ""
            alone, together = index(row.first, row.first_confidence), index(row.total, row.total_confidence)
            rows.append((shown, row.title, alone, together))
        rows.append(("", "*Interactions, all together*", words.number(interaction(frame), 2), ""))
    return pd.DataFrame(rows, columns=["Result", "Input", "Alone", "With others"])

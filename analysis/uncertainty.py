"""Draws of the uncertain assumptions, and the intervals that follow.

Scrambled Sobol points, seeded, in a few independent scrambles of equal size: how far these differ is the sampling
error of an interval, known from the very draws that it is made of. The sequence has many columns, and every assumption
its own, by its `draw_column`. So the same draw serves every quantity and every scenario, and differences between two
cases are far more precise than either; and an assumption more moves no draw of the others. Why a row has its
distribution and its ends, its `range_reason` says.

How a row's range is read (its `range_meaning`):

bounds       a triangle from low over value to high: nothing outside, most near the value
listings     the same triangle between the lowest and the highest of two or three prices found. The next price lies
             between those of n independent ones with probability (n - 1) / (n + 1), so it is no interval of nine in ten
interval_90  low and high are the 5th and 95th percentile of a log-normal on each side of the value
fixed        no uncertainty is drawn: a definition, a choice, or a range that nobody has published
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from analysis.costs.units import Z_95 as Z_95
from analysis.parameters import DRAW_COLUMNS, Parameter, Value

INTERVAL = (0.05, 0.95)

# One number, or an array with one a case.
Real = float | np.ndarray

# Independent scrambles that share the draws among them, one after the other.
SCRAMBLES = 8


@lru_cache(maxsize=8)
def _points(columns: tuple[int, ...], draws: int, seed: int) -> np.ndarray:
    """These columns of scrambled Sobol points, strictly inside (0, 1): a row a draw, scramble after scramble."""
    from scipy.stats import qmc

    each = max(int(np.ceil(np.log2(draws / SCRAMBLES))), 0)
    engines = (
        # All columns, since a scramble depends on how many there are.
        qmc.Sobol(DRAW_COLUMNS, scramble=True, rng=np.random.default_rng(child))
        for child in np.random.SeedSequence(seed).spawn(SCRAMBLES)
    )
    points = np.concatenate([engine.random_base2(each)[:, columns] for engine in engines])
    # A point on the edge would become an infinite normal deviate.
    return np.clip(points, 1e-12, 1 - 1e-12)


def points(parameters: Mapping[str, Parameter], draws: int, seed: int) -> np.ndarray:
    """Points of the unit cube for these parameters, a column a dimension (see `dimensions`); as many as `sample`."""
    return _points(tuple(_columns(parameters).values()), draws, seed)


def triangular(u: np.ndarray, low: Real, mode: Real, high: Real) -> np.ndarray:
    """Inverse distribution function of the triangle low-mode-high at u in (0, 1); arrays broadcast."""
    width = high - low
    # Where there is no width, every draw is on the falling side, whose formula then gives high: the mode.
    turn = (mode - low) / np.where(width == 0, 1.0, width)
    rising = low + np.sqrt(u * width * (mode - low))
    falling = high - np.sqrt((1 - u) * width * (high - mode))
    return np.where(u < turn, rising, falling)


def two_piece_lognormal(u: np.ndarray, low: Real, median: Real, high: Real) -> np.ndarray:
    """Inverse distribution function whose 5th, 50th and 95th percentiles are low, median and high.

    All three are positive, or all three are zero: then so is every draw.
    """
    from scipy.special import ndtri

    z = ndtri(u)
    below, above = _log_ratio(median, low) / Z_95, _log_ratio(high, median) / Z_95
    return median * np.exp(z * np.where(z < 0, below, above))


def _log_ratio(above: Real, below: Real) -> np.ndarray:
    zero = np.equal(below, 0)
    return np.log(np.where(zero, 1.0, above) / np.where(zero, 1.0, below))


def uncertain(parameters: Mapping[str, Parameter]) -> list[Parameter]:
    """The parameters that are drawn, in the order of the table."""
    return [p for p in parameters.values() if p.is_drawn]


def range_around(parameter: Parameter, centre: float) -> tuple[float, float]:
    """The range that is drawn from when a parameter has the value `centre`.

    Inside the row's range that range stays. A value at an end or beyond it takes the whole range along in proportion
    to the row's own value, as far as what is accepted at all: who sets 30 dollars an hour is not unsure whether it is
    2, and no surer that it is not more.
    """
    low, high = parameter.low, parameter.high
    if not shifts(parameter, centre):
        return low, high
    own = float(parameter.value)
    if own:
        low, high = low * centre / own, high * centre / own
    else:
        low, high = low + centre, high + centre
    # In the last bit a product may pass the value that it is made from.
    return max(min(low, centre), parameter.minimum), min(max(high, centre), parameter.maximum)


def shifts(parameter: Parameter, centre: float) -> bool:
    """Whether a value lies at an end of the row's range or beyond it, without being the row's own."""
    return parameter.is_drawn and centre != parameter.value and not parameter.low < centre < parameter.high


def _columns(parameters: Mapping[str, Parameter]) -> dict[str, int]:
    """The independent inputs and their columns of the sequence, in the order of the columns."""
    drawn = uncertain(parameters)
    found = {p.name: p.draw_column for p in drawn}
    found |= {p.correlation_group: p.shared_column for p in drawn if p.correlation_group}
    return dict(sorted(found.items(), key=lambda each: each[1]))


def dimensions(parameters: Mapping[str, Parameter]) -> list[str]:
    """The independent inputs: every drawn parameter, and the common factor of every group."""
    return list(_columns(parameters))


def transform(
    points: np.ndarray, parameters: Mapping[str, Parameter], values: Mapping[str, Value], correlation: float
) -> dict[str, np.ndarray]:
    """Draws of every uncertain parameter from points of the unit cube, one column a dimension (see `dimensions`).

    Parameters of one correlation_group share a common factor with the given correlation (normal copula).
    """
    column = {name: points[:, index] for index, name in enumerate(dimensions(parameters))}
    result: dict[str, np.ndarray] = {}
    for parameter in uncertain(parameters):
        centre = float(values[parameter.name])
        u = uniform(column, parameter, correlation)
        result[parameter.name] = drawn(parameter, u, *range_around(parameter, centre), centre)
    return result


def uniform(column: Mapping[str, np.ndarray], parameter: Parameter, correlation: Real) -> np.ndarray:
    """A parameter's own uniform numbers, from the columns of the unit cube.

    Those of a group share a factor; a parameter whose group_sign is -1 falls when that factor rises.
    """
    from scipy.special import ndtr, ndtri

    u = column[parameter.name]
    if not parameter.correlation_group:
        return u
    common, own = parameter.group_sign * ndtri(column[parameter.correlation_group]), ndtri(u)
    correlated: np.ndarray = ndtr(np.sqrt(correlation) * common + np.sqrt(1 - correlation) * own)
    return correlated


def drawn(parameter: Parameter, u: np.ndarray, low: Real, high: Real, centre: Real) -> np.ndarray:
    """Draws of one parameter around a value, from uniform numbers; for several cases at once the three are columns."""
    if parameter.range_meaning == "interval_90":
        # A log-normal has no end, but a share cannot pass 1.
        return np.minimum(two_piece_lognormal(u, low, centre, high), parameter.maximum)
    return triangular(u, low, centre, high)


def known_at(
    points: np.ndarray, parameters: Mapping[str, Parameter], name: str, level: float, correlation: float
) -> np.ndarray:
    """Points of the unit cube as they are once one parameter is known to lie at a quantile of its distribution.

    The other parameters stay as uncertain as before, except those that move with it: their common factor shifts
    towards what was learnt and scatters less.
    level: the quantile, in (0, 1)
    """
    from scipy.special import ndtr, ndtri

    columns = dimensions(parameters)
    own, group = columns.index(name), parameters[name].correlation_group
    result = points.copy()
    result[:, own] = level
    if group:
        # `uniform` builds the parameter's deviate as sqrt(r) sign common + sqrt(1 - r) own. Given that deviate, the
        # common factor is normal with mean sqrt(r) sign deviate and variance 1 - r; its own part is what remains.
        shared, deviate, sign = columns.index(group), ndtri(level), parameters[name].group_sign
        common = sign * np.sqrt(correlation) * deviate + np.sqrt(1 - correlation) * ndtri(points[:, shared])
        result[:, shared] = ndtr(common)
        result[:, own] = ndtr((deviate - sign * np.sqrt(correlation) * common) / np.sqrt(1 - correlation))
    return result


def sample(
    parameters: Mapping[str, Parameter], values: Mapping[str, Value], draws: int, seed: int, correlation: float
) -> dict[str, np.ndarray]:
    """Seeded draws of every uncertain parameter around the values of a case; as many as the next power of two."""
    return transform(points(parameters, draws, seed), parameters, values, correlation)


def interval(draws: np.ndarray | float) -> tuple[float, float]:
    """5th and 95th percentile; a plain number is its own interval."""
    if not isinstance(draws, np.ndarray):
        return float(draws), float(draws)
    with np.errstate(invalid="ignore"):
        # Between infinities there is no percentile: it is not defined.
        low, high = np.quantile(draws, INTERVAL)
    return float(low), float(high)


@dataclass(frozen=True)
class Draws:
    """What the draws of one result say: their median, and where among them a value lies.

    median:     the 50th percentile; a result that is certain is its own
    percentile: the share of draws below the value, ties half; 0.5 where nothing is uncertain
    low, high:  the raw 5th and 95th percentile, which need not hold the value
    """

    median: float
    percentile: float
    low: float
    high: float


def placed(value: float, draws: np.ndarray | float) -> Draws:
    """Where a value lies among the draws of its result."""
    if not isinstance(draws, np.ndarray):
        return Draws(value, 0.5, value, value)
    with np.errstate(invalid="ignore"):
        middle = float(np.median(draws))
    below, equal = float((draws < value).mean()), float((draws == value).mean())
    return Draws(middle, below + equal / 2, *interval(draws))


def told(value: float, low: float, median: float, high: float) -> Draws:
    """Where a value lies among three percentiles, the 5th, 50th and 95th: log-normal on each side of the median.

    All are > 0, and in order.
    """
    from scipy.special import ndtr

    end = low if value < median else high
    deviate = 0.0 if end == median else Z_95 * np.log(value / median) / abs(np.log(end / median))
    return Draws(median, float(ndtr(deviate)), low, high)


def holding(value: Real, low: Real, high: Real) -> tuple[Real, Real]:
    """The ends of an interval such that it holds the central value.

    A value that is set at the end of its row's range lies beyond the 95th percentile; its range holds it.
    Arithmetic on a certain input may differ in the last bit over the draws: then the value is its own interval.
    """
    low, high = np.minimum(low, value), np.maximum(high, value)
    with np.errstate(invalid="ignore"):
        # Strictly less: infinity would be within any fraction of itself.
        certain = (low == high) | (high - low < 1e-12 * np.maximum(abs(low), abs(high)))
    return np.where(certain, value, low), np.where(certain, value, high)


def sampling_error(draws: np.ndarray | float) -> tuple[float, float]:
    """Standard errors of the two ends of `interval`: how far chance may have moved them.

    draws: all the draws of one result, in the order of `sample`; a plain number has no error
    The ends of the independent scrambles scatter; the interval of all of them together scatters as their mean does.
    """
    if not isinstance(draws, np.ndarray):
        return 0.0, 0.0
    ends = np.quantile(draws.reshape(SCRAMBLES, -1), INTERVAL, axis=1)
    low, high = ends.std(axis=1, ddof=1) / np.sqrt(SCRAMBLES)
    return float(low), float(high)

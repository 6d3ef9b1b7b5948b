"""Many cases at once: every result of every case, with its range, in arrays.

The registered results take arrays as they take floats. So the cases of a block are the rows of an array, the draws
its columns, and one call computes them all. Three things make it fast, and none changes a number:

- A result is computed once for all cases that differ only in assumptions it does not use.
- The points behind the draws are the same for all cases, so only assumptions that change are drawn anew.
- Arrays are kept small enough for the processor's cache.

A case of a sweep has the very values that `Case` gives for the same draws; a test holds the two together.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np

from analysis import parameters, uncertainty
from analysis.case import Data, Values
from analysis.cases import Block, Column
from analysis.parameters import Parameter, Value
from analysis.quantities import REGISTRY

# Draws of all cases together: some seconds of two cores, whatever the number of cases.
BUDGET = 2**25

# Fewer draws than this say little about a 5-95 % range.
FEWEST_DRAWS = 256

# Numbers in one array: half a megabyte, so that a formula's few arrays stay in the cache.
ARRAY = 2**16

# Of these a block is taken apart into groups: they change tables or points, not numbers in a formula.
SEED, CORRELATION = "seed", "hopper_price_correlation"

UNDEFINED = "not defined for these assumptions"


class SweepError(parameters.ParameterError):
    """A sweep cannot be run, or was stopped; the message says why and what to do."""


@dataclass(frozen=True)
class Plan:
    """What is computed for every case: results, draws a case (a power of two; 0: no ranges), and unchanged values."""

    results: tuple[str, ...]
    draws: int
    values: Mapping[str, Value]


@dataclass
class Outcome:
    """Central values, lows and highs, shape (3, cases) a result, and what went wrong with single cases."""

    found: dict[str, np.ndarray]
    errors: dict[int, str] = field(default_factory=dict)


def power_of_two(draws: int) -> int:
    """So many draws a case takes when it is asked for this number (see `uncertainty.sample`)."""
    return int(2 ** math.ceil(math.log2(draws)))


def draws_for(cases: int, most: int) -> int:
    """Draws a case within the budget of the whole sweep, a power of two: at most those of a case by itself."""
    share = 2 ** int(math.log2(max(BUDGET // cases, 1)))
    return min(power_of_two(most), max(share, FEWEST_DRAWS))


@lru_cache(maxsize=1)
def tables() -> Data:
    """The tables of this process: a sweep asks for the same rows all the time."""
    return Data()


@dataclass(frozen=True)
class Inputs:
    """The parameters that a result uses, and whether it takes arrays."""

    names: frozenset[str]
    arrays: bool


@lru_cache(maxsize=1024)
def inputs(name: str) -> Inputs:
    """Which parameters a result uses, found by computing it for the base case of every choice."""
    used: set[str] = set()
    known = parameters.known()
    base = parameters.base()
    compute = REGISTRY[name].compute
    pairs: dict[str, Any] = {
        key: value if known[key].choices else np.full((2, 1), float(value)) for key, value in base.items()
    }
    choices = [(p.name, choice) for p in known.values() for choice in p.choices]
    # A range of its own is that of one case.
    arrays = REGISTRY[name].ends is None
    for key, choice in choices:
        compute(Values({**base, key: choice}, used), tables())
        try:
            np.broadcast_to(np.asarray(compute(Values({**pairs, key: choice}, set()), tables()), dtype=float), (2, 1))
        except (TypeError, ValueError):
            # It asks whether a number is larger than another, as the verdicts do: one case at a time, then.
            arrays = False
    return Inputs(frozenset(used), arrays)


# --- draws --------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=4)
def _cube(draws: int, seed: int) -> dict[str, np.ndarray]:
    """Points of the unit cube by dimension; the same for all cases of a seed."""
    known = parameters.known()
    points = uncertainty.points(known, draws, seed)
    return {name: np.ascontiguousarray(points[:, index]) for index, name in enumerate(uncertainty.dimensions(known))}


@lru_cache(maxsize=64)
def _uniform(draws: int, seed: int, correlation: float, name: str) -> np.ndarray:
    return uncertainty.uniform(_cube(draws, seed), parameters.known()[name], correlation)


@lru_cache(maxsize=64)
def _unchanged(draws: int, seed: int, correlation: float, name: str, centre: float) -> np.ndarray:
    """Draws of a parameter that has the same value in all cases of a block."""
    parameter = parameters.known()[name]
    u = _uniform(draws, seed, correlation, name)
    return uncertainty.drawn(parameter, u, *uncertainty.range_around(parameter, centre), centre)


def _changed(parameter: Parameter, centres: np.ndarray, u: np.ndarray) -> np.ndarray:
    """Draws of a parameter, a row a case; cases of one value share the work."""
    distinct, inverse = np.unique(centres, return_inverse=True)
    if len(u.shape) == 2:
        distinct, inverse = centres, np.arange(len(centres))
    ends = np.array([uncertainty.range_around(parameter, float(centre)) for centre in distinct])
    rows = uncertainty.drawn(parameter, u, ends[:, :1], ends[:, 1:], distinct[:, None])
    return rows if len(distinct) == len(centres) else rows[inverse]


def _draws(
    used: frozenset[str],
    rows: Mapping[str, Column],
    values: Mapping[str, Value],
    plan: Plan,
    result: dict[str, np.ndarray],
) -> None:
    """Draws of the uncertain parameters that are used: arrays (draws,), or (cases, draws) where the cases differ.

    result: what is drawn already for these cases; new draws are added to it
    """
    seed = int(values[SEED])
    for parameter in uncertainty.uncertain(parameters.known()):
        name = parameter.name
        if name not in used or name in result:
            continue
        grouped = bool(parameter.correlation_group)
        if grouped and CORRELATION in rows:
            u = uncertainty.uniform(_cube(plan.draws, seed), parameter, rows[CORRELATION][:, None])
            centres = rows.get(name, np.full(len(u), float(values[name])))
            result[name] = _changed(parameter, centres, u)
            continue
        correlation = float(values[CORRELATION]) if grouped else 0.0
        if name in rows:
            result[name] = _changed(parameter, rows[name], _uniform(plan.draws, seed, correlation, name))
        else:
            result[name] = _unchanged(plan.draws, seed, correlation, name, float(values[name]))


def ends(draws: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """5th and 95th percentile of every row: what np.quantile gives, in a fifth of its time.

    np.sort works with the processor's vector instructions, np.partition for several ranks does not.
    """
    ranked = np.sort(draws, axis=1)
    count = ranked.shape[1]
    found = []
    for level in uncertainty.INTERVAL:
        place = level * (count - 1)
        below = math.floor(place)
        part = place - below
        a, b = ranked[:, below], ranked[:, min(below + 1, count - 1)]
        # As NumPy interpolates: from the nearer end.
        found.append(np.where(part < 0.5, a + (b - a) * part, b - (b - a) * (1 - part)))
    undefined = np.isnan(ranked[:, -1])
    low, high = (np.where(undefined, np.nan, end) for end in found)
    return low, high


# --- cases --------------------------------------------------------------------------------------------------------


def _distinct(columns: Mapping[str, Column], used: tuple[str, ...], count: int) -> tuple[np.ndarray, np.ndarray]:
    """Cases that differ in the used parameters: one of each kind, and for every case the place of its kind."""
    codes = np.zeros(count, dtype=np.int64)
    for name in used:
        distinct, inverse = np.unique(columns[name], return_inverse=True)
        codes = np.unique(codes * len(distinct) + inverse, return_inverse=True)[1]
    _, first, inverse = np.unique(codes, return_index=True, return_inverse=True)
    return first, inverse


def _uses(name: str, changed: tuple[str, ...], plan: Plan) -> tuple[str, ...]:
    """The changed parameters on which a result or its range depends."""
    known, needs = parameters.known(), inputs(name)
    if not needs.arrays:
        return changed
    wanted = set(needs.names)
    if plan.draws and REGISTRY[name].uncertain:
        wanted.add(SEED)
        if any(known[key].correlation_group for key in needs.names):
            wanted.add(CORRELATION)
    return tuple(key for key in changed if key in wanted)


def evaluate(block: Block, plan: Plan) -> Outcome:
    """Every result of every case of a block; a case that fails keeps nan, and its error."""
    good = np.array([index for index in range(block.count) if index not in block.errors], dtype=np.int64)
    columns = {name: column[good] for name, column in block.columns.items()}
    outcome = Outcome({name: np.full((3, block.count), np.nan) for name in plan.results}, dict(block.errors))
    together: dict[tuple[tuple[str, ...], bool], list[str]] = {}
    for name in plan.results:
        used, arrays = _uses(name, tuple(columns), plan), inputs(name).arrays
        if arrays and 2 * len(_distinct(columns, used, len(good))[0]) > len(good):
            # Hardly two cases alike: better to share the draws with the other results of all cases.
            used = tuple(columns)
        together.setdefault((used, arrays), []).append(name)
    wrong: dict[int, list[str]] = {}
    for (used, arrays), names in together.items():
        first, inverse = _distinct(columns, used, len(good))
        kinds = {name: columns[name][first] for name in used}
        found, failed = _kinds(names, kinds, len(first), arrays, plan)
        for name in names:
            outcome.found[name][:, good] = found[name][:, inverse]
        for kind, messages in failed.items():
            for index in good[inverse == kind]:
                wrong.setdefault(int(index), []).extend(messages)
    outcome.errors.update({index: "; ".join(messages) for index, messages in sorted(wrong.items())})
    return outcome


def _kinds(
    names: list[str], kinds: Mapping[str, Column], count: int, arrays: bool, plan: Plan
) -> tuple[dict[str, np.ndarray], dict[int, list[str]]]:
    """Some results for cases that all differ in what these use."""
    found = {name: np.full((3, count), np.nan) for name in names}
    failed: dict[int, list[str]] = {}
    for places, shared in _groups(kinds, count, arrays, plan):
        rows = {name: column[places] for name, column in kinds.items() if name not in shared}
        values = {**plan.values, **shared}
        drawn: dict[str, np.ndarray] = {}
        for name in names:
            try:
                if arrays:
                    found[name][:, places] = _together(name, rows, values, plan, drawn)
                else:
                    found[name][:, places] = _single(name, values, plan)
            except Exception as error:
                if len(places) == 1:
                    failed.setdefault(int(places[0]), []).append(_message(name, error))
                    continue
                for place in places:
                    one = {**shared, **{key: column[place] for key, column in kinds.items()}}
                    try:
                        found[name][:, [place]] = _single(name, {**plan.values, **one}, plan)
                    except Exception as own:
                        failed.setdefault(int(place), []).append(_message(name, own))
    for name in names:
        for place in np.flatnonzero(~np.isfinite(found[name][0])):
            if not any(message.startswith(f"{name}:") for message in failed.get(int(place), [])):
                failed.setdefault(int(place), []).append(f"{name}: {UNDEFINED}")
            found[name][:, place] = np.nan
    return found, failed


def _message(name: str, error: Exception) -> str:
    # A float that is divided by zero raises, an array does not: the same case says the same in any company.
    if isinstance(error, ZeroDivisionError | OverflowError):
        return f"{name}: {UNDEFINED}"
    return f"{name}: {type(error).__name__}: {error}"


def _groups(
    kinds: Mapping[str, Column], count: int, arrays: bool, plan: Plan
) -> Iterator[tuple[np.ndarray, dict[str, Value]]]:
    """Cases that one call can compute: their places, and the values that all of them share."""
    known = parameters.known()
    if not arrays:
        for place in range(count):
            yield np.array([place]), {name: column[place] for name, column in kinds.items()}
        return
    apart = tuple(name for name in kinds if known[name].choices or name == SEED)
    size = max(ARRAY // max(plan.draws, 1), 1)
    first, inverse = _distinct(kinds, apart, count)
    for group, representative in enumerate(first):
        shared = {name: kinds[name][representative] for name in apart}
        places = np.flatnonzero(inverse == group)
        for start in range(0, len(places), size):
            yield places[start : start + size], shared


def _together(
    name: str, rows: Mapping[str, Column], values: Mapping[str, Value], plan: Plan, drawn: dict[str, np.ndarray]
) -> np.ndarray:
    """Central value, low and high of a result for many cases that share `values` and differ in `rows`."""
    definition = REGISTRY[name]
    count = len(next(iter(rows.values()))) if rows else 1
    columns = {key: column[:, None] for key, column in rows.items()}
    with np.errstate(all="ignore"):
        central = definition.compute(Values({**values, **columns}, set()), tables())
        central = np.broadcast_to(np.asarray(central, dtype=float), (count, 1))[:, 0]
        if not definition.uncertain:
            return np.stack([central] * 3)
        if not plan.draws:
            return np.stack([central, np.full(count, np.nan), np.full(count, np.nan)])
        _draws(inputs(name).names, rows, values, plan, drawn)
        draws = np.asarray(definition.compute(Values({**values, **columns, **drawn}, set()), tables()), dtype=float)
        low, high = ends(draws if draws.ndim == 2 else np.atleast_1d(draws)[None, :])
        return np.stack(np.broadcast_arrays(central, *uncertainty.holding(central, low, high)))


def _single(name: str, values: Mapping[str, Value], plan: Plan) -> np.ndarray:
    """The same for one case, as a page computes it, in plain floats."""
    definition = REGISTRY[name]
    typed = {
        key: value if isinstance(value, str) else parameters.known()[key].checked(float(value))
        for key, value in values.items()
    }
    central = float(definition.compute(Values(typed, set()), tables()))
    if not definition.ranged:
        return np.full((3, 1), central)
    if not plan.draws:
        return np.array([[central], [math.nan], [math.nan]])
    known = parameters.known()
    drawn = uncertainty.sample(known, typed, plan.draws, int(typed[SEED]), float(typed[CORRELATION]))
    with np.errstate(all="ignore"):
        found = definition.drawn(central, Values({**typed, **drawn}, set()), tables())
    low, high = uncertainty.holding(central, found.low, found.high)
    return np.array([[central], [float(low)], [float(high)]])

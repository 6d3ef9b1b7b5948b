"""Corners of what may be assumed: the ends of the accepted and of the plausible range of each assumption."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping

from analysis import parameters
from analysis.case import SAMPLING

Changes = Mapping[str, parameters.Value]

# Enough to compare with a range; how sure the ends of a range are is no matter here.
FEW = {"draws": 256}


def ends(name: str) -> list[parameters.Value]:
    """Values at which an assumption ends: choices, accepted limits, plausible range."""
    row = parameters.known()[name]
    return list(dict.fromkeys(row.choices or (row.minimum, row.maximum, row.low, row.high)))


def typed(name: str, value: parameters.Value) -> parameters.Value:
    """A value as the loader gives it."""
    return parameters.checked({name: value})[name]


def movable() -> list[str]:
    """Assumptions whose ends are tried; how many draws there are is no matter of what is true."""
    return [name for name in parameters.known() if name not in SAMPLING or name == "hopper_price_correlation"]


def drawn(count: int, seed: int) -> Iterator[dict[str, parameters.Value]]:
    """So many random pairs and triples of assumptions at ends of what is accepted, without repetition."""
    random_ = random.Random(seed)
    seen: set[tuple[tuple[str, parameters.Value], ...]] = set()
    while len(seen) < count:
        names = sorted(random_.sample(movable(), random_.choice((2, 3))))
        found = {}
        for name in names:
            row = parameters.known()[name]
            found[name] = typed(name, random_.choice(row.choices or (row.minimum, row.maximum)))
        if tuple(found.items()) not in seen:
            seen.add(tuple(found.items()))
            yield found


def around(names: list[str], seed: int) -> Iterator[dict[str, parameters.Value]]:
    """The base case, then some assumptions one at a time at their ends, then in random sets, also between; no end."""
    yield {}
    singles = [{name: typed(name, end)} for name in names for end in ends(name)]
    yield from singles
    random_ = random.Random(seed)
    while True:
        chosen = random_.sample(names, random_.randint(1, len(names)))
        yield {name: typed(name, _somewhere(random_, name)) for name in chosen}


def _somewhere(random_: random.Random, name: str) -> parameters.Value:
    """An end of an assumption, or a value between two of them."""
    row, (first, second) = parameters.known()[name], random_.choices(ends(name), k=2)
    if row.choices or random_.random() < 0.5:
        return first
    value = float(first) + (float(second) - float(first)) * random_.random() ** 3
    return round(value) if row.type == "int" else value

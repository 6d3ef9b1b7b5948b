"""How long the complete model takes for 10^3 to 10^5 draws: `.venv/bin/python benchmarks/draws.py`.

--smallest: the fewest draws, once, to see that it runs.

Every uncertain result with its range, in one process, imports and tables already there. Medians of five runs that
take turns, so that the ratios hold when the machine's speed drifts. For a person to read: no test depends on it.
"""

from __future__ import annotations

import statistics
import sys
import time

from analysis import parameters
from analysis.case import Case
from analysis.quantities import REGISTRY

SMALLEST = "--smallest" in sys.argv
DRAWS = (1_000,) if SMALLEST else (1_000, 10_000, 100_000)
RUNS = 1 if SMALLEST else 5


def seconds(draws: int, seed: int) -> float:
    """Wall time of one case, in seconds."""
    start = time.perf_counter()
    case = Case({**parameters.base(), "draws": draws, "seed": seed})
    for name, definition in REGISTRY.items():
        if definition.uncertain:
            case.quantity(name)
    return time.perf_counter() - start


def main() -> None:
    """Print a line for each number of draws: median seconds, and the ratio to the first."""
    seconds(DRAWS[0], seed=0)
    taken = {draws: [seconds(draws, seed) for seed in range(1, RUNS + 1)] for draws in DRAWS}
    first = statistics.median(taken[DRAWS[0]])
    for draws, times in taken.items():
        median = statistics.median(times)
        print(f"{draws:>9,} draws  {median:6.2f} s  {median / first:6.1f} x")


if __name__ == "__main__":
    main()

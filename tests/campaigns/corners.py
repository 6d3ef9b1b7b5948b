"""Two hundred corners: random pairs and triples of assumptions at the ends of what is accepted.

In each case every result is computed, and every chapter that it reaches is run with its figures. Counted is what
breaks: a traceback, a number that is none in a sentence, a range that does not hold its value, a sentence that puts a
scenario's value into a source's mouth (tests/sentences.py).

`python tests/campaigns/corners.py` takes half an hour and writes tests/campaigns/corners.csv; `--count N`
and `--seed N` try others and write nothing.
"""

from __future__ import annotations

import argparse
import csv
import sys
import warnings
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from corners import FEW, Changes, drawn  # noqa: E402
from pages_in_process import shown  # noqa: E402
from sentences import faults, reached  # noqa: E402

from analysis import parameters  # noqa: E402
from analysis.case import Case  # noqa: E402
from analysis.quantities import REGISTRY  # noqa: E402

RECORD = HERE / "corners.csv"
COUNT, SEED = 200, 20261128


def wrong_results(changes: Changes) -> list[str]:
    """Results that are no number although not infinite, or whose range does not hold them."""
    case = Case({**parameters.base(), **FEW, **changes})
    wrong = []
    for name in REGISTRY:
        found = case[name]
        held = found.low <= found.value <= found.high or found.value == float("inf")
        if found.value != found.value or not held:
            wrong.append(f"{name}: {found.low} to {found.value} to {found.high}")
    return wrong


def tried(changes: Changes) -> list[str]:
    """Everything that is wrong in a corner."""
    warnings.simplefilter("ignore")
    wrong = wrong_results(changes)
    for page in reached(changes):
        try:
            wrong += faults(page.name, shown(page.name, {**FEW, **changes}), changes)
        except Exception as error:
            wrong.append(f"{page.name}: {type(error).__name__}: {error}")
    return wrong


def main() -> int:
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--count", type=int, default=COUNT)
    given.add_argument("--seed", type=int, default=SEED)
    asked = given.parse_args()
    rows = []
    cases = list(drawn(asked.count, asked.seed))
    with ProcessPoolExecutor(2) as pool:
        for place, (changes, wrong) in enumerate(zip(cases, pool.map(tried, cases), strict=True), start=1):
            rows.append((place, " ".join(f"{name}={value}" for name, value in changes.items()), len(wrong)))
            print(*rows[-1], *wrong, sep="\n    " if wrong else "\t", flush=True)
    if (asked.count, asked.seed) == (COUNT, SEED):
        with RECORD.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerows([("case", "changes", "faults"), *rows])
    return int(any(count for *_, count in rows))


if __name__ == "__main__":
    sys.exit(main())

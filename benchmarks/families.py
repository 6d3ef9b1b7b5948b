"""How a build grows with the models that have a page: `.venv/bin/python benchmarks/families.py`.

Works on a copy of the project in a temporary folder, to whose data/models.csv so many synthetic models are added. Each
build begins from nothing: every page is executed, and the whole site rendered and checked. Printed are wall and
processor seconds, the peak memory of the largest process, which is the renderer, and what one more page adds.
For a person to read: no test depends on it.
--counts 0,100,300,1000: how many models are added; 0 and 100, if it is not given.
--smallest: one, and it is checked, not built, to see that it runs.
"""

from __future__ import annotations

import argparse
import csv
import ctypes
import resource
import sys
import tempfile
from itertools import pairwise
from pathlib import Path

from rebuild import PR_SET_CHILD_SUBREAPER, Tree, measured

from analysis.report import notebooks

# A row with hours, a chip and a price, so that its page has all tables filled.
PATTERN = "llama31_405"
MODELS = Path("data") / "models.csv"


def add(tree: Tree, count: int) -> None:
    """Synthetic models beside those of the report."""
    with (notebooks.ROOT / MODELS).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    pattern = next(row for row in rows if row["model_id"] == PATTERN)
    names = [f"synthetic{number:04d}" for number in range(count)]
    added = [{**pattern, "model_id": name, "model": f"Synthetic {name[9:]}"} for name in names]
    with (tree.root / MODELS).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(pattern), lineterminator="\n")
        writer.writeheader()
        writer.writerows([*rows, *added])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--counts", default="0,100")
    parser.add_argument("--smallest", action="store_true")
    given = parser.parse_args()
    counts = [1] if given.smallest else [int(count) for count in given.counts.split(",")]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    found = []
    with tempfile.TemporaryDirectory(prefix="report-families-") as folder:
        tree = Tree(Path(folder))
        for count in counts:
            tree.forget()
            add(tree, count)
            wall, processor = measured(lambda: tree.report("check" if given.smallest else "build"))
            # Of all commands so far: counts rise, and so does it.
            memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
            found.append((count, wall, processor, memory))
            print(f"{count:5d} models more: {wall:6.1f} s, {processor:6.1f} processor s, {memory:6.0f} MiB", flush=True)
    for (few, *before), (many, *after) in pairwise(found):
        wall, processor, memory = ((b - a) / (many - few) for a, b in zip(before, after, strict=True))
        print(f"a page, {few} to {many}: {wall:.2f} s, {processor:.2f} processor s, {memory:.2f} MiB")


if __name__ == "__main__":
    main()

"""How long a sweep takes, for 10^2 to 10^4 cases: `.venv/bin/python benchmarks/sweeps.py`.

The alternatives take turns in one run, so that the ratios hold when the machine's speed drifts: a loop over `Case`,
the arrays in one process, and the whole sweep with its files, with ranges and without. The loop is left out where it
would take minutes. `grid` is two assumptions; in `all` fifteen change at once, so that no two cases share any work.
Times are medians of processes of their own, from the first computation to the last file, without the start of
Python; memory is the peak of the process and of its children. For a person to read: no test depends on it.
--largest: 10^5 cases too. --smallest: the fewest cases and draws, once, to see that it runs.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile

SMALLEST = "--smallest" in sys.argv
RUNS = 1 if SMALLEST else 3
CASES = (20,) if SMALLEST else (100, 1_000, 10_000, *([100_000] if "--largest" in sys.argv else []))
LOOP_UP_TO = 1_000

PROGRAM = """
import csv, math, resource, sys, time
from pathlib import Path
import numpy as np
from analysis import parameters, sweep
from analysis.case import Case
from analysis.cases import Block
from analysis.report.sweeps import ask, local, run

way, shape, count, draws, folder = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4], Path(sys.argv[5])
draws = None if draws == "default" else int(draws)
if shape == "grid":
    first = max(2, 10 ** (int(math.log10(count)) // 2))
    axes = [f"rental_usd_per_gpu_hour=1:4:{first}", f"service_life_years=3:6:{count // first}"]
    request = ask.ask(axes, draws=draws)
else:
    file, rng = folder / "cases.csv", np.random.default_rng(1)
    rows = [row for row in parameters.known().values() if row.range_meaning != "fixed" and row.type == "float"]
    with file.open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow([row.name for row in rows])
        writer.writerows(zip(*(rng.uniform(row.low, row.high, count) for row in rows)))
    request = ask.ask(case_file=file, draws=draws)
local.warm(request.work)
start = time.perf_counter()
if way == "loop":
    for task in request.tasks():
        block = request.work.block(task)
        for index in range(block.count):
            own = {name: float(column[index]) for name, column in block.columns.items()}
            case = Case({**request.plan.values, **own, "draws": request.plan.draws})
            for name in request.plan.results:
                case[name]
elif way == "arrays":
    for task in request.tasks():
        sweep.evaluate(request.work.block(task), request.plan)
else:
    run.run(request, folder / "out")
taken = time.perf_counter() - start
peak = [resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
print(taken, peak[0] + local.cores() * peak[1] * (way == "files"), request.plan.draws)
"""

DEFAULT = "256" if SMALLEST else "default"
WAYS = [
    ("loop", "grid", DEFAULT, "loop over Case, grid"),
    ("arrays", "grid", DEFAULT, "arrays, one process, grid"),
    ("files", "grid", DEFAULT, "whole sweep, grid"),
    # The way of the one before it.
    *([] if SMALLEST else [("files", "grid", "0", "whole sweep, grid, no ranges")]),
    ("files", "all", DEFAULT, "whole sweep, all change"),
]


def measure(way: str, shape: str, count: int, draws: str) -> tuple[float, float, int]:
    """Seconds, MiB and draws of one run in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-c", PROGRAM, way, shape, str(count), draws, folder]
        done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{way}, {count} cases:\n{done.stderr}")
    seconds, peak, used = done.stdout.split()[-3:]
    return float(seconds), float(peak), int(used)


def main() -> None:
    """Print a line for each way and number of cases: draws, median seconds, ratio to the whole sweep, peak memory."""
    print(f"{'':32}{'cases':>9}{'draws':>8}{'seconds':>9}{'ratio':>8}{'MiB':>7}")
    for count in CASES:
        ways = [way for way in WAYS if way[0] != "loop" or count <= LOOP_UP_TO]
        found: dict[str, list[tuple[float, float, int]]] = {title: [] for *_, title in ways}
        for _ in range(RUNS):
            for way, shape, draws, title in ways:
                found[title].append(measure(way, shape, count, draws))
        medians = {title: statistics.median(run[0] for run in runs) for title, runs in found.items()}
        for title, runs in found.items():
            ratio = medians[title] / medians["whole sweep, grid"]
            peak = max(run[1] for run in runs)
            print(f"{title:32}{count:>9,}{runs[0][2]:>8,}{medians[title]:>9.2f}{ratio:>8.2f}{peak:>7.0f}", flush=True)


if __name__ == "__main__":
    main()

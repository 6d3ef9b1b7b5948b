"""How long the report takes to rebuild, beside other ways to do it: `.venv/bin/python benchmarks/rebuild.py`.

Works on a copy of the project in a temporary folder. The alternatives take turns, so that their ratios hold when the
machine's speed drifts; medians are printed, in wall and processor seconds with peak memory of the largest process.
For a person to read: no test depends on it. Options: --runs N (default 3), --only NAME,NAME or all (of those below;
if not said, the four that the first two ratios need), --smallest (one page once, to see that it runs).

build          `report build` from nothing: every page executed, then rendered
jupyter-book   `jupyter-book build` of the same pages, execution forced
papermill      a `papermill` command for each page in a loop, then the same rendering as `build`
execute        the pages alone, as `report build` runs them
floor          the cells of the pages as plain Python, libraries imported before, one process a core
unchanged      `report build` when nothing has changed
one changed    `report build -p server_overhead_ratio=1.7` beside a finished base case
pages N        N copies of one page executed, for the growth with the number of pages
"""

from __future__ import annotations

import argparse
import ctypes
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import yaml

from analysis.report import notebooks

BIN = Path(sys.executable).parent

# Of Linux: processes whose parent has ended become this one's, so that their seconds are counted.
PR_SET_CHILD_SUBREAPER = 36

EXECUTE = """
import sys
from pathlib import Path
from analysis.scenarios import Scenario
from analysis.report import execution, notebooks
if __name__ == "__main__":
    chosen = [notebooks.Page(p.stem, p) for p in map(Path, sys.argv[1:])] or notebooks.pages()
    execution.execute_pages(chosen, Scenario(), Path("_build/executed"), again=True)
"""

RENDER = """
from pathlib import Path
from analysis.report import notebooks, rendering
from analysis.scenarios import Scenario
from analysis.report import build, notebooks
executed = {page.name: Path("_build/loop") / f"{page.name}.ipynb" for page in notebooks.pages() if page.runs}
rendering.stage(Scenario(), executed, Path("_build/staged"))
rendering.render(Path("_build/staged"))
"""

FLOOR = """
import ast, multiprocessing, os, sys
from pathlib import Path
from analysis.report import notebooks, surroundings

Path(surroundings.FIXED["MPLCONFIGDIR"]).mkdir(parents=True, exist_ok=True)
import analysis.figures, analysis.quantities, analysis.report.warm


def run(page):
    names = {}
    for cell in notebooks.read(page.path).cells:
        if cell.cell_type != "code":
            continue
        tree = ast.parse(cell.source)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, "cell", "exec"), names)
        if last is not None:
            shown = eval(compile(ast.Expression(last.value), "cell", "eval"), names)
            if hasattr(shown, "_repr_mimebundle_"):
                shown._repr_mimebundle_()


if __name__ == "__main__":
    chosen = [notebooks.Page(p.stem, p) for p in map(Path, sys.argv[1:])]
    # A page may put another module in the place of __main__, and then nobody finds `run` there.
    sys.modules["floor"], run.__module__ = sys.modules["__main__"], "floor"
    context = multiprocessing.get_context("fork")
    with context.Pool(os.cpu_count()) as pool:
        pool.map(run, chosen or [page for page in notebooks.pages() if page.runs], chunksize=1)
"""


class Tree:
    """A copy of the project, and commands that run in it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=notebooks.ROOT, capture_output=True, check=True).stdout
        for name in filter(None, listed.decode().split("\0")):
            if (notebooks.ROOT / name).is_file():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(notebooks.ROOT / name, root / name)
        self.environment = {**os.environ, "PYTHONPATH": str(root), "PYTHONHASHSEED": "0", "OMP_NUM_THREADS": "1"}

    def run(self, *command: str | Path) -> None:
        done = subprocess.run(
            [str(part) for part in command], cwd=self.root, env=self.environment, capture_output=True, text=True
        )
        if done.returncode:
            sys.exit(f"{' '.join(map(str, command))[:200]} failed:\n{done.stdout[-1500:]}\n{done.stderr[-1500:]}")

    def script(self, name: str, text: str, *arguments: str | Path) -> None:
        path = self.root / f"{name}.py"
        path.write_text(text, encoding="utf-8")
        self.run(sys.executable, path, *arguments)

    def forget(self) -> None:
        shutil.rmtree(self.root / "_build", ignore_errors=True)
        shutil.rmtree(self.root / "book" / "_build", ignore_errors=True)

    def report(self, *arguments: str) -> None:
        self.run(sys.executable, "-m", "analysis", *arguments)

    def jupyter_book(self) -> None:
        path = self.root / "_config.yml"
        before = path.read_text(encoding="utf-8")
        config = yaml.safe_load(before)
        config["execute"] |= {"execute_notebooks": "force", "timeout": 600}
        path.write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
        start = "from jupyter_book.cli.main import main; main()"
        self.run(sys.executable, "-c", start, "build", self.root, "--all")
        path.write_text(before, encoding="utf-8")

    def papermill(self) -> None:
        (self.root / "_build" / "loop").mkdir(parents=True)
        for page in sorted((self.root / "book").glob("*.ipynb")):
            target = self.root / "_build" / "loop" / page.name
            self.run(BIN / "papermill", page, target, "-k", "python3", "--no-progress-bar")
        self.script("render", RENDER)

    def copies(self, page: Path, count: int) -> None:
        folder = self.root / "_build" / "copies"
        folder.mkdir(parents=True)
        for number in range(count):
            shutil.copyfile(page, folder / f"page{number:02d}.ipynb")
        self.script("execute", EXECUTE, *sorted(folder.glob("*.ipynb")))


def alternatives(tree: Tree, smallest: bool) -> dict[str, tuple[Callable[[], None], Callable[[], None]]]:
    """Name -> what is done before, untimed, and what is timed."""

    def nothing() -> None:
        tree.forget()

    def finished() -> None:
        tree.report("build")

    def beside() -> None:
        tree.report("build")
        shutil.rmtree(tree.root / "_build" / "server_overhead_ratio-1.7", ignore_errors=True)

    page = tree.root / "book" / ("data.ipynb" if smallest else "fleet.ipynb")
    one = [page] if smallest else []
    found: dict[str, tuple[Callable[[], None], Callable[[], None]]] = {
        "build": (nothing, lambda: tree.report("build")),
        "jupyter-book": (nothing, tree.jupyter_book),
        "papermill": (nothing, tree.papermill),
        "execute": (nothing, lambda: tree.script("execute", EXECUTE)),
        "floor": (nothing, lambda: tree.script("floor", FLOOR, *one)),
        "unchanged": (finished, lambda: tree.report("build")),
        "one changed": (beside, lambda: tree.report("build", "-p", "server_overhead_ratio=1.7")),
    }
    for count in (1,) if smallest else (8, 16, 32):
        found[f"pages {count}"] = (nothing, lambda count=count: tree.copies(page, count))  # type: ignore[misc]
    return found


def measured(action: Callable[[], None]) -> tuple[float, float]:
    """Wall and processor seconds of an action and all that it starts."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    action()
    wall = time.perf_counter() - start
    # The server of kernels outlives the command that started it by a moment.
    with suppress(ChildProcessError):
        while True:
            os.wait()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


# Name of a ratio -> what is divided by what, and the most that it should be.
RATIOS = {
    "build / jupyter-book": ("build", "jupyter-book", 0.42),
    "execute / floor": ("execute", "floor", 1.35),
    "build / papermill": ("build", "papermill", 0.4),
    "pages 16 / pages 8": ("pages 16", "pages 8", 2.0),
    "pages 32 / pages 8": ("pages 32", "pages 8", 4.0),
}


def main() -> None:
    """Print a line for each alternative, and the ratios of those that were run."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", default="build,jupyter-book,execute,floor")
    parser.add_argument("--smallest", action="store_true")
    options = parser.parse_args()
    if options.smallest:
        options.runs, options.only = 1, "floor,pages 1"
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    wanted = options.only.split(",")
    with tempfile.TemporaryDirectory(prefix="report-benchmark-") as folder:
        tree = Tree(Path(folder))
        chosen = {
            name: pair for name, pair in alternatives(tree, options.smallest).items() if {name, "all"} & set(wanted)
        }
        taken: dict[str, list[tuple[float, float]]] = {name: [] for name in chosen}
        for _ in range(options.runs):
            for name, (before, action) in chosen.items():
                before()
                taken[name].append(measured(action))
    wall = {name: statistics.median(run[0] for run in runs) for name, runs in taken.items()}
    cpu = {name: statistics.median(run[1] for run in runs) for name, runs in taken.items()}
    print(f"medians of {options.runs} runs that took turns, {os.cpu_count()} cores")
    for name in chosen:
        print(f"{name:<14} {wall[name]:7.1f} s wall {cpu[name]:7.1f} s processor")
    for title, (above, below, most) in RATIOS.items():
        if above in wall and below in wall:
            print(f"{title:<22} {wall[above] / wall[below]:5.2f} of wall, at most {most}")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"largest process of all: {peak:.0f} MiB")


if __name__ == "__main__":
    main()

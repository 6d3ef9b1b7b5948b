"""What a sweep is asked for: cases, results, draws, pages; and the digest that tells it from any other."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from importlib import metadata
from itertools import islice
from pathlib import Path
from typing import Any

from analysis import cases, parameters, project, sensitivity, sweep, tables
from analysis.cases import Block, CaseFile, Grid
from analysis.parameters import ParameterError, Value
from analysis.report import notebooks
from analysis.report.results import known
from analysis.scenarios import Scenario

# Evaluations in a block: a second of one core at most, so that a stop loses little. Cases: that a block is a few
# megabytes even where nothing is drawn.
BLOCK_EVALUATIONS, BLOCK_CASES = 2**21, 2**14

# Their versions decide the last digits.
LIBRARIES = ("numpy", "scipy")


def source_files(with_pages: bool) -> Iterator[Path]:
    """Every file that computes: data/, the package, and the pages if they are run."""
    folders = [(tables.DATA, "*.csv"), (tables.DATA, "*.json"), (Path(parameters.__file__).parent, "**/*.py")]
    if with_pages:
        folders.append((notebooks.BOOK, "*.ipynb"))
    for folder, pattern in folders:
        yield from sorted(folder.glob(pattern))


@lru_cache(maxsize=2)
def sources(with_pages: bool = False) -> str:
    """Digest of all that computes: the files, and the numerical libraries.

    Two machines with the same digest compute the same numbers.
    """
    digest = hashlib.sha256()
    for path in source_files(with_pages):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(f"{project.name_of(path)} {content}\n".encode())
    for library in LIBRARIES:
        digest.update(f"{library} {metadata.version(library)}\n".encode())
    return digest.hexdigest()


@dataclass(frozen=True)
class Task:
    """One block of cases: its number, its first case (from 0), how many, and their rows if they are in a file."""

    number: int
    first: int
    count: int
    rows: list[tuple[int, list[str]]] | None = None


@dataclass(frozen=True)
class Work:
    """What a process needs to know to compute any block or page of a sweep; small, since it travels."""

    plan: sweep.Plan
    names: tuple[str, ...]
    grid: Grid | None
    sources: str
    pages: tuple[str, ...] = ()

    def block(self, task: Task) -> Block:
        """The cases of a task."""
        if task.rows is not None:
            return cases.typed(task.rows, self.names, self.plan.values)
        assert self.grid is not None
        return Block(self.grid.columns(task.first, task.count), task.count)


@dataclass(frozen=True)
class Request:
    """One sweep. `asked` is what the command line said, for the record; `base` holds in every case."""

    space: Grid | CaseFile
    plan: sweep.Plan
    base: Scenario
    pages: tuple[str, ...] = ()
    asked: Mapping[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.space)

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters that change from case to case."""
        return self.space.names

    @cached_property
    def sources(self) -> str:
        return sources(bool(self.pages))

    @cached_property
    def identity(self) -> str:
        """Digest of the request and of all that computes it: equal if and only if the numbers must be equal."""
        said = json.dumps([self.asked, self.plan.draws, self.sources], sort_keys=True, ensure_ascii=True)
        return hashlib.sha256(said.encode()).hexdigest()

    @property
    def work(self) -> Work:
        grid = self.space if isinstance(self.space, Grid) else None
        return Work(self.plan, self.names, grid, self.sources, self.pages)

    @property
    def block_cases(self) -> int:
        return max(1, min(BLOCK_CASES, BLOCK_EVALUATIONS // max(self.plan.draws, 1)))

    @property
    def blocks(self) -> int:
        return -(-len(self) // self.block_cases)

    def tasks(self) -> Iterator[Task]:
        """The blocks, one after the other; ParameterError if the file of cases is no longer what was asked for."""
        rows = self.space.rows() if isinstance(self.space, CaseFile) else None
        for number in range(self.blocks):
            first = number * self.block_cases
            count = min(self.block_cases, len(self) - first)
            yield Task(number, first, count, None if rows is None else list(islice(rows, count)))
        # What the file is compared by is known at its end.
        for _ in rows or ():
            pass

    @property
    def name(self) -> str:
        """A folder name: what changes, and a short digest where anything else is asked for than usual."""
        if isinstance(self.space, CaseFile):
            said = [self.space.path.stem]
        else:
            said = [re.sub(r"[:,]", "_", text.replace("=", "-")) for text in self.asked["parameters"]]
        text = re.sub(r"[^A-Za-z0-9_.-]", "", "_".join(said)).lstrip(".") or "cases"
        other = {key: value for key, value in self.asked.items() if value and key not in ("parameters", "cases")}
        if len(text) <= 100 and not other and isinstance(self.space, Grid):
            return text
        return f"{text[:90]}-{hashlib.sha256(json.dumps(self.asked, sort_keys=True).encode()).hexdigest()[:8]}"


def chosen_pages(text: str) -> tuple[str, ...]:
    """The pages of `--pages`: names joined by commas, or `all`; those without a result to compute are left out."""
    if not text:
        return ()
    if text == "all":
        return tuple(page.name for page in notebooks.pages() if page.runs)
    found = [notebooks.page(name.strip()) for name in text.split(",")]
    for page in found:
        if not page.runs:
            raise ParameterError(f"The page {page.name} has nothing to run. Leave it out of --pages.")
    return tuple(dict.fromkeys(page.name for page in found))


def ask(
    assignments: Iterable[str] = (),
    case_file: Path | None = None,
    base: Scenario | None = None,
    names: Iterable[str] = (),
    draws: int | None = None,
    pages: str = "",
) -> Request:
    """The sweep that a command line asks for; ParameterError, before anything is written, if it cannot be."""
    base = base or Scenario()
    assignments = list(assignments)
    fixed, grid = cases.grid(assignments)
    space: Grid | CaseFile = grid
    if case_file:
        if grid.axes:
            raise ParameterError(
                f"{grid.names[0]} has several values, and --cases gives the cases. Use one of the two; "
                "beside --cases, -p NAME=VALUE sets one value in all of them."
            )
        space = cases.read(case_file)
        for name in fixed:
            if name in space.names:
                raise ParameterError(f"{name} is set by -p and in the case file. Set it in one of the two.")
    elif not grid.axes:
        raise ParameterError(
            "A sweep needs several cases: -p NAME=START:STOP:COUNT, -p NAME=A,B,C or --cases FILE.csv. "
            "For a single case: report build -p NAME=VALUE."
        )
    values: dict[str, Value] = {**base.values(), **fixed}
    most, limits = int(values["draws"]), parameters.named("draws")
    if draws is None:
        draws = sweep.draws_for(len(space), most)
    elif draws != 0:
        try:
            draws = sweep.power_of_two(int(limits.checked(draws)))
        except ParameterError:
            raise ParameterError(
                f"--draws {draws} is not allowed: it must be 0, for no ranges, or a whole number "
                f"from {limits.minimum:,.0f} to {limits.maximum:,.0f}."
            ) from None
    chosen = chosen_pages(pages)
    asked = {
        "parameters": assignments,
        "cases": {"file": space.path.name, "sha256": space.digest} if isinstance(space, CaseFile) else None,
        "scenario": dict(base.changes),
        "results": list(names),
        "draws": draws if draws != sweep.draws_for(len(space), most) else None,
        "pages": list(chosen),
    }
    changed = parameters.without_idle_changes({**base.changes, **fixed})
    plan = sweep.Plan(known(names) or sensitivity.HEADLINES, draws, values)
    return Request(space, plan, replace(base, changes=changed), chosen, asked)

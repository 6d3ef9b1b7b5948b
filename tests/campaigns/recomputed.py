"""Every page's outputs, computed again in this process: a quick stand-in for nbval.

The code of a page is run as it stands, and what its cells show and tell is kept as text. A figure stands for its table
and its alt text, since drawing takes most of a page's time, and ranges come from few draws. So what moves here moves
under nbval; a change that only the picture or the tail of a range shows is not counted. `data_mutation.py` compares a
sample with nbval itself.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import gc
import io
import json
import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterable
from typing import Any

import pandas as pd

from analysis import case as case_module
from analysis import tables
from analysis.figures import drawing
from analysis.report import notebooks

DRAWS = 256


class Moved(Exception):
    """An output is not what it was; nothing after it needs to be computed."""


def code(name: str) -> list[Any]:
    """The compiled cells of a page; the last expression of a cell is what it shows."""
    found = []
    for number, cell in enumerate(notebooks.read(notebooks.page(name).path).cells):
        if cell.cell_type != "code":
            continue
        body = ast.parse(cell.source).body
        last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
        place = f"{name}, cell {number}"
        shown = compile(ast.Expression(last.value), place, "eval") if isinstance(last, ast.Expr) else None
        found.append((compile(ast.Module(body, []), place, "exec"), shown))
    return found


def shown(value: Any) -> str:
    """What a cell's last expression shows, as a text."""
    if value is None:
        return ""
    if isinstance(value, drawing.Drawing):
        return f"{value.csv()}\n{value.alt}"
    if hasattr(value, "_repr_mimebundle_"):
        bundle = value._repr_mimebundle_()
        if bundle:
            return json.dumps(bundle[0] if isinstance(bundle, tuple) else bundle, sort_keys=True, default=str)
    if hasattr(value, "_repr_markdown_"):
        return str(value._repr_markdown_())
    return str(value)


class Pages:
    """The pages that run, with their outputs in the base case.

    outputs: page -> what each cell shows and tells
    reads:   page -> the tables that it loads
    seconds: page -> how long it takes the processor
    """

    def __init__(self, names: Iterable[str] | None = None) -> None:
        self.code = {page.name: code(page.name) for page in notebooks.pages() if page.runs}
        if names is not None:
            self.code = {name: self.code[name] for name in names}
        self.outputs: dict[str, list[str]] = {}
        self.reads: dict[str, set[str]] = {}
        self.seconds: dict[str, float] = {}
        for name in self.code:
            forget()
            start = time.process_time()
            with listening() as reads:
                self.outputs[name] = list(self._outputs(name))
            self.reads[name], self.seconds[name] = reads, time.process_time() - start
        forget()

    def _outputs(self, name: str) -> Iterable[str]:
        names: dict[str, Any] = {"__name__": "__main__"}
        told: list[str] = []
        case_module.Case.tell = lambda self, **texts: told.append(json.dumps(texts))  # type: ignore[method-assign]
        for body, last in self.code[name]:
            out = io.StringIO()
            told.clear()
            if "draws" in names:
                names["draws"] = DRAWS
            with contextlib.redirect_stdout(out):
                exec(body, names)
                result = shown(eval(last, names)) if last else ""
            yield "\n".join([out.getvalue(), *told, result])

    def moved(self, name: str) -> str:
        """How a page differs now from the base case: "" if it does not."""
        try:
            for number, text in enumerate(self._outputs(name)):
                if text != self.outputs[name][number]:
                    return f"cell {number}"
        except Exception as error:
            return f"{type(error).__name__}"
        return ""


@contextlib.contextmanager
def listening() -> Any:
    """Names of the tables that are loaded."""
    found: set[str] = set()
    load = tables.load

    def heard(name: str, *rest: Any, **named: Any) -> pd.DataFrame:
        found.add(name)
        return load(name, *rest, **named)

    tables.load = heard
    try:
        yield found
    finally:
        tables.load = load


def forget() -> None:
    """Empty every memory of this package but that of the tables themselves."""
    for module_name, module in list(sys.modules.items()):
        if module_name.split(".")[0] == "analysis":
            for thing in vars(module).values():
                if isinstance(thing, functools._lru_cache_wrapper) and thing is not tables._load:
                    thing.cache_clear()


@contextlib.contextmanager
def instead(table: str, frame: pd.DataFrame) -> Any:
    """Another table in the place of one of data/, for whoever loads it."""
    load = tables._load

    def other(name: str, folder: Any) -> pd.DataFrame:
        return frame if name == table else load(name, folder)

    tables._load = other  # type: ignore[assignment]
    forget()
    try:
        yield
    finally:
        tables._load = load
        forget()


def forked(work: Callable[[], Any]) -> Any:
    """The result of some work in a fork of this process, which so keeps nothing of it."""
    here, there = multiprocessing.Pipe(duplex=False)
    child = os.fork()
    if child == 0:
        here.close()
        with contextlib.suppress(BaseException):
            there.send(work())
        os._exit(0)
    there.close()
    try:
        result = here.recv()
    except EOFError:
        result = "the process ended"
    os.waitpid(child, 0)
    here.close()
    return result


def frozen() -> None:
    """Before many forks: what is in memory now is never collected."""
    gc.collect()
    gc.freeze()

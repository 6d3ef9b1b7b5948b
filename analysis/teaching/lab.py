"""What runs a reader's code on the page "Run the model in your browser", and says in plain words what went wrong.

It runs in the browser's Python, which has the standard library and analysis/costs and nothing else, so it imports
nothing beyond that. In any other Python it does the same.
"""

from __future__ import annotations

import ast
import builtins
import io
import traceback
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import asdict, dataclass

NAME = "your code"
MOST_CHARACTERS = 20_000

HERE = "Only Python's own library, the cost model (`analysis.costs`) and `given` are to be had on this page."
# What hints for the notebooks name, and this page has not.
ELSEWHERE = ("Case", "parameters", "tables", "np", "numpy", "pd", "pandas", "plt")


@dataclass(frozen=True)
class Outcome:
    """How a run ended. message: "" or what is wrong, in a sentence or two; line: of the reader's code, 0 if none."""

    ok: bool
    message: str = ""
    line: int = 0


class TooMuchError(Exception):
    """The code has printed more than a page can show."""


class NoInputError(Exception):
    """The code asks somebody at a keyboard."""


class Output(io.TextIOBase):
    """A text stream that hands on what is written, up to a limit."""

    def __init__(self, write: Callable[[str], object]) -> None:
        self._write, self._count = write, 0

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self._count += len(text)
        if self._count > MOST_CHARACTERS:
            raise TooMuchError
        self._write(text)
        return len(text)


def run(code: str, write: Callable[[str], object]) -> Outcome:
    """Run code in a namespace of its own. Like a notebook's cell, it shows the value of an expression on its last line.

    write: called with every piece of output
    """
    output = Output(write)
    try:
        tree = ast.parse(code, NAME)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        names: dict[str, object] = {"__name__": "__main__", "input": _unasked}
        with redirect_stdout(output), redirect_stderr(output):
            exec(compile(tree, NAME, "exec"), names)
            if isinstance(last, ast.Expr):
                value = eval(compile(ast.Expression(last.value), NAME, "eval"), names)
                if value is not None:
                    print(repr(value))
    except SyntaxError as error:
        return Outcome(False, _syntax(error), error.lineno or 0 if error.filename == NAME else 0)
    except SystemExit:
        return Outcome(True)
    except BaseException as error:
        line, where = _place(error)
        return Outcome(False, f"{_told(error)}{where}", line)
    return Outcome(True)


def answer(code: str, write: Callable[[str], object]) -> str:
    """The same, with the outcome as JSON: what passes from one language to another."""
    import json

    return json.dumps(asdict(run(code, write)))


def _unasked(prompt: object = "") -> str:
    raise NoInputError


def _syntax(error: SyntaxError) -> str:
    said = error.msg or "invalid syntax"
    if isinstance(error, IndentationError):
        return f"The spaces at the start of the line do not fit: {said}."
    return f"This is not Python: {said}."


def _place(error: BaseException) -> tuple[int, str]:
    """The last line of the reader's code that was under way, and where else the error arose."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if frame.filename == NAME]
    last = frames[-1]
    inside = ""
    if own and last.filename != NAME and "/analysis/costs/" in last.filename:
        inside = f" It arose in the cost model, in {last.name}: {last.line}"
    return (own[-1].lineno or 0 if own else 0), inside


def _told(error: BaseException) -> str:
    """An error in plain words."""
    said = str(error).rstrip(".")
    if isinstance(error, TooMuchError):
        return f"The code printed more than {MOST_CHARACTERS:,} characters and was ended. Does a loop never stop?"
    if isinstance(error, NoInputError):
        return (
            "`input()` waits for a line from a keyboard, and this page has none to give. Write the value into the code."
        )
    if isinstance(error, ModuleNotFoundError):
        return f"There is no module {error.name}. {HERE}"
    if isinstance(error, NameError) and error.name in ELSEWHERE:
        return f"{error.name} is for the notebooks. {HERE}"
    if isinstance(error, NameError) and error.name:
        near = _near(error.name)
        return f"Nothing is called {error.name}. Is it spelt as where it was made?{near}"
    if isinstance(error, ImportError | AttributeError):
        return f"{said}. {HERE}" if isinstance(error, ImportError) else f"{said}."
    if isinstance(error, ZeroDivisionError):
        return "A number is divided by zero."
    if isinstance(error, KeyError):
        return f"There is no entry {said}. Its keys can be listed: print(list(...))."
    if isinstance(error, TypeError) and "positional argument" in said:
        return f"A function was called with other inputs than it takes: {said}."
    if isinstance(error, RecursionError):
        return "A function calls itself without end."
    if isinstance(error, KeyboardInterrupt):
        return "The run was interrupted."
    return f"{type(error).__name__}: {said}." if said else f"{type(error).__name__}."


def _near(name: str) -> str:
    import difflib

    found = difflib.get_close_matches(name, dir(builtins), 1)
    return f" Python has {found[0]}." if found else ""

"""The equations that the book prints, traced from the functions that compute its numbers.

A function of analysis/costs is called with SymPy symbols instead of floats, so a printed equation cannot differ from
what is computed. SymPy is kept from reordering and from multiplying out: factors stand as they do in the code.
Only the letters are chosen, in equations.toml; tests/test_equations.py compares every equation with its function.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sympy
from IPython.display import Markdown
from sympy.printing.latex import LatexPrinter

from analysis import costs, written
from analysis.costs.ownership import NEGLIGIBLE_RATE
from analysis.costs.units import HOURS_PER_YEAR, LN_10
from analysis.parameters import known

Function = Callable[..., Any]


@dataclass(frozen=True)
class Part:
    """A function that another one calls, and that its equation shows as one letter.

    arguments: where the two functions call the same thing by different names, the caller's name
    """

    function: Function
    arguments: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.function.__name__


class _Printer(LatexPrinter):
    def _print_log(self, expression: Any, exp: Any = None) -> str:
        number = self._print(expression.args[0])
        return rf"\ln\left({number}\right)" if expression.args[0].is_Add else rf"\ln\,{number}"


def symbol(name: str) -> Any:
    """The symbol of an argument or of a part. Real and no more: a rate of zero must stay possible."""
    return sympy.Symbol(name, real=True)


def parameters(function: Function) -> list[str]:
    return list(inspect.signature(function).parameters)


def _flat(expression: Any) -> Any:
    """(a + b) + c as a + b + c, everywhere in an expression."""
    arguments = [_flat(argument) for argument in expression.args]
    if not isinstance(expression, sympy.Add):
        return expression.func(*arguments) if arguments else expression
    terms = [term for a in arguments for term in (a.args if isinstance(a, sympy.Add) else [a])]
    return sympy.Add(*terms)


def trace(function: Function, parts: Iterable[Part] = ()) -> Any:
    """A function as a SymPy expression of its arguments, each part replaced by one symbol.

    ValueError if a part does not occur: its equation would then show the formula in full without anybody noticing.
    """
    exact = {
        sympy.Float(HOURS_PER_YEAR): sympy.Integer(int(HOURS_PER_YEAR)),
        sympy.Float(LN_10): sympy.log(sympy.Integer(10), evaluate=False),
        # A rate this small is zero to a reader; only a computer's rounding tells the two apart.
        sympy.Float(NEGLIGIBLE_RATE): sympy.Integer(0),
    }
    with sympy.evaluate(False):
        expression = function(*(symbol(name) for name in parameters(function)))
        rules: dict[Any, Any] = {}
        for part in parts:
            inner = part.function(*(symbol(part.arguments.get(name, name)) for name in parameters(part.function)))
            inner = inner.xreplace(rules)
            if not expression.has(inner):
                raise ValueError(f"{function.__name__} does not hold {part.name} as a part.")
            rules[inner] = symbol(part.name)
            expression = expression.xreplace({inner: symbol(part.name)})
        return _flat(expression.xreplace(exact))


def latex(function: Function, lhs: str, names: Mapping[str, str], parts: Iterable[Part] = ()) -> str:
    """A function as a LaTeX equation: `lhs = ...`.

    names: the LaTeX of every argument and of every part, by name
    """
    expression = trace(function, parts)
    letters = {free: names[free.name] for free in expression.free_symbols}
    settings = {"order": "none", "mul_symbol": "dot", "symbol_names": letters}
    with sympy.evaluate(False):
        return f"{lhs} = {_Printer(settings).doprint(expression)}"


@dataclass(frozen=True)
class Letter:
    """How an argument or a result is written, and what it is.

    parts: of what a page prints the equation of, the functions that it shows as one letter, with `arguments` of Part
    """

    latex: str
    words: str
    parts: Mapping[str, Mapping[str, str]] | None = None


SYMBOLS = {name: Letter(**row) for name, row in written.toml_of(Path(__file__).with_suffix(".toml")).items()}


def letter(name: str) -> Letter:
    """How a name is written. An assumption without a letter is written in words; LookupError for another name."""
    row = known().get(name)
    if name in SYMBOLS or row is None:
        try:
            return SYMBOLS[name]
        except KeyError:
            raise LookupError(
                f"`{name}` has no entry in analysis/equations.toml (its letter, and what it is). Add it."
            ) from None
    return Letter(rf"\text{{{row.title}}}", f"{row.title}, {row.unit}")


# Every equation that a page prints, with the parts that it shows as one letter.
EQUATIONS: dict[str, tuple[Function, tuple[Part, ...]]] = {
    name: (getattr(costs, name), tuple(Part(getattr(costs, part), own) for part, own in each.parts.items()))
    for name, each in SYMBOLS.items()
    if each.parts is not None
}


def named() -> list[str]:
    """Every name that the printed equations need a letter for: left sides, arguments and parts."""
    needed = (
        (name, *parameters(function), *(part.name for part in parts)) for name, (function, parts) in EQUATIONS.items()
    )
    return list(dict.fromkeys(name for names in needed for name in names))


def label(name: str) -> str:
    """What {eq} refers to."""
    return "eq-" + name.replace("_usd", "").replace("_", "-")


def reference(name: str) -> str:
    """A link to an equation, for a cell of a table."""
    return f"{{eq}}`{label(name)}`"


def show(*names: str) -> Markdown:
    """Equations as a page shows them: numbered, and below them what each letter is."""
    letters = {name: letter(name).latex for name in named()}
    blocks, used = [], {}
    for name in names:
        function, parts = EQUATIONS[name]
        blocks.append(f"$$\n{latex(function, letters[name], letters, parts)}\n$$ ({label(name)})")
        # Left side first, then the letters as the function takes them.
        occurring = {free.name for free in trace(function, parts).free_symbols}
        order = [name, *parameters(function), *(part.name for part in parts)]
        used.update({letter(n).latex: letter(n).words for n in order if n == name or n in occurring})
    key = [f"- {{math}}`{letter}`: {words}" for letter, words in used.items()]
    return Markdown("\n\n".join([*blocks, "\n".join(key)]))

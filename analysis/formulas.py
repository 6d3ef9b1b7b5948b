"""The formulas of the live page: results traced with symbols, and printed as JavaScript.

A result of analysis/quantities is called with a SymPy symbol for every assumption and with the numbers of data/, and
what comes out is printed. So the browser computes what Python computes, and no formula is written a second time.
SymPy is kept from reordering: terms are added in the order of the code, and the last digits agree.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sympy
from sympy.core.relational import Relational
from sympy.functions.elementary.piecewise import ExprCondPair
from sympy.logic.boolalg import BooleanAtom
from sympy.printing.jscode import JavascriptCodePrinter

from analysis.quantities import Definition

# What a formula may hold. A browser has an equal of each; of anything else nobody has checked that it has.
ALLOWED: tuple[type, ...] = (
    *(sympy.Symbol, sympy.Number, sympy.Add, sympy.Mul, sympy.Pow, sympy.Min, sympy.Max),
    *(sympy.Piecewise, ExprCondPair, Relational, BooleanAtom, sympy.exp, sympy.log),
)


class FormulaError(Exception):
    """A result cannot be computed in a browser; the message says which, and what stands in the way."""


@dataclass(frozen=True)
class Formula:
    """One result as JavaScript: an expression in `x`, whose properties are the assumptions.

    uses: the assumptions that it depends on
    """

    name: str
    javascript: str
    uses: frozenset[str]


class _Symbols:
    """A case whose numbers are symbols and whose choices are made; it remembers which were asked for."""

    def __init__(self, known: Mapping[str, Any], chosen: Mapping[str, str]) -> None:
        self._known, self._chosen = known, chosen
        self.used: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in self._known:
            raise AttributeError(name)
        self.used.add(name)
        return self._chosen[name] if name in self._chosen else sympy.Symbol(name, real=True)


class _Printer(JavascriptCodePrinter):
    """Terms and factors in the order in which the code has them, and numbers with all their digits."""

    def _print_Symbol(self, expr: Any) -> str:
        return f"x.{expr.name}"

    def _print_Float(self, expr: Any) -> str:
        return repr(float(expr)).removesuffix(".0")

    def _print_Add(self, expr: Any, order: Any = None) -> str:
        first, *rest = [term for term in expr.args if term != 0] or [sympy.Integer(0)]
        text = str(self._print(first))
        for term in rest:
            # A sum on the right keeps its brackets: adding is done in the order of the code.
            shown = f"({self._print(term)})" if term.is_Add else str(self._print(term))
            text += f" - {shown[1:]}" if shown.startswith("-") else f" + {shown}"
        return text

    def _factor(self, expr: Any, first: bool) -> str:
        text = str(self._print(expr))
        below = expr.is_Pow and expr.exp == -1
        if expr.is_Add or (not first and (expr.is_Mul or below or text.startswith("-"))):
            return f"({text})"
        return text

    def _print_Mul(self, expr: Any) -> str:
        negative = expr.args[0] == -1
        text = ""
        for factor in expr.args[1 if negative else 0 :]:
            if factor.is_Pow and factor.exp == -1:
                text = f"{text or 1}/{self._factor(factor.base, False)}"
            else:
                text += ("*" if text else "") + self._factor(factor, not text and not negative)
        return f"-{text}" if negative else text

    def _print_Pow(self, expr: Any) -> str:
        if expr.exp == -1:
            return f"1/{self._factor(expr.base, False)}"
        return f"Math.pow({self._print(expr.base)}, {self._print(expr.exp)})"

    def _print_Piecewise(self, expr: Any) -> str:
        text = self._print(expr.args[-1].expr)
        for case in reversed(expr.args[:-1]):
            text = f"({self._print(case.cond)} ? {self._print(case.expr)} : {text})"
        return text


def javascript(expression: Any, name: str) -> str:
    """A traced result as a JavaScript expression. FormulaError, naming the result, if a browser may not know it."""
    expression = sympy.sympify(expression)
    for part in sympy.preorder_traversal(expression):
        # Infinity is what a ratio of nothing is; the page says of it that it is not defined.
        unknown = isinstance(part, sympy.Number) and not part.is_finite and part != sympy.oo
        if not isinstance(part, ALLOWED) or unknown:
            raise FormulaError(
                f"The result {name} holds {type(part).__name__}, which the live page does not compute. "
                "It knows arithmetic, powers, exp, log, Min, Max and cases: write the formula with those, "
                "or take the result off the live page (analysis/report/live.py)."
            )
        if isinstance(part, sympy.Piecewise) and part.args[-1].cond != True:  # noqa: E712 (SymPy's own truth)
            raise FormulaError(f"The result {name} has cases, of which none may hold. Give the last one `True`.")
    return str(_Printer({"order": "none"}).doprint(expression))


def script(source: str, name: str, document: Mapping[str, Any], functions: Mapping[str, str]) -> str:
    """A classic script: data as `window.<name>`, then its formulas. source: what it is generated from, for a comment"""
    return "\n".join(
        [
            f"// Generated from {source}.",
            f"window.{name} = {json.dumps(document, ensure_ascii=False, separators=(',', ':'))};",
            f"window.{name}.formulas = {{",
            *(f"  {result}: {function}," for result, function in functions.items()),
            "};",
            "",
        ]
    )


def _traced(definition: Definition, data: Any, symbols: _Symbols) -> str:
    try:
        with sympy.evaluate(False):
            return javascript(definition.compute(symbols, data), definition.name)
    except (TypeError, ValueError) as error:
        raise FormulaError(
            f"The result {definition.name} cannot be traced with symbols ({error}). Its formula must be arithmetic "
            "that takes floats, arrays and symbols alike, as everything in analysis/costs does."
        ) from error


def formula(
    definition: Definition, data: Any, known: Mapping[str, Any], choices: Callable[[str], tuple[str, ...]]
) -> Formula:
    """One result as JavaScript.

    known:   the assumptions, by name
    choices: the values that an assumption may take; empty for a number
    A result that depends on a choice is traced once for each of its values.
    """
    first = {name: choices(name)[0] for name in known if choices(name)}
    symbols = _Symbols(known, first)
    text = _traced(definition, data, symbols)
    for name in sorted(symbols.used & first.keys()):
        branches = []
        for value in choices(name):
            again = _Symbols(known, {**first, name: value})
            branches.append(f'x.{name} === "{value}" ? {_traced(definition, data, again)} : ')
        text = "".join(branches) + "NaN"
    return Formula(definition.name, text, frozenset(re.findall(r"\bx\.(\w+)", text)))

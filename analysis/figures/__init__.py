"""The figures of the report: one function each, from a case to a drawing.

`figures.capex(case)` draws one. Its module is imported only then, so that a page rests on the figures that it shows
and on no others: a change of one figure makes those pages stale, not all.
A module in charts/ is a figure: `rental-price` is the function `rental_price` of `charts/rental_price.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any

from analysis.figures import charts

if TYPE_CHECKING:
    from analysis.case import Case
    from analysis.figures.drawing import Drawing

# The two drawings of a figure, as a notebook's output names them: for a text's width and for a phone's.
SVG, NARROW = "image/svg+xml", "image/x-narrow-svg+xml"

NAMES = tuple(sorted(module.name.replace("_", "-") for module in iter_modules(charts.__path__)))


class _Figures(Mapping[str, "Callable[[Case], Drawing]"]):
    """Name of a figure -> the function that draws it."""

    def __getitem__(self, name: str) -> Callable[[Case], Drawing]:
        if name not in NAMES:
            raise KeyError(name)
        function = name.replace("-", "_")
        drawn: Callable[[Case], Drawing] = getattr(import_module(f"{__name__}.charts.{function}"), function)
        return drawn

    def __iter__(self) -> Iterator[str]:
        return iter(NAMES)

    def __len__(self) -> int:
        return len(NAMES)


FIGURES: Mapping[str, Callable[[Case], Drawing]] = _Figures()


def __getattr__(function: str) -> Any:
    name = function.replace("_", "-")
    if name not in NAMES:
        raise AttributeError(f"There is no figure '{function}'. Figures: {', '.join(NAMES)}.")
    return FIGURES[name]

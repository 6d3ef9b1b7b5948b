"""A figure is a drawing, its numbers and its words.

As a notebook's output it is one bundle: the SVG, the table behind it as CSV, and the alt text as plain text.
nbval compares all three, so a bar, a number or a sentence that moves is seen.
The rows of data/ that a figure rests on are recorded while it is made, and go with it as metadata.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import wraps
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from analysis.case import Case
from analysis.figures.style import plain
from analysis.trace import in_order, packed
from analysis.untrusted import as_cell

MADE_ID = r"[a-z][0-9a-f]{10}"


def numbered(svg: str) -> str:
    """The ids inside an SVG numbered in order of appearance.

    matplotlib makes them from coordinates, whose last digit may differ between two versions of Python.
    """
    found = re.findall(rf'(?<=#){MADE_ID}\b|(?<=id="){MADE_ID}(?=")', svg)
    order = {old: f"{old[0]}{number}" for number, old in enumerate(dict.fromkeys(found), start=1)}
    return re.sub(rf'(?<=[#"]){MADE_ID}\b', lambda match: order.get(match[0], match[0]), svg)


def size(svg: str) -> tuple[float, float]:
    """Width and height of an SVG in points; (0, 0) where it does not say."""
    found = re.search(r'<svg[^>]* viewBox="[\d.-]+ [\d.-]+ ([\d.]+) ([\d.]+)"', svg)
    return (float(found[1]), float(found[2])) if found else (0, 0)


def in_pixels(svg: str) -> str:
    """The size of an SVG as an image's attributes; "" where it does not say."""
    width, height = (round(points * 4 / 3) for points in size(svg))
    return f'width="{width}" height="{height}"' if width else ""


@dataclass(frozen=True)
class Drawing:
    """One finished figure.

    name:   its name in files and references, for example "capex"
    figure: the drawing
    table:  the numbers that are drawn, units in the column names
    alt:    one or two sentences: the kind of chart, and the finding with its numbers
    rests_on: keys of the rows of data/ that it was made from, by table; `observed` fills it
    """

    name: str
    figure: Figure
    table: pd.DataFrame
    alt: str
    rests_on: Mapping[str, list[str]] = field(default_factory=dict)

    def svg(self) -> str:
        """The drawing as SVG: the same bytes for the same numbers."""
        buffer = io.StringIO()
        with plain(**{"svg.hashsalt": self.name, "svg.fonttype": "path"}):
            self.figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
        return numbered(buffer.getvalue())

    def csv(self) -> str:
        """The table behind the drawing, six significant digits; no text in it is a formula to a spreadsheet."""
        return self.table.map(as_cell).to_csv(index=False, float_format="%.6g", lineterminator="\n")

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[dict[str, Any], dict[str, Any]]:
        bundle = {"image/svg+xml": self.svg(), "text/csv": self.csv(), "text/plain": self.alt}
        words = {"alt": self.alt, "name": self.name, "rests_on": packed(self.rests_on)}
        return bundle, {"image/svg+xml": words}


def observed(draw: Callable[[Case], Drawing]) -> Callable[[Case], Drawing]:
    """A figure's function whose drawing knows what it rests on: what was read of the case while it was made."""

    @wraps(draw)
    def drawn(case: Case) -> Drawing:
        with case.trace.observe() as seen:
            drawing = draw(case)
        return replace(drawing, rests_on=in_order(seen))

    return drawn

"""A figure is a drawing, its numbers and its words.

As a notebook's output it is one bundle: the SVG, a second one for phones, the table behind it as CSV, and the alt text
as plain text. nbval compares all four, so a bar, a number or a sentence that moves is seen.
The rows of data/ that a figure rests on are recorded while it is made, and go with it as metadata.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from html import escape
from typing import Any

import pandas as pd

from analysis.case import Case
from analysis.figures import NARROW, SVG, credits
from analysis.figures.sheet import FOOT, MARGIN, Sheet, pen, text_path
from analysis.figures.style import MUTED, plain
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


def addressed(svg: str, address: str) -> str:
    """A drawing with the address of its page in the blank line at its foot; the same drawing for ""."""
    if not address:
        return svg
    _, high = size(svg)
    outline = text_path(address, FOOT)
    move = f"translate({MARGIN} {high - MARGIN - FOOT * 0.25:.2f})"
    return svg.replace("</svg>", f'<path id="address" fill="{MUTED}" transform="{move}" d="{outline}"/>\n</svg>')


@dataclass(frozen=True)
class Sketch:
    """What a figure says, and how it is drawn.

    name:  its name in files and references, for example "capex"
    title: the finding, computed
    unit:  what is drawn, its unit and its cost basis
    draw:  puts the panels on a sheet; called once for a text's width and once for a phone's
    table: the numbers that are drawn, units in the column names
    alt:   one or two sentences: the kind of chart, and the finding with its numbers
    """

    name: str
    title: str
    unit: str
    draw: Callable[[Sheet], None]
    table: pd.DataFrame
    alt: str


@dataclass(frozen=True)
class Drawing:
    """One finished figure: a sketch drawn at both widths, and what it rests on.

    wide, narrow: the drawings
    credits:  the line of sources that both carry
    rests_on: keys of the rows of data/ that it was made from, by table
    """

    sketch: Sketch
    wide: Sheet
    narrow: Sheet
    credits: str
    rests_on: Mapping[str, list[str]]

    @property
    def name(self) -> str:
        return self.sketch.name

    @property
    def alt(self) -> str:
        return self.sketch.alt

    @property
    def table(self) -> pd.DataFrame:
        return self.sketch.table

    def svg(self, narrow: bool = False) -> str:
        """The drawing as SVG: the same bytes for the same numbers.

        It carries its words as text too, which its letters, being shapes, are not, and says where its panels are.
        """
        buffer, sheet = io.StringIO(), self.narrow if narrow else self.wide
        with plain(**{"svg.hashsalt": self.name, "svg.fonttype": "path"}):
            sheet.figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
        start, end = re.split(r"(?=<svg )", numbered(buffer.getvalue()))
        told = "".join(
            f"<{tag}>{escape(text)}</{tag}>\n"
            for tag, text in (("title", self.sketch.title), ("desc", f"{self.sketch.unit}. {self.credits}"))
        )
        where = f'data-head="{sheet.head:.1f}" data-foot="{sheet.foot:.1f}" '
        return start + re.sub(r"<svg ([^>]*)>\n", lambda match: f"<svg {where}{match[1]}>\n{told}", end, count=1)

    def csv(self) -> str:
        """The table behind the drawing, six significant digits; no text in it is a formula to a spreadsheet."""
        return self.table.map(as_cell).to_csv(index=False, float_format="%.6g", lineterminator="\n")

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[dict[str, Any], dict[str, Any]]:
        bundle = {SVG: self.svg(), NARROW: self.svg(narrow=True), "text/csv": self.csv(), "text/plain": self.alt}
        words = {
            "alt": self.alt,
            "name": self.name,
            "title": self.sketch.title,
            "unit": self.sketch.unit,
            "credits": self.credits,
            "rests_on": packed(self.rests_on),
        }
        return bundle, {SVG: words, NARROW: {"name": self.name}}


def sheets(sketch: Sketch) -> tuple[Sheet, Sheet]:
    """A sketch drawn at both widths, without the line of its sources."""
    with pen(sketch.name):
        wide, narrow = Sheet(narrow=False), Sheet(narrow=True)
        for sheet in (wide, narrow):
            sheet.open(sketch.title, sketch.unit)
            sketch.draw(sheet)
    return wide, narrow


def observed(sketched: Callable[[Case], Sketch]) -> Callable[[Case], Drawing]:
    """A figure's function, drawn at both widths, with what was read of the case while it was made."""

    @wraps(sketched)
    def drawn(case: Case) -> Drawing:
        with case.trace.observe() as seen:
            sketch = sketched(case)
            wide, narrow = sheets(sketch)
        rests_on = in_order(seen)
        told = credits.line(rests_on)
        with pen(sketch.name):
            for sheet in (wide, narrow):
                sheet.close(told)
        return Drawing(sketch, wide, narrow, told, rests_on)

    return drawn

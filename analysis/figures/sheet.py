"""The paper of a figure, built from the top down, as wide as a text or as a phone.

Everything is in points. A figure draws itself twice, on a wide and on a narrow sheet, from the same numbers: its
finding as a title, a line with unit and basis, its panels, and a line that says where the numbers come from.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

from analysis.figures.style import FAMILY, INK, MUTED, RC, mark, plain, register_fonts, settle

WIDE, NARROW = 504.0, 244.0
MARGIN = 3.0
# The height of a sheet while it is drawn on; what is left of it is cut off.
TALL = 3000.0
# No letter is smaller: 11 pixels on a phone.
LEAST = 8.5
TITLE, UNIT, FOOT = 13.5, 10.0, LEAST
LINE = 1.24


@lru_cache(maxsize=8)
def _face(weight: str) -> FontProperties:
    register_fonts()
    return FontProperties(family=FAMILY, weight=weight, size=100)


@lru_cache(maxsize=4096)
def width_of(text: str, size: float, weight: str = "normal") -> float:
    """How wide a line of text is, in points."""
    return float(text_to_path.get_text_width_height_descent(text, _face(weight), ismath=False)[0]) * size / 100


def text_path(text: str, size: float) -> str:
    """The outline of a line of text in the language of an SVG's path, from its baseline's left end."""
    vertices, codes = text_to_path.get_text_path(_face("normal"), text)
    scale, letters, told = size / 100, {1: "M", 2: "L", 3: "Q", 4: "C", 79: "Z"}, []
    waiting: list[str] = []
    for (x, y), code in zip(vertices, codes, strict=True):
        points = "" if code == 79 else f"{x * scale:.2f} {-y * scale:.2f}"
        waiting.append(points)
        if len(waiting) == {3: 2, 4: 3}.get(int(code), 1):
            told.append(letters[int(code)] + " ".join(waiting))
            waiting = []
    return "".join(told)


def wrapped(text: str, width: float, size: float, weight: str = "normal") -> list[str]:
    """A text in lines that are no wider than so many points, except where a single word is; numbers keep their unit."""
    lines = [""]
    for word in re.sub(r"(?<=\d) (?=%|million|billion)", "\N{NO-BREAK SPACE}", text).split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and width_of(longer, size, weight) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def cut(text: str, width: float, size: float, weight: str = "normal") -> str:
    """A text of anybody's that must fit into so many points; what is longer ends in an ellipsis."""
    if width_of(text, size, weight) <= width:
        return text
    while text and width_of(f"{text} …", size, weight) > width:
        text = text[:-1].rstrip()
    return f"{text} …"


class Sheet:
    """A figure in the making.

    narrow: whether it is for a phone
    width:  points from side to side
    at:     how far down it is drawn on, in points; what comes next begins there
    ground: axes over the whole sheet, x from the left and y from the top, both in points
    """

    def __init__(self, narrow: bool) -> None:
        self.narrow = narrow
        self.width = NARROW if narrow else WIDE
        self._across = self.width + 2 * MARGIN
        self.at = MARGIN
        self.head = self.foot = 0.0
        self.figure = Figure(figsize=(self._across / 72, TALL / 72))
        self.figure.set_layout_engine("none")
        self.ground = self.figure.add_axes((0, 0, 1, 1), zorder=-1)
        self.ground.axis("off")
        self.ground.set(xlim=(-MARGIN, self.width + MARGIN), ylim=(TALL, 0))
        self._panels: list[tuple[Axes, tuple[float, float, float, float]]] = []

    def of(self, wide: float, narrow: float) -> float:
        """One number for a wide sheet, another for a narrow one."""
        return narrow if self.narrow else wide

    def skip(self, points: float) -> None:
        """Leave so much blank."""
        self.at += points

    def panel(self, height: float, left: float = 0, right: float = 0, below: float = 0) -> Axes:
        """Axes over the next `height` points, so far from the sides; `below` is room for what stands under its axis."""
        box = (left, self.at, self.width - left - right, height)
        ax = self._axes(box)
        self.at += height + below
        return ax

    def side(self, ax: Axes, left: float, right: float) -> Axes:
        """Axes beside a panel: at its height, so far from the sides of the sheet."""
        (_, top, _, height), *_ = [box for panel, box in self._panels if panel is ax]
        return self._axes((left, top, self.width - left - right, height))

    def put(self, x: float, y: float, text: str, **style: Any) -> None:
        """Text so far from the left, its baseline so far from the top."""
        text = text.replace("'", "’")
        self.ground.text(x, y, text, **{"va": "baseline", "parse_math": False, "fontsize": 10, **style})

    def lines(self, text: str, size: float = 10, weight: str = "normal", **style: Any) -> None:
        """A text over the width of the sheet, in as many lines as it takes."""
        for line in wrapped(text, self.width, size, weight):
            self.at += size * LINE
            self.put(0, self.at - size * 0.28, line, fontsize=size, fontweight=weight, **style)

    def heading(self, text: str, colour: str = INK, size: float = 11, above: float = 10, below: float = 4) -> None:
        """The name of the next panel."""
        self.skip(above)
        self.lines(text, size, "semibold", color=colour)
        self.skip(below)

    def key(self, entries: Sequence[tuple[str, str, str]], colour: str = MUTED) -> None:
        """What the marks mean, in as many rows as they take: (shape, fill, words); the shape "-" is a range."""
        x, size = 0.0, 9.5
        self.at += size * LINE
        for shape, fill, text in entries:
            wide = 16 + width_of(text, size) + 14
            if x and x + wide - 14 > self.width:
                x = 0.0
                self.at += size * LINE + 1
            y = self.at - size * 0.6
            if shape == "-":
                self.ground.plot([x, x + 12], [y, y], color=colour, linewidth=1.6, solid_capstyle="butt")
            else:
                self.ground.plot(x + 6, y, shape, **mark(colour, fill))
            self.put(x + 16, self.at - size * 0.28, text, fontsize=size, color=INK)
            x += wide
        self.skip(6)

    def band(self, top: float, bottom: float, colour: str) -> None:
        """A faint ground in a colour, over the width of the sheet, between two heights."""
        self.ground.axhspan(top, bottom, color=colour, alpha=0.08, linewidth=0, zorder=-2)

    def open(self, title: str, unit: str) -> None:
        """The finding, and under it the unit and the basis."""
        self.lines(title, TITLE, "semibold")
        self.skip(1)
        self.lines(unit, UNIT, color=MUTED)
        self.skip(8)
        self.head = self.at

    def close(self, credits_: str) -> None:
        """The line of sources, with room below it for the address of a published site; what is left is cut off."""
        self.foot = self.at
        self.skip(6)
        self.ground.plot([0, self.width], [self.at, self.at], color=MUTED, linewidth=0.5)
        self.skip(2)
        self.lines(credits_, FOOT, color=MUTED)
        self.skip(FOOT * LINE)
        height = self.at + MARGIN
        self.ground.set_ylim(height, 0)
        self.figure.set_size_inches(self._across / 72, height / 72)
        for ax, box in self._panels:
            ax.set_position(self._fraction(box, height))
        settle(self.figure)

    def _axes(self, box: tuple[float, float, float, float]) -> Axes:
        # Words that are put on the sheet show through.
        ax = self.figure.add_axes(self._fraction(box, TALL), facecolor="none")
        self._panels.append((ax, box))
        return ax

    def _fraction(self, box: tuple[float, float, float, float], height: float) -> tuple[float, float, float, float]:
        left, top, wide, high = box
        return (left + MARGIN) / self._across, 1 - (top + high) / height, wide / self._across, high / height


@contextmanager
def pen(name: str) -> Iterator[None]:
    """The style of all figures, while one is drawn; `name` salts the ids of its SVG."""
    register_fonts()
    with plain(**RC, **{"svg.hashsalt": name}):
        yield

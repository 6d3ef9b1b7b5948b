"""The one style of all figures: type, colours, hatches, and the marks that several figures share.

Every colour keeps a contrast of 3:1 on white and on the dark ground of the site, and no figure tells two things
apart by colour alone: hatches, positions or direct labels say the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import get_font
from matplotlib.text import Text
from matplotlib.ticker import FuncFormatter

from analysis import words, written

_LOOK = written.toml_of(Path(__file__).with_suffix(".toml"))
COLOURS: dict[str, str] = _LOOK["colours"]
INK, MUTED, GRID, PAPER = (COLOURS[name] for name in ("ink", "muted", "rule", "paper"))
BLUE, TEAL, ORANGE, PURPLE, GREY, RED = (COLOURS[name] for name in ("blue", "teal", "orange", "purple", "grey", "red"))
GPU_COLOURS = {gpu: COLOURS[row["colour"]] for gpu, row in _LOOK["gpus"].items()}
GPU_NAMES = {gpu: row["name"] for gpu, row in _LOOK["gpus"].items()}
BASES: dict[str, dict[str, str]] = _LOOK["bases"]
BASIS_COLOURS = {basis: COLOURS[row["colour"]] for basis, row in BASES.items()}
BASIS_NAMES = {basis: row["name"] for basis, row in BASES.items()}
HEADLINE_NAMES: dict[str, str] = _LOOK["headlines"]
RC = {name: COLOURS.get(value, value) for name, value in _LOOK["matplotlib"].items()}
FAMILY = RC["font.family"]

# In dark mode the site shows the same drawing through this CSS filter: paper becomes the page's ground, hues stay.
DARK_FILTER = "invert(0.93) hue-rotate(180deg)"


def dark(colour: str) -> str:
    """What #rrggbb becomes under DARK_FILTER: inverted by 0.93, then the filter's matrix for half a turn of the hue."""
    red, green, blue = (0.93 - 0.86 * int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    turned = (
        -0.574 * red + 1.430 * green + 0.144 * blue,
        0.426 * red + 0.430 * green + 0.144 * blue,
        0.426 * red + 1.430 * green - 0.856 * blue,
    )
    return "#" + "".join(f"{round(255 * min(max(value, 0), 1)):02x}" for value in turned)


@contextmanager
def plain(**settings: Any) -> Iterator[None]:
    """matplotlib as it is without its user's settings, which it reads in the home, in this folder and elsewhere."""
    everything: Any = {**matplotlib.rcParamsDefault}
    # Not a setting of a drawing, and whoever runs a page in Jupyter has one.
    del everything["backend"]
    with matplotlib.rc_context(everything | settings):
        yield


class FontError(OSError):
    """The typeface of the figures is not there; the message says where it was looked for, and how to mend it."""


def _font_file(face: str) -> Path:
    return Path(str(files("font_source_sans_pro"))) / "files" / f"SourceSansPro-{face}.ttf"


@lru_cache(maxsize=1)
def _shapes() -> frozenset[int]:
    return frozenset(get_font(_font_file("Regular")).get_charmap())


def shows(text: str) -> bool:
    """Whether the typeface has a shape for every letter; for one without, matplotlib draws a box and warns."""
    return _shapes().issuperset(map(ord, text))


def legible(title: str, name: str) -> str:
    """A scenario's title, or its name, which is ASCII, where the typeface cannot show the title."""
    return title if shows(title) else name


@lru_cache(maxsize=1)
def register_fonts() -> None:
    for face, (weight, slant) in _LOOK["faces"].items():
        path = _font_file(face)
        try:
            font_manager.fontManager.addfont(path)
            # To the front: of two that fit as well the first is taken, and the system may have another version.
            font_manager.fontManager.ttflist.insert(0, font_manager.fontManager.ttflist.pop())
            wanted = font_manager.FontProperties(family=FAMILY, style=slant, weight=weight)
            found = Path(font_manager.findfont(wanted, fallback_to_default=False))
        except (OSError, RuntimeError, ValueError) as error:
            raise FontError(
                f"The typeface of the figures cannot be used: {path} ({error}). Install it again with `make setup`."
            ) from None
        if found != path:
            # matplotlib takes the nearest it knows, and says so to nobody who reads the page.
            raise FontError(
                f"matplotlib draws {FAMILY} {face} with {found} instead of {path}. "
                "Take the other font out of matplotlib's reach, or install the report's again with `make setup`."
            )


def dollar_axis(ax: Axes, axis: str = "x") -> None:
    """Ticks as $5M, $1.6B."""
    chosen = ax.xaxis if axis == "x" else ax.yaxis
    chosen.set_major_formatter(FuncFormatter(lambda value, _: words.money_tick(value)))


def percent_axis(ax: Axes, axis: str = "x") -> None:
    """Ticks as 40 %, from fractions."""
    chosen = ax.xaxis if axis == "x" else ax.yaxis
    chosen.set_major_formatter(FuncFormatter(lambda value, _: f"{value * 100:.0f} %"))


def bare(ax: Axes, grid: bool = False) -> None:
    """Take away the spines and tick marks that carry nothing. grid: lines across, over a spine at the bottom"""
    ax.spines["left"].set_visible(False)
    ax.spines["bottom"].set_visible(grid)
    if grid:
        ax.grid(axis="y", color=GRID)
    ax.tick_params(length=0, labelsize=9, labelcolor=MUTED)


def gpu_piece(ax: Axes, gpu: str, y: float, width: float, height: float, left: float, unverified: bool = False) -> None:
    """One GPU type's piece of a stacked bar, from `left` and `width` wide; hatched where its count is unverified."""
    # No dots in a hatch: each is a path, and a pattern of them weighs a quarter of a megabyte in an SVG.
    look: dict[str, Any] = {"facecolor": GPU_COLOURS[gpu], "edgecolor": PAPER, "linewidth": 0.9}
    hatch = "////" if unverified else ""
    ax.barh(y, width, height, left, **look, hatch=hatch, hatchcolor=(1, 1, 1, 0.55))


def log_limits(values: Iterable[float], margin: float) -> tuple[float, float]:
    """Ends of a logarithmic axis that leave a factor of room around all values above zero."""
    shown = [value for value in values if value > 0]
    return min(shown) / margin, max(shown) * margin


def range_bar(ax: Axes, low: float, high: float, y: float, colour: str = INK, height: float = 0.16) -> None:
    """A horizontal range with end caps, at height y."""
    ax.plot([low, high], [y, y], color=colour, linewidth=1.6, solid_capstyle="butt", zorder=4)
    for end in (low, high):
        ax.plot([end, end], [y - height / 2, y + height / 2], color=colour, linewidth=1.6, zorder=4)


def mark(colour: str, fill: str = "full", size: float = 6.5) -> dict[str, Any]:
    """How a mark is filled and edged. fill: full, left (a half) or none; what lies behind a hollow one is hidden."""
    return {
        "fillstyle": "full" if fill == "none" else fill,
        "markersize": size,
        "markerfacecolor": PAPER if fill == "none" else colour,
        "markerfacecoloralt": PAPER,
        "markeredgecolor": colour,
        "markeredgewidth": 1.4,
    }


def dot(ax: Axes, x: float, y: float, colour: str, shape: str = "o", fill: str = "full", size: float = 6.5) -> None:
    """One value of a row. fill: full, left (a half) or none; what lies behind a hollow dot does not shine through.

    Nothing has no place on a logarithmic axis: the words beside the row tell it.
    """
    if (x <= 0 and ax.get_xscale() == "log") or (y <= 0 and ax.get_yscale() == "log"):
        return
    ax.plot(x, y, shape, **mark(colour, fill, size), clip_on=False, zorder=5)


def short(text: str) -> str:
    """An amount or a range in words, for a narrow column: '$5.6 million' -> '$5.6M', '$290,000' -> '$290K'."""
    text = text.replace(" million", "M").replace(" billion", "B")
    numbers = re.findall(r"\d[\d,.]*", text)
    if numbers and text.endswith("000") and all(number.endswith(",000") for number in numbers):
        text = re.sub(r",000(?![\d,])", "", text) + "K"
    return text


def settle(figure: Figure) -> None:
    """Keep the layout, so that every save has the same bytes; and make every tick now, while the style holds."""
    figure.set_layout_engine("none")
    for ax in figure.axes:
        for axis in (ax.xaxis, ax.yaxis):
            axis.get_ticklabels()
            axis.get_ticklabels(minor=True)


def note(ax: Axes, x: float, y: float, words_: str, axes_x: bool = False, **options: Any) -> Text:
    """Text in data coordinates; with axes_x its x runs from 0 to 1 over the axes, and may lie outside of them."""
    transform = ax.get_yaxis_transform() if axes_x else ax.transData
    given: dict[str, Any] = {"va": "center", "fontsize": 10, "transform": transform, **options}
    return ax.text(x, y, words_, parse_math=False, **given)

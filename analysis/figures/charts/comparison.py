"""What changes: every headline in every scenario that moves it, over its own value in the base case.

A shared axis of dollars would set costs of different kinds side by side. So each panel is one result on its own basis,
the axis is a ratio to that result's base case, and the base case is one line down all panels.
"""

from __future__ import annotations

import textwrap

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter

from analysis import comparison as compared
from analysis import words
from analysis.case import Case, Quantity
from analysis.comparison import Change, Comparison
from analysis.figures import style
from analysis.figures.drawing import Drawing, observed
from analysis.figures.labels import pixels
from analysis.sensitivity import HEADLINES

NAME = "comparison"

# Inches: words left and right of the dots, height of a row and of a panel's heading, gap between panels.
LEFT, RIGHT, ROW, HEADING, GAP = 2.45, 1.5, 0.44, 0.32, 0.12
OVER, UNDER = 0.42, 0.72

# An axis from 1 to this gets ticks at 1, 2 and 5 only; a very wide one at powers of ten only.
WIDE, VERY_WIDE = 6.0, 150.0


def over_base(value: float, base: Quantity) -> float:
    """A value over the base case's central value of the same result."""
    return value / base.value


def wrapped(ax: Axes, text: str, inches: float, **look: float) -> str:
    """A title on one line, or on two that are no wider than so many inches; what is longer ends in an ellipsis."""
    room = inches * ax.figure.dpi
    for width in range(60, 8, -2):
        lines = textwrap.wrap(text, width, max_lines=2, placeholder=" …")
        if all(pixels(ax, line, **look)[0] <= room for line in lines):
            break
    return "\n".join(lines)


@observed
def comparison(case: Case) -> Drawing:
    """A panel a headline: the base case, and each scenario that moves the headline, with ranges."""
    found = compared.compare(case, compared.chosen())
    panels = {name: found.movers(name) for name in HEADLINES}
    limits = _limits(found, panels)
    height = OVER + UNDER + sum(HEADING + GAP + ROW * (1 + len(moved)) for moved in panels.values()) - GAP
    with style.paper(NAME, height) as figure:
        _key(figure)
        top, axes = OVER, []
        for name, moved in panels.items():
            ax = style.panel(figure, top + HEADING, ROW * (1 + len(moved)), LEFT, RIGHT)
            _panel(ax, found, found.base[name], moved, limits)
            axes.append(ax)
            top += HEADING + GAP + ROW * (1 + len(moved))
        axes[-1].tick_params(labelbottom=True, pad=6)
        axes[-1].set_xlabel("Result over its own value in the base case (log scale)", fontsize=9.5, loc="left")
        figure.text(
            0.1 / style.WIDTH_INCHES,
            0.1 / height,
            "Ratios may be compared between panels. Sums may not: each panel has a cost basis of its own.",
            fontsize=9.5,
            fontstyle="italic",
        )
        style.settle(figure)
    return Drawing(NAME, figure, _table(found), _alt(found, panels))


def _limits(found: Comparison, panels: dict[str, list[Change]]) -> tuple[float, float]:
    """Both ends of the axis, wide enough for every dot and range."""
    ratios = [1.0]
    for name, moved in panels.items():
        base = found.base[name]
        for result in (base, *(change.here for change in moved)):
            ratios += [over_base(value, base) for value in (result.low, result.value, result.high)]
        ratios += [1 + end for change in moved for end in (change.relative_low, change.relative_high)]
    return style.log_limits(ratios, 1.15)


def _axis(ax: Axes, rows: int, limits: tuple[float, float]) -> None:
    span = limits[1] / limits[0]
    steps = (1,) if span > VERY_WIDE else (1, 2, 5) if span > WIDE else (1, 1.5, 2, 3, 5, 7)
    style.log_rows(ax, rows, limits, subs=steps)
    ax.patch.set_alpha(0)
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{words.digits(value, 3)} ×"))
    ax.tick_params(labelbottom=False)


def _panel(ax: Axes, found: Comparison, base: Quantity, moved: list[Change], limits: tuple[float, float]) -> None:
    colour = style.BASIS_COLOURS[base.basis]
    _axis(ax, 1 + len(moved), limits)
    style.heading(ax, base.title, LEFT - 0.1, color=colour)
    still = len(found.columns) - len(moved)
    said = f"; {still} of {len(found.columns)} scenarios do not move it" if still else ""
    style.remark(ax, f"{base.basis} basis{said}", RIGHT - 0.05)
    ax.plot([1, 1], [-0.5, len(moved) + 0.5], color=style.INK, linewidth=1.1, zorder=3)
    _row(ax, 0, "Base case", base, base, colour, "none")
    valued(ax, 0, style.short(base.text), style.short(base.range))
    for y, change in enumerate(moved, start=1):
        column = found.column(change.scenario)
        ends = [1 + change.relative_low, 1 + change.relative_high]
        _row(ax, y, style.legible(column.title, column.name), change.here, base, colour, "full")
        ax.plot(ends, [y, y], color=colour, linewidth=5.5, solid_capstyle="butt", alpha=0.55, zorder=4.5)
        valued(
            ax,
            y,
            f"{change.percent} ({style.short(change.text)})",
            f"{style.short(change.here.text)}; {style.short(change.here.range)}",
        )


def _row(ax: Axes, y: float, title: str, result: Quantity, base: Quantity, colour: str, fill: str) -> None:
    named(ax, y, title, LEFT)
    if not result.certain:
        style.range_bar(ax, over_base(result.low, base), over_base(result.high, base), y, colour=colour, height=0.26)
    style.dot(ax, over_base(result.value, base), y, colour, fill=fill)


def named(ax: Axes, y: float, title: str, left: float) -> None:
    """A row's title in the room left of its axes, so many inches wide."""
    text = wrapped(ax, title, left - 0.3, fontsize=9.8)
    style.beside(ax, y, text, -(left - 0.1) * 72, ha="left", va="center", fontsize=9.8, linespacing=1.1)


def valued(ax: Axes, y: float, value: str, ends: str) -> None:
    """A row's value right of its axes, and its range below."""
    style.beside(ax, y - 0.19, value, 8, fontsize=9.8, fontweight="semibold")
    style.beside(ax, y + 0.21, ends, 8, fontsize=8.8, color=style.MUTED)


def _key(figure: Figure) -> None:
    def mark(text: str, **look: object) -> Line2D:
        line = Line2D([], [], color=style.MUTED, label=text, markersize=6.5, markeredgewidth=1.4)
        line.set(**look)
        return line

    handles = [
        mark("base case", marker="o", markerfacecolor=style.PAPER, linewidth=0),
        mark("scenario", marker="o", linewidth=0),
        mark("5–95 % range of the result", linewidth=1.6),
        mark("of the change alone", linewidth=5.5, alpha=0.55),
    ]
    style.legend(figure, handles, 0.1, 4, columnspacing=1.4, handlelength=1.5)


def _table(found: Comparison) -> pd.DataFrame:
    """Every headline in the base case and in every scenario, moved or not, in the result's unit."""
    rows = []
    for name in HEADLINES:
        base = found.base[name]
        rows.append((name, base.basis, base.unit, "base", base.value, base.low, base.high, *[0.0] * 6))
        for change in found.changes(name):
            here = change.here
            moves = (change.change, change.low, change.high, change.relative, change.relative_low, change.relative_high)
            rows.append((name, base.basis, base.unit, change.scenario, here.value, here.low, here.high, *moves))
    columns = ["result", "basis", "unit", "scenario", "value", "p05", "p95"]
    return pd.DataFrame(
        rows,
        columns=[*columns, "change", "change_p05", "change_p95", "relative_change", "relative_p05", "relative_p95"],
    )


def _alt(found: Comparison, panels: dict[str, list[Change]]) -> str:
    said = []
    for name, moved in panels.items():
        base = found.base[name]
        text = "no scenario moves it"
        if moved:
            text = ", ".join(
                f"{found.column(change.scenario).title} {style.short(change.here.text)} ({change.percent})"
                for change in moved
            )
        said.append(f"{base.title}, {style.short(base.text)} in the base case: {text}")
    return "Dots with ranges, a panel a headline, each over its value in the base case. " + "; ".join(said) + "."

"""A sweep in one figure: how the results move with the assumptions that were varied.

One assumption: a line a result, with its 5-95 % band. Two: a map a result, or lines where one of the two has few
values. More, or a file of cases: how the results are distributed over the cases. Results that no case moves are
named and not drawn. The figure is no figure of the report, so FIGURES does not list it.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from analysis import parameters, words
from analysis.cases import Axis, CaseFile, Grid
from analysis.figures import credits, style
from analysis.figures.drawing import Drawing, Sketch
from analysis.figures.sheet import Sheet, pen
from analysis.quantities import REGISTRY

NAME = "sweep"

# Cases that are drawn at most: more points than these nobody sees.
POINTS, SIDE, CASES = 400, 40, 100_000

# Panels at most; the table of the sweep has every result.
MOST = 8

# Points: room for the key, over a panel for its title, below it for the numbers of its axis, left of it for those of
# the other; its height; and between two columns.
KEY, OVER, UNDER, LEFT, RIGHT, HIGH, GUTTER = 16, 46, 34, 44, 14, 116, 12

# An axis with so few values is drawn as lines of their own; a map with so few cells has its values written in.
FEW, COLUMNS, ROWS = 4, 6, 8

BINS = 30

# A line of equal value with fewer corners than this cuts off a corner of the map, and has no room for its label.
SHORT = 10

LINES = ((style.BLUE, "-"), (style.ORANGE, "--"), (style.TEAL, "-."), (style.PURPLE, ":"))


def axes_of(space: Grid | CaseFile) -> tuple[Axis, ...]:
    """The axes of a grid; a file of cases has none."""
    return space.axes if isinstance(space, Grid) else ()


def _even(count: int, most: int) -> np.ndarray:
    return np.unique(np.linspace(0, count - 1, min(count, most)).round().astype(np.int64))


def places(axes: Sequence[Axis], total: int) -> np.ndarray:
    """The cases that the figure needs, from 0 and rising: enough to see the shape, however many there are."""
    if len(axes) == 1:
        return _even(total, POINTS)
    if len(axes) == 2:
        first, second = (_even(len(axis), SIDE) for axis in axes)
        return (first[:, None] * len(axes[1]) + second).ravel()
    return _even(total, CASES)


def sweep(
    frame: pd.DataFrame,
    axes: Sequence[Axis],
    results: Sequence[str],
    total: int,
    base: Mapping[str, parameters.Value],
) -> Drawing:
    """The figure of a sweep.

    frame:   the cases at `places`, as the sweep's table has them
    results: names of results, in order
    total:   how many cases the sweep has
    base:    values of the case that the sweep starts from
    """
    moved = [name for name in results if _moves(frame[name])]
    shown = (moved or [name for name in results if frame[name].notna().any()])[:MOST]
    rest = [name for name in results if name not in moved]
    still = rest if moved else []
    with pen(NAME):
        sheet = Sheet(narrow=False)
        title, unit = _headline(axes, moved, results, total), "Each panel names its unit and cost basis"
        sheet.open(title, unit)
        key_at = sheet.at
        sheet.skip(KEY)
        drawn = list(zip(_panels(sheet, len(shown)), shown, strict=True))
        if len(axes) == 1:
            table, handles = _curves(drawn, frame, axes[0], base)
        elif len(axes) == 2:
            table, handles = _two(drawn, frame, axes)
        else:
            table, handles = _spread(drawn, frame, total)
        _key(sheet, key_at, handles)
        _below(sheet, axes, still, len(moved) - len(shown) if moved else 0)
        told = f"Own computation. {credits.REPORT} {credits.LICENCE}"
        sheet.close(told)
    # It is a file of its own, and never an image of a page: a phone has the same drawing.
    sketch = Sketch(NAME, title, unit, lambda _: None, table, _alt(frame, axes, shown, still, total))
    return Drawing(sketch, sheet, sheet, told, {})


def _headline(axes: Sequence[Axis], moved: Sequence[str], results: Sequence[str], total: int) -> str:
    """How many of the results move, and with what."""
    varied = words.label("", [parameters.known()[axis.name].title for axis in axes])
    cases = f"over {total:,} case" + "s" * (total != 1)
    return f"Of {len(results)} results, {len(moved)} move{'s' * (len(moved) == 1)} " + (
        f"with: {varied}" if 0 < len(axes) < 3 else cases
    )


def _panels(sheet: Sheet, count: int) -> list[Axes]:
    """Axes in one column or two, with room for their titles above and for the numbers of the axes."""
    columns = 1 if count == 1 else 2
    wide = (sheet.width - GUTTER * (columns - 1)) / columns
    found: list[Axes] = []
    for first in range(0, count, columns):
        sheet.skip(OVER)
        ax = sheet.panel(HIGH, LEFT, sheet.width - wide + RIGHT, below=UNDER)
        found.append(ax)
        if first + 1 < count:
            found.append(sheet.side(ax, wide + GUTTER + LEFT, RIGHT))
    return found


def _moves(column: pd.Series) -> bool:
    values = column.dropna().to_numpy(dtype=float)
    return bool(len(values) and np.ptp(values) > 1e-9 * np.abs(values).max())


# --- what all panels share ----------------------------------------------------------------------------------------


def _of(parameter: str) -> str:
    """A parameter and its unit, for an axis."""
    row = parameters.known()[parameter]
    return row.title if row.choices else f"{row.title} ({row.unit})"


def _basis(name: str) -> str:
    definition = REGISTRY[name]
    unit = {"USD/GPU-hour": "USD an hour", "fraction": "%"}.get(definition.unit, definition.unit)
    return f"{unit}, {definition.basis} basis" if definition.basis else unit


def _colour(name: str) -> str:
    return style.BASIS_COLOURS.get(REGISTRY[name].basis, style.GREY)


def _title(ax: Axes, name: str) -> None:
    ax.set_title(textwrap.fill(REGISTRY[name].title, 38), fontsize=10.5, pad=17)
    ax.annotate(
        _basis(name),
        (0, 1),
        xycoords="axes fraction",
        xytext=(0, 5),
        textcoords="offset points",
        fontsize=9,
        color=style.MUTED,
    )


def _amounts(ax: Axes, name: str, axis: str) -> None:
    """Ticks of a result's axis in its unit."""
    unit = REGISTRY[name].unit
    chosen = ax.yaxis if axis == "y" else ax.xaxis
    chosen.set_major_locator(MaxNLocator(4))
    if unit.startswith("USD"):
        style.dollar_axis(ax, axis)
    elif unit == "fraction":
        style.percent_axis(ax, axis)
    else:
        chosen.set_major_formatter(FuncFormatter(lambda value, _: words.digits(value, 4)))


def _said(value: float, name: str) -> str:
    return words.amount(value, REGISTRY[name].unit, significant=3)


def _label(value: parameters.Value) -> str:
    return value.replace("_", " ") if isinstance(value, str) else words.digits(float(value), 4)


def _across(ax: Axes, axis: Axis) -> None:
    """The horizontal axis of an assumption."""
    if axis.log:
        ax.set_xscale("log")
        ticks = np.geomspace(axis.start, axis.stop, 4)
        ax.set_xticks(ticks, [words.digits(float(tick), 2) for tick in ticks])
        ax.set_xticks([], minor=True)
    else:
        ax.xaxis.set_major_locator(MaxNLocator(5))
        ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: words.digits(value, 6)))
    ax.grid(axis="y")


def _key(sheet: Sheet, at: float, handles: list[Any]) -> None:
    """What the marks mean, in a row at some height of the sheet."""
    if handles:
        place: dict[str, Any] = {"bbox_to_anchor": (0, at), "bbox_transform": sheet.ground.transData}
        look: dict[str, Any] = {
            "frameon": False,
            "fontsize": 9.5,
            "handlelength": 2.2,
            "borderaxespad": 0,
            "borderpad": 0,
        }
        sheet.ground.legend(handles=handles, loc="upper left", ncols=len(handles), **place, **look)


def _below(sheet: Sheet, axes: Sequence[Axis], still: Sequence[str], hidden: int) -> None:
    """Words under the panels: their axes, and what is not drawn."""
    said = []
    if axes and len(axes) < 3:
        said.append(f"Across: {_of(_horizontal(axes).name)}.")
    if len(axes) == 2 and not _as_lines(axes):
        said.append(f"Down: {_of(axes[0].name)}.")
    if still:
        said.append("Not moved: " + "; ".join(REGISTRY[name].title for name in still) + ".")
    if hidden:
        said.append(f"{hidden} more results are in the table.")
    for text in said:
        sheet.lines(text, 9.5, color=style.MUTED)


# --- one assumption -----------------------------------------------------------------------------------------------


def _curves(
    drawn: Sequence[tuple[Axes, str]],
    frame: pd.DataFrame,
    axis: Axis,
    base: Mapping[str, parameters.Value],
) -> tuple[pd.DataFrame, list[Any]]:
    ranged = any(frame[f"{name}_low"].notna().any() for _, name in drawn)
    for ax, name in drawn:
        colour = _colour(name)
        x = np.arange(len(frame)) if axis.choice else frame[axis.name].to_numpy(dtype=float)
        middle, low, high = (frame[name + end].to_numpy(dtype=float) for end in ("", "_low", "_high"))
        few = axis.choice or len(frame) <= 12
        if axis.choice:
            ax.vlines(x, low, high, color=colour, linewidth=1.6)
            ax.set_xticks(x, [textwrap.fill(_label(value), 12) for value in frame[axis.name]], fontsize=9)
            ax.set_xlim(-0.5, len(frame) - 0.5)
            ax.grid(axis="y")
        else:
            ax.fill_between(x, low, high, color=colour, alpha=0.22, linewidth=0)
            _across(ax, axis)
            ax.set_xlim(float(min(x)), float(max(x)))
            here = base[axis.name]
            if not isinstance(here, str) and min(x) <= here <= max(x):
                ax.axvline(here, color=style.INK, linewidth=1, linestyle=(0, (1, 2)))
        look: dict[str, Any] = {"marker": "o" if few else "", "linestyle": "" if axis.choice else "-"}
        ax.plot(x, middle, color=colour, markersize=4.5, **look)
        ax.margins(y=0.08)
        _amounts(ax, name, "y")
        _title(ax, name)
    dots: dict[str, Any] = {"marker": "o", "linestyle": ""} if axis.choice else {}
    handles: list[Any] = [Line2D([], [], color=style.MUTED, label="central value", **dots)]
    if ranged:
        mark = Line2D([], [], color=style.MUTED, linewidth=1.6, label="5–95 %")
        handles.append(mark if axis.choice else Patch(color=style.MUTED, alpha=0.22, label="5–95 %"))
    if not axis.choice and _between(axis, base[axis.name]):
        handles.append(Line2D([], [], color=style.INK, linewidth=1, linestyle=(0, (1, 2)), label="base value"))
    ends = [name + end for _, name in drawn for end in ("", "_low", "_high")]
    return frame[["case", axis.name, *ends]], handles


def _between(axis: Axis, value: parameters.Value) -> bool:
    ends = [axis.value(0), axis.value(len(axis) - 1)]
    numbers = [each for each in [*ends, value] if not isinstance(each, str)]
    return len(numbers) == 3 and min(numbers[:2]) <= numbers[2] <= max(numbers[:2])


# --- two assumptions ----------------------------------------------------------------------------------------------


def _horizontal(axes: Sequence[Axis]) -> Axis:
    """Of two axes, the one with lines or columns along it: the longer one where the other is a few lines."""
    if len(axes) == 2 and _as_lines(axes):
        return max(axes, key=lambda axis: (not axis.choice, len(axis)))
    return axes[-1]


def _as_lines(axes: Sequence[Axis]) -> bool:
    numbers = [axis for axis in axes if not axis.choice]
    small = any(len(axis) <= FEW for axis in axes)
    written = len(axes[1]) <= COLUMNS and len(axes[0]) <= ROWS
    return bool(numbers) and small and not written


def _two(
    drawn: Sequence[tuple[Axes, str]], frame: pd.DataFrame, axes: Sequence[Axis]
) -> tuple[pd.DataFrame, list[Any]]:
    handles = _families(drawn, frame, axes) if _as_lines(axes) else _maps(drawn, frame, axes)
    ends = [name + end for _, name in drawn for end in ("", "_low", "_high")]
    return frame[["case", *(axis.name for axis in axes), *ends]], handles


def _families(drawn: Sequence[tuple[Axes, str]], frame: pd.DataFrame, axes: Sequence[Axis]) -> list[Any]:
    across = _horizontal(axes)
    (apart,) = (axis for axis in axes if axis is not across)
    styles = dict(zip(frame[apart.name].unique(), cycle(LINES), strict=False))
    for ax, name in drawn:
        for value, (colour, line) in styles.items():
            rows = frame[frame[apart.name] == value]
            x = rows[across.name].to_numpy(dtype=float)
            ends = (rows[f"{name}{end}"].to_numpy(dtype=float) for end in ("_low", "_high"))
            ax.fill_between(x, *ends, color=colour, alpha=0.1, linewidth=0)
            ax.plot(x, rows[name].to_numpy(dtype=float), color=colour, linestyle=line)
        _across(ax, across)
        _amounts(ax, name, "y")
        _title(ax, name)
    unit = parameters.known()[apart.name].unit
    ranged = any(frame[f"{name}_low"].notna().any() for _, name in drawn)
    return [
        *([Patch(color=style.MUTED, alpha=0.15, label="5–95 %")] if ranged else []),
        *(
            Line2D([], [], color=colour, linestyle=line, label=_label(value) + ("" if apart.choice else f" {unit}"))
            for value, (colour, line) in styles.items()
        ),
    ]


def _maps(drawn: Sequence[tuple[Axes, str]], frame: pd.DataFrame, axes: Sequence[Axis]) -> list[Any]:
    down, across = axes
    rows, columns = (frame[axis.name].unique() for axis in axes)
    written = len(columns) <= COLUMNS and len(rows) <= ROWS
    x, y = (_coordinates(axis, values) for axis, values in ((across, columns), (down, rows)))
    for ax, name in drawn:
        values = frame[name].to_numpy(dtype=float).reshape(len(rows), len(columns))
        shades = LinearSegmentedColormap.from_list(name, ["#f4f6f8", _colour(name)])
        low, high = np.nanmin(values), np.nanmax(values)
        # The darkest shades are left out, so that letters on them can be read. A picture: cells would be thousands of
        # paths.
        top = high + 0.5 * (high - low)
        ax.pcolormesh(x, y, values, cmap=shades, vmin=low, vmax=top, shading="nearest", rasterized=True)
        if written:
            for (row, column), value in np.ndenumerate(values):
                text = style.short(_said(value, name)) if np.isfinite(value) else "–"
                at = float(x[column]), float(y[row])
                ax.text(*at, text, ha="center", va="center", fontsize=8.5)
        elif not (down.choice or across.choice) and high > low:
            levels = MaxNLocator(6).tick_values(low, high)
            lines = ax.contour(x, y, values, levels=levels, colors=style.INK, linewidths=0.9)
            # In the middle of its line: left alone, a label may stand on the edge and be cut. None on a short line.
            middles = [max(pieces, key=len) for pieces in lines.allsegs if any(map(len, pieces))]
            spots = [tuple(line[len(line) // 2]) for line in middles if len(line) >= SHORT]
            ax.clabel(lines, manual=spots, fmt=lambda value, name=name: style.short(_said(value, name)), fontsize=8.5)
        _ticks(ax.xaxis, across, x, columns, written)
        _ticks(ax.yaxis, down, y, rows, written)
        ax.tick_params(length=0)
        _title(ax, name)
    return []


def _coordinates(axis: Axis, values: np.ndarray) -> np.ndarray:
    """Where the values of an axis stand on a map: to scale if their distances are equal, else side by side."""
    return np.arange(len(values)) if axis.values or axis.log else values.astype(float)


def _ticks(ruler: Any, axis: Axis, at: np.ndarray, values: np.ndarray, all_: bool) -> None:
    if axis.values or axis.log or all_:
        places_ = _even(len(values), len(values) if all_ or len(values) <= COLUMNS else 5)
        ruler.set_ticks(at[places_], [textwrap.fill(_label(values[place]), 12) for place in places_])
    else:
        ruler.set_major_locator(MaxNLocator(5))
        ruler.set_major_formatter(FuncFormatter(lambda value, _: words.digits(value, 6)))
    ruler.set_tick_params(labelsize=9)


# --- many assumptions ---------------------------------------------------------------------------------------------


def _spread(drawn: Sequence[tuple[Axes, str]], frame: pd.DataFrame, total: int) -> tuple[pd.DataFrame, list[Any]]:
    tables, results = [], [name for _, name in drawn]
    for ax, name in drawn:
        values = frame[name].dropna().to_numpy(dtype=float)
        wide = min(values) > 0 and max(values) > 100 * min(values)
        edges = np.geomspace(min(values), max(values), BINS + 1) if wide else np.histogram_bin_edges(values, BINS)
        counts, edges = np.histogram(values, edges)
        ax.stairs(counts, edges, fill=True, color=_colour(name), alpha=0.75)
        ax.axvline(float(np.median(values)), color=style.INK, linewidth=1.4)
        if wide:
            ax.set_xscale("log")
            ticks = np.geomspace(min(values), max(values), 4)[1:-1]
            ax.set_xticks(ticks, [style.short(_said(float(f"{tick:.1g}"), name)) for tick in ticks])
            ax.set_xticks([], minor=True)
        else:
            _amounts(ax, name, "x")
        ax.yaxis.set_major_locator(MaxNLocator(3, integer=True))
        ax.set_ylabel("cases")
        _title(ax, name)
        definition = REGISTRY[name]
        tables.append(
            pd.DataFrame(
                {
                    "result": name,
                    "basis": definition.basis,
                    "unit": definition.unit,
                    "from": edges[:-1],
                    "to": edges[1:],
                    "cases": counts,
                }
            )
        )
    part = _failed(frame, results, total)
    if len(frame) < total:
        part = f", {len(frame):,} of them drawn"
    handles = [
        Patch(color=style.MUTED, alpha=0.75, label=f"central values of {total:,} cases{part}"),
        Line2D([], [], color=style.INK, linewidth=1.4, label="median"),
    ]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(), handles


# --- in words -----------------------------------------------------------------------------------------------------


def _alt(frame: pd.DataFrame, axes: Sequence[Axis], shown: Sequence[str], still: Sequence[str], total: int) -> str:
    over = " and ".join(_span(axis) for axis in axes)
    kind = {1: "Line charts", 2: "Line charts" if len(axes) == 2 and _as_lines(axes) else "Maps"}.get(len(axes))
    if len(axes) == 1 and axes[0].choice:
        kind = "Charts of dots with ranges"
    said = []
    for name in shown:
        definition = REGISTRY[name]
        basis = f" ({definition.basis} basis)" if definition.basis else ""
        values = frame[name].dropna()
        low, high = _said(values.min(), name), _said(values.max(), name)
        if len(axes) == 1 and not axes[0].choice:
            ends = f"from {_said(values.iloc[0], name)} to {_said(values.iloc[-1], name)}"
        elif len(axes) in (1, 2):
            ends = f"{low} to {high}"
        else:
            first, last = values.quantile([0.25, 0.75])
            ends = f"{low} to {high}, half of the cases between {_said(first, name)} and {_said(last, name)}"
        said.append(f"{definition.title}{basis}: {ends}")
    head = f"{kind} over {over}, {total:,} cases" if kind else f"Histograms of {total:,} cases"
    head += _failed(frame, shown, total)
    text = f"{head}. {'; '.join(said) or 'No case could be computed'}."
    if still:
        text += " Not moved: " + "; ".join(REGISTRY[name].title for name in still) + "."
    return text


def _failed(frame: pd.DataFrame, results: Sequence[str], total: int) -> str:
    """How many cases have no value at all, where all cases are at hand."""
    failed = int(frame[list(results)].isna().all(axis=1).sum())
    return f", {failed:,} of them failed" if failed and len(frame) == total else ""


def _span(axis: Axis) -> str:
    title = parameters.known()[axis.name].title
    title = title[0].lower() + title[1:]
    if axis.choice:
        return f"{title} ({', '.join(_label(value) for value in axis.values)})"
    unit = parameters.known()[axis.name].unit
    unit = {"year": "years"}.get(unit, unit)
    return f"{title} ({_label(axis.value(0))} to {_label(axis.value(len(axis) - 1))} {unit})"

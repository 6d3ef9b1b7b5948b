"""Rows of values on one axis: words beside the marks on a wide sheet, above them on a narrow one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isnan, nan

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

from analysis.figures.sheet import Sheet, width_of, wrapped
from analysis.figures.style import GRID, INK, MUTED, PAPER, bare, dot, log_limits, range_bar

NAME, NOTE = 10.0, 9.0


@dataclass(frozen=True)
class Row:
    """One row.

    name:   what it is
    value:  where its mark stands, in the axis's unit; nan for no mark
    text:   the value in words, at the right
    low, high: the ends of its range, drawn as a whisker; nan for none
    span:   the range in words, under the value
    note:   a quiet line under the name
    start:  where a bar to the value begins; nan for a dot
    fill:   full, left (a half) or none, of a dot; full or none of a bar
    """

    name: str
    value: float
    text: str
    low: float = nan
    high: float = nan
    span: str = ""
    note: str = ""
    colour: str = MUTED
    shape: str = "o"
    fill: str = "full"
    strong: bool = False
    start: float = nan


def strips(
    sheet: Sheet,
    rows: Sequence[Row],
    limits: tuple[float, float],
    tick: Callable[[float], str],
    log: bool = True,
    axis: bool = True,
    columns: tuple[float, float] = (0, 0),
    at: Sequence[float] = (),
    beside: bool = False,
    line: float = nan,
) -> Axes:
    """Draw rows on the sheet, one under the other, over one axis; the axes, whose y runs down in points.

    limits:  ends of the axis, above zero if it is logarithmic
    tick:    a number of the axis in words
    axis:    whether its numbers stand below
    columns: least width of the words at the left and at the right of a wide sheet, in points: panels that belong
             together get the same, see `room`
    at:      where the ticks are; without it matplotlib chooses
    beside:  words beside the marks on a phone too, where names are short and rows many
    line:    a value that every row is read against, as the base case; it crosses no words
    """
    above = sheet.narrow and not beside
    heights = [_height(sheet, row, above) for row in rows]
    # A mark at the edge of a phone's drawing keeps its whole width.
    left, right = (6.0, 6.0) if above else tuple(map(max, room(rows), columns))
    top = sheet.at
    ax = sheet.panel(sum(heights), left, right, below=18 if axis else 4)
    ax.set_xscale("log" if log else "linear")
    ax.set(xlim=limits, ylim=(sum(heights), 0), yticks=[])
    if at:
        ax.set_xticks(list(at))
    else:
        # Each number of an axis needs some room beside it.
        most = int((sheet.width - left - right) / 46)
        ax.xaxis.set_major_locator(
            LogLocator(numticks=most + 1) if log else MaxNLocator(most, steps=[1, 2, 2.5, 5, 10])
        )
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: tick(value)))
    bare(ax)
    ax.tick_params(labelbottom=axis, pad=3)
    down = 0.0
    for row, height in zip(rows, heights, strict=True):
        middle = _draw(sheet, ax, row, top, down, height, above)
        if not isnan(line):
            ends = (middle - 7, middle + 7) if above else (down, down + height)
            ax.plot([line, line], ends, color=INK, linewidth=1.2, zorder=3)
        down += height
    return ax


def room(rows: Sequence[Row]) -> tuple[float, float]:
    """How wide the words at both sides of these rows are, in points, with a gap to the marks."""
    names = [width_of(row.name, NAME, _weight(row)) for row in rows] + [width_of(row.note, NOTE) for row in rows]
    values = [width_of(row.text, NAME, "semibold") for row in rows] + [width_of(row.span, NOTE) for row in rows]
    return max(names) + 12, max(values) + 12


def _weight(row: Row) -> str:
    return "semibold" if row.strong else "normal"


def _names(sheet: Sheet, row: Row) -> list[str]:
    """The name of a row on a phone, beside its value."""
    return wrapped(row.name, sheet.width - width_of(row.text, NAME, "semibold") - 10, NAME, _weight(row))


def _notes(sheet: Sheet, row: Row) -> list[str]:
    return wrapped(row.note, sheet.width - width_of(row.span, NOTE) - 10, NOTE) if row.note or row.span else []


def _height(sheet: Sheet, row: Row, above: bool) -> float:
    if not above:
        return 30.0 if row.note or row.span else 17.0
    return 12.5 * len(_names(sheet, row)) + 11.5 * len(_notes(sheet, row)) + 17


def _draw(sheet: Sheet, ax: Axes, row: Row, top: float, down: float, height: float, above: bool) -> float:
    """One row, `down` points below the top of its axes, its words above its mark or beside it; how far down that is."""
    ink = row.colour if row.strong and row.colour != MUTED else INK
    begin = top + down
    named = {"fontsize": NAME, "fontweight": _weight(row), "color": ink}
    told = {"fontsize": NAME, "fontweight": "semibold", "color": ink, "ha": "right"}
    quiet = {"fontsize": NOTE, "color": MUTED}
    if above:
        y = begin
        for number, line in enumerate(_names(sheet, row)):
            y += 12.5
            sheet.put(0, y - 2.5, line, **named)
            if not number:
                sheet.put(sheet.width, y - 2.5, row.text, **told)
        for number, line in enumerate(_notes(sheet, row)):
            y += 11.5
            sheet.put(0, y - 2.5, line, **quiet)
            if not number:
                sheet.put(sheet.width, y - 2.5, row.span, ha="right", **quiet)
        middle = y - begin + down + 6
        ax.plot(ax.get_xlim(), [middle, middle], color=GRID, linewidth=0.8, zorder=0)
        ends = (middle - 4, middle + 4)
    else:
        two = bool(row.note or row.span)
        first = begin + (height / 2 + 3.5 if not two else 12)
        sheet.put(0, first, row.name, **named)
        sheet.put(sheet.width, first, row.text, **told)
        if two:
            sheet.put(0, first + 12, row.note, **quiet)
            sheet.put(sheet.width, first + 12, row.span, ha="right", **quiet)
        middle = down + height / 2
        ends = (down, down + height)
    for x in ax.get_xticks():
        if min(ax.get_xlim()) <= x <= max(ax.get_xlim()):
            ax.plot([x, x], ends, color=GRID, linewidth=0.8, zorder=0)
    if not isnan(row.start):
        face = PAPER if row.fill == "none" else row.colour
        ax.barh(middle, row.value - row.start, 7, row.start, facecolor=face, edgecolor=row.colour, zorder=2)
    if not (isnan(row.low) or row.low == row.high):
        # On a bar of its own colour a whisker would not be seen.
        range_bar(ax, row.low, row.high, middle, row.colour if isnan(row.start) else INK, height=6)
    if isnan(row.start) and not isnan(row.value):
        dot(ax, row.value, middle, row.colour, row.shape, row.fill)
    return middle


def limits_of(rows: Sequence[Row], margin: float = 1.3) -> tuple[float, float]:
    """Ends of a logarithmic axis that hold all marks and whiskers, with a factor of room."""
    return log_limits((float(end) for row in rows for end in (row.value, row.low, row.high)), margin)

"""What the change is made of: an owner's hour by its parts, and the fleet by GPU type, beside the base case."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from analysis import comparison, words
from analysis.case import Case, Quantity
from analysis.comparison import Comparison
from analysis.figures import style
from analysis.figures.charts.comparison import named, valued
from analysis.figures.drawing import Drawing, observed
from analysis.figures.labels import PLATE, pixels
from analysis.quantities import fleet, runs

NAME = "comparison-parts"

# Inches: words left and right of the bars, height of a row, of a panel's heading with its key, gap between panels.
LEFT, RIGHT, ROW, HEADING, GAP = 2.55, 1.3, 0.46, 0.62, 0.2
BAR, SMALL = 0.62, 9.0
MILLION = 1e6

HATCHES = style.PART_HATCHES
OWNER, FLEET = "owner_usd_per_gpu_hour", "fleet_capex_usd"
# A row: name of the scenario, its title, the total, and the parts by name.
Row = tuple[str, str, Quantity, dict[str, float]]


@observed
def comparison_parts(case: Case) -> Drawing:
    """Two panels of stacked bars, the base case on top and below it each scenario that moves the total."""
    found = comparison.compare(case, comparison.chosen())
    hours = _rows(found, OWNER, lambda case: runs.owner_components_usd_per_gpu_hour(case.point, case.data))
    fleets = _rows(found, FLEET, lambda case: fleet.by_type(case.point, case.data, "capex"))
    unverified = _unverified(found)
    height = 2 * HEADING + GAP + ROW * (len(hours) + len(fleets)) + 0.25
    with style.paper(NAME, height) as figure:
        first = style.panel(figure, HEADING, ROW * len(hours), LEFT, RIGHT)
        second = style.panel(figure, 2 * HEADING + GAP + ROW * len(hours), ROW * len(fleets), LEFT, RIGHT)
        _frame(first, "Owner's H800-hour in use, USD (amortised basis)", hours)
        _frame(second, "Server capex of the fleet, USD (acquisition basis)", fleets)
        style.settle(figure)
        _hours(first, hours)
        _fleets(second, fleets, unverified)
    return Drawing(NAME, figure, _table(found, hours, fleets), _alt(hours, fleets, unverified))


def _rows(found: Comparison, name: str, parts: Callable[[Case], dict[str, Any]]) -> list[Row]:
    """The base case, then the scenarios that move a result, with the parts that sum to it."""
    cases = [("base", "Base case", found.base)]
    for change in found.movers(name):
        column = found.column(change.scenario)
        cases.append((column.name, column.title, column.case))
    return [
        (key, title, case[name], {part: float(value) for part, value in parts(case).items()})
        for key, title, case in cases
    ]


def _unverified(found: Comparison) -> set[str]:
    """GPU types of which a count in one of the fleets is unverified."""
    types: set[str] = set()
    for case in (found.base, *(column.case for column in found.columns)):
        rows = case.data.fleet(case.point.fleet)
        types |= set(rows[rows.confidence == "unverified"].gpu_id)
    return types


def _frame(ax: Axes, title: str, rows: list[Row]) -> None:
    style.bare(ax)
    ax.set(xticks=[], yticks=[], facecolor="none")
    ax.set_xlim(0, 1.03 * max(max(total.high, total.value) for _, _, total, _ in rows))
    ax.set_ylim(len(rows) - 0.5, -0.5)
    style.heading(ax, title, LEFT - 0.1, up=26)
    base = rows[0][2]
    ax.plot([base.value] * 2, [-0.5, len(rows) - 0.5], color=style.INK, linewidth=1.1, zorder=3)
    for y, (name, given, total, _) in enumerate(rows):
        named(ax, y, style.legible(given, name), LEFT)
        change = "" if y == 0 else f" ({words.signed_percent(total.value / base.value - 1)})"
        valued(ax, y, style.short(total.text) + change, style.short(total.range))


def _sum_inside(ax: Axes, y: float, left: float, width: float, text: str) -> None:
    """What a piece comes to, inside it, where there is room; the table behind the figure has every piece."""
    pixel = ax.transData.transform([(left, 0), (left + width, 0)])[:, 0]
    if pixels(ax, text, fontsize=SMALL)[0] + 9 < pixel[1] - pixel[0]:
        style.note(ax, left + width / 2, y, text, ha="center", fontsize=SMALL, bbox=PLATE, zorder=6)


def _legend(ax: Axes, patches: list[Patch]) -> None:
    left, _, wide, _ = ax.get_position().bounds
    ax.legend(
        handles=patches,
        loc="lower left",
        bbox_to_anchor=((0.02 / style.WIDTH_INCHES - left) / wide, 1.0),
        ncols=len(patches),
        frameon=False,
        fontsize=9.5,
        borderaxespad=0.2,
        handlelength=1.4,
        handletextpad=0.5,
        columnspacing=1.5,
    )


def _hours(ax: Axes, rows: list[Row]) -> None:
    colour = style.BASIS_COLOURS["amortised"]
    look: dict[str, Any] = {"edgecolor": style.PAPER, "linewidth": 0.9, "hatchcolor": (1, 1, 1, 0.6)}
    for y, (_, _, total, parts) in enumerate(rows):
        left = 0.0
        for part, value in parts.items():
            ax.barh(y, value, BAR, left, color=colour, hatch=HATCHES[part], **look)
            _sum_inside(ax, y, left, value, words.amount(value, total.unit))
            left += value
        style.range_bar(ax, total.low, total.high, y, height=0.24)
    _legend(ax, [Patch(facecolor=colour, hatch=hatch, label=part, **look) for part, hatch in HATCHES.items()])


def _fleets(ax: Axes, rows: list[Row], unverified: set[str]) -> None:
    for y, (_, _, total, parts) in enumerate(rows):
        left = 0.0
        for gpu, value in parts.items():
            style.gpu_piece(ax, gpu, y, value, BAR, left)
            _sum_inside(ax, y, left, value, f"{words.digits(value / MILLION, 3)}M")
            left += value
        style.range_bar(ax, total.low, total.high, y, height=0.24)
    used = dict.fromkeys(gpu for _, _, _, parts in rows for gpu in parts)
    _legend(
        ax,
        [
            Patch(
                **style.gpu_look(gpu), label=style.GPU_NAMES[gpu] + (" (count unverified)" if gpu in unverified else "")
            )
            for gpu in used
        ],
    )


def _table(found: Comparison, hours: list[Row], fleets: list[Row]) -> pd.DataFrame:
    """Every part of both totals, in the unit of the total."""
    rows = []
    for name, panel_rows in ((OWNER, hours), (FLEET, fleets)):
        base = found.base[name]
        for scenario, _, total, parts in panel_rows:
            rows += [(name, base.basis, base.unit, scenario, part, value) for part, value in parts.items()]
            rows.append((name, base.basis, base.unit, scenario, "total", total.value))
    return pd.DataFrame(rows, columns=["result", "basis", "unit", "scenario", "part", "value"])


def _alt(hours: list[Row], fleets: list[Row], unverified: set[str]) -> str:
    def told(rows: list[Row], names: dict[str, str], unit: str) -> str:
        return "; ".join(
            f"{title} {style.short(total.text)}, of which "
            + ", ".join(
                f"{names.get(part, part)} {style.short(words.amount(value, unit, significant=3))}"
                for part, value in parts.items()
            )
            for _, title, total, parts in rows
        )

    doubt = f" The count of the {' and '.join(sorted(unverified))} is unverified." if unverified else ""
    return (
        f"Two panels of stacked bars. An owner's H800-hour: {told(hours, {}, 'USD/GPU-hour')}. "
        f"Server capex of the fleet: {told(fleets, style.GPU_NAMES, 'USD')}.{doubt}"
    )

"""Cost per model over time, a panel a basis, and cost per unit of arithmetic; V3 against each line."""

from __future__ import annotations

import math
from collections.abc import Hashable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, MultipleLocator, NullLocator
from matplotlib.transforms import Bbox

from analysis import costs, owning, uncertainty, words
from analysis.case import Case
from analysis.figures.drawing import Sketch, observed
from analysis.figures.labels import free_note
from analysis.figures.sheet import Sheet
from analysis.figures.style import BLUE, GREY, INK, MUTED, bare, dollar_axis, dot, log_limits, short
from analysis.quantities.hours import HOPPERS, STAGE, gpu_name
from analysis.quantities.runs import V3
from analysis.quantities.trend import HIDDEN_HOURS, OPEN_HOURS, chosen, fitted, measured, published_costs
from analysis.trend import Growth, decimal_years

NAME = "trend"
NAMED = ("gpt3", "gpt4", "llama31_405", "grok4")
AMORTISED, RENTAL, PER_FLOP = "amortised", "rental", "amortised per 1e24 FLOP"

# The fitted lines of a panel by name, each with the models it goes through.
Lines = dict[str, tuple[Growth, pd.DataFrame]]


@observed
def trend(case: Case) -> Sketch:
    """Three scatter plots on log axes over one time axis, with fitted lines."""
    table, lines = _table(case), _lines(case)
    unit = (
        "US dollars, log scale, by date of release. Diamonds: Epoch AI, filled where chip-hours are public; "
        "blue: V3, not in any line, with its 5–95 % range. Never compare one panel with another"
    )
    return Sketch(NAME, title(case), unit, partial(_draw, case, table, lines), table.drop(columns="years"), _alt(case))


def title(case: Case) -> str:
    """The finding: where V3 lies to the line of the models whose chip-hours are public, as its own are."""
    value, gap = case["v3_by_epoch_usd"].text, case["public_line_over_v3"].text
    return f"By the trend of models with public chip-hours, V3 would have cost {gap} its {value}"


def _lines(case: Case) -> dict[str, Lines]:
    """The fitted lines of each panel, with the models they go through."""
    public, hidden = (chosen(case.data, AMORTISED, models) for models in (OPEN_HOURS, HIDDEN_HOURS))
    rental, per_flop = published_costs(case.data, RENTAL), measured(case.data)
    return {
        AMORTISED: {"public hours": (fitted(public), public), "hidden hours": (fitted(hidden), hidden)},
        RENTAL: {"cloud prices": (fitted(rental), rental)},
        PER_FLOP: {"public hours": (fitted(per_flop, "usd_per_1e24_flop"), per_flop)},
    }


def _table(case: Case) -> pd.DataFrame:
    """Every mark of the figure, a row each."""
    rows: list[dict[str, Any]] = []
    on_disclosed_hours = measured(case.data).set_index("model_id").usd_per_1e24_flop
    for basis in (AMORTISED, RENTAL):
        for row in published_costs(case.data, basis).to_dict("records"):
            kept = ("model_id", "model", "release_date", "flop_confidence", "source", "years")
            common = {name: row[name] for name in kept}
            common |= {"kind": "published", "chip_hours_public": row["hours_public"]}
            rows.append({"panel": basis, **common, "value_usd": row["value_usd"], "costliest_so_far": row["record"]})
            if basis == AMORTISED and not math.isnan(row["usd_per_1e24_flop"]):
                unit = on_disclosed_hours.get(row["model_id"], row["usd_per_1e24_flop"])
                rows.append({"panel": PER_FLOP, **common, "value_usd": unit})
    for panel, name in ((AMORTISED, "v3_by_epoch_usd"), (PER_FLOP, "v3_amortised_usd_per_1e24_flop")):
        result = case[name]
        ends = {"value_usd": result.value, "low_usd": result.low, "high_usd": result.high}
        rows.append({"panel": panel, **_model(case, V3), "kind": "Epoch AI's formula", **ends, "source": "this_report"})
    for row in case.data.table("models").to_dict("records"):
        # The hours of a stage are a part of a run, on top of a base's.
        if (
            row["chip_hours_confidence"] != "reported"
            or gpu_name(row["hardware"]) not in HOPPERS
            or row["scope"] == STAGE
        ):
            continue
        case.data.model(row["model_id"])
        hours, price = row["chip_hours"], case.point.rental_usd_per_gpu_hour
        low, high = uncertainty.interval(costs.rental_run_cost_usd(hours, case.draws.rental_usd_per_gpu_hour))
        ends = {"value_usd": costs.rental_run_cost_usd(hours, price), "low_usd": low, "high_usd": high}
        own = {"kind": "hours x price", **ends, "source": row["chip_hours_source"]}
        rows.append({"panel": RENTAL, **_model(case, row["model_id"]), **own})
    columns = ["panel", "kind", "model_id", "model", "release_date", "years", "value_usd", "low_usd", "high_usd"]
    columns += ["chip_hours_public", "flop_confidence", "costliest_so_far", "source"]
    order = {AMORTISED: 0, RENTAL: 1, PER_FLOP: 2}
    table = pd.DataFrame(rows)[columns].sort_values(
        ["panel", "release_date", "value_usd"],
        key=lambda column: column.map(order) if column.name == "panel" else column,
    )
    return table.reset_index(drop=True)


def _model(case: Case, model_id: str) -> dict[str, object]:
    row = case.data.model(model_id)
    return {
        "model_id": model_id,
        "model": row.model,
        "release_date": row.release_date,
        "chip_hours_public": True,
        "flop_confidence": row.flop_confidence,
        "years": decimal_years([row.release_date])[0],
    }


def _draw(case: Case, table: pd.DataFrame, lines: dict[str, Lines], sheet: Sheet) -> None:
    span = table.years.min() - 0.35, table.years.max() + sheet.of(0.5, 0.6)
    price = owning.price(float(case.point.rental_usd_per_gpu_hour))
    headings = {
        AMORTISED: "Amortised cost, by Epoch AI’s method",
        RENTAL: f"Rental cost: Epoch AI’s at cloud prices; dots: disclosed hours × {price}",
        PER_FLOP: "Amortised cost of 10²⁴ FLOP, by Epoch AI’s method",
    }
    heights = {AMORTISED: sheet.of(190, 210), RENTAL: sheet.of(140, 150), PER_FLOP: sheet.of(120, 130)}
    for panel, heading in headings.items():
        sheet.heading(heading, above=2 if panel == AMORTISED else 6)
        ax = sheet.panel(heights[panel], 38, 4, below=20)
        rows = table[table.panel == panel]
        _axis(ax, rows, lines[panel], span, sheet)
        _panel(ax, rows[rows.value_usd > 0], lines[panel], case if panel == AMORTISED else None, sheet)


def _axis(ax: Axes, rows: pd.DataFrame, lines: Lines, span: tuple[float, float], sheet: Sheet) -> None:
    ax.set_yscale("log")
    ax.set_xlim(*span)
    marks = rows[["value_usd", "low_usd", "high_usd"]].to_numpy(dtype=float).ravel()
    ends = np.concatenate([marks, *(growth.at(through.years.to_numpy()) for growth, through in lines.values())])
    low, high = log_limits(ends, 1.7)
    ax.set_ylim(low, high)
    few = high / low < 50 * 1.7**2
    ax.yaxis.set_major_locator(LogLocator(subs=(1, 3) if few else (1,), numticks=20))
    ax.yaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_locator(MultipleLocator(sheet.of(1, 2)))
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:.0f}")
    dollar_axis(ax, "y")
    bare(ax, grid=True)


def _panel(ax: Axes, rows: pd.DataFrame, lines: Lines, gap_of: Case | None, sheet: Sheet) -> None:
    """Marks, lines and their names, and how far V3 is from the first line, where that is a result."""
    taken: list[Bbox] = []
    drawn: list[np.ndarray] = []
    fits: list[np.ndarray] = []
    for row in rows.to_dict("records"):
        _mark(ax, row)
        centre = ax.transData.transform((row["years"], row["value_usd"]))
        taken.append(Bbox([centre - 5, centre + 5]))
        if row["model_id"] == V3:
            drawn.append(np.array([(row["years"], row[end]) for end in ("low_usd", "high_usd")]))
    ours = rows[(rows.model_id == V3) & (rows.kind != "published")]
    day = float(rows.years[rows.model_id == V3].max())
    for index, (growth, through) in enumerate(lines.values()):
        # As far as V3's day, where it is read.
        x = np.linspace(through.years.min(), max(through.years.max(), day), 60)
        ax.plot(x, growth.at(x), color=INK, linewidth=1.6, linestyle="-" if index == 0 else (0, (4, 2)), zorder=3)
        if index == 0:
            ax.fill_between(x, *growth.line_interval(x), color=GREY, alpha=0.16, linewidth=0)
        fits.append(np.column_stack([x, growth.at(x)]))
    drawn += fits
    look: dict[str, Any] = {"fontsize": 9, "linespacing": 1.05}
    if gap_of is not None and len(ours):
        line, value = float(next(iter(lines.values()))[0].at(day)), float(ours.value_usd.iloc[0])
        arrow = {"arrowstyle": "<->", "color": BLUE, "linewidth": 1.4, "shrinkA": 0, "shrinkB": 4}
        ax.annotate("", (day, value), (day, line), arrowprops=arrow, zorder=6)
        drawn.append(np.array([(day, value), (day, line)]))
        middle = (day, float((line * value) ** 0.5))
        beside: dict[str, Any] = {"xytext": (6, 0), "textcoords": "offset points", "va": "center", "color": BLUE}
        taken.append(ax.annotate(gap_of["public_line_over_v3"].text, middle, **beside, **look).get_window_extent())
    for row in ours.to_dict("records"):
        amount = words.amount(row["value_usd"], "USD", row["low_usd"], row["high_usd"], 3)
        bold = {"color": BLUE, "fontweight": "semibold", **look}
        own = [box for box in taken if not _around(ax, row, box)]
        taken += free_note(
            ax, [(row["years"], row["value_usd"])], f"V3 {short(amount)}", own, drawn, (-0.4, -1), **bold
        )
    # Only when all lines are there do their names know what to keep off.
    for (name, (growth, _)), points in zip(lines.items(), fits, strict=True):
        below = len(lines) > 1 and points is fits[0]
        along = [(float(x), float(y)) for x, y in points[[6, 12, 20, 30, 45]]]
        label = f"{name}:\n{pace(growth)}"
        taken += free_note(
            ax, along, label, taken, drawn, (0.5, -1) if below else (-0.3, 1), color=INK, fontweight="semibold", **look
        )
    for row in rows.to_dict("records"):
        # Where all marks lie close, a phone has no room for names.
        if row["model_id"] not in NAMED or row["kind"] != "published" or (sheet.narrow and row["panel"] == PER_FLOP):
            continue
        others = [box for box in taken if not _around(ax, row, box)]
        label = row["model"].removesuffix(" 175B")
        taken += free_note(ax, [(row["years"], row["value_usd"])], label, others, drawn, (-1, 1), color=MUTED, **look)


def _around(ax: Axes, row: dict[Hashable, Any], box: Bbox) -> bool:
    """Whether a box is that of a row's own mark."""
    return bool(np.allclose((box.p0 + box.p1) / 2, ax.transData.transform((row["years"], row["value_usd"]))))


def _mark(ax: Axes, row: dict[Hashable, Any]) -> None:
    own, chosen = row["kind"] != "published", row["model_id"] == V3
    tone = BLUE if own and chosen else GREY
    if chosen:
        ax.plot([row["years"]] * 2, [row["low_usd"], row["high_usd"]], color=tone, linewidth=1.8, zorder=4)
    shape = "o" if own else "D"
    dot(
        ax,
        row["years"],
        row["value_usd"],
        tone,
        shape,
        "full" if row["chip_hours_public"] else "none",
        6 if own else 4.6,
    )


def clear(growth: Growth) -> bool:
    """Whether the interval of the growth factor leaves out standing still."""
    low, high = growth.interval
    return not low <= 1 <= high


def pace(growth: Growth) -> str:
    """'×3.3 a year', '÷1.4 a year' where costs fall, or that neither is clear."""
    if not clear(growth):
        return "no clear trend"
    if growth.factor >= 1:
        return f"×{words.number(growth.factor, 1)} a year"
    return f"÷{words.number(1 / growth.factor, 1)} a year"


def _alt(case: Case) -> str:
    lines = _lines(case)
    (public, known), (hidden, guessed) = lines[AMORTISED].values()
    per_flop, _ = lines[PER_FLOP]["public hours"]
    said = (
        f"change by a factor of {words.digits(per_flop.factor, 2)} a year" if clear(per_flop) else "show no clear trend"
    )
    grows, too = (words.number(growth.factor, 1) for growth in (public, hidden))
    return (
        f"Three scatter plots over time on log axes. The amortised cost of {len(known)} models with public chip-hours "
        f"grows {grows}-fold a year, that of {len(guessed)} without {too}-fold. DeepSeek-V3 by Epoch AI's formula, "
        f"{case['v3_by_epoch_usd'].text}, {case.text('v3_beside_the_line')}. Costs per unit of arithmetic {said}."
    )

"""Cost per model over time, a panel a basis, and cost per unit of arithmetic; V3 against each line."""

from __future__ import annotations

import math
from collections.abc import Hashable
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, MultipleLocator, NullLocator
from matplotlib.transforms import Bbox

from analysis import costs, uncertainty, words
from analysis.case import Case
from analysis.figures.drawing import Drawing, observed
from analysis.figures.labels import free_note
from analysis.figures.style import (
    BASIS_COLOURS,
    GRID,
    INK,
    MUTED,
    bare,
    dollar_axis,
    dot,
    key,
    log_limits,
    note,
    paper,
    settle,
    short,
)
from analysis.quantities.hours import HOPPERS, STAGE, gpu_name
from analysis.quantities.runs import V3
from analysis.quantities.trend import HIDDEN_HOURS, OPEN_HOURS, chosen, fitted, measured, published_costs
from analysis.trend import Growth, decimal_years

NAME = "trend"
NAMED = ("gpt3", "gpt4", "llama31_405", "grok4")
TEAL, BLUE = BASIS_COLOURS["amortised"], BASIS_COLOURS["rental"]
AMORTISED, RENTAL, PER_FLOP = "amortised", "rental", "amortised per 1e24 FLOP"

# The fitted lines of a panel by name, each with the models it goes through.
Lines = dict[str, tuple[Growth, pd.DataFrame]]


@observed
def trend(case: Case) -> Drawing:
    """Three scatter plots on log axes over one time axis, with fitted lines."""
    table = _table(case)
    lines = _lines(case)
    start, end = table.years.min() - 0.35, table.years.max() + 1.0
    with paper(NAME, 8.6) as figure:
        axes = figure.subplots(3, 1, sharex=True, height_ratios=[3.0, 2.2, 2.0])
        figure.set_layout_engine("constrained", h_pad=0.06, rect=(0, 0, 1, 0.925), hspace=0.05)
        titles = {
            AMORTISED: ("Amortised cost, USD", TEAL),
            RENTAL: ("Rental cost, USD", BLUE),
            PER_FLOP: ("Amortised cost per 10²⁴ FLOP, USD", TEAL),
        }
        for ax, (panel, (title, colour)) in zip(axes, titles.items(), strict=True):
            _axis(ax, table[table.panel == panel], lines[panel], title, colour, (start, end))
        key(figure, _key(case), 0.08, columns=2)
        settle(figure)
        for ax, (panel, (_, colour)) in zip(axes, titles.items(), strict=True):
            _panel(ax, table[table.panel == panel], lines[panel], colour)
    return Drawing(NAME, figure, table.drop(columns="years"), _alt(case))


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
            common = {
                "model_id": row["model_id"],
                "model": row["model"],
                "release_date": row["release_date"],
                "kind": "published",
                "low_usd": math.nan,
                "high_usd": math.nan,
                "chip_hours_public": row["hours_public"],
                "flop_confidence": row["flop_confidence"],
                "source": row["source"],
                "years": row["years"],
            }
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


def _key(case: Case) -> list[tuple[str, str, str]]:
    price = case.point.rental_usd_per_gpu_hour
    return [
        ("D", "full", "Epoch AI, chip-hours public"),
        ("D", "none", "Epoch AI, chip-hours not public"),
        ("o", "full", f"disclosed hours × ${price:.2f}"),
        ("s", "full", "V3 by Epoch AI's formula"),
        ("-", "", "V3's 5–95 % range"),
    ]


def _axis(ax: Axes, rows: pd.DataFrame, lines: Lines, title: str, colour: str, span: tuple[float, float]) -> None:
    ax.set_yscale("log")
    ax.set_xlim(*span)
    marks = rows[["value_usd", "low_usd", "high_usd"]].to_numpy(dtype=float).ravel()
    ends = np.concatenate([marks, *(growth.at(through.years.to_numpy()) for growth, through in lines.values())])
    low, high = log_limits(ends, 1.7)
    ax.set_ylim(low, high)
    narrow = high / low < 50 * 1.7**2
    ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if narrow else (1,), numticks=20))
    ax.yaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_locator(MultipleLocator(1))
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:.0f}")
    dollar_axis(ax, "y")
    ax.grid(axis="y", color=GRID)
    ax.tick_params(labelsize=9.5, labelbottom=True)
    ax.set_title(title, fontsize=11, color=colour)
    bare(ax, keep=("bottom",))


def _panel(ax: Axes, rows: pd.DataFrame, lines: Lines, colour: str) -> None:
    """Marks, lines and their names; after `settle`, so that labels find free room. Nothing has no place on its axis."""
    rows = rows[rows.value_usd > 0]
    taken: list[Bbox] = []
    drawn: list[np.ndarray] = []
    for row in rows.to_dict("records"):
        _mark(ax, row, colour)
        centre = ax.transData.transform((row["years"], row["value_usd"]))
        taken.append(Bbox([centre - 5, centre + 5]))
        if row["model_id"] == V3:
            drawn.append(np.array([(row["years"], row[end]) for end in ("low_usd", "high_usd")]))
    day = rows.years[rows.model_id == V3].max()
    for index, (growth, through) in enumerate(lines.values()):
        # As far as V3's day, where it is read.
        x = np.linspace(through.years.min(), max(through.years.max(), day), 60)
        style = (0, ()) if index == 0 else (0, (4, 2))
        ax.plot(x, growth.at(x), color=colour if index == 0 else INK, linewidth=1.8, linestyle=style, zorder=3)
        if index == 0:
            ax.fill_between(x, *growth.line_interval(x), color=colour, alpha=0.12, linewidth=0)
        drawn.append(np.column_stack([x, growth.at(x)]))
    # Only when all lines are there do their names know what to keep off.
    for (name, (growth, _)), points, ink in zip(lines.items(), drawn[-len(lines) :], (colour, INK), strict=False):
        x, line = points.T
        label = f"{name}:\n{_pace(growth)}"
        words_style: dict[str, Any] = {"color": ink, "fontsize": 9.3, "fontweight": "semibold"}
        if x[-1] + 0.5 < rows.years.max():
            # The line ends among the marks, so its name stands where there is room along it.
            along = [(x[step], line[step]) for step in (30, 15, 45)]
            taken += free_note(ax, along, label, taken, drawn, (0, -1), **words_style)
        else:
            taken.append(note(ax, x[-1] + 0.12, line[-1], label, **words_style).get_window_extent())
    for row in rows.to_dict("records"):
        chosen = row["model_id"] == V3
        if not chosen and (row["model_id"] not in NAMED or row["kind"] != "published"):
            continue
        at = row["years"], row["value_usd"]
        centre = ax.transData.transform(at)
        others = [box for box in taken if not np.allclose((box.p0 + box.p1) / 2, centre)]
        label = row["model"].removeprefix("DeepSeek-").removesuffix(" 175B")
        amount = words.amount(row["value_usd"], "USD", row["low_usd"], row["high_usd"], 3) if chosen else ""
        style_ = {"fontsize": 9.3, "color": colour if chosen else INK, "fontweight": "bold" if chosen else "normal"}
        text = f"{label} {short(amount)}".strip()
        towards = (1, -1) if chosen else (-1, 1)
        taken += free_note(ax, [at], text, others, drawn, towards, **style_)


def _mark(ax: Axes, row: dict[Hashable, Any], colour: str) -> None:
    own, chosen = row["kind"] != "published", row["model_id"] == V3
    tone = colour if own else MUTED
    if chosen:
        ax.plot([row["years"]] * 2, [row["low_usd"], row["high_usd"]], color=tone, linewidth=1.8, zorder=4)
    shape = {"published": "D", "hours x price": "o"}.get(row["kind"], "s")
    size = (6.8 if chosen else 5.5) if own else 4.8
    dot(ax, row["years"], row["value_usd"], tone, shape, "full" if row["chip_hours_public"] else "none", size)


def _pace(growth: Growth) -> str:
    """'×3.3 a year', or '÷1.4 a year' where costs fall."""
    if growth.factor >= 1:
        return f"×{growth.factor:.1f} a year"
    return f"÷{1 / growth.factor:.1f} a year"


def _alt(case: Case) -> str:
    lines = _lines(case)
    (public, known), (hidden, guessed) = lines[AMORTISED].values()
    per_flop, _ = lines[PER_FLOP]["public hours"]
    return (
        f"Three scatter plots over time on log axes. The amortised cost of {len(known)} models with public chip-hours "
        f"grows by {public.factor:.1f} times a year, that of {len(guessed)} without by {hidden.factor:.1f}, on a line "
        f"{case['hidden_over_public'].text} as high. DeepSeek-V3 by Epoch AI's formula, "
        f"{case['v3_by_epoch_usd'].text}, {case.text('v3_beside_the_line')}. Rented, V3 is "
        f"{case['v3_rental_usd'].text}. Per unit of arithmetic costs "
        f"fall by {1 / per_flop.factor:.1f} times a year, and V3 at "
        f"{case['v3_amortised_usd_per_1e24_flop'].text} per 1e24 FLOP is {case['v3_over_llama31_per_flop'].text} "
        "Llama 3.1 405B."
    )

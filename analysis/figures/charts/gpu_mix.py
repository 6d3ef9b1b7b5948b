"""One fleet, six measures: which GPU type is how much of it."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from analysis import costs, words
from analysis.case import Case
from analysis.figures import style
from analysis.figures.drawing import Drawing, observed
from analysis.figures.labels import PLATE
from analysis.quantities import fleet
from analysis.uncertainty import interval

NAME = "gpu-mix"

# Measure -> its name, its unit in analysis.quantities.fleet, and how many of the base unit that is.
MEASURES = {
    "count": ("cards", "GPUs", 1.0, ""),
    "compute": ("arithmetic, BF16", "TFLOP/s", 1e12, "FLOP/s"),
    "bandwidth": ("memory bandwidth", "TB/s", 1e12, "B/s"),
    "memory": ("memory", "GB", 1e9, "B"),
    "power": ("power of the servers", "kW", 1e3, "W"),
    "capex": ("price of the servers", "USD", 1.0, ""),
}
PREFIXES = {1e18: "E", 1e15: "P", 1e12: "T", 1e9: "G", 1e6: "M", 1e3: "k"}

BAR = 0.72
SMALL = 9.5
# The piece of a smaller share is too narrow for its number.
SMALLEST = 0.05


def _shares(case: Case) -> dict[str, dict[str, float]]:
    """Share of each type in each measure; types in falling order of their count, none that the fleet has not."""
    counts = fleet.by_type(case.point, case.data, "count")
    order = sorted((gpu for gpu in counts if counts[gpu] > 0), key=lambda gpu: -counts[gpu])
    shares = {measure: costs.shares(fleet.by_type(case.point, case.data, measure)) for measure in MEASURES}
    return {measure: {gpu: float(of[gpu]) for gpu in order} for measure, of in shares.items()}


def _total(case: Case, measure: str) -> float:
    return float(sum(fleet.by_type(case.point, case.data, measure).values()))


def _total_text(case: Case, measure: str) -> str:
    """The sum of a measure over the fleet, in words."""
    total = _total(case, measure)
    _, unit, factor, base = MEASURES[measure]
    if measure == "count":
        return f"{total:,.0f} {unit}"
    if measure == "capex":
        return style.short(case["fleet_capex_usd"].text)
    step = next(step for step in PREFIXES if total * factor >= step)
    return f"{words.digits(total * factor / step, 3)} {PREFIXES[step]}{base}"


@observed
def gpu_mix(case: Case) -> Drawing:
    """The fleet of the case as shares of its GPU types in cards, arithmetic, memory, power and price."""
    shares = _shares(case)
    drawn = costs.shares(fleet.by_type(case.draws, case.data, "capex"))
    rows = case.data.fleet(str(case.point.fleet))
    unverified = set(rows[rows.confidence == "unverified"].gpu_id)
    with style.paper(NAME, 3.8) as figure:
        _draw(figure, case, shares, drawn, unverified)

    first = next(iter(shares["count"]))
    percent = {measure: f"{of[first] * 100:.0f} %" for measure, of in shares.items()}
    low, high = (f"{end * 100:.0f}" for end in interval(drawn[first]))
    evidence = rows.set_index("gpu_id").confidence
    table = pd.DataFrame(
        [
            (
                measure,
                style.GPU_NAMES[gpu],
                evidence[gpu],
                fleet.by_type(case.point, case.data, measure)[gpu],
                MEASURES[measure][1],
                share * 100,
                *(end * 100 for end in (interval(drawn[gpu]) if measure == "capex" else (share, share))),
            )
            for measure, of in shares.items()
            for gpu, share in of.items()
        ],
        columns=["measure", "gpu", "count_confidence", "amount", "unit", "share_percent", "p05_percent", "p95_percent"],
    )
    doubt = " by an unverified count" if first in unverified else ""
    alt = (
        f"Stacked bar chart of shares. {style.GPU_NAMES[first]} cards are {percent['count']} of the fleet{doubt} and "
        f"{percent['compute']} of its BF16 arithmetic, {percent['bandwidth']} of its memory bandwidth, "
        f"{percent['memory']} of its memory, {percent['power']} of its power and {percent['capex']} "
        f"({low} to {high} %) of the price of its servers. "
        f"The fleet has {_total_text(case, 'count')} and {_total_text(case, 'compute')}."
    )
    return Drawing(NAME, figure, table, alt)


def _draw(
    figure: Figure,
    case: Case,
    shares: dict[str, dict[str, float]],
    drawn: dict[str, np.ndarray | float],
    unverified: set[str],
) -> None:
    ax = figure.add_subplot()
    ax.set_xlim(0, 1)
    ax.set_ylim(len(shares) - 0.5, -0.95)
    style.bare(ax, keep=("bottom",))
    ax.set_yticks([])
    style.percent_axis(ax)
    gpus = list(shares["count"])
    first = style.GPU_NAMES[gpus[0]]
    ax.set_xlabel(f"share of the fleet (dashed: {first}'s share of the cards; whisker: 5–95 % range of its share)")
    for y, (measure, of) in enumerate(shares.items()):
        style.note(ax, -0.015, y, MEASURES[measure][0], axes_x=True, ha="right", fontsize=10.5)
        total = _total_text(case, measure)
        spread = style.short(case["fleet_capex_usd"].range) if measure == "capex" else ""
        style.note(ax, 1.02, y - (0.2 if spread else 0), total, axes_x=True, fontsize=10.5, fontweight="semibold")
        style.note(ax, 1.02, y + 0.22, spread, axes_x=True, fontsize=SMALL, color=style.MUTED)
        left = 0.0
        for gpu, share in of.items():
            style.gpu_piece(ax, gpu, y, share, BAR, left)
            middle = left + share / 2
            if share >= SMALLEST:
                weight = "semibold" if gpu == gpus[0] else "normal"
                style.note(ax, middle, y, f"{share * 100:.0f} %", ha="center", fontweight=weight, bbox=PLATE, zorder=6)
            if y == 0:
                name = style.GPU_NAMES[gpu] + (", count unverified" if gpu in unverified else "")
                style.note(ax, middle, -0.62, name, ha="center", fontweight="semibold")
            left += share
    # Only prices are uncertain here: counts are as stated, and the rest is data sheets.
    style.range_bar(ax, *interval(drawn[gpus[0]]), y=len(shares) - 1 + BAR / 2 - 0.1, height=0.2)
    ax.plot(
        [shares["count"][gpus[0]]] * 2, [-0.4, len(shares) - 0.5], color=style.INK, linewidth=1, linestyle=(0, (4, 2))
    )
    style.settle(figure)

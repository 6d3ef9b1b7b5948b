"""One fleet, six measures: which GPU type is how much of it."""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd

from analysis import costs, words
from analysis.case import Case
from analysis.figures import style
from analysis.figures.drawing import Sketch, observed
from analysis.figures.labels import PLATE
from analysis.figures.sheet import Sheet, width_of
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
def gpu_mix(case: Case) -> Sketch:
    """The fleet of the case as shares of its GPU types in cards, arithmetic, memory, power and price."""
    shares = _shares(case)
    drawn = costs.shares(fleet.by_type(case.draws, case.data, "capex"))
    rows = case.data.fleet(str(case.point.fleet))
    unverified = set(rows[rows.confidence == "unverified"].gpu_id)
    totals = {measure: _total_text(case, measure) for measure in MEASURES}
    first = next(iter(shares["count"]))
    percent = {measure: words.percent(of[first]) for measure, of in shares.items()}
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
    name = style.GPU_NAMES[first]
    doubt = " by an unverified count" if first in unverified else ""
    alt = (
        f"Stacked bar chart of shares. {name} cards are {percent['count']} of the fleet{doubt} and "
        f"{percent['compute']} of its BF16 arithmetic, {percent['bandwidth']} of its memory bandwidth, "
        f"{percent['memory']} of its memory, {percent['power']} of its power and {percent['capex']} "
        f"({low} to {high} %) of the price of its servers. "
        f"The fleet has {totals['count']} and {totals['compute']}."
    )
    title = f"{name}s are {percent['count']} of the cards and {percent['compute']} of the arithmetic"
    unit = "Share of each GPU type in the fleet, by six measures"
    if unverified:
        unit += "; hatched: unverified count"
    return Sketch(NAME, title, unit, partial(_draw, shares, totals, unverified), table, alt)


def _draw(shares: dict[str, dict[str, float]], totals: dict[str, str], unverified: set[str], sheet: Sheet) -> None:
    left, right = sheet.of(118, 0), sheet.of(92, 0)
    row, bar = sheet.of(34, 41), sheet.of(24, 22)
    # On a phone a row's words stand above its bar.
    middle = sheet.of(row / 2, row - bar / 2 - 3)
    sheet.skip(14)
    top = sheet.at
    ax = sheet.panel(row * len(shares), left, right, below=sheet.of(18, 4))
    ax.set(xlim=(0, 1), ylim=(row * len(shares), 0), yticks=[])
    style.bare(ax)
    style.percent_axis(ax)
    # Each piece says its share; on a phone that is enough.
    ax.tick_params(labelbottom=not sheet.narrow)
    room = sheet.width - left - right
    first = next(iter(shares["count"]))
    for number, (measure, of) in enumerate(shares.items()):
        y, here = row * number + middle, top + row * number
        said = {"fontsize": 10.5, "va": "center_baseline"}
        words_at = sheet.of(here + middle, here + row - bar - 11)
        sheet.put(0, words_at, MEASURES[measure][0], **said)
        sheet.put(sheet.width, words_at, totals[measure], ha="right", fontweight="semibold", **said)
        begin = 0.0
        for gpu, share in of.items():
            style.gpu_piece(ax, gpu, y, share, bar, begin, gpu in unverified)
            text = words.percent(share)
            if share * room > width_of(text, 9.5) + 10:
                weight = "semibold" if gpu == first else "normal"
                plate: dict[str, Any] = {"bbox": PLATE, "zorder": 6, "fontsize": 9.5, "fontweight": weight}
                style.note(ax, begin + share / 2, y, text, ha="center", **plate)
            if not number:
                # A name stands over its piece; a narrow piece at the end has it at its right edge.
                name, at = style.GPU_NAMES[gpu], left + room * (begin + share / 2)
                half = width_of(name, 10, "semibold") / 2
                at = min(max(at, left + half), left + room - half)
                colour = style.GPU_COLOURS[gpu]
                sheet.put(at, top - sheet.of(2, 3), name, ha="center", fontweight="semibold", color=colour)
            begin += share
    at = shares["count"][first]
    ax.plot([at, at], [middle - bar / 2, row * len(shares)], color=style.INK, linewidth=1, linestyle=(0, (4, 2)))

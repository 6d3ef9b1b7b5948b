"""Renting an H800-hour against owning it: the answer turns on the use of the card, and on who pays when it is idle."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import Bbox

from analysis import costs, words
from analysis.case import Case
from analysis.figures import style
from analysis.figures.drawing import Sketch, observed
from analysis.figures.labels import free_note
from analysis.figures.sheet import Sheet
from analysis.owning import price, share
from analysis.quantities import runs
from analysis.uncertainty import interval

OWN, RENT = style.BASIS_COLOURS["amortised"], style.BASIS_COLOURS["rental"]
# The curve starts here, or at the case's own utilisation if that is lower.
LOWEST_USE = 0.2
POINTS = 81
# The owner's cost at this use, or at the case's if that is lower, is as high as the panel needs to reach.
HIGH_AT = 0.3
# A rent so many times above that is told in words: on one scale with it the curve would be flat.
OFF_SCALE = 1.5
HEADROOM = 1.12
LABEL = 9.5


def _owner_usd_per_hour(x: Any, case: Case, utilisation: float) -> Any:
    """Owner's cost at some other utilisation than the case's, in USD per hour in use."""
    return costs.owner_usd_per_gpu_hour(
        x.server_price_h800_usd_per_gpu,
        x.service_life_years,
        utilisation,
        x.interconnect_fraction,
        runs.h800_server_kw(x, case.data),
        x.load_fraction,
        x.pue,
        x.electricity_usd_per_kwh,
        x.cost_of_capital,
    )


def _curve(case: Case) -> pd.DataFrame:
    """Owner's cost against utilisation, with its range."""
    lowest = min(LOWEST_USE, float(case.point.utilisation))
    rows = []
    for use in np.geomspace(lowest, 1, POINTS):
        ends = interval(_owner_usd_per_hour(case.draws, case, use))
        rows.append((use, _owner_usd_per_hour(case.point, case, use), *ends))
    return pd.DataFrame(rows, columns=["utilisation", "owner", "p05", "p95"])


@observed
def rent_or_own(case: Case) -> Sketch:
    """The owner's cost of an hour against utilisation, with the rent by the hour and on a lease."""
    curve = _curve(case)
    rate = float(case.point.cost_of_capital)
    without = f"with {share(rate)} interest a year" if rate else "without interest"
    unit = (
        "US dollars for one H800-hour in use, by the share of its life that the card is in use. "
        f"Owner’s cost {without}, amortised basis; band: 5–95 % range"
    )
    return Sketch("rent-or-own", title(case), unit, partial(_draw, case, curve), _table(case, curve), _alt(case))


def title(case: Case) -> str:
    """The finding: from which use on owning costs less than renting by the hour."""
    even, rent = case["break_even_utilisation"], float(case.point.rental_usd_per_gpu_hour)
    if 0 < even.value <= 1:
        return f"At {price(rent)} an hour, owning a card is cheaper once it is in use {even.text} of the time"
    return f"At {price(rent)} an hour, renting by the hour is cheaper however much a card is used"


def _draw(case: Case, curve: pd.DataFrame, sheet: Sheet) -> None:
    rent, use = float(case.point.rental_usd_per_gpu_hour), float(case.point.utilisation)
    own, even = case["owner_usd_per_gpu_hour"].value, case["break_even_utilisation"]
    highest = float(np.interp(min(HIGH_AT, use), curve.utilisation, curve.owner))
    shown = rent < OFF_SCALE * highest
    ceiling = HEADROOM * (max(highest, rent) if shown else highest)
    ax = sheet.panel(sheet.of(230, 250), 34, 14, below=32)
    _frame(ax, ceiling)
    lines = [curve[["utilisation", column]].to_numpy() for column in ("owner", "p05", "p95")]
    ax.fill_between(curve.utilisation, curve.p05, curve.p95, color=OWN, alpha=0.15, linewidth=0)
    ax.plot(curve.utilisation, curve.owner, color=OWN, linewidth=2.2, zorder=3)
    taken: list[Bbox] = []
    look: dict[str, Any] = {"fontsize": LABEL, "linespacing": 1.1}
    if shown:
        lease = np.column_stack([curve.utilisation, rent / curve.utilisation])
        lease = lease[(lease[:, 1] <= ceiling) | (lease[:, 0] == 1)]
        ax.plot([0, 1], [rent, rent], color=RENT, linewidth=1.8, zorder=3)
        ax.plot(*lease.T, color=RENT, linewidth=1.8, linestyle=(0, (4, 2)), zorder=3)
        lines += [np.array([[0, rent], [1, rent]]), lease]
    if shown and 0 < even.value <= 1:
        ax.plot([even.value] * 2, [0, rent], color=style.INK, linewidth=1, linestyle=(0, (2, 2)))
        lines.append(np.array([[even.value, 0], [even.value, rent]]))
        style.dot(ax, even.value, rent, style.INK, fill="none", size=7)
        text = f"the same at {even.text}" + _spread(even.low, even.high, even.range)
        taken += free_note(ax, [(even.value, rent * at) for at in (0.25, 0.15)], text, taken, lines, (-1, 0), **look)
    style.dot(ax, use, own, OWN, size=7.5)
    owner = f"owned: {price(own)}\nat {share(use)} of use"
    taken += free_note(ax, [(use, own)], owner, taken, lines, (0.2, -1), color=OWN, fontweight="semibold", **look)
    if shown:
        along = [(float(at), rent) for at in np.linspace(0.02, 0.5, 13)]
        text = f"rented by the hour\nin use: {price(rent)}"
        taken += free_note(ax, along, text, taken, lines, (0, -1), color=RENT, fontweight="semibold", **look)
        along = [(float(at), float(paid)) for at, paid in lease[len(lease) // 4 :: 4]]
        text = f"leased, paid for\nwhen idle too: {price(rent / use)}\nat {share(use)} of use"
        taken += free_note(ax, along, text, taken, lines, (1, 1), color=RENT, **look)
    else:
        said = {"color": RENT, "fontweight": "semibold", "ha": "right", "va": "top", **look}
        style.note(ax, 1, ceiling, f"rented by the hour in use:\n{price(rent)}, above this scale", **said)


def _frame(ax: Axes, ceiling: float) -> None:
    ax.set(xlim=(0, 1), ylim=(0, ceiling))
    style.bare(ax, grid=True)
    style.percent_axis(ax)
    ax.yaxis.set_major_locator(MaxNLocator(5))
    style.dollar_axis(ax, "y")
    ax.set_xlabel("share of its life in which the card is in use", fontsize=9, color=style.MUTED, loc="left")


def _spread(low: float, high: float, text: str) -> str:
    """The range of the break-even point; above full use there is none."""
    if not 0 < low < high:
        return ""
    return f"\n(range {words.percent(low)} to never)" if high > 1 else f"\n(range {text})"


def _table(case: Case, curve: pd.DataFrame) -> pd.DataFrame:
    """The case's own point, the point at which both cost the same, and the curve."""
    rent, own, even = (
        float(case.point.rental_usd_per_gpu_hour),
        case["owner_usd_per_gpu_hour"],
        case["break_even_utilisation"],
    )
    use = float(case.point.utilisation)
    points = pd.DataFrame(
        {
            "row": ["this_case", "break_even"],
            "what": ["owner's cost at the use of the case", "owning costs as much as renting by the hour in use"],
            "utilisation_percent": [use * 100, even.value * 100],
            "utilisation_p05_percent": [np.nan, even.low * 100],
            "utilisation_p95_percent": [np.nan, even.high * 100],
            "owner_usd_per_gpu_hour": [own.value, rent],
            "p05_usd": [own.low, np.nan],
            "p95_usd": [own.high, np.nan],
        }
    )
    along = pd.DataFrame(
        {
            "row": "curve",
            "what": "owner's cost against utilisation",
            "utilisation_percent": curve.utilisation * 100,
            "owner_usd_per_gpu_hour": curve.owner,
            "p05_usd": curve.p05,
            "p95_usd": curve.p95,
        }
    )
    table = pd.concat([points, along], ignore_index=True)
    return table.assign(rented_usd_per_gpu_hour=rent, leased_usd_per_gpu_hour=100 * rent / table.utilisation_percent)


def _alt(case: Case) -> str:
    owner = case["owner_usd_per_gpu_hour"]
    return (
        f"Line chart over the use of a card. An owned H800-hour in use costs {price(owner.value)} at "
        f"{share(float(case.point.utilisation))} of use, range {owner.range}, beside a rent of "
        f"{price(float(case.point.rental_usd_per_gpu_hour))}. {case.text('break_even_point')} "
        f"{case.text('lease_point')}"
    )

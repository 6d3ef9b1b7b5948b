"""Renting an H800-hour against owning it, and how the answer turns on how much of the time the card is in use."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.transforms import Bbox

from analysis import costs, words
from analysis.case import Case, Quantity
from analysis.figures import style
from analysis.figures.drawing import Drawing, observed
from analysis.figures.labels import free_note, pixels
from analysis.quantities import runs
from analysis.uncertainty import interval

NAME = "rent-or-own"
OWN, RENT = style.BASIS_COLOURS["amortised"], style.BASIS_COLOURS["rental"]

PARTS = style.PART_HATCHES
ANALYST = {
    "semianalysis_h100_neocloud_owner_usd_per_hour": "new cloud company",
    "semianalysis_h100_hyperscaler_owner_usd_per_hour": "large cloud company",
}
H800 = "H800-SXM"

BAR, SMALL = 0.56, 9.5
# Rows that the key of the owner's parts takes.
KEY_ROWS = 0.55
THIN = (1, 1, 1, 0.6)
# The curve starts here, or at the case's own utilisation if that is lower.
LOWEST_USE = 0.2
POINTS = 81
# A rent so many times above the curve is told in words: on one scale with it the curve would be flat.
OFF_SCALE = 1.5


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


def _quotation(case: Case) -> tuple[float, str]:
    """The latest market quotation for renting an H800, who made it, and in which years it stood."""
    prices = case.data.table("prices")
    offers = prices[(prices.gpu_id == H800) & (prices.kind == "rent_on_demand")].sort_values("date")
    latest = case.data.chosen("prices", offers).iloc[-1]
    found = "only one: " if offers.vendor.nunique() == 1 else ""
    same = offers[(offers.vendor == latest["vendor"]) & (offers.price_usd == latest["price_usd"])]
    years = "–".join(f"{year}" for year in dict.fromkeys([same.date.dt.year.min(), same.date.dt.year.max()]))
    return float(latest["price_usd"]), f"{found}{latest['vendor']}, {years}"


def _rows(case: Case) -> list[Quantity]:
    """What the first panel compares, in USD per GPU-hour; the title holds two lines of words."""
    unit, rent = "USD/GPU-hour", float(case.point.rental_usd_per_gpu_hour)
    theirs = rent == case.data.published("deepseek_v3_rental_usd_per_gpu_hour")
    price, offer = _quotation(case)
    found = [
        replace(
            case["owner_usd_per_gpu_hour"],
            title=f"Owner's cost, H800\nin use {_percent(float(case.point.utilisation))} of the time",
        ),
        Quantity(
            "rent",
            "Rent assumed, H800\n" + ("by DeepSeek" if theirs else "in this case"),
            rent,
            *interval(case.draws.rental_usd_per_gpu_hour),
            unit,
            "rental",
        ),
        Quantity(
            "quotation",
            f"Rent quoted, H800\n{offer}",
            price,
            price,
            price,
            unit,
            "rental",
        ),
    ]
    for key, who in ANALYST.items():
        value, year = case.data.published(key), case.data.row("published", key)["currency_year"]
        title = f"Owner's cost, H100, {int(year)}\n{who}, by analyst"
        found.append(Quantity(key, title, value, value, value, unit, "amortised"))
    return found


@observed
def rent_or_own(case: Case) -> Drawing:
    """An owned H800-hour beside a rented one, and the owner's cost against utilisation with the break-even point."""
    rows, curve = _rows(case), _curve(case)
    components = runs.owner_components_usd_per_gpu_hour(case.point, case.data)
    parts = {part: float(components[part]) for part in PARTS}
    with style.paper(NAME, 6.1) as figure:
        # Two figures in one, so that the second panel need not leave room for the words of the first.
        halves = figure.add_gridspec(2, 1, height_ratios=[1.05, 1])
        top, bottom = (figure.add_subfigure(halves[place]).add_subplot() for place in (0, 1))
        _frame_costs(top, rows, parts)
        _frame_use(bottom, case, curve)
        style.settle(figure)
        _key(top, parts)
        _label_use(bottom, case, curve)
    return Drawing(NAME, figure, _table(case, rows, curve), _alt(case, rows))


def _frame_costs(ax: Axes, rows: list[Quantity], parts: dict[str, float]) -> None:
    """The first panel: owner's cost as a stack, prices as dots, the analyst's costs as hollow bars."""
    ax.set_xlim(0, 1.04 * max(max(row.value, row.high) for row in rows))
    ax.set_ylim(KEY_ROWS + len(rows) - 0.5, -0.5)
    style.bare(ax, keep=("bottom",))
    ax.set_yticks([])
    ax.xaxis.set_major_formatter(lambda value, _: _tick(value))
    ax.set_xlabel("USD per GPU-hour in use (whiskers: 5–95 %). Owned H800: without building, staff and repairs")
    for place, row in enumerate(rows):
        y = place + KEY_ROWS * (place > 0)
        if place == 0:
            left = 0.0
            for part, value in parts.items():
                ax.barh(y, value, BAR, left, color=OWN, hatch=PARTS[part], hatchcolor=THIN, edgecolor=style.PAPER)
                left += value
        elif row.basis == "amortised":
            ax.barh(y, row.value, BAR, color=style.PAPER, edgecolor=style.GREY, linewidth=1.2, linestyle="--")
        else:
            style.dot(ax, row.value, y, RENT, fill="full" if row.name == "rent" else "none", size=8)
        title, _, detail = row.title.partition("\n")
        lift = 0.0 if row.certain else 0.2
        style.note(ax, -0.015, y - 0.2, title, axes_x=True, ha="right", fontsize=10.5)
        style.note(ax, -0.015, y + 0.21, detail, axes_x=True, ha="right", fontsize=SMALL, color=style.MUTED)
        style.note(ax, 1.02, y - lift, _price(row.value), axes_x=True, fontsize=10.5, fontweight="semibold")
        if not row.certain:
            style.range_bar(ax, row.low, row.high, y, height=0.24, colour=RENT if row.name == "rent" else style.INK)
            style.note(ax, 1.02, y + 0.21, row.range, axes_x=True, fontsize=SMALL, color=style.MUTED)


def _key(ax: Axes, parts: dict[str, float]) -> None:
    """The parts of the owner's cost, named below their bar: most are too narrow to be named inside."""
    left, y = 0.0, KEY_ROWS - 0.05
    wide = ax.get_window_extent().width
    for part, value in parts.items():
        swatch, text = 14 / wide, f"{part} {_price(value)}"
        ax.add_patch(
            Rectangle(
                (left, y - 0.14),
                swatch,
                0.28,
                transform=ax.get_yaxis_transform(),
                facecolor=OWN,
                hatch=PARTS[part],
                hatchcolor=THIN,
                edgecolor=style.PAPER,
                linewidth=0,
            )
        )
        style.note(ax, left + swatch + 4 / wide, y, text, axes_x=True, fontsize=SMALL)
        left += swatch + (pixels(ax, text, fontsize=SMALL)[0] + 18) / wide


def _frame_use(ax: Axes, case: Case, curve: pd.DataFrame) -> None:
    """The second panel: curve and band of the owner's cost, the rent, and the guides."""
    rent, use = float(case.point.rental_usd_per_gpu_hour), float(case.point.utilisation)
    # The band may leave the panel on the left, not on the right.
    highest = max(float(curve.owner.max()), 1.1 * float(curve.p95.min()))
    if rent < OFF_SCALE * highest:
        highest = max(highest, rent)
        ax.axhline(rent, color=RENT, linewidth=1.8, zorder=3)
    ax.fill_between(curve.utilisation, curve.p05, curve.p95, color=OWN, alpha=0.15, linewidth=0)
    ax.plot(curve.utilisation, curve.owner, color=OWN, linewidth=2.2, zorder=3)
    own = case["owner_usd_per_gpu_hour"].value
    ax.plot([use, use], [0, own], color=style.MUTED, linewidth=1, linestyle=(0, (2, 2)))
    style.dot(ax, use, own, OWN, size=7.5)
    ax.set_xlim(curve.utilisation.min(), 1)
    ax.set_ylim(0, highest * 1.22)
    style.percent_axis(ax)
    ax.yaxis.set_major_formatter(lambda value, _: _tick(value))
    ax.set_xlabel("share of its life in which the card is in use")
    ax.set_ylabel("USD per GPU-hour in use")


def _label_use(ax: Axes, case: Case, curve: pd.DataFrame) -> None:
    """Words for the second panel, each at the nearest free spot."""
    rent, use = float(case.point.rental_usd_per_gpu_hour), float(case.point.utilisation)
    own, even = case["owner_usd_per_gpu_hour"].value, case["break_even_utilisation"]
    (lowest, highest), (_, ceiling) = ax.get_xlim(), ax.get_ylim()
    lines = [curve[["utilisation", column]].to_numpy() for column in ("owner", "p05", "p95")]
    lines.append(np.array([[use, 0], [use, own]]))
    shown = rent < ceiling
    if shown:
        lines.append(np.array([[lowest, rent], [highest, rent]]))
    taken: list[Bbox] = []

    crossing = shown and lowest <= even.value <= highest
    if crossing:
        ax.plot([even.value] * 2, [rent, ceiling], color=style.INK, linewidth=1, linestyle=(0, (4, 2)))
        lines.append(np.array([[even.value, rent], [even.value, ceiling]]))
        sides = [("renting is cheaper  ", "right"), ("  owning is cheaper", "left")]
        for text, side in sides:
            taken.append(_strip(ax, even.value, ceiling, text, side))
        style.dot(ax, even.value, rent, style.INK, fill="none", size=7)
        if 0 < even.low < even.high:
            style.range_bar(ax, max(even.low, lowest), min(even.high, highest), rent, height=ceiling / 40)
    else:
        taken.append(_strip(ax, highest, ceiling, _verdict(case, lowest), "right"))
    if crossing:
        text = f"break-even: in use {even.text} of the time" + _spread(even)
        taken += free_note(
            ax, [(even.value, (rent + ceiling) / 2)], text, taken, lines, prefer=(1, 0), fontweight="semibold"
        )
    text = f"this case: {_price(own)} at {_percent(use)}"
    taken += free_note(ax, [(use, own)], text, taken, lines, prefer=(-0.5, -1))
    if shown:
        along = [(float(at), rent) for at in np.linspace(lowest, highest, 21)[1:]]
        taken += free_note(ax, along, f"rent {_price(rent)}", taken, lines, prefer=(1, 1), color=RENT)
    along = [(row.utilisation, row.p95) for row in curve[curve.p95 < 0.9 * ceiling].iloc[::4].itertuples()]
    taken += free_note(ax, along, "owner's cost, 5–95 %", taken, lines, prefer=(1, 0.5), color=OWN)


def _strip(ax: Axes, x: float, y: float, text: str, side: str) -> Bbox:
    """Words along the upper edge, if they fit between x and the end of the axes."""
    drawn = style.note(ax, x, y, text, ha=side, va="top", color=style.MUTED)
    box, frame = drawn.get_window_extent(), ax.get_window_extent()
    if box.x0 < frame.x0 - 1 or box.x1 > frame.x1 + 1:
        drawn.remove()
        return Bbox.null()
    return box


def _verdict(case: Case, lowest: float) -> str:
    """What holds over the whole panel when the break-even point is not in it."""
    even, rent = case["break_even_utilisation"].value, float(case.point.rental_usd_per_gpu_hour)
    if 0 < even < lowest:
        return f"at a rent of {_price(rent)} owning is cheaper above {even * 100:.1f} % of the time in use"
    return f"at a rent of {_price(rent)} renting is cheaper however much the card is used"


def _spread(even: Quantity) -> str:
    """The range of the break-even point; above full use there is none."""
    if not 0 < even.low < even.high:
        return ""
    if even.high > 1:
        return f"\n(range {even.low * 100:.0f} % to never)"
    return f"\n(range {even.range})"


def _percent(share: float) -> str:
    return f"{words.digits(share * 100, 3)} %"


def _tick(usd: float) -> str:
    return _price(usd) if math.isclose(usd, round(usd, 2), abs_tol=1e-9) else words.money_tick(usd)


def _price(usd: float) -> str:
    return f"${usd:,.2f}"


def _table(case: Case, rows: list[Quantity], curve: pd.DataFrame) -> pd.DataFrame:
    """All that is drawn: prices and costs of the first panel, then the curve and the break-even point."""
    parts = runs.owner_components_usd_per_gpu_hour(case.point, case.data)
    drawn = runs.owner_components_usd_per_gpu_hour(case.draws, case.data)
    found = [(row.name, row.title.replace("\n", ", "), row.value, row.low, row.high) for row in rows]
    found += [(f"owner_{part}", f"of which {part}", float(parts[part]), *interval(drawn[part])) for part in PARTS]
    first = pd.DataFrame(found, columns=["row", "what", "usd_per_gpu_hour", "p05_usd", "p95_usd"])
    first["utilisation_percent"] = [
        float(case.point.utilisation) * 100 if row.startswith("owner_") else None for row in first.row
    ]
    even = case["break_even_utilisation"]
    point = pd.DataFrame(
        {
            "row": ["break_even"],
            "what": ["owning costs as much as renting"],
            "utilisation_percent": [even.value * 100],
            "utilisation_p05_percent": [even.low * 100],
            "utilisation_p95_percent": [even.high * 100],
            "usd_per_gpu_hour": [float(case.point.rental_usd_per_gpu_hour)],
        }
    )
    second = pd.DataFrame(
        {
            "row": "curve",
            "what": "owner's cost against utilisation",
            "utilisation_percent": curve.utilisation * 100,
            "usd_per_gpu_hour": curve.owner,
            "p05_usd": curve.p05,
            "p95_usd": curve.p95,
        }
    )
    return pd.concat([first, point, second], ignore_index=True)


def _alt(case: Case, rows: list[Quantity]) -> str:
    owner, rent, quotation, *others = rows
    even = case["break_even_utilisation"]
    crossing = (
        f"Owning costs as much as renting when the card is in use {even.text} of the time."
        if 0 < even.value <= 1
        else f"{_verdict(case, 0)}."
    )
    return (
        f"Bar chart over a line chart. An owned H800-hour in use costs {_price(owner.value)}, range {owner.range}; "
        f"the rent {case.text('rent_is_whose')} is {_price(rent.value)}, the market quotation "
        f"{_price(quotation.value)}, and an analyst's costs of an H100-hour are "
        f"{words.label('', [_price(row.value) for row in others])}. "
        f"{crossing[0].upper()}{crossing[1:]}"
    )

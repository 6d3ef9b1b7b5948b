"""What the $6M is: GPU-hours times a price, and how it moves with the price."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.transforms import Bbox

from analysis import costs, parameters, words
from analysis.case import Case
from analysis.figures.drawing import Drawing, observed
from analysis.figures.labels import free_note, pixels
from analysis.figures.style import BLUE, GREY, MUTED, dollar_axis, note, paper, settle

NAME = "rental-price"


def _marks(case: Case) -> dict[float, str]:
    """The prices to mark, in rising order, with what each is."""
    row = parameters.known()["rental_usd_per_gpu_hour"]
    assumed = case.data.published("deepseek_v3_rental_usd_per_gpu_hour")
    price = float(case.point.rental_usd_per_gpu_hour)
    roles: dict[float, list[str]] = {}
    for value, role in (
        (price, "this case"),
        (assumed, "DeepSeek's assumption"),
        (row.low, "low end"),
        (row.high, "high end"),
    ):
        roles.setdefault(value, []).append(role)
    # In the base case the two are one; its own name says more.
    if len(roles[assumed]) > 1:
        roles[assumed].remove("this case")
    return {value: ", ".join(roles[value]) for value in sorted(roles)}


@observed
def rental_price(case: Case) -> Drawing:
    """V3's and R1's bill as straight lines through the rental price, with DeepSeek's own assumption marked."""
    row = parameters.known()["rental_usd_per_gpu_hour"]
    price = float(case.point.rental_usd_per_gpu_hour)
    v3, r1 = case["v3_gpu_hours"].value, case["r1_gpu_hours"].value
    top = max(row.high, price) * 1.12
    marks = _marks(case)
    bills = {mark: costs.rental_run_cost_usd(v3, mark) for mark in marks}
    said = {mark: f"{words.money_tick(bill)} at ${mark:.2f}" for mark, bill in bills.items()}

    with paper(NAME, 3.8) as figure:
        ax = figure.add_subplot()
        x = np.array([0.0, top])
        bill, extra = costs.rental_run_cost_usd(v3, x), costs.rental_run_cost_usd(r1, x)
        ax.axvspan(row.low, row.high, color=BLUE, alpha=0.09, linewidth=0)
        ax.plot(x, bill, color=BLUE, linewidth=2.2)
        ax.plot(x, extra, color=GREY, linewidth=2.2, linestyle=(0, (4, 2)))
        for mark in marks:
            chosen = mark == price
            ax.plot(
                mark,
                bills[mark],
                "o",
                markersize=8 if chosen else 6,
                color=BLUE if chosen else "white",
                markeredgecolor=BLUE,
                markeredgewidth=1.6,
                zorder=6 if chosen else 5,
            )
        ax.set_xlim(0, top)
        ax.set_ylim(0, bill[-1] * 1.1)
        ax.set_xlabel("rental price of one H800-hour, USD")
        ax.set_ylabel("bill for the GPU-hours, USD")
        ax.xaxis.set_major_formatter(lambda value, _: f"${value:.2f}")
        dollar_axis(ax, "y")
        settle(figure)

        # The lines always run from corner to corner, so their names have fixed places.
        names = [
            note(
                ax,
                top * 0.99,
                bill[-1] * 0.66,
                f"V3's official run\n{case['v3_gpu_hours'].text} GPU-hours",
                ha="right",
                color=BLUE,
                fontweight="semibold",
            ),
            note(
                ax,
                top * 0.99,
                extra[-1] + bill[-1] * 0.05,
                f"R1 on top of it, {case['r1_gpu_hours'].text} GPU-hours",
                ha="right",
                color=MUTED,
            ),
        ]
        span = f"plausible price: ${row.low:.2f} to ${row.high:.2f}"
        inside = pixels(ax, span)[0] < np.ptp(ax.transData.transform([(row.low, 0), (row.high, 0)])[:, 0]) - 10
        band = note(ax, row.low if inside else row.high, bill[-1] * 1.09, " " + span, va="top", color=MUTED)
        taken = [text.get_window_extent() for text in (*names, band)]
        centres = {mark: ax.transData.transform((mark, bills[mark])) for mark in marks}
        lines = [np.column_stack([x, bill]), np.column_stack([x, extra])]
        for mark, role in marks.items():
            weight = "semibold" if mark == price else "normal"
            others = [Bbox([centre - 5, centre + 5]) for other, centre in centres.items() if other != mark]
            words_ = f"{role}: {said[mark]}"
            taken += free_note(ax, [(mark, bills[mark])], words_, taken + others, lines, fontweight=weight)

    table = pd.DataFrame(
        {
            "mark": list(marks.values()),
            "rental_usd_per_gpu_hour": list(marks),
            "v3_gpu_hours": v3,
            "v3_usd": list(bills.values()),
            "r1_gpu_hours": r1,
            "r1_usd": [costs.rental_run_cost_usd(r1, mark) for mark in marks],
        }
    )
    alt = (
        "Line chart. V3's bill rises in a straight line with the rental price that is assumed for an H800-hour: "
        + words.label("", [f"{said[mark]} ({role})" for mark, role in marks.items()])
        + f". R1 adds {words.money_tick(costs.rental_run_cost_usd(r1, price))} at ${price:.2f}."
    )
    return Drawing(NAME, figure, table, alt)

"""What matters most: every headline with one assumption at a time at its low and at its high end."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from analysis import sensitivity, words
from analysis.case import Case, Quantity
from analysis.figures import style
from analysis.figures.drawing import Drawing, observed

NAME = "tornado"

# Rows of one panel; the table behind the figure has all of them.
MOST = 4

# Inches: words left of the bars, room right of them, height of a row and of a panel's heading, gap between panels.
LEFT, RIGHT, ROW, HEADING, GAP = 2.75, 0.15, 0.37, 0.3, 0.16
OVER, UNDER = 0.42, 0.42
BAR = 0.56

# End of the assumption -> its words, colour and hatch.
ENDS = {
    "at_low": ("assumption at its low end", style.ORANGE, "////"),
    "at_high": ("assumption at its high end", style.BLUE, ""),
}


@observed
def tornado(case: Case) -> Drawing:
    """A panel a headline: the assumptions that move it, the largest swing on top."""
    swings = {name: sensitivity.swings(case, name) for name in sensitivity.HEADLINES}
    shown = {name: frame.head(MOST) for name, frame in swings.items()}
    height = OVER + UNDER + sum(HEADING + GAP + ROW * len(frame) for frame in shown.values())
    with style.paper(NAME, height) as figure:
        _key(figure)
        top, panels = OVER, []
        for name, frame in shown.items():
            ax = style.panel(figure, top + HEADING, ROW * len(frame), LEFT, RIGHT)
            _panel(ax, case[name], frame)
            panels.append(ax)
            top += HEADING + GAP + ROW * len(frame)
        figure.text(
            0.1 / style.WIDTH_INCHES,
            0.12 / height,
            f"Each panel has its own scale and at most {MOST} assumptions; all are in the table behind the figure.",
            fontsize=9.5,
            color=style.INK,
            fontstyle="italic",
        )
        style.settle(figure)
    return Drawing(NAME, figure, _table(case, swings), _alt(case, swings))


def _key(figure: Figure) -> None:
    patches = [
        Patch(facecolor=colour, hatch=hatch, edgecolor=style.PAPER, linewidth=0.9, label=text)
        for text, colour, hatch in ENDS.values()
    ]
    handles = [*patches, Line2D([], [], color=style.INK, linewidth=1.6, label="this case")]
    style.legend(figure, handles, 0.1, 3, borderpad=0.4, handletextpad=0.8, handlelength=1.6)


def _value(value: float, unit: str) -> str:
    """One result of arithmetic on a bar's end."""
    return style.short(words.amount(value, unit, significant=3))


def _ends(low: float, high: float, unit: str) -> str:
    """The two ends of an assumption."""
    text = words.amount(low, unit, significant=3) + words.THIN_RANGE + words.amount(high, unit, significant=3)
    return text + {"year": " years", "people": " people"}.get(unit, "")


def _panel(ax: Axes, result: Quantity, frame: pd.DataFrame) -> None:
    style.bare(ax)
    ax.set(xticks=[], yticks=[], facecolor="none")
    ax.set_ylim(len(frame) - 0.5, -0.5)
    ends = [result.value, *frame["at_low"], *frame["at_high"]]
    least, most = min(ends), max(ends)
    # A label stands at either end.
    room = 0.2 * ((most - least) or abs(result.value) or 1.0)
    ax.set_xlim(least - room, most + room)
    style.heading(ax, result.title, LEFT - 0.1)
    unit = "USD an hour" if result.unit == "USD/GPU-hour" else result.unit
    said = style.short(result.text) if result.certain else f"{style.short(result.text)} ({style.short(result.range)})"
    style.remark(ax, f"{unit}; this case {said}", RIGHT - 0.05)
    for y, row in enumerate(frame.itertuples()):
        left = -(LEFT - 0.1) * 72
        style.beside(ax, y - 0.2, row.title, left, ha="left", fontsize=9.8)
        style.beside(ax, y + 0.22, _ends(row.low, row.high, row.unit), left, ha="left", fontsize=8.8, color=style.MUTED)
        for key, (_, colour, hatch) in ENDS.items():
            end = float(getattr(row, key))
            if end == result.value:
                continue
            ax.barh(
                y,
                end - result.value,
                BAR,
                result.value,
                color=colour,
                hatch=hatch,
                hatchcolor=(1, 1, 1, 0.55),
                edgecolor=style.PAPER,
                linewidth=0.9,
            )
            outward = 1 if end > result.value else -1
            gap = outward * 0.012 * (most - least)
            style.note(ax, end + gap, y, _value(end, result.unit), ha="left" if outward > 0 else "right", fontsize=9.5)
    ax.plot([result.value] * 2, [-0.5, len(frame) - 0.5], color=style.INK, linewidth=1.6, zorder=5)


def _table(case: Case, swings: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Every swing that was computed: the assumption's ends in its unit, the results in the result's unit."""
    rows = []
    for name, frame in swings.items():
        result = case[name]
        for row in frame.itertuples():
            ends = (row.low, row.high, row.at_low, result.value, row.at_high, row.swing)
            rows.append((name, result.basis, result.unit, row.name, row.unit, *ends))
    columns = ["result", "basis", "result_unit", "assumption", "assumption_unit", "assumption_low", "assumption_high"]
    return pd.DataFrame(rows, columns=[*columns, "result_at_low", "result_in_case", "result_at_high", "swing"])


def _alt(case: Case, swings: dict[str, pd.DataFrame]) -> str:
    said = []
    for name, frame in swings.items():
        if len(frame):
            row, unit = frame.iloc[0], case[name].unit
            least, most = sorted([row["at_low"], row["at_high"]])
            said.append(f"{case[name].title}: {row['title']}, {_value(least, unit)} to {_value(most, unit)}")
    return "Tornado charts, one a headline. The assumption with the largest swing of each: " + "; ".join(said) + "."

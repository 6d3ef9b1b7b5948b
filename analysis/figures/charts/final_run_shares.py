"""What part of all compute for research went into final runs, at developers for which there is a figure."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
from matplotlib.axes import Axes

from analysis import parameters, words
from analysis.case import Case
from analysis.figures import style
from analysis.figures.drawing import Drawing, observed

NAME = "final-run-shares"
SHARE = "final_run_share_of_rd_compute"
QUARTER = 0.25

# Who says so, and how full the dot is.
FILLS = {"developer": "full", "estimate": "left", "prior": "none"}

# Inches: words left and right of the dots, height of a row, room above and below.
LEFT, RIGHT, ROW, OVER, UNDER = 2.62, 0.72, 0.46, 0.78, 0.52


@dataclass(frozen=True)
class Share:
    """A developer's share: of what it is one, who says so, and the value, perhaps with a range."""

    developer: str
    of: str
    kind: str
    value: float
    low: float
    high: float
    source: str


def shares(case: Case) -> list[Share]:
    """One a developer, from the smallest up."""
    found = [
        _published(case, "epoch_openai_final_run_share", "OpenAI, 2024", "a year's research compute"),
        _counted(case, "olmo3_final_run_share", "Ai2, Olmo 3", "compute of all stages", "olmo3_development_share"),
        _counted(
            case,
            "smollm3_final_run_share",
            "Hugging Face, SmolLM3",
            "GPU-hours of pre-training",
            "smollm3_main_run_gpu_hours",
        ),
    ]
    return sorted(found, key=lambda share: share.value)


def _published(case: Case, figure_id: str, developer: str, of: str) -> Share:
    value = case.data.published(figure_id)
    return Share(developer, of, "estimate", value, value, value, case.data.row("published", figure_id).source)


def _counted(case: Case, name: str, developer: str, of: str, figure_id: str) -> Share:
    value = case[name].value
    return Share(developer, of, "developer", value, value, value, case.data.row("published", figure_id).source)


def prior(case: Case) -> Share:
    """What Epoch AI's method takes where nothing is known: all compute is so many times the run."""
    row = case.data.row("published", "epoch_development_experiments")
    value, low, high = (1 / float(row[end]) for end in ("value", "high", "low"))
    return Share("Epoch AI's method", "assumed for any model", "prior", value, low, high, row.source)


def taken(case: Case) -> Share:
    """What this report takes for DeepSeek."""
    row, value = parameters.known()[SHARE], case.point.final_run_share_of_rd_compute
    low, high = min(row.low, value), max(row.high, value)
    return Share("DeepSeek: not known", "assumed here, with its range", "prior", value, low, high, row.source)


def title(found: list[Share]) -> str:
    """The finding: how many lie below a quarter."""
    below = sum(share.value < QUARTER for share in found)
    return f"Final runs were less than a quarter of the compute at {below} of {len(found)} developers"


@observed
def final_run_shares(case: Case) -> Drawing:
    """Shares of three developers, and what two methods take in their place."""
    found = shares(case)
    rows = [*found, prior(case), taken(case)]
    height_inches = OVER + ROW * len(rows) + UNDER
    with style.paper(NAME, height_inches) as figure:
        entries = [
            ("o", "full", "developer's count"),
            ("o", "left", "Epoch AI's estimate"),
            ("o", "none", "assumption"),
        ]
        style.key(figure, entries, 0.1, columns=3)
        ax = style.panel(figure, OVER, ROW * len(rows), LEFT, RIGHT)
        ax.set_xlim(0, 1)
        ax.set_ylim(len(rows) - 0.5, -0.5)
        ax.set_yticks([])
        ax.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0 %", "25 %", "50 %", "75 %", "100 %"])
        ax.grid(visible=True, axis="x", color=style.GRID, linewidth=0.8)
        style.bare(ax, keep=("bottom",))
        ax.set_xlabel("Final runs in all compute for research", fontsize=9.5, loc="left")
        style.heading(ax, title(found), LEFT - 0.1)
        for y, share in enumerate(rows):
            _row(ax, y, share)
    return Drawing(NAME, figure, _table(rows), _alt(found, rows))


def _row(ax: Axes, y: float, share: Share) -> None:
    left, colour = -(LEFT - 0.1) * 72, style.BASIS_COLOURS["programme"]
    style.beside(ax, y - 0.19, share.developer, left, ha="left", fontsize=10.5)
    style.beside(ax, y + 0.21, share.of, left, ha="left", fontsize=9, color=style.MUTED)
    if share.low < share.high:
        style.range_bar(ax, share.low, share.high, y, colour, height=0.26)
    style.dot(ax, share.value, y, colour, fill=FILLS[share.kind], size=7)
    style.beside(ax, y, words.amount(share.value, "fraction", significant=2), 10, fontsize=10.5, fontweight="semibold")


def _table(rows: list[Share]) -> pd.DataFrame:
    columns = ("developer", "share_of", "kind", "share", "low", "high", "source")
    return pd.DataFrame(
        [(each.developer, each.of, each.kind, each.value, each.low, each.high, each.source) for each in rows],
        columns=columns,
    )


def _alt(found: list[Share], rows: list[Share]) -> str:
    told = "; ".join(f"{each.developer} {words.amount(each.value, 'fraction', significant=2)}" for each in rows)
    return f"Dot plot on an axis from 0 to 100 %. {title(found)}. {told}."

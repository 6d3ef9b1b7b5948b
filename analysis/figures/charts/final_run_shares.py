"""What part of all compute for research went into final runs, at developers for which there is a figure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import pandas as pd

from analysis import parameters, words
from analysis.case import Case
from analysis.figures.drawing import Sketch, observed
from analysis.figures.rows import Row, room, strips
from analysis.figures.sheet import Sheet
from analysis.figures.style import BLUE, MUTED

NAME = "final-run-shares"
SHARE = "final_run_share_of_rd_compute"
QUARTER = 0.25

# Who says so, and how full the dot is.
FILLS = {"developer": "full", "estimate": "left", "prior": "none"}

TICKS = (0, 0.25, 0.5, 0.75, 1)


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
def final_run_shares(case: Case) -> Sketch:
    """Shares of three developers, and what two methods take in their place."""
    found = shares(case)
    assumed = [prior(case), taken(case)]
    unit = "Final runs as a share of all compute for research; bar: range of the assumption"
    rows = [*found, *assumed]
    return Sketch(NAME, title(found), unit, partial(_draw, found, assumed), _table(rows), _alt(found, assumed))


def _draw(found: list[Share], assumed: list[Share], sheet: Sheet) -> None:
    sheet.key([("o", "full", "developer’s count"), ("o", "left", "Epoch AI’s estimate"), ("o", "none", "assumption")])
    counted, taken_ = [_row(share, BLUE) for share in found], [_row(share, MUTED) for share in assumed]
    columns = room([*counted, *taken_])
    for part, last in ((counted, False), (taken_, True)):
        strips(sheet, part, (0, 1.06), words.percent, log=False, axis=last, columns=columns, at=TICKS)


def _row(share: Share, colour: str) -> Row:
    return Row(
        share.developer,
        share.value,
        words.percent(share.value),
        share.low,
        share.high,
        words.between(share.low, share.high, "fraction") if share.low < share.high else "",
        share.of,
        colour,
        fill=FILLS[share.kind],
    )


def _table(rows: list[Share]) -> pd.DataFrame:
    return pd.DataFrame(rows).rename(columns={"of": "share_of", "value": "share"})


def _alt(found: list[Share], assumed: list[Share]) -> str:
    told = "; ".join(f"{each.developer} {words.percent(each.value)}" for each in found)
    taken_ = "; ".join(f"{each.developer} {words.percent(each.value)}" for each in assumed)
    return f"Dot plot on an axis from 0 to 100 %. {title(found)}: {told}. Assumed: {taken_}."

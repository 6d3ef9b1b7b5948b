"""What buying the servers of the fleet costs, by whose count of the GPUs is taken, beside the published sums."""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from analysis import words
from analysis.case import Case, Quantity
from analysis.figures import style
from analysis.figures.drawing import Sketch, observed
from analysis.figures.labels import PLATE
from analysis.figures.sheet import Sheet, width_of
from analysis.quantities import fleet
from analysis.uncertainty import interval

NAME = "capex"
# Pieces of a bar from the left; the A100s, which only some counts have, come last.
ORDER = ("H800-SXM", "H100-SXM", "H20", "A100-PCIe-40")
SMALL = 9.0
BAR = 26.0
# Room at the right of the longest bar for the name of its last piece.
AFTER = 58.0


@observed
def capex(case: Case) -> Sketch:
    """Server capex of each count of the fleet by GPU type, a bar a count."""
    counts = case.data.records("accounts")
    totals = {name: case[count["capex_result"]] for name, count in counts.items()}
    pieces = {name: _pieces(case, name) for name in counts}
    sums = {name: count["published_sum"] for name, count in counts.items() if count["published_sum"]}
    published = {name: case.data.published(key) for name, key in sums.items()}
    unverified = {name: _unverified(case, name) for name in counts}
    whole, documented = case["semianalysis_fleet_capex_usd"], case["documented_capex_usd"]
    title = f"Servers cost {whole.text} by the analyst’s count, {documented.text} by what documents show"
    unit = "Price of the servers, US dollars, with 5–95 % range of the prices"
    if any(gpu in unverified[name] for name in counts for gpu in pieces[name]):
        unit += "; hatched: unverified count"
    draw = partial(_draw, case, totals, pieces, unverified, published)
    return Sketch(NAME, title, unit, draw, _table(case, totals, pieces, published), _alt(case, totals, pieces))


def _pieces(case: Case, name: str) -> dict[str, float]:
    found = fleet.by_type(case.point, case.data, "capex", name)
    return {gpu: float(found[gpu]) for gpu in ORDER if found.get(gpu, 0) > 0}


def _unverified(case: Case, name: str) -> set[str]:
    rows = case.data.fleet(name)
    return set(rows[rows.confidence == "unverified"].gpu_id)


def _draw(
    case: Case,
    totals: dict[str, Quantity],
    pieces: dict[str, dict[str, float]],
    unverified: dict[str, set[str]],
    published: dict[str, float],
    sheet: Sheet,
) -> None:
    if published:
        sheet.key([("|", "full", "published sum for the same GPUs")], style.INK)
    names = [count["title"] for count in case.data.records("accounts").values()]
    details = [_detail(case, name, published.get(name)) for name in totals]
    beside = max(*(width_of(name, 10) for name in names), *(width_of(detail, SMALL) for detail in details)) + 12
    left = sheet.of(beside, 6)
    ends = max(width_of(style.short(total.range), SMALL) for total in totals.values())
    right = sheet.of(ends + 8, 0)
    row = sheet.of(38, 61)
    # On a phone a row's words stand above its bar.
    middle = sheet.of(row / 2, 28 + BAR / 2)
    top = sheet.at
    ax = sheet.panel(row * len(totals), left, right, below=18)
    room = sheet.width - left - right
    longest = max(*(sum(of.values()) for of in pieces.values()), *published.values(), 1.0)
    ax.set(xlim=(0, longest * room / (room - AFTER)), ylim=(row * len(totals), 0), yticks=[])
    style.bare(ax)
    style.dollar_axis(ax)
    ax.locator_params(axis="x", nbins=sheet.of(5, 3), steps=[1, 2, 5, 10])
    for number, (name, total) in enumerate(totals.items()):
        here, y = top + row * number, row * number + middle
        _beside(sheet, here, names[number], details[number], total)
        _bar(ax, y, pieces[name], unverified[name], room, published.get(name))


def _detail(case: Case, name: str, published: float | None) -> str:
    """How many GPUs, and what was published for them."""
    gpus = words.number(sum(fleet.by_type(case.point, case.data, "count", name).values()))
    return f"{gpus} GPUs" + (f", published {words.money_tick(published)}" if published else "")


def _beside(sheet: Sheet, here: float, name: str, detail: str, total: Quantity) -> None:
    """Words beside a bar, or above it: whose count it is, and the sum with its range."""
    sum_, ends = total.text, total.range
    # A central value far below its range would be rounded to nothing, and would give the range its small scale.
    if total.value < total.low / 10:
        sum_, ends = words.money_tick(total.value), words.span(total.high, total.unit, total.low, total.high)
    first = here + sheet.of(16, 11)
    sheet.put(0, first, name)
    sheet.put(sheet.width, first, style.short(sum_), ha="right", fontweight="semibold")
    quiet = {"fontsize": SMALL, "color": style.MUTED}
    sheet.put(0, first + 12, detail, **quiet)
    if not total.certain:
        sheet.put(sheet.width, first + 12, style.short(ends), ha="right", **quiet)


def _bar(
    ax: Axes, y: float, pieces: dict[str, float], unverified: set[str], room: float, published: float | None
) -> None:
    """One stacked bar: a piece that has no room for its name and sum is named after it."""
    scale = room / ax.get_xlim()[1]
    begin, outside = 0.0, []
    for gpu, value in pieces.items():
        style.gpu_piece(ax, gpu, y, value, BAR, begin, gpu in unverified)
        lines = style.GPU_NAMES[gpu], words.money_tick(float(f"{value:.3g}"))
        if value * scale > max(width_of(line, SMALL) for line in lines) + 10:
            plate: dict[str, Any] = {"bbox": PLATE, "zorder": 6, "ha": "center", "fontsize": SMALL, "linespacing": 0.95}
            style.note(ax, begin + value / 2, y, "\n".join(lines), **plate)
        else:
            outside.append(" ".join(lines))
        begin += value
    end = begin
    if published:
        ax.plot([published, published], [y - BAR / 2 - 2, y + BAR / 2 + 2], color=style.INK, linewidth=2.2, zorder=7)
        end = max(begin, published)
    if outside:
        style.note(ax, end + 5 / scale, y, "\n".join(outside), fontsize=SMALL, linespacing=1.0, color=style.INK)


def _table(
    case: Case, totals: dict[str, Quantity], pieces: dict[str, dict[str, float]], published: dict[str, float]
) -> pd.DataFrame:
    """All that is drawn: sums by count and type, sums of counts, and published sums, in USD."""
    rows: list[tuple[Any, ...]] = []
    for account, total in totals.items():
        counts = fleet.by_type(case.point, case.data, "count", account)
        drawn = fleet.by_type(case.draws, case.data, "capex", account)
        evidence = case.data.fleet(account).set_index("gpu_id").confidence
        for gpu, value in pieces[account].items():
            rows.append((account, style.GPU_NAMES[gpu], evidence[gpu], counts[gpu], value, *interval(drawn[gpu])))
        rows.append((account, "all types", "", sum(counts.values()), total.value, total.low, total.high))
    for name, value in published.items():
        key = case.data.records("accounts")[name]["published_sum"]
        rows.append(("published", key, case.data.row("published", key)["confidence"], None, value, None, None))
    columns = ["account", "part", "count_confidence", "gpus", "capex_usd", "p05_usd", "p95_usd"]
    return pd.DataFrame(rows, columns=columns)


def _alt(case: Case, totals: dict[str, Quantity], pieces: dict[str, dict[str, float]]) -> str:
    counts = case.data.records("accounts")
    said = [f"{counts[name]['title']} {totals[name].text}" for name in ("semianalysis", "press", "documented")]
    published = case.data.published("semianalysis_server_capex_all_musd")
    doubtful = [
        f" {style.GPU_NAMES[gpu]} cards are {words.amount(value, 'USD', significant=3)} of it, by an unverified count."
        for gpu, value in pieces["semianalysis"].items()
        if gpu in _unverified(case, "semianalysis")
    ]
    return (
        f"Stacked bar chart of the price of servers by {len(totals)} counts of the GPUs, among them: "
        f"{'; '.join(said)}. The analyst published {words.amount(published, 'USD')} for the whole fleet."
        f"{''.join(doubtful)}"
    )

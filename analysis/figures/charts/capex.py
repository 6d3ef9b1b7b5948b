"""What buying the fleet costs: by account and GPU type beside the published sums, and by component."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis import costs, words
from analysis.case import Case, Quantity
from analysis.figures import style
from analysis.figures.drawing import Drawing, observed
from analysis.figures.labels import PLATE, pixels
from analysis.quantities import fleet
from analysis.uncertainty import interval

NAME = "capex"

# Component -> its name, colour, hatch, colour of hatch and edge, style of edge.
COMPONENTS = {
    "chips": ("chips", style.MUTED, "", style.PAPER, "-"),
    "rest_of_server": ("rest of the servers", style.MUTED, "\\\\\\\\", style.PAPER, "-"),
    "network": ("network", style.PAPER, "////", style.MUTED, "--"),
}

BAR = 0.7
# Height of one line of labels over the bars, and where the first one is, in rows.
LINE, FIRST_LINE = 0.36, -0.68
SMALL = 9.5
MILLION = 1e6


def _components(case: Case) -> dict[str, Quantity]:
    """Capex of the case's fleet by component, each with its range, in USD."""
    at, drawn = case.point, case.draws
    central = costs.capex_components_usd(
        case["fleet_capex_usd"].value, at.server_overhead_ratio, at.interconnect_fraction
    )
    sampled = costs.capex_components_usd(
        case.sampled("fleet_capex_usd"), drawn.server_overhead_ratio, drawn.interconnect_fraction
    )
    return {
        name: Quantity(name, COMPONENTS[name][0], float(central[name]), *interval(sampled[name]), "USD", "acquisition")
        for name in COMPONENTS
    }


def _beside(ax: Axes, y: float, name: str, detail: str, total: Quantity, weight: str = "normal") -> None:
    """Words on both sides of a bar: what it is, and its sum with its range."""
    lift = 0.19 if detail else 0.0
    style.note(ax, -0.015, y - lift, name, axes_x=True, ha="right", fontsize=10.5, fontweight=weight)
    style.note(ax, -0.015, y + lift, detail, axes_x=True, ha="right", fontsize=SMALL, color=style.MUTED)
    sum_, ends = total.text, total.range
    # A central value far below its range would be rounded to nothing, and would give the range its small scale.
    if total.value < total.low / 10:
        sum_, ends = words.money_tick(total.value), words.span(total.high, total.unit, total.low, total.high)
    style.note(ax, 1.02, y - 0.19, style.short(sum_), axes_x=True, fontsize=10.5, fontweight="semibold")
    style.note(ax, 1.02, y + 0.19, style.short(ends), axes_x=True, fontsize=SMALL, color=style.MUTED)


def _room(ax: Axes, left: float, right: float) -> float:
    """Pixels between two values."""
    ends = ax.transData.transform([(left, 0), (right, 0)])[:, 0]
    return float(ends[1] - ends[0])


def _label_pieces(
    ax: Axes, y: float, pieces: dict[str, float], unverified: set[str], total: Quantity, mark: float
) -> None:
    """Name and sum of each piece inside it, clear of the total's range; what is too narrow is named after the bar."""
    left, outside = 0.0, []
    for gpu, value in pieces.items():
        name, sum_ = style.GPU_NAMES[gpu], words.digits(value / MILLION, 3)
        texts = [f"{name}\n{sum_}", name]
        if gpu in unverified:
            texts = [f"{name}: {sum_}\ncount unverified", f"{name}, count\nunverified", f"{name}\n?"]
        right = left + value
        if left < total.low < right and _room(ax, left, total.low) > pixels(ax, texts[0], fontsize=SMALL)[0] + 12:
            right = total.low
        fitting = [t for t in texts if pixels(ax, t, fontsize=SMALL)[0] + 9 < _room(ax, left, right)]
        if fitting:
            at = (left + right) / 2
            style.note(ax, at, y, fitting[0], ha="center", fontsize=SMALL, linespacing=1.05, bbox=PLATE, zorder=6)
        else:
            outside.append(f"{name}: {sum_}" + (" (count unverified)" if gpu in unverified else ""))
        left += value
    end = max(total.value, total.high, mark)
    text = "  " + ", ".join(outside)
    if outside and pixels(ax, text, fontsize=SMALL)[0] < _room(ax, end, ax.get_xlim()[1]):
        style.note(ax, end, y, text, fontsize=SMALL)


def _published(ax: Axes, case: Case, sums: dict[str, float]) -> None:
    """The published sums as lines over the bars, each with its label on a line of its own, so that none can meet."""
    # Labels go to the side with more room; a line that would cut through the label of another is the shorter.
    leftwards = sum(sums.values()) / len(sums) > ax.get_xlim()[1] / 2
    accounts = list(case.data.records("accounts").values())
    for step, name in enumerate(sorted(sums, key=lambda name: sums[name], reverse=not leftwards)):
        row = [account["account"] for account in accounts].index(name)
        x, y, text = sums[name], FIRST_LINE - LINE * step, case.fill(accounts[row]["published_sum_is"])
        # Behind the bars of other accounts, and across the bar of its own.
        ax.plot([x, x], [y - LINE / 2, row], color=style.INK, linewidth=1, linestyle=(0, (4, 2)), zorder=0.5)
        ax.plot([x, x], [row - 0.46, row + 0.46], color=style.INK, linewidth=2.2, zorder=5)
        text = f"{words.money_tick(x)}  {text}"
        given = (f"{text}  ", "right") if leftwards else (f"  {text}", "left")
        style.note(ax, x, y, given[0], ha=given[1], fontsize=SMALL)


@observed
def capex(case: Case) -> Drawing:
    """Server capex of each account of the fleet by GPU type, and capex of the case's fleet by component."""
    accounts = case.data.records("accounts")
    totals = {name: case[account["capex_result"]] for name, account in accounts.items()}
    pieces = {name: fleet.by_type(case.point, case.data, "capex", name) for name in accounts}
    components = _components(case)
    sums = {name: account["published_sum"] for name, account in reversed(accounts.items()) if account["published_sum"]}
    published = {name: case.data.published(sums[name]) for name in sums}
    with style.paper(NAME, 6.7) as figure:
        _draw(figure, case, totals, pieces, components, published)
    return Drawing(NAME, figure, _table(case, totals, pieces, components, published), _alt(case, totals, components))


def _draw(
    figure: Figure,
    case: Case,
    totals: dict[str, Quantity],
    pieces: dict[str, dict[str, Any]],
    components: dict[str, Quantity],
    published: dict[str, float],
) -> None:
    top, bottom = figure.subplots(2, 1, height_ratios=[len(totals) + 1.9, len(COMPONENTS) + 0.4])
    right = 1.03 * max(*(max(total.high, total.value) for total in totals.values()), *published.values())
    widest = 1.03 * max(max(part.high, part.value) for part in components.values())
    top.set_xlim(0, right)
    top.set_ylim(len(totals) - 0.45, FIRST_LINE - LINE * (len(published) - 0.4))
    # One scale for both panels, unless one would be lost on it.
    bottom.set_xlim(0, right if right / 3 < widest < right else widest)
    bottom.set_ylim(len(COMPONENTS) - 0.45, -0.55)
    for ax in (top, bottom):
        style.bare(ax, keep=("bottom",))
        ax.set_yticks([])
        style.dollar_axis(ax)
    top.set_title("Servers, by account of the fleet and type of GPU, in million USD", fontsize=11)
    bottom.set_title("This case's fleet, by component", fontsize=11)
    bottom.set_xlabel("USD, acquisition basis. Ranges: 5–95 %, with the counts taken as stated")

    chosen = str(case.point.fleet)
    for y, (name, account) in enumerate(case.data.records("accounts").items()):
        gpus = sum(fleet.by_type(case.point, case.data, "count", name).values())
        here = name == chosen
        if here:
            top.axhspan(y - 0.49, y + 0.49, color=style.BLUE, alpha=0.1, linewidth=0, zorder=0)
        detail = f"{gpus:,.0f} GPUs" + (", this case" if here else "")
        _beside(top, y, account["label"], detail, totals[name], "semibold" if here else "normal")
        left = 0.0
        for gpu, value in pieces[name].items():
            style.gpu_piece(top, gpu, y, value, BAR, left)
            left += value
        style.range_bar(top, totals[name].low, totals[name].high, y, height=0.24)
    for y, (name, part) in enumerate(components.items()):
        title, colour, hatch, ink, edge = COMPONENTS[name]
        _beside(bottom, y, title, "", part)
        bottom.barh(y, part.value, BAR, color=colour, hatch=hatch, edgecolor=ink, linewidth=0.9, linestyle=edge)
        style.range_bar(bottom, part.low, part.high, y, height=0.24)
    style.settle(figure)

    _published(top, case, published)
    for y, name in enumerate(totals):
        rows = case.data.fleet(name)
        unverified = set(rows[rows.confidence == "unverified"].gpu_id)
        _label_pieces(top, y, pieces[name], unverified, totals[name], published.get(name, 0.0))
    part, row = components["network"], list(COMPONENTS).index("network")
    end, text = max(part.value, part.high), "not in the published sums"
    if pixels(bottom, text, fontsize=SMALL)[0] + 12 < _room(bottom, end, bottom.get_xlim()[1]):
        style.note(bottom, end, row, f"  {text}", fontsize=SMALL)
    else:
        style.note(bottom, (part.low + part.high) / 2, row, text, ha="center", fontsize=SMALL, bbox=PLATE, zorder=6)


def _table(
    case: Case,
    totals: dict[str, Quantity],
    pieces: dict[str, dict[str, Any]],
    components: dict[str, Quantity],
    published: dict[str, float],
) -> pd.DataFrame:
    """All that is drawn: sums by account and type, sums of accounts, components and published sums, in USD."""
    rows: list[tuple[str, str, str, float | None, float, float | None, float | None]] = []
    for account in totals:
        counts = fleet.by_type(case.point, case.data, "count", account)
        drawn = fleet.by_type(case.draws, case.data, "capex", account)
        evidence = case.data.fleet(account).set_index("gpu_id").confidence
        for gpu, value in pieces[account].items():
            rows.append((account, style.GPU_NAMES[gpu], evidence[gpu], counts[gpu], value, *interval(drawn[gpu])))
        total = totals[account]
        rows.append((account, "all types", "", sum(counts.values()), total.value, total.low, total.high))
    for part in components.values():
        rows.append((str(case.point.fleet), part.title, "", None, part.value, part.low, part.high))
    for name, value in published.items():
        key = case.data.records("accounts")[name]["published_sum"]
        rows.append(("published", key, case.data.row("published", key)["confidence"], None, value, None, None))
    columns = ["account", "part", "count_confidence", "gpus", "capex_usd", "p05_usd", "p95_usd"]
    return pd.DataFrame(rows, columns=columns)


def _alt(case: Case, totals: dict[str, Quantity], components: dict[str, Quantity]) -> str:
    accounts = case.data.records("accounts")
    said = [f"{total.text} ({accounts[name]['label']})" for name, total in totals.items()]
    published = case.data.published("semianalysis_server_capex_all_musd")
    network = components["network"]
    parts = fleet.by_type(case.point, case.data, "capex")
    rows = case.data.fleet(str(case.point.fleet))
    doubtful = [
        f"{style.GPU_NAMES[gpu]} cards make up {words.amount(parts[gpu], 'USD', significant=3)} "
        "by an unverified count, and "
        for gpu in rows[rows.confidence == "unverified"].gpu_id
    ]
    return (
        f"Bar chart. Server purchases come to {words.label('', said)}; "
        f"the analyst published {words.amount(published, 'USD')} for the whole count. "
        f"In this case's fleet {''.join(doubtful)}a network of {network.range} would come on top."
    )

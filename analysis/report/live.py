"""What the live page knows: its results with their formulas, its assumptions, its panels, and what was published.

All of it is generated: formulas from analysis/quantities, numbers from data/ and from the base case. It is written as
one script, `live-model.js`, which book/assets/live.js reads. "Published" always means the base case; a scenario's site
starts from the scenario's values.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from analysis import formulas, parameters, words
from analysis.case import Case, Quantity
from analysis.figures.charts.capex import ACCOUNTS
from analysis.figures.charts.cost_per_model import REMARKS
from analysis.figures.style import BASIS_COLOURS, BASIS_NAMES, GPU_COLOURS, GREY, MUTED
from analysis.parameters import Parameter, Value
from analysis.quantities import REGISTRY, Definition
from analysis.quantities.parts import PARTS

# Assumptions that only the draws use. What the page shows is the central value, so they would move nothing.
LEFT_OUT = ("hopper_price_correlation", "draws", "seed")

RENTAL, AMORTISED, _, PROGRAMME = BASIS_COLOURS.values()

# Other models on the page, by basis: estimates of one method, that of Epoch AI, where it is current.
PEERS = {
    "rental": ("gpt4", "llama31_405", "gemini_ultra", "grok3"),
    "amortised": ("gpt4", "llama31_405", "gemini_ultra", "grok3", "gpt45"),
    "acquisition": ("gpt4", "llama31_405", "gemini_ultra", "grok3"),
    "programme": ("gpt3", "gpt4", "gemini_ultra"),
}

# The basis on which the estimates above and V3's row are of one method; on the others a multiple would divide two kinds
# of price: Epoch AI's cloud prices by the setting's, its price of a cluster by this report's, amortised by rented.
DIVIDED = "amortised"
# What is said beside their names where the method is not that of V3's row.
SOURCES = {"rental": ", at cloud prices, by Epoch AI", "acquisition": ", by Epoch AI", "programme": ", by Epoch AI"}

# Significant digits of a result, at least: a change of nine per cent should be seen in the figures beside it.
LEAST_DIGITS = 2

# Fills of a bar's pieces that live.js draws as patterns, as the static figure does.
HATCHES = {"url(#live-hatch-dense)": MUTED, "url(#live-hatch-thin)": MUTED}

# Points of a slider between its ends, about.
STEPS = 120

# Heights in pixels: an axis, a bar, the names of its pieces, a row of dots or a swing, a group's head, a remark.
AXIS, BAR, KEY, ROW, HEAD, REMARK = 26, 64, 18, 34, 24, 16
SWINGS = 8


@dataclass(frozen=True)
class Piece:
    """One piece of a bar: a result, what the bar calls it, its colour, and how much of the colour it has."""

    result: str
    label: str
    colour: str
    opacity: float = 1.0


@dataclass(frozen=True)
class Bar:
    """One bar: its pieces from left to right, beginning where the results in `after` end.

    total: the result that the pieces add up to; "" where nothing is called that
    """

    label: str
    pieces: tuple[Piece, ...]
    total: str
    after: tuple[str, ...] = ()

    @property
    def height(self) -> int:
        """Pixels. Several pieces need a line that names them."""
        return BAR + (KEY if len(self.pieces) > 1 else 0)


@dataclass(frozen=True)
class Dots:
    """Results, by name and with what their rows are called, and published figures, on one basis."""

    basis: str
    results: Mapping[str, str]
    peers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Panel:
    """One drawing with its table.

    results: rows of the table
    figure:  the static figure that stands in where no script runs, by its name in analysis.figures; or ""
    page:    the page that explains it
    """

    name: str
    title: str
    basis: str
    remark: str
    results: tuple[str, ...]
    page: str
    figure: str = ""
    bars: tuple[Bar, ...] = ()
    dots: tuple[Dots, ...] = ()
    swings: tuple[str, ...] = ()

    @property
    def height(self) -> int:
        """Height of the drawing in pixels: known before anything is drawn, so that nothing jumps."""
        rows = sum(len(group.results) + len(group.peers) for group in self.dots)
        heads = sum(HEAD + (REMARK if group.peers else 0) for group in self.dots)
        return AXIS + sum(bar.height for bar in self.bars) + heads + ROW * rows + (ROW * SWINGS if self.swings else 0)


def _shades(colour: str, results: Mapping[str, str]) -> tuple[Piece, ...]:
    """Pieces that are told apart by how much of one colour they have."""
    return tuple(
        Piece(result, label, colour, opacity)
        for (result, label), opacity in zip(results.items(), (1.0, 0.7, 0.45), strict=True)
    )


OWNER = {
    "owner_capital_usd_per_gpu_hour": "capital",
    "owner_network_usd_per_gpu_hour": "network",
    "owner_energy_usd_per_gpu_hour": "energy",
}
COMPONENTS = {
    "fleet_chips_capex_usd": "chips",
    "fleet_rest_of_server_capex_usd": "rest of the servers",
    "fleet_network_capex_usd": "network",
}
COMPONENT_FILLS = (MUTED, *HATCHES)
BY_TYPE = {
    "fleet_a100s_usd": "A100",
    "fleet_h20s_usd": "H20",
    "fleet_h800s_usd": "H800",
    "fleet_h100s_usd": "H100",
}
BASES = {
    "rental": "v3_rental_usd",
    "amortised": "v3_amortised_usd",
    "acquisition": "v3_acquisition_usd",
    "programme": "v3_programme_usd",
}
WHAT = {
    "rental": "its GPU-hours, rented",
    "amortised": "value lost, network, energy",
    "acquisition": "its GPUs, bought",
    "programme": "research compute and staff",
}
LLAMA = "llama31_rental_usd"
FINAL_RUN = Piece("v3_rental_usd", "final run", RENTAL)
RESEARCH = Piece("hidden_compute_usd", "other compute", GREY)
STAFF = Piece("staff_usd", "staff", PROGRAMME)

PANELS: dict[str, Panel] = {
    panel.name: panel
    for panel in (
        Panel(
            "run",
            "V3's official run, on each of four bases",
            "",
            "Four kinds of cost, on one logarithmic axis. They answer different questions and must not be added.",
            tuple(BASES.values()),
            "cost_per_model",
            dots=tuple(Dots(basis, {result: WHAT[basis]}) for basis, result in BASES.items()),
        ),
        Panel(
            "rental",
            "V3 and R1 at the rental price",
            "rental",
            "GPU-hours that DeepSeek disclosed, times the price of this setting.",
            ("v3_rental_usd", "r1_rental_usd", "v3_r1_rental_usd"),
            "six_million",
            bars=(
                Bar(
                    "Rented",
                    (Piece("v3_rental_usd", "V3", RENTAL), Piece("r1_rental_usd", "R1 on top", GREY)),
                    "v3_r1_rental_usd",
                ),
            ),
        ),
        Panel(
            "hour",
            "An H800-hour, owned or rented",
            "amortised",
            "An owner pays for capital, network and energy; an idle hour is paid for by the busy ones.",
            ("owner_usd_per_gpu_hour", *OWNER, "rent_usd_per_gpu_hour", "rent_over_owner", "break_even_utilisation"),
            "owning_and_renting",
            "rent-or-own",
            bars=(
                Bar("Owned", _shades(AMORTISED, OWNER), "owner_usd_per_gpu_hour"),
                Bar("Rented", (Piece("rent_usd_per_gpu_hour", "rent", RENTAL),), "rent_usd_per_gpu_hour"),
            ),
        ),
        Panel(
            "bill",
            "The whole bill of V3",
            "programme",
            "Only the hours of the final run are disclosed. Each step after it is inferred, and weaker than the last.",
            ("v3_rental_usd", "hidden_compute_usd", "rd_compute_usd", "staff_usd", "v3_programme_usd"),
            "whole_bill",
            "whole-bill",
            bars=(
                Bar("Final run", (FINAL_RUN,), "v3_rental_usd"),
                Bar("Other research compute", (RESEARCH,), "hidden_compute_usd", ("v3_rental_usd",)),
                Bar("Staff", (STAFF,), "staff_usd", ("rd_compute_usd",)),
                Bar("Programme", (FINAL_RUN, RESEARCH, STAFF), "v3_programme_usd"),
            ),
        ),
        Panel(
            "capex",
            "Buying the fleet",
            "acquisition",
            "Servers by GPU type; below, the same servers split into chips and the rest, and the network on top. "
            "The analyst's count of H20s is unverified.",
            ("fleet_capex_usd", *BY_TYPE, *COMPONENTS),
            "capex",
            "capex",
            bars=(
                Bar(
                    "By GPU type",
                    tuple(
                        Piece(result, label, colour)
                        for (result, label), colour in zip(BY_TYPE.items(), GPU_COLOURS.values(), strict=True)
                    ),
                    "fleet_capex_usd",
                ),
                Bar(
                    "By component, with the network",
                    tuple(
                        Piece(result, label, fill)
                        for (result, label), fill in zip(COMPONENTS.items(), COMPONENT_FILLS, strict=True)
                    ),
                    "",
                ),
            ),
        ),
        Panel(
            "models",
            "V3 beside other models, like with like",
            "",
            "V3 and Llama at V3's price move with the setting. The other figures are published by Epoch AI, labelled "
            "as dollars of 2023, and stay. Compare inside one basis only. A multiple stands where method and price are "
            "V3's too: Epoch AI's figures at cloud prices must not be divided by V3's at the price of this setting.",
            (*BASES.values(), LLAMA, "llama31_over_v3_amortised", "gpt4_over_v3_amortised"),
            "cost_per_model",
            "cost-per-model",
            dots=tuple(
                Dots(
                    basis,
                    {result: "DeepSeek-V3"} | ({LLAMA: "Llama 3.1 405B at V3's price"} if basis == "rental" else {}),
                    PEERS[basis],
                )
                for basis, result in BASES.items()
            ),
        ),
        Panel(
            "swings",
            "What would move it most",
            "",
            "One assumption at a time goes to the ends of its plausible range; the rest stays at this setting. "
            "It shows which assumption matters here. It is no range of the result.",
            (),
            "what_matters",
            "tornado",
            swings=(*reversed(BASES.values()), "owner_usd_per_gpu_hour", "fleet_capex_usd"),
        ),
    )
}


def choice_title(value: str) -> str:
    """What a value of a choice is called: an account of the fleet in plain words."""
    return ACCOUNTS[value][0] if value in ACCOUNTS else value


def choice_titles(row: Parameter) -> dict[str, str]:
    """Values of a choice and what they are called."""
    return {value: choice_title(value) for value in row.choices}


def definition(name: str) -> Definition:
    """A result of the register, or a piece of one."""
    return REGISTRY[name] if name in REGISTRY else PARTS[name]


def results() -> list[str]:
    """Every result on the live page, once each."""
    found: dict[str, None] = {}
    for panel in PANELS.values():
        pieces = [piece.result for bar in panel.bars for piece in bar.pieces]
        ends = [name for bar in panel.bars for name in (*bar.after, bar.total) if name]
        dots = [name for group in panel.dots for name in group.results]
        found.update(dict.fromkeys([*panel.results, *pieces, *ends, *dots, *panel.swings]))
    return list(found)


@dataclass(frozen=True)
class Slider:
    """The part of an assumption that its slider covers: the plausible range with room on both sides."""

    low: float
    high: float
    step: float
    decimals: int

    def place(self, value: float) -> float:
        """Where a value stands on the track, 0 to 1."""
        return min(max((value - self.low) / (self.high - self.low), 0.0), 1.0)


def slider(row: Parameter) -> Slider:
    """A slider with round steps, never beyond what the assumption accepts."""
    low, high, value = row.low, row.high, float(row.value)
    room = 0.5 * (high - low) if high > low else abs(value) or 1.0
    wide = high - low + 2 * room
    exponent = math.floor(math.log10(wide / STEPS))
    step = next(m * 10.0**exponent for m in (1, 2, 5, 10) if m * 10.0**exponent >= wide / STEPS)
    if row.type == "int":
        step = max(1.0, round(step))
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))

    def snapped(end: float, up: bool) -> float:
        count = end / step
        return round((math.ceil(count - 1e-9) if up else math.floor(count + 1e-9)) * step, decimals)

    # Inside the limits the ends go outwards to a round step, at a limit inwards.
    first = snapped(low - room, up=False)
    last = snapped(high + room, up=True)
    first = snapped(row.minimum, up=True) if first < row.minimum else first
    last = snapped(row.maximum, up=False) if last > row.maximum else last
    return Slider(first, last, round(step, decimals), decimals)


@dataclass(frozen=True)
class Live:
    """The model as the page gets it, and what the page's own text is made of."""

    formulas: Mapping[str, formulas.Formula]
    published: Mapping[str, Quantity]
    start: Mapping[str, Value]
    parameters: Mapping[str, Parameter] = field(default_factory=parameters.known)

    @property
    def used(self) -> list[str]:
        """Assumptions that at least one formula uses, in the order of the table."""
        used = {name for formula in self.formulas.values() for name in formula.uses}
        return [name for name in self.parameters if name in used]


@lru_cache(maxsize=4)
def _model() -> tuple[Mapping[str, formulas.Formula], Mapping[str, Quantity]]:
    case, known = Case(), {n: p for n, p in parameters.known().items() if n not in LEFT_OUT}
    found = {
        name: formulas.formula(definition(name), case.data, known, lambda name: known[name].choices)
        for name in results()
    }
    return found, {name: case.measured(definition(name)) for name in results()}


def live(changes: Mapping[str, Value]) -> Live:
    """The live page's model for a site that starts from these changes to the base case."""
    traced, published = _model()
    return Live(traced, published, {**parameters.base(), **changes})


def peers(basis: str) -> list[dict[str, Any]]:
    """Published figures of other models on a basis: name, value and year of its dollars."""
    data = Case().data
    rows = data.table("estimates")
    rows = rows[(rows.basis == basis) & rows.current & ~rows.known_error & rows.method.str.startswith("Epoch AI")]
    rows = rows.set_index("model_id").loc[list(PEERS[basis])]
    return [
        {
            "label": data.model(str(model)).model + SOURCES.get(basis, ""),
            "value": float(row.value_usd),
            "text": words.amount(float(row.value_usd), "USD", significant=3),
        }
        for model, row in rows.iterrows()
    ]


def _drawing(panel: Panel) -> dict[str, Any]:
    if panel.bars:
        bars = [
            {
                "label": bar.label,
                "total": bar.total,
                "after": bar.after,
                "height": bar.height,
                "pieces": [[piece.result, piece.label, piece.colour, piece.opacity] for piece in bar.pieces],
            }
            for bar in panel.bars
        ]
        return {"bars": bars}
    if panel.dots:
        return {
            "dots": [
                {
                    "label": BASIS_NAMES[group.basis],
                    "remark": REMARKS[group.basis] if group.peers else "",
                    "colour": BASIS_COLOURS[group.basis],
                    "results": group.results,
                    "peers": peers(group.basis) if group.peers else [],
                    "divided": group.basis == DIVIDED,
                }
                for group in panel.dots
            ]
        }
    return {"swings": True}


def script(model: Live) -> str:
    """The model as a classic script: data, then one function a result. The same bytes for the same case."""
    rows: dict[str, dict[str, Any]] = {}
    for name in model.used:
        row = model.parameters[name]
        rows[name] = {"title": row.title, "type": row.type, "base": row.value, "start": model.start[name]}
        if row.choices:
            rows[name]["choices"] = row.choices
            rows[name]["titles"] = choice_titles(row)
        else:
            rows[name] |= {"unit": row.unit, "low": row.low, "high": row.high}
            rows[name] |= {"min": row.minimum, "max": row.maximum, "allowed": row.allowed}
    stated = {
        name: {
            "title": quantity.title,
            "unit": quantity.unit,
            "basis": quantity.basis,
            "value": quantity.value,
            "low": quantity.low,
            "high": quantity.high,
            "digits": quantity.significant,
            "piece": name in PARTS,
            "uses": sorted(model.formulas[name].uses, key=model.used.index),
        }
        for name, quantity in model.published.items()
    }
    document = {
        "parameters": rows,
        "results": stated,
        "panels": {name: _drawing(panel) for name, panel in PANELS.items()},
        "counts": words.COUNTS,
        "least": LEAST_DIGITS,
        "hatches": HATCHES,
        "sizes": {"axis": AXIS, "row": ROW, "head": HEAD, "remark": REMARK, "swings": SWINGS},
    }
    lines = [f"  {name}: x => {formula.javascript}," for name, formula in model.formulas.items()]
    return "\n".join(
        [
            "// Generated from analysis/costs and data/ when the site is built (analysis/report/live.py).",
            f"window.reportLive = {json.dumps(document, ensure_ascii=False, separators=(',', ':'))};",
            "window.reportLive.formulas = {",
            *lines,
            "};",
            "",
        ]
    )

"""What the live page knows: its results with their formulas, its assumptions, its panels, and what was published.

Formulas are generated from analysis/quantities, numbers come from data/ and from the base case, and the panels from
book/live.yml. It is written as one script, `live-model.js`, which book/assets/live.js reads. "Published" always means
the base case; a scenario's site starts from the scenario's values.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import MISSING, dataclass, field, fields
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from analysis import formulas, parameters, untrusted, words, written
from analysis.case import Case, Data, Quantity
from analysis.figures.style import BASES, BASIS_COLOURS, BASIS_NAMES, GPU_COLOURS, GREY, MUTED
from analysis.parameters import Parameter, Value
from analysis.quantities import REGISTRY, Definition
from analysis.quantities.parts import PARTS

SOURCE = written.ROOT / "book" / "live.yml"
# What the page calls units and groups of assumptions.
SAID: dict[str, dict[str, str]] = written.toml_of(Path(__file__).with_suffix(".toml"))

# Assumptions that only the draws use. What the page shows is the central value, so they would move nothing.
LEFT_OUT = ("hopper_price_correlation", "draws", "seed")

# Fills of a bar's pieces that live.js draws as patterns, as the static figure does.
HATCHES = {"dense": "url(#live-hatch-dense)", "thin": "url(#live-hatch-thin)"}
# What a piece's colour is called in book/live.yml.
COLOURS = {**BASIS_COLOURS, **GPU_COLOURS, "grey": GREY, "muted": MUTED, **HATCHES}

# Points of a slider between its ends, about.
STEPS = 120

# Heights in pixels: an axis, a bar, the names of its pieces, a row of dots or a swing, a group's head, a remark.
AXIS, BAR, KEY, ROW, HEAD, REMARK = 26, 64, 18, 34, 24, 24
SWINGS = 8


class PanelError(written.FileError):
    """book/live.yml cannot be used: which panel and key, what is wrong, what is allowed."""


@dataclass(frozen=True)
class Piece:
    """One piece of a bar: a result, what the bar calls it, its colour by name, and how much of the colour it has."""

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
    total: str = ""
    after: tuple[str, ...] = ()

    @property
    def height(self) -> int:
        """Pixels. Several pieces need a line that names them."""
        return BAR + (KEY if len(self.pieces) > 1 else 0)


@dataclass(frozen=True)
class Dots:
    """Results, by name and with what their rows are called, and published figures, on one basis.

    peers:   models with a published figure; beside: what is said beside their names
    divided: whether they may stand as multiples of V3: where they are of one method and one kind of price
    """

    basis: str
    results: Mapping[str, str]
    peers: tuple[str, ...] = ()
    beside: str = ""
    divided: bool = False


@dataclass(frozen=True)
class Panel:
    """One drawing with its table.

    results: rows of the table
    figure:  the static figure that stands in where no script runs, by its name in analysis.figures; or ""
    page:    the page that explains it
    """

    name: str
    title: str
    remark: str
    results: tuple[str, ...]
    page: str
    basis: str = ""
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

    @property
    def names(self) -> list[str]:
        """Every result that it shows."""
        found = [*self.results, *self.swings, *(name for group in self.dots for name in group.results)]
        for bar in self.bars:
            found += [*(piece.result for piece in bar.pieces), *bar.after, *([bar.total] if bar.total else [])]
        return found


# What a key of book/live.yml may hold that is no list, and what stands in lists below it.
KINDS: dict[str, type | tuple[type, ...]] = {"str": str, "float": (int, float), "bool": bool, "Mapping": dict}
NESTED: dict[str, type] = {"bars": Bar, "dots": Dots, "pieces": Piece}

Part = TypeVar("Part")


@lru_cache(maxsize=4)
def panels(path: Path = SOURCE) -> Mapping[str, Panel]:
    """The panels by name, in their order. PanelError names panel and key."""
    where, found = written.name_of(path), dict[str, Panel]()
    for number, given in enumerate(_list(written.yaml_of(path), where), start=1):
        called = f"'{given['name']}'" if isinstance(given, dict) and "name" in given else str(number)
        panel = _part(Panel, given, f"{where}, panel {called}")
        if panel.name in found:
            raise PanelError(f"{where}: two panels are called '{panel.name}'. Rename one.")
        found[panel.name] = panel
    return found


def _list(given: Any, where: str) -> list[Any]:
    if not isinstance(given, list):
        raise PanelError(f"{where} must be a list, not {str(given)[:40]!r}.")
    return given


def _part(kind: type[Part], given: Any, where: str) -> Part:
    """A panel or a piece of one, from what was written for it: every key known, and what it names is there."""
    known = {each.name: each for each in fields(kind)}  # type: ignore[arg-type]
    if not isinstance(given, dict):
        raise PanelError(f"{where} must be keys with values, not {str(given)[:40]!r}.")
    needed = [name for name, each in known.items() if each.default is MISSING]
    written.require_keys(given, known, needed, where, PanelError)
    values = dict(given)
    for key, value in given.items():
        here, kind_of_value = f"{where}, {key}", str(known[key].type)
        if "tuple" in kind_of_value:
            values[key] = tuple(_list(value, here))
        elif not isinstance(value, KINDS[kind_of_value.partition("[")[0]]):
            raise PanelError(f"{here}: {str(value)[:40]!r} is of the wrong kind.")
        if key in NESTED:
            values[key] = tuple(_part(NESTED[key], each, f"{here} {n}") for n, each in enumerate(value, start=1))
        if key in NAMED:
            what, among = NAMED[key]
            for name in value if isinstance(value, list | dict) else [value]:
                _known(what, name, among(), here)
    return kind(**values)


# Keys whose values name something: what it is, and what there is.
NAMED: dict[str, tuple[str, Callable[[], Collection[str]]]] = {
    **dict.fromkeys(("result", "results", "total", "after", "swings"), ("result", lambda: (*REGISTRY, *PARTS))),
    "colour": ("colour", lambda: COLOURS),
    "basis": ("cost basis", lambda: BASIS_NAMES),
    "peers": ("model", lambda: Data().records("models")),
}


def _known(what: str, name: object, among: Collection[str], where: str) -> None:
    if name not in among:
        raise PanelError(f"{where}: there is no {what} '{name}'.{untrusted.meant(str(name), among)}")


def choice_titles(row: Parameter) -> dict[str, str]:
    """Values of a choice and what they are called: an account of the fleet in plain words."""
    accounts = Data().records("accounts")
    return {value: accounts[value]["label"] if value in accounts else value for value in row.choices}


def definition(name: str) -> Definition:
    """A result of the register, or a piece of one."""
    return REGISTRY[name] if name in REGISTRY else PARTS[name]


def results() -> list[str]:
    """Every result on the live page, once each."""
    return list(dict.fromkeys(name for panel in panels().values() for name in panel.names))


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


def peers(group: Dots) -> list[dict[str, Any]]:
    """Published figures of other models on a basis: name, value, and the value in words."""
    data = Data()
    rows = data.table("estimates")
    rows = rows[(rows.basis == group.basis) & rows.current & ~rows.known_error & rows.method.str.startswith("Epoch AI")]
    values = rows.set_index("model_id").value_usd
    if unknown := [model for model in group.peers if model not in values]:
        raise PanelError(
            f"book/live.yml names {', '.join(unknown)} among the peers on the basis {group.basis}, for which "
            "data/estimates.csv has no current figure by Epoch AI. Take the name out."
        )
    return [
        {
            "label": data.model(model).model + group.beside,
            "model": data.model(model).model,
            "value": float(values[model]),
            "text": words.amount(float(values[model]), "USD", significant=3),
        }
        for model in group.peers
    ]


def _drawing(panel: Panel) -> dict[str, Any]:
    if panel.bars:
        bars = [
            {
                "label": bar.label,
                "total": bar.total,
                "after": bar.after,
                "height": bar.height,
                "pieces": [[p.result, p.label, COLOURS[p.colour], p.opacity] for p in bar.pieces],
            }
            for bar in panel.bars
        ]
        return {"bars": bars}
    if panel.dots:
        return {
            "dots": [
                {
                    "label": BASIS_NAMES[group.basis],
                    "remark": BASES[group.basis]["remark"] if group.peers else "",
                    "colour": BASIS_COLOURS[group.basis],
                    "results": group.results,
                    "peers": peers(group),
                    "divided": group.divided,
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
            rows[name] |= {"unit": SAID["units"][row.unit], "low": row.low, "high": row.high}
            rows[name] |= {"min": row.minimum, "max": row.maximum}
    stated = {
        name: {
            "title": quantity.title,
            "unit": quantity.unit,
            "basis": quantity.basis,
            "value": quantity.value,
            "low": quantity.low,
            "high": quantity.high,
            "digits": quantity.significant,
            "least": quantity.least,
            "piece": name in PARTS,
            "uses": sorted(model.formulas[name].uses, key=model.used.index),
        }
        for name, quantity in model.published.items()
    }
    document = {
        "parameters": rows,
        "results": stated,
        "panels": {name: _drawing(panel) for name, panel in panels().items()},
        "words": words.RULES,
        "hatches": dict.fromkeys(HATCHES.values(), MUTED),
        "sizes": {"axis": AXIS, "row": ROW, "head": HEAD, "remark": REMARK, "swings": SWINGS},
    }
    functions = {name: f"x => {formula.javascript}" for name, formula in model.formulas.items()}
    source = "analysis/costs and data/ when the site is built (analysis/report/live.py)"
    return formulas.script(source, "reportLive", document, functions)

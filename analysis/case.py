"""One case: parameters, tables, and every quantity that follows from them.

A page opens a case from its own parameters cell. It may then use those parameters and no others: an assumption
that a page used without naming it would keep its base value in a scenario, and the page would be wrong in silence.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd

from analysis import parameters, scenarios, tables, uncertainty, untrusted, words
from analysis.trace import Row, Trace, Used, keys
from analysis.untrusted import meant, unknown

if TYPE_CHECKING:
    from analysis.quantities import Definition

T = TypeVar("T")

SAMPLING = ("draws", "seed", "hopper_price_correlation")

# The runner sets this to a path to learn which parameters a page uses.
RECORD = "REPORT_RECORD_PARAMETERS"


# Forms of a result besides its central value: name_range, name_median and so on.
FORMS = ("range", "median", "percentile", "exact", "full")


class PageError(Exception):
    """A page asks for something that it has not declared or that does not exist."""


class Values:
    """Parameters by attribute: floats for the central case, arrays for the draws."""

    def __init__(self, values: Mapping[str, Any], used: set[str] | Used) -> None:
        self._values = values
        self._used = used

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if name not in self._values:
            if name in parameters.known():
                raise PageError(
                    f"This page uses the parameter `{name}`, but its parameters cell does not hold it. "
                    "Run `report refresh`, which brings the cell up to date."
                )
            raise PageError(unknown("parameter", name, parameters.known()))
        self._used.add(name)
        return self._values[name]


class Data:
    """Rows of data/ by their key, as the quantities need them. What it hands out by key is shared.

    read: names of the tables that were opened; what was read in them goes into `trace`
    """

    def __init__(self, trace: Trace | None = None) -> None:
        self.read: set[str] = set()
        self._keyed: dict[str, tuple[pd.DataFrame, dict[str, int]]] = {}
        self._rows: dict[Row, pd.Series] = {}
        self._records: dict[str, dict[str, dict[str, Any]]] = {}
        self._once: dict[tuple[str, ...], tuple[Any, set[Row]]] = {}
        self._once_of: WeakKeyDictionary[object, dict[tuple[str, ...], tuple[Any, set[Row]]]] = WeakKeyDictionary()
        self._only: dict[str, tuple[str, tuple[str, ...]]] = {}
        self.trace = trace or Trace()

    def only(self, column: str, values: tuple[str, ...], names: Iterable[str]) -> None:
        """See the rows alone that have one of some values in a column: all that a page of a family rests on."""
        self._only |= dict.fromkeys(names, (column, values))

    def table(self, name: str) -> pd.DataFrame:
        """A table of data/; the name is remembered as one that the page depends on."""
        self.read.add(name)
        return tables.subset(name, *self._only[name]) if name in self._only else tables.load(name)

    def records(self, table: str) -> dict[str, dict[str, Any]]:
        """The rows of a table under their keys, the cells of its first column."""
        if table not in self._records:
            frame = self.table(table)
            self._records[table] = {row[frame.columns[0]]: row for row in frame.to_dict("records")}
        return self._records[table]

    def row(self, table: str, key: str) -> pd.Series:
        """The row of a table under its key (`trace.keys`); a computation that reads it rests on it."""
        if table not in self._keyed:
            frame = self.table(table)
            self._keyed[table] = frame, {name: place for place, name in enumerate(keys(table, frame))}
        frame, places = self._keyed[table]
        if key not in places:
            raise PageError(f"data/{table}.csv has no row '{key}'.{meant(key, places)}")
        self.trace.add(table, [key])
        if (table, key) not in self._rows:
            cells = frame.iloc[places[key] : places[key] + 1].to_numpy()[0]
            self._rows[table, key] = pd.Series(cells, frame.columns, name=frame.index[places[key]])
        return self._rows[table, key]

    def chosen(self, table: str, rows: pd.DataFrame) -> pd.DataFrame:
        """Rows that were picked from a whole table: a computation that goes on with them rests on them."""
        if self.trace.observing:
            self.trace.add(table, keys(table, rows))
        return rows

    def once(self, what: tuple[str, ...], make: Callable[[], T], of: object = None) -> T:
        """What follows from tables alone, made once under this name; who asks again rests on the same rows.

        of: the values that it follows from beside the tables, with which it is forgotten
        """
        kept = self._once if of is None else self._once_of.setdefault(of, {})
        if what not in kept:
            with self.trace.observe() as rows:
                kept[what] = make(), rows
        found, rows = kept[what]
        self.trace.again(rows)
        return found

    def model(self, model_id: str) -> pd.Series:
        return self.row("models", model_id)

    def gpu(self, gpu_id: str) -> pd.Series:
        return self.row("gpus", gpu_id)

    def published(self, figure_id: str) -> float:
        """A published figure in its base unit: dollars, not millions of dollars."""
        row = self.row("published", figure_id)
        return float(row["value"]) * words.base_unit(row["unit"])[0]

    def stage_hours(self, model_id: str, stage: str) -> float:
        return float(self.row("stages", f"{model_id}:{stage}")["chip_hours"])

    def fleet(self, name: str) -> pd.DataFrame:
        """The GPUs of one account: a row a type, with counts, evidence, and the columns of data/gpus.csv.

        Who computes with those columns says so: `data.chosen("gpus", data.fleet(name))`.
        """
        gpus = {"source": "gpu_source", "locator": "gpu_locator", "note": "gpu_note"}
        return self.once(
            ("fleet", name),
            lambda: self.counts(name).merge(self.table("gpus").rename(columns=gpus), on="gpu_id", how="left"),
        )

    def counts(self, name: str) -> pd.DataFrame:
        """The rows of data/fleet.csv that make one account."""
        return self.once(("counts", name), lambda: self.chosen("fleet", self._counts(name)))

    def _counts(self, name: str) -> pd.DataFrame:
        known = self.records("accounts")
        if name not in known:
            near = untrusted.nearest(name, known)
            raise PageError(f"data/accounts.csv has no account '{name}'. Did you mean '{near}'?")
        counts, account = self.table("fleet"), known[name]
        return counts[(counts.account == account["counts_from"]) & (counts.gpu_id != account["leaves_out"])]


@dataclass(frozen=True)
class Quantity:
    """A result: its central value and its 5-95 % range, in a unit, on a cost basis ("" where it is no cost)."""

    name: str
    title: str
    value: float
    low: float
    high: float
    unit: str
    basis: str = ""
    draws: uncertainty.Draws | None = None
    digits: int = 0

    @property
    def median(self) -> str:
        """The median of the draws, as fine as the range allows."""
        return self.printed(self.drawn.median)

    @property
    def raw_low(self) -> str:
        """The 5th percentile of the draws, whether or not it lies below the central value."""
        return self.printed(self.drawn.low)

    @property
    def raw_high(self) -> str:
        """The 95th percentile of the draws, whether or not it lies above the central value."""
        return self.printed(self.drawn.high)

    @property
    def percentile(self) -> str:
        """The share of draws below the central value."""
        return words.amount(self.drawn.percentile, "fraction", significant=2)

    @property
    def drawn(self) -> uncertainty.Draws:
        """What the draws say; a value without draws is its own."""
        return self.draws or uncertainty.placed(self.value, self.value)

    @property
    def certain(self) -> bool:
        return self.low == self.high

    @property
    def ends(self) -> tuple[float, float]:
        return self.low, self.high

    @property
    def text(self) -> str:
        """The one print of the central value."""
        return self.printed(self.value)

    def printed(self, value: float) -> str:
        """A value of this quantity, here or in another case: as fine as its range allows, with `digits` at least."""
        return words.amount(value, self.unit, self.low, self.high, self.significant, self.least)

    @property
    def least(self) -> int:
        """Significant digits that are shown however wide the range is."""
        return self.digits or 2

    @property
    def significant(self) -> int:
        """Significant digits of the central value where there is no range."""
        usual = 4 if "hour" in self.unit else 2 if self.unit in ("fraction", "times", "day", "MW") else 3
        return self.digits or usual

    @property
    def range(self) -> str:
        """5-95 % range."""
        return words.span(self.value, self.unit, self.low, self.high)

    @property
    def exact(self) -> str:
        """The same print as `text`, under the name that pages use in arithmetic that is shown."""
        return self.text

    @property
    def full(self) -> str:
        """Every digit of a whole number: '$5,576,000'."""
        return words.amount(self.value, self.unit) if self.unit == "fraction" else words.in_full(self.value, self.unit)


class Case:
    """A set of parameter values and everything that follows from it."""

    def __init__(
        self,
        values: Mapping[str, parameters.Value] | None = None,
        scenario: scenarios.Scenario | None = None,
        used: set[str] | None = None,
        trace: Trace | None = None,
        own: Mapping[str, parameters.Parameter] | None = None,
    ) -> None:
        """values: assumptions by name, all or those that are asked for; ParameterError for what cannot be assumed
        own: assumptions whose range is another in this case than in data/assumptions.csv, as in a story,
            which checks them itself
        """
        self.known = {**parameters.known(), **(own or {})}
        self.scenario = scenario or scenarios.Scenario()
        self.values = self.scenario.values()
        if values is not None:
            theirs = {name: value for name, value in values.items() if name not in (own or ())}
            self.values = {**values, **parameters.checked(theirs)}
        self.used: set[str] = set() if used is None else used
        self.trace = Trace() if trace is None else trace
        self.data = Data(self.trace)
        self._used = Used(self.used, self.trace)
        self.point = Values(self.values, self._used)
        self._quantities: dict[str, Quantity] = {}
        self._rests_on: dict[str, set[Row]] = {}

    @classmethod
    def from_page(cls, names: Mapping[str, Any]) -> Case:
        """The case of a page, from the variables that its parameters cell has set: `Case.from_page(globals())`.

        Prints how the page stands to data/assumptions.csv. So a page whose literals are older than the table has
        another output than the committed one, and nbval fails on it.
        """
        given = parameters.checked({name: names[name] for name in parameters.known() if name in names})
        changes = parameters.without_idle_changes(given)
        print(scenarios.Scenario(changes=changes).standing())
        record = os.environ.get(RECORD)
        if not record:
            return cls(given)
        return cls({**parameters.base(), **given}, used=_Record(Path(record)))

    @cached_property
    def base(self) -> Case:
        """The base case, whatever this one assumes."""
        return Case()

    def at(self, **changes: parameters.Value) -> Callable[[Callable[[Values, Data], Any]], float]:
        """A formula's central value with some assumptions at other values: `case.at(utilisation=1.0)(owner_usd)`."""
        x = Values({**self.values, **changes}, self.used)
        return lambda formula: float(formula(x, self.data))

    @property
    def draws(self) -> Values:
        """The same parameters as arrays of draws where they are uncertain."""
        for name in SAMPLING:
            getattr(self.point, name)
        return self._draws

    @cached_property
    def _draws(self) -> Values:
        full = {**parameters.base(), **self.values}
        drawn = uncertainty.sample(
            self.known, full, int(full["draws"]), int(full["seed"]), float(full["hopper_price_correlation"])
        )
        return Values({name: drawn.get(name, value) for name, value in self.values.items()}, self._used)

    def quantity(self, name: str) -> Quantity:
        """One result by its name, with its range."""
        if name not in self._quantities:
            with self.trace.observe() as self._rests_on[name]:
                self._quantities[name] = self._computed(name)
        self.trace.again(self._rests_on[name])
        return self._quantities[name]

    def _computed(self, name: str) -> Quantity:
        from analysis.quantities import REGISTRY

        if name not in REGISTRY:
            raise PageError(unknown("quantity", name, REGISTRY))
        return self.measured(REGISTRY[name])

    def measured(self, definition: Definition) -> Quantity:
        """The quantity of a definition, whether or not the register holds it."""
        value = float(definition.compute(self.point, self.data))
        low, high = value, value
        draws = None
        if definition.ranged:
            draws = definition.drawn(value, self.draws, self.data)
            low, high = map(float, uncertainty.holding(value, draws.low, draws.high))
        return Quantity(
            definition.name,
            definition.title,
            value,
            low,
            high,
            definition.unit,
            definition.basis,
            draws,
            definition.digits,
        )

    def sampled(self, name: str) -> np.ndarray | float:
        """A result for every draw."""
        from analysis.quantities import REGISTRY

        result: np.ndarray | float = REGISTRY[name].compute(self.draws, self.data)
        return result

    def __getitem__(self, name: str) -> Quantity:
        return self.quantity(name)

    def text(self, key: str) -> str:
        """What `key` reads as in a sentence.

        A quantity's name gives its central value; with _range, _median, _percentile, _exact or _full its other forms.
        The name of a ratio of unlike sides with _difference says how they differ.
        A parameter's name gives its value; with _range, _low or _high its range, with _base the value that its
        sources support, whatever the case takes.
        An identifier of data/published.csv gives the published figure; with _low or _high its bounds.
        A judgement's name gives what holds in this case.
        """
        from analysis.judgements import JUDGEMENTS, said
        from analysis.quantities import REGISTRY

        if key in JUDGEMENTS:
            return said(key, self)
        stem, _, form = key.rpartition("_")
        if key in REGISTRY:
            return self.quantity(key).text
        if stem in REGISTRY and form in FORMS:
            return str(getattr(self.quantity(stem), form))
        if form == "difference" and stem in REGISTRY and REGISTRY[stem].difference:
            return REGISTRY[stem].difference
        known = parameters.known()
        if key in known:
            value = getattr(self.point, key)
            return value if isinstance(value, str) else words.assumed(value, known[key].unit)
        if stem in known and not known[stem].choices and form in ("base", "range", "low", "high"):
            row = known[stem]
            self.trace.add("assumptions", [stem])
            if form == "range":
                return words.assumed(row.low, row.unit) + words.THIN_RANGE + words.assumed(row.high, row.unit)
            return words.assumed(getattr(row, "value" if form == "base" else form), row.unit)
        published = self.data.records("published")
        name, column = (stem, form) if form in ("low", "high") else (key, "value")
        if figure := published.get(name):
            self.trace.add("published", [name])
            if math.isnan(figure[column]):
                raise PageError(f"data/published.csv, '{name}' has no {column}. Ask for '{name}_low' or '{name}_high'.")
            factor, unit = words.base_unit(figure["unit"])
            return words.amount(figure[column] * factor, unit)
        hint = meant(key, [*REGISTRY, *known, *published, *JUDGEMENTS])
        raise PageError(f"No result, parameter, published figure or judgement is called '{key}'.{hint}")

    def fill(self, text: str) -> str:
        """A text with its {names} replaced by what they read as; {roles} before a backtick stay."""
        return re.sub(r"\{(\w+)\}(?!`)", lambda match: self.text(match[1]), text)

    def say(self, *keys: str) -> None:
        """Bind the words of a page to its results: each key becomes a {glue:text} of that name."""
        for key in keys:
            self.tell(**{key: self.text(key)})

    def tell(self, **texts: str | int) -> None:
        """Bind a text that a page has made itself, or a number of things that it has counted."""
        from myst_nb import glue

        for name, text in texts.items():
            glue(name, text if isinstance(text, str) else words.number(text), display=False)


class _Record(set[str]):
    """A set that writes itself to a file whenever it grows, since a kernel may be ended at any moment."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path

    def add(self, name: str) -> None:
        if name not in self:
            super().add(name)
            self.path.write_text("\n".join(sorted(self)), encoding="utf-8")


def ordered(names: Iterable[str]) -> list[str]:
    """Parameter names in the order of the table."""
    wanted = set(names)
    return [name for name in parameters.known() if name in wanted]

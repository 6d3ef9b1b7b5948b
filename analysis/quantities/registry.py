"""The register of results, and the rule by which each of them came about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from itertools import combinations
from typing import Any

from analysis import uncertainty

BASES = ("", "rental", "amortised", "acquisition", "programme")


@dataclass(frozen=True)
class Rule:
    """By which rule a cost came about. Two costs are compared like with like if their rules agree.

    A field is blank where it does not enter, or where all that it could be is the same.

    prices:   whose prices and constants
    hours:    whose count of GPU-hours
    value:    how hardware loses value, and from which age on
    network:  what the network between servers adds
    interest: whether capital is paid for
    money:    dollars of when
    """

    prices: str = ""
    hours: str = ""
    value: str = ""
    network: str = ""
    interest: str = ""
    money: str = ""

    @property
    def text(self) -> str:
        """The rule in words, or "" where there is none."""
        return "; ".join(f"{each.name}: {text}" for each in fields(self) if (text := getattr(self, each.name)))

    def agrees(self, other: Rule) -> bool:
        """Whether no field has one thing here and another there."""
        pairs = [(getattr(self, each.name), getattr(other, each.name)) for each in fields(self)]
        return all(here == there or not (here and there) for here, there in pairs)


# Bought 90 days after the release of the hardware or on the day of a later price, used from the start of the run.
EPOCH_AGE = "Epoch AI's fall of price-performance, from purchase to start by its rules"

# Of a cost basis, as this report computes it.
OURS = {
    "": Rule(),
    "rental": Rule("the case's rent", "disclosed", "", "in the rent", "in the rent", "as spent"),
    "amortised": Rule("this report's", "disclosed", EPOCH_AGE, "this report's share", "none", "as spent"),
    "acquisition": Rule("this report's", "", "bought new", "this report's share", "none", "as spent"),
    "programme": Rule("the case's rent, and pay", "disclosed", "", "in the rent", "in the rent", "as spent"),
}

# An owner who spreads the price over the years of service.
OWNER = Rule(
    "this report's",
    "disclosed",
    "a straight line or an annuity over the service life",
    "this report's share",
    "the case's cost of capital",
    "as spent",
)

# An owner who pays for the value that is lost at the age of the cards, and for interest on what is left.
USER = replace(OURS["amortised"], interest=OWNER.interest)

# How V3 differs from Epoch AI's models, wherever the two are compared at this report's price of its cards.
PRICE_OF_H800 = "the price of V3's cards is this report's, since Epoch AI's code prices no H800"

# How a rent differs from an owner's cost, wherever the two are compared.
RENT_HOLDS_MORE = (
    "a rent covers the landlord's building, staff, interest and profit, of which the owner's hour has interest at most"
)

# Servers alone, as the published sums of the fleet have them.
SERVERS = Rule("this report's", "", "bought new", "none", "none", "as spent")
CELLS = replace(SERVERS, prices="the analyst's")

# Epoch AI's constants for all of it, in the dollars of its newest edition.
EPOCH = Rule("Epoch AI's", "as Epoch AI takes them", EPOCH_AGE, "0.19 of the cluster", "none", "June 2025")
# V3's hours are as disclosed, and Epoch AI takes those. Its code prices no H800, so the price is this report's.
EPOCH_V3 = replace(EPOCH, prices="Epoch AI's constants, this report's price of an H800", hours="")
# At the only H800 server in its price file.
EPOCH_LISTED = replace(EPOCH, hours="")
EPOCH_DISCLOSED = replace(EPOCH, hours="disclosed")
EPOCH_ACQUISITION = replace(EPOCH, hours="", value="bought new")
EPOCH_ACQUISITION_V3 = replace(EPOCH_ACQUISITION, prices=EPOCH_V3.prices)
EPOCH_RENTAL = Rule("Epoch AI's cloud prices", "as Epoch AI takes them", "", "in the rent", "in the rent", "June 2025")

# A final run amortised, its experiments and its staff, by Epoch AI's notebook development_cost.ipynb.
EPOCH_DEVELOPMENT = replace(EPOCH, prices="Epoch AI's, and its contributors' pay", money="December 2023")
EPOCH_DEVELOPMENT_V3 = replace(
    EPOCH_DEVELOPMENT, prices="Epoch AI's, its contributors' pay, and this report's price of an H800", hours=""
)
# This report's programme for a model of which Epoch AI's cloud price is the only rent.
OURS_ON_CLOUD_PRICES = replace(
    OURS["programme"], prices="Epoch AI's cloud prices, and pay", hours=EPOCH.hours, money=EPOCH.money
)


@dataclass(frozen=True)
class Definition:
    """One result: compute(x, data) gives a float from floats and an array from arrays.

    ends:       (5th percentile, median, 95th percentile) of a result whose doubts are not those of the assumptions
                alone, from their draws and the data: a published range, or one in closed form
    compares:   the results of whose comparison it tells, above and below the line of a ratio
    difference: how the rules of the two differ, in words that stand wherever the comparison stands; "" if they are one
    digits:     significant digits of every print, at least: where its source prints so many, or a sum that is shown
                needs them; 0 leaves them to the range and the unit (analysis/words.py)
    """

    name: str
    title: str
    unit: str
    basis: str
    uncertain: bool
    compute: Callable[[Any, Any], Any]
    rule: Rule = Rule()
    compares: tuple[str, ...] = ()
    difference: str = ""
    ends: Callable[[Any, Any], tuple[float, float, float]] | None = None
    digits: int = 0

    @property
    def ranged(self) -> bool:
        """Whether it has a range."""
        return self.uncertain or self.ends is not None

    def drawn(self, value: float, draws: Any, data: Any) -> uncertainty.Draws:
        """What the draws of the assumptions say of a result that has a range, and where its value lies in it."""
        if self.ends:
            return uncertainty.told(value, *self.ends(draws, data))
        return uncertainty.placed(value, self.compute(draws, data))

    @property
    def told(self) -> str:
        """The rule in words; of a comparison, that of its sides, or how theirs differ."""
        return self.difference or next((REGISTRY[each].rule.text for each in self.compares), self.rule.text)


REGISTRY: dict[str, Definition] = {}


def result(
    title: str,
    unit: str,
    basis: str = "",
    uncertain: bool = True,
    rule: Rule | None = None,
    compares: tuple[str, ...] = (),
    difference: str = "",
    ends: Callable[[Any, Any], tuple[float, float, float]] | None = None,
    digits: int = 0,
) -> Callable[[Callable[[Any, Any], Any]], Callable[[Any, Any], Any]]:
    """Register a function as a result under its own name.

    uncertain=False is for what follows from data alone: it has no range and costs no draws.
    rule: of a cost; its basis's in OURS where none is given
    ends: its range where the draws of the assumptions do not give it; `uncertain` is then False
    digits: of every print, at least, where range and unit would give fewer than its source prints
    compares: names of registered results. ValueError if their rules differ and `difference` does not say how.
    """
    if basis not in BASES:
        raise ValueError(f"cost basis '{basis}' is not one of {BASES}")

    def register(function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
        name = function.__name__
        if name in REGISTRY:
            raise ValueError(f"result '{name}' is defined twice")
        refuse_unlike(name, compares, difference)
        own = OURS[basis] if rule is None else rule
        REGISTRY[name] = Definition(
            name, title, unit, basis, uncertain, function, own, compares, difference, ends, digits
        )
        return function

    return register


def refuse_unlike(name: str, compares: tuple[str, ...], difference: str) -> None:
    """ValueError if a comparison has sides of different rules and no words for it, or words and no difference."""
    missing = [each for each in compares if each not in REGISTRY]
    if missing:
        raise ValueError(f"'{name}' compares {', '.join(missing)}, not registered above it")
    sides = [REGISTRY[each] for each in compares]
    alike = all(a.basis == b.basis and a.rule.agrees(b.rule) for a, b in combinations(sides, 2))
    if not alike and not difference:
        rules = " | ".join(f"{each.name}: {each.rule.text or 'no rule'}" for each in sides)
        raise ValueError(
            f"'{name}' compares results of different rules: {rules}. Compare like with like, or say how "
            "they differ in `difference`, and wherever the comparison stands."
        )
    if alike and difference:
        raise ValueError(f"'{name}' says how its sides differ, but their rules are the same. Leave `difference` out.")

"""The register of results."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

BASES = ("", "rental", "amortised", "acquisition", "programme")


@dataclass(frozen=True)
class Definition:
    """One result: compute(x, data) gives a float from floats and an array from arrays."""

    name: str
    title: str
    unit: str
    basis: str
    uncertain: bool
    compute: Callable[[Any, Any], Any]


REGISTRY: dict[str, Definition] = {}


def result(
    title: str, unit: str, basis: str = "", uncertain: bool = True
) -> Callable[[Callable[[Any, Any], Any]], Callable[[Any, Any], Any]]:
    """Register a function as a result under its own name.

    uncertain=False is for what follows from data alone: it has no range and costs no draws.
    """
    if basis not in BASES:
        raise ValueError(f"cost basis '{basis}' is not one of {BASES}")

    def register(function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
        name = function.__name__
        if name in REGISTRY:
            raise ValueError(f"result '{name}' is defined twice")
        REGISTRY[name] = Definition(name, title, unit, basis, uncertain, function)
        return function

    return register

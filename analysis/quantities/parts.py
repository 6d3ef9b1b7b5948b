"""Pieces of a result that a drawing shows beside one another: they add up to it, and no sentence names them alone.

They are results like those of the register, with a unit, a basis and a range, but a page cannot say them by name.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from analysis import costs
from analysis.quantities.fleet import TYPES, by_type, fleet_capex_usd
from analysis.quantities.registry import OURS, Definition

COMPONENTS = {"chips": "Chips", "rest_of_server": "Rest of the servers", "network": "Network"}


def _of_type(gpu_id: str) -> Callable[[Any, Any], Any]:
    # An account of the fleet that has none of a type spends nothing on it.
    return lambda x, data: by_type(x, data, "capex").get(gpu_id, 0.0)


def _of_component(component: str) -> Callable[[Any, Any], Any]:
    return lambda x, data: costs.capex_components_usd(
        fleet_capex_usd(x, data), x.server_overhead_ratio, x.interconnect_fraction
    )[component]


def _piece(
    name: str, title: str, unit: str, basis: str, compute: Callable[[Any, Any], Any], digits: int = 0
) -> Definition:
    return Definition(name, title, unit, basis, True, compute, OURS[basis], digits=digits)


PARTS: dict[str, Definition] = {
    piece.name: piece
    for piece in (
        *(
            _piece(f"fleet_{short.lower()}s_usd", f"{short}s", "USD", "acquisition", _of_type(gpu), digits=3)
            for gpu in TYPES
            for short in [gpu.split("-")[0]]
        ),
        *(
            _piece(f"fleet_{component}_capex_usd", title, "USD", "acquisition", _of_component(component))
            for component, title in COMPONENTS.items()
        ),
        _piece(
            *("rent_usd_per_gpu_hour", "Rent of an H800-hour", "USD/GPU-hour", "rental"),
            lambda x, data: x.rental_usd_per_gpu_hour,
        ),
    )
}

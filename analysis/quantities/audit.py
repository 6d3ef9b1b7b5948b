"""Tallies of the audit, from its computed verdicts, and the counts of GPUs that its evidence needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from analysis.quantities.fleet import H100, by_type
from analysis.quantities.registry import result
from analysis.quantities.runs import H800

VERDICTS = {
    "supported": "supported",
    "supported_with_caveat": "supported with a caveat",
    "ambiguous": "ambiguous",
    "misattributed": "misattributed",
    "contradicted": "contradicted",
    "unverifiable": "unverifiable",
}
STANDING = ("supported", "supported_with_caveat")


def _verdicts(x: Any, data: Any) -> dict[str, str]:
    # The verdicts compare results of this register, so they are above it and are fetched when they are asked for.
    from analysis import claims

    return claims.verdicts(x, data)


def _tally(verdict: str) -> Callable[[Any, Any], Any]:
    def count(x: Any, data: Any) -> Any:
        return float(list(_verdicts(x, data).values()).count(verdict))

    count.__name__ = f"claims_{verdict}"
    return count


for _verdict, _words in VERDICTS.items():
    result(f"Claims {_words}", "claim", uncertain=False)(_tally(_verdict))


@result("Claims that were checked", "claim", uncertain=False)
def claims_total(x: Any, data: Any) -> Any:
    return float(len(data.chosen("claims", data.table("claims"))))


@result("Claims that stand, with or without a caveat", "claim", uncertain=False)
def claims_standing(x: Any, data: Any) -> Any:
    return float(sum(verdict in STANDING for verdict in _verdicts(x, data).values()))


@result("Claims of high severity that do not stand", "claim", uncertain=False)
def claims_severe(x: Any, data: Any) -> Any:
    claims = data.chosen("claims", data.table("claims"))
    fallen = ~claims["claim_id"].map(_verdicts(x, data)).isin(STANDING)
    return float((fallen & (claims["severity"] == "high")).sum())


@result("H800s in the fleet", "GPU", uncertain=False)
def fleet_h800_gpus(x: Any, data: Any) -> Any:
    return by_type(x, data, "count").get(H800, 0.0)


@result("H100s in the fleet", "GPU", uncertain=False)
def fleet_h100_gpus(x: Any, data: Any) -> Any:
    return by_type(x, data, "count").get(H100, 0.0)


@result("H800s that documents show", "GPU", uncertain=False)
def documented_h800_gpus(x: Any, data: Any) -> Any:
    return by_type(x, data, "count", "documented")[H800]

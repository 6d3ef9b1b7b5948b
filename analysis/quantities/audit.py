"""Tallies of the audit: how many of the article's claims got which verdict."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from analysis.quantities.registry import result

VERDICTS = {
    "supported": "supported",
    "supported_with_caveat": "supported with a caveat",
    "ambiguous": "ambiguous",
    "misattributed": "misattributed",
    "contradicted": "contradicted",
    "unverifiable": "unverifiable",
}


def _tally(verdict: str) -> Callable[[Any, Any], Any]:
    def count(x: Any, data: Any) -> Any:
        return float((data.table("claims")["verdict"] == verdict).sum())

    count.__name__ = f"claims_{verdict}"
    return count


for _verdict, _words in VERDICTS.items():
    result(f"Claims {_words}", "claim", uncertain=False)(_tally(_verdict))


@result("Claims that were checked", "claim", uncertain=False)
def claims_total(x: Any, data: Any) -> Any:
    return float(len(data.table("claims")))


@result("Claims that stand, with or without a caveat", "claim", uncertain=False)
def claims_standing(x: Any, data: Any) -> Any:
    return float(data.table("claims")["verdict"].isin(["supported", "supported_with_caveat"]).sum())


@result("Claims of high severity that do not stand", "claim", uncertain=False)
def claims_severe(x: Any, data: Any) -> Any:
    claims = data.table("claims")
    fallen = ~claims["verdict"].isin(["supported", "supported_with_caveat"])
    return float((fallen & (claims["severity"] == "high")).sum())

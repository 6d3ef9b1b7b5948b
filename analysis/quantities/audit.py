"""Tallies of the audit, from its computed verdicts, and the counts of GPUs that its evidence needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from analysis.quantities.fleet import by_type
from analysis.quantities.peers import shares_of_all_research
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
FALLEN = ("ambiguous", "misattributed", "contradicted")


def _verdicts(x: Any, data: Any) -> dict[tuple[str, str], str]:
    # The verdicts compare results of this register, so they are above it and are fetched when they are asked for.
    from analysis import claims

    # Fifteen results count those of one case: they are given once for its values.
    return data.once(("verdicts",), lambda: claims.verdicts(x, data), of=x)


def _tally(question: str, verdicts: tuple[str, ...], name: str) -> Callable[[Any, Any], Any]:
    def count(x: Any, data: Any) -> Any:
        found = _verdicts(x, data)
        return float(sum(verdict in verdicts for (_, asked), verdict in found.items() if asked == question))

    count.__name__ = f"claims_{question}_{name}"
    return count


for _question, _whose in {"source": "by their source", "documents": "by documents"}.items():
    for _verdict, _words in VERDICTS.items():
        _said = f"Claims {_words}, {_whose}"
        result(_said, "claim", uncertain=False)(_tally(_question, (_verdict,), _verdict))
    _said = f"Claims that stand, with or without a caveat, {_whose}"
    result(_said, "claim", uncertain=False)(_tally(_question, STANDING, "standing"))


def _of_article(data: Any) -> Any:
    listed = data.table("claims")
    return data.chosen("claims", listed[listed["text"] == "article"])


@result("Claims that were checked", "claim", uncertain=False)
def claims_total(x: Any, data: Any) -> Any:
    return float(len(_of_article(data)))


@result("Claims that stand on both questions", "claim", uncertain=False)
def claims_standing(x: Any, data: Any) -> Any:
    found = _verdicts(x, data)
    fallen = {claim for (claim, _), verdict in found.items() if verdict not in STANDING}
    return float(len({claim for claim, _ in found} - fallen))


@result("Claims of high weight that fall on a question", "claim", uncertain=False)
def claims_severe(x: Any, data: Any) -> Any:
    claims = _of_article(data)
    fallen = {claim for (claim, _), verdict in _verdicts(x, data).items() if verdict in FALLEN}
    return float((claims["claim_id"].isin(fallen) & (claims["severity"] == "high")).sum())


@result("Research compute over the final run at other developers, at least", "times", uncertain=False)
def rd_compute_over_final_run_floor(x: Any, data: Any) -> Any:
    return 1 / max(shares_of_all_research(x, data))


@result("H800s that documents show", "GPU", uncertain=False)
def documented_h800_gpus(x: Any, data: Any) -> Any:
    return by_type(x, data, "count", "documented")[H800]

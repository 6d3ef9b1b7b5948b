"""Every result that the report states, by name: what it is, its unit, its cost basis, and how it is computed.

A result is a function of the case's parameters (floats, or arrays of draws) and of data/.
The arithmetic itself is in analysis/costs; here it meets the rows it is applied to.
"""

from analysis.quantities import (
    audit,
    comparison,
    fleet,
    hours,
    owners,
    peers,
    programme,
    reconciliation,
    runs,
    trend,
)
from analysis.quantities.registry import REGISTRY, Definition

__all__ = [
    "REGISTRY",
    "Definition",
    "audit",
    "comparison",
    "fleet",
    "hours",
    "owners",
    "peers",
    "programme",
    "reconciliation",
    "runs",
    "trend",
]

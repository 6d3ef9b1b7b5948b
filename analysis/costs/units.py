"""Definitions of units, and the two pieces of arithmetic that more than one formula needs.

These are definitions, like a thousand watts in a kilowatt; every measured or assumed number is a row of data/.
"""

from __future__ import annotations

import math
from typing import Any

# A float, a NumPy array or a SymPy expression: the formulas do not care which.
Number = Any

HOURS_PER_DAY = 24
HOURS_PER_YEAR = 365.25 * HOURS_PER_DAY
SECONDS_PER_HOUR = 3600
WATTS_PER_KILOWATT = 1000
FLOP_PER_TFLOP = 1e12
GPUS_PER_SERVER = 8
LN_10 = math.log(10)
# Standard-normal quantile of 0.95: the half-width of a 90 % interval.
Z_95 = 1.6448536269514722


def interconnect_markup(interconnect_fraction: Number) -> Number:
    """Network cost per dollar of servers.

    interconnect_fraction: network's share of the whole cluster's hardware, 0 to below 1
    A share of 0.19 of the cluster is a mark-up of 0.19 / 0.81 = 0.2346 on the servers.
    """
    return interconnect_fraction / (1 - interconnect_fraction)


def over(numerator: Number, denominator: Number) -> Number:
    """A ratio that is infinite where the denominator is zero; for floats, arrays and symbols.

    Nothing that costs nothing is a measure of others, but what is compared with a bound still compares rightly.
    """
    if hasattr(denominator, "shape"):
        import numpy as np

        with np.errstate(divide="ignore"):
            return numerator / denominator
    return math.inf if denominator == 0 else numerator / denominator


def natural_log(number: Number) -> Number:
    """The natural logarithm of a float, an array or a symbol above 0."""
    if hasattr(number, "free_symbols"):
        import sympy

        return sympy.log(number)
    if hasattr(number, "shape"):
        import numpy as np

        return np.log(number)
    return math.log(number)


def where_positive(test: Number, if_positive: Any, otherwise: Number, negligible: float = 0.0) -> Number:
    """`if_positive(test)` where test > 0, `otherwise` elsewhere, for a float, an array or a symbol.

    if_positive is a function, so that it is never evaluated at zero.
    negligible: numbers up to here count as zero, where if_positive would lose its digits.
    """
    if hasattr(test, "free_symbols"):
        import sympy

        return sympy.Piecewise((if_positive(test), test > (negligible or 0)), (otherwise, True))
    if hasattr(test, "shape"):
        import numpy as np

        safe = np.where(test > negligible, test, 1.0)
        return np.where(test > negligible, if_positive(safe), otherwise)
    return if_positive(test) if test > negligible else otherwise

"""Dollars of one month in dollars of another.

A price index says what the same basket costs in two months; which index and which months is for the caller to say.
A figure keeps the quality of the index: its latest months are first prints, and revised for months afterwards.
"""

from __future__ import annotations

from analysis.costs.units import Number


def deflated_usd(value_usd: Number, index_from: Number, index_to: Number) -> Number:
    """An amount in the dollars of another month, in USD.

    value_usd:  in the dollars of the month of index_from
    index_from: price index of the month that the amount is from, > 0
    index_to:   price index of the month that it is wanted in, same series and base, > 0
    With index_to below index_from the amount gets smaller.
    """
    return value_usd * index_to / index_from

"""What the report says of its numbers, by name, with the condition of each reading; `registry` has the rules."""

from analysis.judgements import fleet, models, rent, settings, teaching, whole_bill
from analysis.judgements.registry import JUDGEMENTS, judgement, reading, said

__all__ = [
    "JUDGEMENTS",
    "fleet",
    "judgement",
    "models",
    "reading",
    "rent",
    "said",
    "settings",
    "teaching",
    "whole_bill",
]

"""What changes from the base case to a scenario: assumptions, results, verdicts.

choice   which scenarios are compared: the shipped ones, or those that a command names
results  the numbers: every assumption, result and verdict beside the base case's
"""

from analysis.comparison.choice import SCENARIOS_VARIABLE, Choice, Chosen, choose, chosen, chosen_paths, shipped
from analysis.comparison.results import OTHERS, RESULTS, Change, Column, Comparison, Turned, compare

__all__ = [
    "OTHERS",
    "RESULTS",
    "SCENARIOS_VARIABLE",
    "Change",
    "Choice",
    "Chosen",
    "Column",
    "Comparison",
    "Turned",
    "choose",
    "chosen",
    "chosen_paths",
    "compare",
    "shipped",
]

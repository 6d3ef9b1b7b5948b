"""What a sum of money can be that is said of a model: any model, any claim.

A sum is placed on the four cost bases of this report by what is known of a run. `numbers` says what can be worked out
of what is given, `book` what an hour and a server of a chip cost at the time, `given` takes in a row of data/models.csv
or what somebody typed, `verdict` says which cost the sum can be, and prints the sentence.
"""

from analysis.placing import told
from analysis.placing.given import Given, GivenError, amount_of, asked, needs, of_model
from analysis.placing.numbers import NUMBERS, Span, worked_out
from analysis.placing.verdict import Placed, place

__all__ = [
    "NUMBERS",
    "Given",
    "GivenError",
    "Placed",
    "Span",
    "amount_of",
    "asked",
    "needs",
    "of_model",
    "place",
    "told",
    "worked_out",
]

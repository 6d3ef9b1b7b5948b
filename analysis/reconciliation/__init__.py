"""Other people's published figures, computed again.

A figure that this report quotes should come out of this report's own functions when the publisher's inputs are put in.
Where it does not, the difference has a cause: other dollars, other chip-hours, another price, a slip.
Each table has a row a figure: both values, their ratio, and the cause where one is needed.
`epoch` is for Epoch AI, `others` for everybody else.
"""

# Beyond the first a difference gets its reason beside it; beyond the second the reason has to be found.
CLOSE, FAR = 0.01, 0.10

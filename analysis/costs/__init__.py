"""The cost model: plain arithmetic on plain numbers.

Every function takes floats, NumPy arrays (they broadcast) or SymPy symbols, and returns the same kind.
So one definition serves a page, a hundred thousand draws, and the equation that a page prints.
Nothing here reads a file, knows a parameter's name, or draws.

Four cost bases are kept apart and never added or compared with one another:

rental       disclosed GPU-hours times a rental price
amortised    what the hardware loses in value during the run, its network, and its energy
acquisition  buying the hardware that the run occupies
programme    the research compute and the staff behind the run
"""

from analysis.costs.development import *
from analysis.costs.fleet import *
from analysis.costs.implied import *
from analysis.costs.ownership import *
from analysis.costs.prices import *
from analysis.costs.programme import *
from analysis.costs.runs import *
from analysis.costs.units import *

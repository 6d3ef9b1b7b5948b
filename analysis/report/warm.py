"""What every page imports, imported once: the module that the fork server loads before it forks kernels.

A kernel forked from here finds the libraries and the validated tables in its memory. Nothing of a page's own is here:
which modules and tables it uses is recorded in its kernel (analysis/report/uses.py).
"""

import gc
import importlib
import os
from contextlib import suppress

from analysis import parameters, tables, uncertainty, written
from analysis.report import surroundings

LIBRARIES = (
    "analysis.case",
    "IPython.core.completer",
    "IPython.core.oinspect",
    "SALib.analyze.sobol",
    "SALib.sample.sobol",
    "frictionless",
    "ipykernel.debugger",
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "matplotlib.backends.backend_svg",
    "matplotlib.figure",
    "matplotlib_inline.backend_inline",
    "myst_nb",
    "pybtex.database",
    "scipy.special",
    "scipy.stats",
    "sympy",
)

# matplotlib takes settings from a file in the folder that it is imported in, before all others.
os.chdir(surroundings.FIXED["MPLCONFIGDIR"])
for library in LIBRARIES:
    importlib.import_module(library)
# What has a fault is left to the page that asks for it, which tells its reader.
for table in tables.names():
    with suppress(tables.DataError):
        tables.load(table)
with suppress(written.FileError):
    tables.references()
with suppress(tables.DataError, parameters.ParameterError):
    base = parameters.base()
    uncertainty.points(parameters.known(), int(base["draws"]), int(base["seed"]))
# What is here stays: a kernel that looked through all of it for garbage would copy it first.
gc.collect()
gc.freeze()

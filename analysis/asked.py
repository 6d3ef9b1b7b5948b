"""What this process has asked for, so that the runner learns what a page rests on (analysis/report/uses.py).

data/models.csv               a table
data/models.csv?model_id=a|b  its rows that have one of some values in a column
data/datapackage.json         the whole data dictionary
input:NAME                    an environment variable by which a command tells pages what to look at
"""

from __future__ import annotations

import os

# What every input's name begins with: the runner hands these on to pages, and counts them as part of a site.
INPUT = "REPORT_INPUT_"
# Between the paths of an input that names files: the report's own folder may have a colon, os.pathsep, in its name.
BETWEEN = "\n"

# Between the values of a use of some rows.
OR = "|"

uses: set[str] = set()


def value_of(name: str) -> str:
    """The value of an input, an environment variable; "" where it is not set."""
    if not name.startswith(INPUT):
        raise ValueError(f"the name of an input begins with {INPUT}, unlike {name}")
    uses.add(f"input:{name}")
    return os.environ.get(name, "")

"""Settings that somebody may have, at each place where Python, matplotlib, IPython, docutils and git look for them."""

from __future__ import annotations

import os
from pathlib import Path

# What moves a figure, what ends in a fault, and what is warned of.
RC = "figure.dpi: 150\nsavefig.bbox: tight\nfont.size: 14\ntext.usetex: True\nno.such.key: 1\n"
DOCUTILS = "[general]\nlanguage_code: de\n"
SPOILT = "spoilt = True\nfrom rich import pretty\npretty.install()\n"
CONFIGURATION = "c.InteractiveShellApp.exec_lines = ['spoilt = True']\n"


def settings(folder: Path) -> dict[str, str]:
    """An environment with files in this folder behind it; the folder to be in is PWD."""
    home, here = folder / "home", folder / "here"
    for path, text in {
        here / "matplotlibrc": RC,
        here / "docutils.conf": DOCUTILS,
        here / "random.py": "raise SystemExit('a module of the folder that one is in')\n",
        here / "frictionless.py": "raise SystemExit('a module of the folder that one is in')\n",
        home / "startup.py": SPOILT,
        home / "matplotlibrc": RC,
        home / ".config" / "matplotlib" / "matplotlibrc": RC,
        home / ".docutils": DOCUTILS,
        home / ".gitconfig": "[log]\nshowSignature = true\n[status]\nshort = false\n[core]\nquotePath = no\n",
        home / ".ipython" / "profile_default" / "startup" / "00.py": SPOILT,
        home / ".ipython" / "profile_default" / "ipython_config.py": CONFIGURATION,
    }.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return {
        "COLUMNS": "43",
        "GIT_CEILING_DIRECTORIES": "/",
        "GIT_CONFIG_GLOBAL": str(home / ".gitconfig"),
        "GIT_DIR": str(home),
        "GIT_INDEX_FILE": str(home / "index"),
        "GIT_TRACE": "1",
        "GIT_WORK_TREE": str(home),
        "HOME": str(home),
        "IPYTHONDIR": str(home / ".ipython"),
        "LC_ALL": "tr_TR.UTF-8",
        "LANG": "de_DE.UTF-8",
        "MATPLOTLIBRC": str(home / "matplotlibrc"),
        "MPLBACKEND": "pdf",
        "MPLCONFIGDIR": str(home / ".config" / "matplotlib"),
        "OMP_NUM_THREADS": "7",
        "PWD": str(here),
        "PYTHONDEVMODE": "1",
        "PYTHONHASHSEED": "4242",
        "PYTHONINSPECT": "1",
        "PYTHONOPTIMIZE": "2",
        "PYTHONPATH": f"{os.pathsep}{home}",
        "PYTHONSTARTUP": str(home / "startup.py"),
        "PYTHONUTF8": "0",
        "PYTHONWARNINGS": "error",
        "REPORT_INPUT_SCENARIOS": "/dev/null",
        "SOURCE_DATE_EPOCH": "86400",
        "SYMPY_USE_CACHE": "no",
        "TZ": "Pacific/Kiritimati",
        "XDG_CONFIG_HOME": str(home / ".config"),
    }

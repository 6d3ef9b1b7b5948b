"""What commands, kernels and the renderer run in: built from a short list, so that nobody's settings have a part.

Python, matplotlib, IPython, docutils and git ask the environment, the home folder and the folder that one is in what
their user wants. Here nobody wants anything:

- `enter` starts a command anew without the variables that change what Python does, in a temporary folder of its own;
- `environment` is what whatever makes the report's bytes runs in (kernels, the renderer): a few names that a program
  needs to run at all, the report's own, and fixed values; its home has nothing in it;
- `git` asks git without anybody's configuration.

What `enter` does not need is imported later: before it, an empty entry of PYTHONPATH makes modules of any file here.
"""

from __future__ import annotations

import atexit
import errno
import os
import signal
import sys
from pathlib import Path

from analysis import asked
from analysis.project import BUILD, HAS_BOOK
from analysis.project import ROOT as ROOT

# How a Python of this report runs. SAFEPATH: a file random.py in the folder that one is in is no module.
PYTHON = {"PYTHONHASHSEED": "0", "PYTHONNOUSERSITE": "1", "PYTHONSAFEPATH": "1"}
# An installed package is found without, and its neighbours must not hide modules of Python itself.
if HAS_BOOK and os.pathsep not in str(ROOT):
    PYTHON["PYTHONPATH"] = str(ROOT)

# Where Python is, and whether it writes bytecode, is left to the user: neither changes a result.
LEFT = ("PYTHONHOME", "PYTHONDONTWRITEBYTECODE")

# Without these a program finds no other program, no library, and no place for its temporary files.
NEEDED = (
    *("PATH", "TMPDIR", "TEMP", "TMP", "LD_LIBRARY_PATH", "LD_PRELOAD", "DYLD_LIBRARY_PATH"),
    *("COMSPEC", "PATHEXT", "SYSTEMDRIVE", "SYSTEMROOT"),
)

# Every variable of the report's own begins so.
OWN = "REPORT_"

# One thread, so that sums come out in one order. matplotlib keeps its list of fonts where its configuration would be.
FIXED = {
    "DOCUTILSCONFIG": "",
    "HOME": os.devnull,
    # glibc alone reads these two: memory that numpy frees is kept for the next array, not given back and fetched anew.
    "MALLOC_MMAP_THRESHOLD_": str(2**25),
    "MALLOC_TRIM_THRESHOLD_": str(2**28),
    "MPLBACKEND": "agg",
    "MPLCONFIGDIR": str(BUILD / ".store" / "matplotlib"),
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    # Else the debugger, which every kernel has, prints a warning where it is imported.
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    "PYTHONUTF8": "1",
    "TZ": "UTC",
    "USERPROFILE": os.devnull,
}

# A socket's name has at most 103 bytes on macOS (107 on Linux); 32 of them come after the folder for temporary files.
LONGEST = 71
SHORT = Path("/tmp")
# How the temporary folder of a command is called; no other program makes such a name.
FOLDER = ".report-"


class Stopped(BaseException):
    """An interrupt, by a name that no library takes for its own."""


def environment() -> dict[str, str]:
    """The environment of kernels, of the renderer, and of git."""
    kept = {name: value for name, value in os.environ.items() if name in (*NEEDED, *LEFT) or name.startswith(OWN)}
    return {**kept, **PYTHON, **FIXED}


def enter() -> None:
    """Start this command anew, with Python's settings as everybody has them, unless it was started so.

    What the terminal, the network and the programs that it calls need stays: it is no part of a result.
    Afterwards temporary files go into a folder that ends with the command, or, if it is killed, with a later one.
    """
    foreign = ("PYTHON", asked.INPUT)
    kept = {name: value for name, value in os.environ.items() if name in LEFT or not name.startswith(foreign)}
    if sys.platform == "win32":
        # There a program cannot take the place of another; at least what it starts is right.
        os.environ.update(PYTHON)
    else:
        # An interrupt waits until somebody is there who can say what it means (analysis/__main__.py).
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
        if {**kept, **PYTHON} != dict(os.environ):
            os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], {**kept, **PYTHON})
    # A file that its owner cannot read is of no use; what others may do with it is left to the user.
    os.umask(os.umask(0) & 0o077)
    _use_own_folder()


def hear_interrupts() -> None:
    """From now on an interrupt is one, and so is one that waited."""
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])


def _use_own_folder() -> None:
    import shutil
    import tempfile

    from analysis.report import files

    above = Path(tempfile.gettempdir())
    if _too_long(above / f"{FOLDER}abcdefgh") and os.access(SHORT, os.W_OK | os.X_OK):
        above = SHORT
    try:
        folder, lock = files.own_folder(above, FOLDER)
    except OSError:
        # Whoever needs one will say so; many commands do not.
        return
    # The lock lives as long as what has to be done at the end.
    atexit.register(lambda _: shutil.rmtree(folder, ignore_errors=True), lock)
    os.environ["TMPDIR"] = tempfile.tempdir = str(folder)


def _too_long(folder: Path) -> bool:
    return sys.platform != "win32" and len(os.fsencode(folder)) > LONGEST


def require_room_for_sockets() -> None:
    """OSError, in words for the user, if names in the folder for temporary files are too long for sockets."""
    import tempfile

    folder = Path(tempfile.gettempdir())
    if _too_long(folder):
        raise OSError(
            errno.ENAMETOOLONG,
            f"The folder for temporary files has a name too long for sockets ({LONGEST} letters at most; set TMPDIR)",
            str(folder),
        )


def git(root: Path, *arguments: str) -> str:
    """What git says about a folder; "" where there is no git, no repository, or nothing to say.

    Whoever owns the folder, and whatever the user or a hook has set: also GIT_DIR, which names another repository.
    """
    import subprocess

    # Safe: whoever builds a report runs its programs anyway. A monitor and signatures are programs of the repository's.
    settings = ("safe.directory=*", "core.fsmonitor=false", "log.showSignature=false")
    command = ["git", *(word for each in settings for word in ("-c", each)), "-C", str(root), *arguments]
    nobody = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_OPTIONAL_LOCKS": "0"}
    try:
        run = subprocess.run(
            command, capture_output=True, encoding="utf-8", errors="replace", env={**environment(), **nobody}
        )
    except OSError:
        return ""
    return run.stdout if run.returncode == 0 else ""

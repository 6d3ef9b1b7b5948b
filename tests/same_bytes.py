"""Build the site twice from clean clones, under circumstances that must not matter, and compare every byte.

    python tests/same_bytes.py [--keep FOLDER] [--python OTHER/bin/python]

The two builds differ in folder, time zone, locale, account, home, hash seed, number of cores, file permissions and
SOURCE_DATE_EPOCH; and, where there is a C compiler on Linux, in the clock, which the second build sees jump by ten
years every ten seconds. Both use the packages of the Python that runs this.
--python: the second build with another Python, which has the locked packages too.
Exit status 1 and the first differing byte of every file that differs. Takes two whole builds: some minutes.
"""

from __future__ import annotations

import argparse
import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from analysis.report import digests  # noqa: E402


@dataclass(frozen=True)
class Circumstances:
    folder: str
    environment: dict[str, str]
    cores: int
    mask: int
    wrong_clock: bool = False


HERE = Circumstances(
    "one",
    {"TZ": "UTC", "LC_ALL": "C.UTF-8", "LANG": "C.UTF-8", "USER": "ada", "LOGNAME": "ada", "PYTHONHASHSEED": "0"},
    cores=1,
    mask=0o022,
)
THERE = Circumstances(
    "another place/Ünter — über",
    {
        "TZ": "Pacific/Kiritimati",
        "LC_ALL": "tr_TR.UTF-8",
        "LANG": "de_DE.UTF-8",
        "USER": "grace",
        "LOGNAME": "grace",
        "PYTHONHASHSEED": "4242",
        "SOURCE_DATE_EPOCH": "86400",
        "COLUMNS": "43",
        "MPLBACKEND": "pdf",
    },
    cores=99,
    mask=0o077,
    wrong_clock=True,
)


def clone(folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(folder)], check=True)


def wrong_clock() -> dict[str, str]:
    """The environment in which programs see a wrong clock; empty, and said, where that cannot be had."""
    compiler = shutil.which("cc")
    if compiler is None or sys.platform != "linux":
        print("The clock is right in both builds: a wrong one needs Linux and a C compiler.")
        return {}
    # Not in the build's own folder: LD_PRELOAD ends a name at a space.
    library = Path(tempfile.mkdtemp(prefix="wrong-clock-")) / "wrong_clock.so"
    atexit.register(shutil.rmtree, library.parent)
    subprocess.run([compiler, "-shared", "-fPIC", "-o", library, ROOT / "tests" / "wrong_clock.c"], check=True)
    return {"LD_PRELOAD": str(library), "WRONG_CLOCK": str(5 * 365 * 86400)}


def build(folder: Path, at: Circumstances, python: str) -> Path:
    """A clean clone's site under these circumstances."""
    clone(folder)
    home = folder.parent / f"home of {at.environment['USER']}"
    home.mkdir()
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LD_LIBRARY_PATH")}
    # The clone's own package, before the one that is installed.
    environment = {
        **kept,
        **at.environment,
        "HOME": str(home),
        "PYTHONPATH": str(folder),
        "PYTHONDONTWRITEBYTECODE": "1",
        **(wrong_clock() if at.wrong_clock else {}),
    }
    cores = min(at.cores, os.cpu_count() or 1)
    pinned = ["taskset", "-c", f"0-{cores - 1}"] if shutil.which("taskset") else []

    command = [*pinned, python, "-m", "analysis", "build", "--again", "--out", str(folder / "out")]
    run = subprocess.run(command, cwd=folder, env=environment, umask=at.mask, capture_output=True, text=True)
    if run.returncode:
        sys.exit(f"The build in {folder} failed:\n{run.stdout[-2000:]}\n{run.stderr[-4000:]}")
    return folder / "out"


def main() -> None:
    asked = argparse.ArgumentParser(
        description="Build the site twice under other circumstances, and compare the bytes."
    )
    asked.add_argument("--keep", type=Path, help="an empty folder for the two clones, which then stay")
    asked.add_argument("--python", default=sys.executable, help="the Python of the second build")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = given.keep or Path(made)
        sites = [
            build(folder / at.folder, at, python) for at, python in ((HERE, sys.executable), (THERE, given.python))
        ]
        for kind, value in digests.of_site(sites[0]).items():
            same = digests.of_site(sites[1])[kind] == value
            print(f"{value}  {kind}{'' if same else ': differs'}")
        found = digests.compare(*sites)
        if found:
            more = [f"and {len(found) - 20} files more"] if len(found) > 20 else []
            sys.exit("\n".join([f"{len(found)} files differ:", *found[:20], *more]))
        print("The two sites are the same, byte for byte.")


if __name__ == "__main__":
    main()

"""Build the site twice from clean clones, under circumstances that must not matter, and compare every byte.

    python tests/same_bytes.py [--keep FOLDER] [--python OTHER/bin/python]

The two builds differ in folder, time zone, locale, account, hash seed, number of cores, file permissions and
SOURCE_DATE_EPOCH; where there is a C compiler on Linux in the clock, which the second build sees jump by ten years
every ten seconds; and in whatever somebody may have set (tests/somebody.py) for matplotlib, IPython, docutils, Python
and git, at home, in the folder that one is in and in the environment. The second clone is made with the line endings of
Windows and, where root runs this, belongs to another account. A third build in it, under the first circumstances and
with what the second has left in the store, must give the same again. All use the packages of the Python that runs this.
--python: the second build with another Python, which has the locked packages too.
Exit status 1 and the first differing byte of every file that differs. Takes three renderings: some minutes.
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
from typing import Any

import somebody

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from analysis.report import digests  # noqa: E402


def difference(one: bytes, other: bytes) -> str:
    """Where two contents first differ: the byte, the line, and what stands around it."""
    size = min(len(one), len(other))
    place = next((i for i in range(size) if one[i] != other[i]), size)
    line = one.count(b"\n", 0, place) + 1
    around = [content[max(0, place - 40) : place + 40].decode("utf-8", "replace") for content in (one, other)]
    return f"byte {place:,}, line {line:,}: {around[0]!r} against {around[1]!r}"


def compare(one: Path, other: Path) -> list[str]:
    """What differs between two sites, one line a file; nothing where they are the same bytes."""
    here, there = digests.of_files(one), digests.of_files(other)
    found = [f"{name}: only in {one if name in here else other}" for name in sorted(here.keys() ^ there.keys())]
    for name in sorted(here.keys() & there.keys()):
        if here[name] != there[name]:
            found.append(f"{name}: {difference((one / name).read_bytes(), (other / name).read_bytes())}")
    return found


@dataclass(frozen=True)
class Circumstances:
    folder: str
    environment: dict[str, str]
    cores: int
    mask: int
    hostile: bool = False


HERE = Circumstances(
    "one",
    {"TZ": "UTC", "LC_ALL": "C.UTF-8", "LANG": "C.UTF-8", "USER": "ada", "LOGNAME": "ada", "PYTHONHASHSEED": "0"},
    cores=1,
    mask=0o022,
)
THERE = Circumstances(
    "another place/Ünter — über",
    {"USER": "grace", "LOGNAME": "grace", "TMPDIR": "/var/tmp"},
    cores=99,
    mask=0o077,
    hostile=True,
)
# An account that has no other part in this.
NOBODY = 65534


def clone(folder: Path, hostile: bool) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    endings = ["-c", "core.autocrlf=true"] if hostile else []
    subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", *endings, str(ROOT), str(folder)], check=True)
    if hostile and os.getuid() == 0:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, NOBODY, NOBODY, follow_symlinks=False)


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
    return {"LD_PRELOAD": str(library), "REPORT_TEST_WRONG_CLOCK": str(5 * 365 * 86400)}


def build(folder: Path, at: Circumstances, python: str, out: str = "out", again: bool = True) -> Path:
    """A clone's site under these circumstances, in `out` below it; the clone is made where there is none."""
    if not folder.exists():
        clone(folder, at.hostile)
    home = folder.parent / f"home of {at.environment['USER']}"
    home.mkdir(exist_ok=True)
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LD_LIBRARY_PATH")}
    # The clone's own package, before the one that is installed.
    environment = {
        **kept,
        "HOME": str(home),
        "PWD": str(folder),
        **(somebody.settings(home) if at.hostile else {}),
        **at.environment,
        "PYTHONDONTWRITEBYTECODE": "1",
        **(wrong_clock() if at.hostile else {}),
    }
    environment["PYTHONPATH"] = f"{folder}{os.pathsep}{environment.get('PYTHONPATH', '')}"
    cores = min(at.cores, os.cpu_count() or 1)
    pinned = ["taskset", "-c", f"0-{cores - 1}"] if shutil.which("taskset") else []

    command = [*pinned, python, "-P", "-m", "analysis", "build", *(["--again"] if again else []), "--out"]
    place: dict[str, Any] = {"cwd": environment["PWD"], "env": environment, "umask": at.mask}
    run = subprocess.run([*command, str(folder / out)], **place, capture_output=True, text=True)
    if run.returncode:
        sys.exit(f"The build in {folder} failed:\n{run.stdout[-2000:]}\n{run.stderr[-4000:]}")
    return folder / out


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
        sites.append(build(folder / THERE.folder, HERE, sys.executable, "from the store", again=False))
        first, *others = (digests.of_site(site) for site in sites)
        for kind, value in first.items():
            same = all(other[kind] == value for other in others)
            print(f"{value}  {kind}{'' if same else ': differs'}")
        found = [line for site in sites[1:] for line in compare(sites[0], site)]
        if found:
            more = [f"and {len(found) - 20} files more"] if len(found) > 20 else []
            sys.exit("\n".join([f"{len(found)} files differ:", *found[:20], *more]))
        print("The sites are the same, byte for byte.")


if __name__ == "__main__":
    main()

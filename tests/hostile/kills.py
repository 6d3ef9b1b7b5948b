"""Kill builds at random moments and look whether a whole site is there; by hand, the result is kills.csv.

    kills.py command COUNT [SEED]    kill `report build` (SIGKILL, its whole process group) COUNT times
    kills.py publish COUNT [SEED]    the same for the last step alone, in which the new site takes the old one's place

Two scenarios take turns that differ in their titles, so their pages are in the store, and a build is stage, render and
publish. A site is whole if each of its files has the bytes of the one or of the other. Afterwards a build that is left
alone must succeed, and nothing may lie beside the site.
"""

from __future__ import annotations

import csv
import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
FIGURES = HERE / "kills.csv"
COLUMNS = (
    "what",
    "seed",
    "kills",
    "ended_before",
    "whole_old",
    "whole_new",
    "broken",
    "next_build",
    "seconds_of_a_build",
)

SITES = ("one", "other")

PUBLISH = """
import shutil, sys
from pathlib import Path
from analysis.report import files, store
made, target, work = map(Path, sys.argv[1:4])
shutil.copytree(made, work)
print("ready", flush=True)
files.exchange(work, target)
store.STORE = work.parent / "store"
store.keep_site(target, made.name)
"""


def whole(folder: Path) -> str:
    """Digest of every name and byte below a folder."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def scenario(folder: Path, name: str) -> Path:
    path = folder / f"{name}.yml"
    path.write_text(f"name: {name}\ntitle: Site {name}\nparameters: {{server_overhead_ratio: 1.7}}\n", encoding="utf-8")
    return path


def build(file: Path, out: Path) -> list[str]:
    return [sys.executable, "-m", "analysis", "build", "-f", str(file), "--out", str(out)]


def left_alone(command: list[str]) -> float:
    """Run a build to its end; its seconds."""
    start = time.monotonic()
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if run.returncode:
        sys.exit(f"a build that was left alone failed:\n{run.stderr}")
    return time.monotonic() - start


def killed(command: list[str], wait: float, after: str = "") -> bool:
    """Kill a command after a time, or so long after it has said a word; False if it was done before."""
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True
    )
    assert process.stdout is not None
    if after:
        while after not in (process.stdout.readline() or after):
            continue
    time.sleep(wait)
    done = process.poll() is not None
    if not done:
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    return not done


def campaign(what: str, count: int, seed: int) -> dict[str, object]:
    """So many kills, and what they left."""
    luck, found = random.Random(seed), Counter[str]()
    with tempfile.TemporaryDirectory(prefix="kills-") as name:
        folder = Path(name)
        target = folder / "site" / "html"
        files = {each: scenario(folder, each) for each in SITES}
        digests, seconds = {}, 0.0
        for each in SITES:
            left_alone(build(files[each], folder / each))
            digests[whole(folder / each)] = each
        shutil.copytree(folder / "one", target)
        if what == "command":
            seconds = left_alone(build(files["other"], target))
        for number in range(count):
            before = digests.get(whole(target), "")
            new = next(each for each in SITES if each != before)
            if what == "command":
                hit = killed(build(files[new], target), luck.uniform(0.0, seconds))
            else:
                work = folder / f"work-{number}"
                order = [sys.executable, "-c", PUBLISH, str(folder / new), str(target), str(work)]
                hit = killed(order, luck.uniform(0.0, 0.04), "ready")
            after = digests.get(whole(target), "") if target.is_dir() else ""
            found["ended_before"] += not hit
            found["broken" if not after else "whole_old" if after == before else "whole_new"] += 1
            print(f"{number + 1}/{count} {'killed' if hit else 'done'} {before} -> {after or 'BROKEN'}", flush=True)
            if not after:
                shutil.rmtree(target, ignore_errors=True)
                shutil.copytree(folder / "one", target)
        left_alone(build(files["one"], target))
        beside = sorted(path.name for path in target.parent.iterdir())
        good = digests.get(whole(target)) == "one" and beside == ["html"]
        kinds = ("ended_before", "whole_old", "whole_new", "broken")
        return {
            "what": what,
            "seed": seed,
            "kills": count,
            **{kind: found[kind] for kind in kinds},
            "next_build": "whole" if good else f"broken, beside it {beside}",
            "seconds_of_a_build": round(seconds, 1) or "",
        }


def main(what: str, count: int, seed: int = 20261124) -> None:
    row = campaign(what, count, seed)
    old: list[dict[str, object]] = []
    if FIGURES.exists():
        with FIGURES.open(encoding="utf-8", newline="") as stream:
            old = [dict(each) for each in csv.DictReader(stream) if each["what"] != what]
    with FIGURES.open("w", encoding="utf-8", newline="") as stream:
        table = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
        table.writeheader()
        table.writerows([*old, row])
    print(row)


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4) or sys.argv[1] not in ("command", "publish"):
        sys.exit(__doc__)
    main(sys.argv[1], *map(int, sys.argv[2:]))

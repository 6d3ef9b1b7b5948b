"""Kill builds at random moments and look whether a whole site is there; by hand, the result is kills.csv.

    kills.py command COUNT [SEED] [SITE]    kill `report build` (SIGKILL, its whole process group) COUNT times
    kills.py build_quickly COUNT [SEED] [SITE]  the same with copies of SITE instead of what Jupyter Book makes
    kills.py publish COUNT [SEED] [SITE]    the last step alone, in which the new site takes the old one's place

SITE is a built site, for example _build/html, from which `build` and `publish` make the sites that take turns; for
`command` two scenarios do that differ in their titles. A site is whole if each of its files has the bytes of the one
or of the other. Afterwards a build that is left alone must succeed, and nothing may lie beside the site.
"""

from __future__ import annotations

import csv
import hashlib
import importlib
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

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
    "longest_wait_seconds",
)

SITES = ("one", "other")

# What is done: a finished site, where it goes, and a folder of the campaign.
Step = Callable[[Path, Path, Path], None]


def publish(made: Path, target: Path, folder: Path) -> None:
    """The last step of a build: a finished site takes the place of the other."""
    from analysis.report import manifest, place, store

    store.STORE = folder / ".store"
    new = folder / f"new-{os.getpid()}"
    shutil.copytree(made, new)
    place.put(new, target, manifest.SITE)
    store.keep_site(target, made.name)


def build_quickly(made: Path, target: Path, folder: Path) -> None:
    """All of a build but what takes long: the pages come as they are in book/, what is rendered is copied."""
    from analysis.report import build, kernels, notebooks, rendering, store
    from analysis.report.site.metadata import cards
    from analysis.scenarios import Scenario
    from analysis.teaching import slides

    def render(source: Path) -> Path:
        html = source / "_build" / "html"
        shutil.copytree(made, html, ignore=shutil.ignore_patterns("figures", "slides"))
        return html

    def figures(executed: object, to: Path, progress: object) -> list[str]:
        shutil.copytree(made / "figures", to)
        return []

    stubs: dict[Any, dict[str, Any]] = {
        rendering: {"render": render, "write_figures": figures, "faults": lambda *arguments: []},
        build: {"BUILD": folder / "_build", "require_sound_data": lambda: None},
        kernels: {"warm_up": lambda: None},
        cards: {"write": lambda html: None},
        slides: {"write": lambda to, *rest: shutil.copytree(made / "slides", to)},
        store: {"STORE": folder / "_build" / ".store"},
    }
    stubs[build]["execute_pages"] = lambda pages, *rest, **options: {p.name: p.path for p in pages if p.runs}
    for module, names in stubs.items():
        for name, stub in names.items():
            setattr(module, name, stub)
    notebooks.pages()
    build.build(Scenario(name=made.name, title=made.name, changes={"server_overhead_ratio": 1.7}), target)


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


def command(made: Path, target: Path, folder: Path) -> None:
    """The command itself."""
    arguments = ["build", "-f", str(scenario(folder, made.name)), "--out", str(target)]
    os.chdir(ROOT)
    os.execv(sys.executable, [sys.executable, "-m", "analysis", *arguments])


def begun(step: Step, made: Path, target: Path, folder: Path) -> int:
    """A process of its own group that takes a step; its number."""
    child = os.fork()
    if child:
        return child
    os.setsid()
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    try:
        step(made, target, folder)
        os._exit(0)
    except BaseException as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
        os._exit(1)


def left_alone(step: Step, made: Path, target: Path, folder: Path) -> float:
    """Take a step to its end; its seconds."""
    start = time.monotonic()
    if os.waitstatus_to_exitcode(os.waitpid(begun(step, made, target, folder), 0)[1]):
        sys.exit("a build that was left alone failed")
    return time.monotonic() - start


def killed(step: Step, wait: float, made: Path, target: Path, folder: Path) -> bool:
    """Kill a step after a time; False if it was done before."""
    child = begun(step, made, target, folder)
    time.sleep(wait)
    with suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def prepared(step: Step, folder: Path, site: Path) -> dict[str, str]:
    """The two sites that take turns: digest and name."""
    from analysis.report import manifest

    for name in SITES:
        if step is command:
            left_alone(step, folder / name, folder / name, folder)
            continue
        shutil.copytree(site, folder / name)
        for page in (folder / name).rglob("*.html"):
            page.write_text(page.read_text(encoding="utf-8") + f"<!-- {name} -->", encoding="utf-8")
        manifest.seal(folder / name, manifest.SITE)
    return {whole(folder / name): name for name in SITES}


def campaign(step: Step, count: int, seed: int, site: Path) -> dict[str, object]:
    """So many kills, and what they left."""
    if step is not command:
        # Here, so that what is forked off begins at once, and a kill meets the build and not its imports.
        for module in ("report.build", "report.notebooks", "report.site.metadata.cards", "teaching.slides"):
            importlib.import_module(f"analysis.{module}")
    luck, found = random.Random(seed), Counter[str]()
    with tempfile.TemporaryDirectory(prefix="kills-") as name:
        folder = Path(name)
        target = folder / "site" / "html"
        digests = prepared(step, folder, site)
        shutil.copytree(folder / "one", target)
        longest = max(left_alone(step, folder / each, target, folder) for each in ("other", "one"))
        for number in range(count):
            before = digests.get(whole(target), "")
            new = next(each for each in SITES if each != before)
            hit = killed(step, luck.uniform(0.0, longest), folder / new, target, folder)
            after = digests.get(whole(target), "") if target.is_dir() else ""
            found["ended_before"] += not hit
            found["broken" if not after else "whole_old" if after == before else "whole_new"] += 1
            print(f"{number + 1}/{count} {'killed' if hit else 'done'} {before} -> {after or 'BROKEN'}", flush=True)
            if not after:
                shutil.rmtree(target, ignore_errors=True)
                shutil.copytree(folder / "one", target)
        left_alone(step, folder / "other", target, folder)
        left_alone(step, folder / "one", target, folder)
        beside = sorted(path.name for path in target.parent.iterdir())
        good = digests.get(whole(target)) == "one" and beside == ["html"]
        kinds = ("ended_before", "whole_old", "whole_new", "broken")
        return {
            "what": step.__name__,
            "seed": seed,
            "kills": count,
            **{kind: found[kind] for kind in kinds},
            "next_build": "whole" if good else f"broken, beside it {beside}",
            "longest_wait_seconds": round(longest, 2),
        }


STEPS: dict[str, Step] = {each.__name__: each for each in (command, build_quickly, publish)}


def main(what: str, count: str, seed: str = "20261124", site: str = "_build/html") -> None:
    row = campaign(STEPS[what], int(count), int(seed), (ROOT / site).resolve())
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
    if len(sys.argv) not in (3, 4, 5) or sys.argv[1] not in STEPS:
        sys.exit(__doc__)
    main(*sys.argv[1:])

"""A coverage-guided fuzzer (atheris) over what reads texts from outside; by hand: `make fuzz`.

    fuzz.py run SECONDS [TARGET]...   fuzz each target for so long, one after the other, and write the figures
    fuzz.py think SECONDS             the same with hypothesis, which knows what a scenario looks like
    fuzz.py keep                      minimise what was found into tests/hostile/kept/, which `make test` reads
    fuzz.py TARGET ...                one target, with libFuzzer's own options (this is what `run` starts)

What a run finds stays in _build/fuzz. A crash ends its target, and the file with the input is named.
"""

from __future__ import annotations

import csv
import re
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
FOUND, KEPT, FIGURES = ROOT / "_build" / "fuzz", HERE / "kept", HERE / "fuzzing.csv"
COLUMNS = ("target", "fuzzer", "seconds", "executions", "edges", "crashes")

# Of a minimised corpus, so many of the smallest inputs are committed, none larger than this.
MOST, LARGEST = 150, 600

WORDS = (
    *("name", "title", "motive", "source", "parameters", "pue", "fleet", "documented", "staff_count", "draws", "seed"),
    *("rental_usd_per_gpu_hour", ": ", "\n", "---", "...", "<<", "*a", "&a", "!!python/object/apply:os.system", "? "),
    *("|\n", ">-\n", "%YAML 1.1\n", "1e400", "1:30", "0x10", ":log", ":3", ",", "=", "{{", "}}", "\\ud800", "\\x1b"),
    *("\u0430", "\ufeff", "\uff11", "\u202e", "<script>", "\\N", "\\u", "\\L", '"', "'", "  ", "- ", "\t", "#"),
)


def target(name: str, options: list[str]) -> None:
    """Fuzz one target in this process, which libFuzzer ends."""
    sys.path[:0] = [str(HERE), str(FOUND / "tool")]
    import atheris  # type: ignore[import-not-found,unused-ignore]

    with atheris.instrument_imports(
        include=["yaml", "analysis.parameters", "analysis.scenarios", "analysis.cases", "analysis.untrusted"]
    ):
        import oracle
    oracle.ready()
    judge = oracle.TARGETS[name]
    # libFuzzer starts itself again to merge, by its name and through a shell.
    again = FOUND / f"{name}.sh"
    again.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{__file__}" {name} "$@"\n', encoding="utf-8")
    again.chmod(0o755)
    atheris.Setup([str(again), *options], lambda content: judge(content) and None)
    atheris.Fuzz()


def seeds(name: str, folder: Path) -> None:
    """What fuzzing begins with: the committed inputs, and the corpus of hostile files."""
    import corpus

    for number, content in enumerate(corpus.seeds(name)):
        (folder / f"seed-{number:03d}").write_bytes(content)
    for path in sorted((KEPT / name).glob("*")):
        (folder / path.name).write_bytes(path.read_bytes())


def tell(rows: list[list[object]]) -> None:
    """Put rows into the table of figures, in the place of those of the same target and fuzzer."""
    old: list[list[str]] = []
    if FIGURES.exists():
        with FIGURES.open(encoding="utf-8", newline="") as stream:
            old = list(csv.reader(stream))[1:]
    new = {(str(row[0]), str(row[1])) for row in rows}
    kept = [row for row in old if (row[0], row[1]) not in new]
    with FIGURES.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows([COLUMNS, *sorted([*kept, *rows], key=str)])


def think(seconds: int) -> int:
    """Try what hypothesis makes up, for so long in all; the number of targets that gave way."""
    sys.path.insert(0, str(HERE))
    import hypothesis
    import oracle
    import strategies
    from hypothesis import HealthCheck, Phase

    oracle.ready()
    crashes = 0
    for name, judge in oracle.TARGETS.items():
        tried, failed, start = 0, 0, time.monotonic()

        def attempt(content: bytes) -> None:
            nonlocal tried
            tried += 1
            judge(content)  # noqa: B023

        often = hypothesis.settings(
            max_examples=2_000,
            deadline=None,
            database=None,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        )
        while time.monotonic() - start < seconds / len(oracle.TARGETS) and not failed:
            trial = often(hypothesis.seed(tried)(hypothesis.given(strategies.ALL[name])(attempt)))
            try:
                trial()
            except Exception as error:
                failed += 1
                print(name, type(error).__name__, error, *getattr(error, "__notes__", []), flush=True)
        spent = round(time.monotonic() - start)
        tell([[name, f"hypothesis {hypothesis.__version__}", spent, tried, "", failed]])
        print(name, spent, tried, failed, flush=True)
        crashes += failed
    return crashes


def run(seconds: int, names: list[str]) -> int:
    """Fuzz each target for so long; the number of crashes."""
    sys.path.insert(0, str(HERE))
    import oracle

    dictionary, crashes = FOUND / "words.txt", 0
    FOUND.mkdir(parents=True, exist_ok=True)
    written = ("".join(f"\\x{byte:02x}" for byte in word.encode()) for word in WORDS)
    dictionary.write_text("".join(f'"{word}"\n' for word in written), encoding="ascii")
    for name in names or oracle.TARGETS:
        folder, bad = FOUND / name, FOUND / f"{name}-crashes"
        for each in (folder, bad):
            each.mkdir(exist_ok=True)
        seeds(name, folder)
        before, start = set(bad.iterdir()), time.monotonic()
        options = [f"-max_total_time={seconds}", f"-dict={dictionary}", f"-artifact_prefix={bad}/"]
        options += ["-max_len=2000", "-timeout=20", "-rss_limit_mb=1500", "-print_final_stats=1", "-close_fd_mask=1"]
        command = [sys.executable, __file__, name, *options, str(folder)]
        told = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=ROOT).stderr
        text = told.decode("utf-8", "replace")
        (FOUND / f"{name}.log").write_text(text, encoding="utf-8")
        # A slow unit is no fault of the input on a busy computer; what takes more than 20 seconds is a timeout.
        new = sorted(path for path in set(bad.iterdir()) - before if not path.name.startswith("slow-unit"))
        executions = max(map(int, re.findall(r"#(\d+)\t", text)), default=0)
        edges = max(map(int, re.findall(r"cov: (\d+)", text)), default=0)
        if not executions:
            sys.exit(f"{name} was not fuzzed; see {FOUND / f'{name}.log'}")
        row = [name, "atheris 3.0.0", round(time.monotonic() - start), executions, edges, len(new)]
        tell([row])
        print(*row, *new, flush=True)
        crashes += len(new)
    return crashes


def keep() -> None:
    """The smallest inputs that together reach what all of them reach, into tests/hostile/kept."""
    sys.path.insert(0, str(HERE))
    import oracle

    for name in oracle.TARGETS:
        small = FOUND / f"{name}-small"
        small.mkdir(exist_ok=True)
        for path in small.iterdir():
            path.unlink()
        command = [sys.executable, __file__, name, "-merge=1", "-max_len=2000", str(small), str(FOUND / name)]
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT, check=False)
        kept = sorted(small.iterdir(), key=lambda path: (path.stat().st_size, path.name))[:MOST]
        folder = KEPT / name
        folder.mkdir(parents=True, exist_ok=True)
        for path in folder.iterdir():
            path.unlink()
        for path in kept:
            if path.stat().st_size <= LARGEST:
                (folder / path.name[:12]).write_bytes(path.read_bytes())
        print(name, len(list(folder.iterdir())), "inputs kept", flush=True)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["run", seconds, *names]:
            sys.exit(run(int(seconds), names) > 0)
        case ["think", seconds]:
            sys.exit(think(int(seconds)) > 0)
        case ["keep"]:
            keep()
        case [name, *options]:
            target(name, options)
        case _:
            sys.exit(__doc__)

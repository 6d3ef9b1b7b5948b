"""Mutation of the model: cosmic-ray changes analysis/costs in one place at a time, and tests/costs must notice.

Run by hand: `make mutate-model`. It works on a copy below _build/, so that a mutant never stands in the project, and
goes on where it was stopped. Who changes or removes a test removes _build/mutants/model first. Two tables are written:

model_mutation.csv  a line per module: mutants, killed, survived, explained
model_survivors.csv a line per survivor, with the reason why no test can kill it

A reason is typed into `reason` by whoever has looked; a survivor without one makes the campaign fail.
"""

from __future__ import annotations

import csv
import difflib
import gc
import hashlib
import importlib
import os
import re
import resource
import shutil
import sys
from collections import Counter
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
WORK = ROOT / "_build" / "mutants" / "model"
SUMMARY, SURVIVORS = HERE / "model_mutation.csv", HERE / "model_survivors.csv"

# Bits of a float raise TypeError wherever the line is reached: such mutants would only flatter the count.
LEFT_OUT = "core/ReplaceBinaryOperator_.*_(Bit(And|Or|Xor)|[LR]Shift)"

LEAVE = ("cacheprovider", "unraisableexception", "threadexception")
OPTIONS = ("-x", "-q", "-W", "ignore", *(word for name in LEAVE for word in ("-p", f"no:{name}")))
TIMEOUT_SECONDS = 120
SESSION = WORK / "session.sqlite"

# What the tests import beside the model: loaded once, before the forks.
WARM = ("pytest", "hypothesis.strategies", "numpy", "sympy", "pandas", "frictionless", "analysis.words")


def digest() -> str:
    """What the mutants are made from: the model, and what counts as a mutant."""
    found = hashlib.sha256(LEFT_OUT.encode())
    for path in sorted((ROOT / "analysis" / "costs").glob("*.py")):
        found.update(path.read_bytes())
    return found.hexdigest()


def prepare() -> None:
    """A copy with the mutants listed; of an earlier one for the same model, the results are kept but for survivors."""
    from cosmic_ray.commands.init import init
    from cosmic_ray.modules import find_modules
    from cosmic_ray.work_db import WorkDB, use_db

    made_for = WORK / "made_for"
    known = made_for.exists() and made_for.read_text(encoding="utf-8") == digest()
    if not known:
        shutil.rmtree(WORK, ignore_errors=True)
        WORK.mkdir(parents=True)
    # Always: a campaign that was killed leaves its last mutant. Without conftest.py, which starts browsers.
    leave = shutil.ignore_patterns("__pycache__", "conftest.py", "campaigns", ".*")
    for name in ("analysis", "data", "tests"):
        shutil.copytree(ROOT / name, WORK / name, ignore=leave, dirs_exist_ok=True)
    shutil.copy(ROOT / "pyproject.toml", WORK)
    if not known:
        with use_db(str(SESSION), WorkDB.Mode.create) as session:
            init(find_modules([WORK / "analysis" / "costs"]), session, {})
        made_for.write_text(digest(), encoding="utf-8")


def tested(module: str) -> bool:
    """Whether the tests pass in a fork of this process; those named like the module come first."""
    child = os.fork()
    if child == 0:
        import pytest
        from hypothesis import Phase, settings

        # A test that hangs has noticed the mutant. Counted is the processor's time, since computers may be busy.
        resource.setrlimit(resource.RLIMIT_CPU, (TIMEOUT_SECONDS, TIMEOUT_SECONDS))
        settings.register_profile(
            "campaign",
            max_examples=20,
            database=None,
            phases=[Phase.explicit, Phase.generate],
            report_multiple_bugs=False,
        )
        settings.load_profile("campaign")
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.dup2(null, 2)
        own = Path(f"tests/costs/test_{module}")
        rest = [str(path) for path in sorted(Path("tests/costs").glob("test_*.py")) if path != own]
        faults = pytest.main([*OPTIONS, str(own)]) if own.exists() else 0
        os._exit(faults or pytest.main([*OPTIONS, *rest]))
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def execute() -> None:
    """Run the tests against every mutant that has no result yet."""
    from cosmic_ray.mutating import use_mutation
    from cosmic_ray.plugins import get_operator
    from cosmic_ray.work_db import WorkDB, use_db
    from cosmic_ray.work_item import TestOutcome, WorkerOutcome, WorkResult

    os.chdir(WORK)
    # No plugin is needed, and each would be loaded for each mutant.
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    # The copy's package, and no compiled modules: Python takes one for that of a source of the same second and size.
    sys.path.insert(0, str(WORK))
    sys.path[:] = [path for path in sys.path if Path(path) not in (HERE, ROOT)]
    if not tested(""):
        sys.exit("The tests of the model fail without any mutant. Run `pytest tests/costs`.")
    for name in WARM:
        importlib.import_module(name)
    sys.dont_write_bytecode = True
    for path in (WORK / "analysis" / "costs").rglob("*.pyc"):
        path.unlink()
    gc.disable()
    gc.freeze()
    with use_db(str(SESSION), WorkDB.Mode.open) as session:
        # Survivors are tried again, since there may be new tests; what was killed stays so while tests are only added.
        alive = {key for key, result in session.results if result.test_outcome == TestOutcome.SURVIVED}
        done = {key for key, _ in session.results}
        pending = [item for item in session.work_items if item.job_id not in done or item.job_id in alive]
        for number, item in enumerate(pending, start=1):
            (mutation,) = item.mutations
            if re.fullmatch(LEFT_OUT, mutation.operator_name):
                session.set_result(item.job_id, WorkResult(worker_outcome=WorkerOutcome.SKIPPED))
                continue
            operator = get_operator(mutation.operator_name)(**mutation.operator_args)
            with use_mutation(mutation.module_path, operator, mutation.occurrence) as (before, after):
                passed = tested(mutation.module_path.name)
            outcome = TestOutcome.SURVIVED if passed else TestOutcome.KILLED
            diff = "\n".join(difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm=""))
            session.set_result(item.job_id, WorkResult(WorkerOutcome.NORMAL, test_outcome=outcome, diff=diff))
            print(f"{number} of {len(pending)}: {outcome.value} {mutation.operator_name}", flush=True)


def results() -> list[dict[str, str]]:
    """Every mutant that was run: module, function, change, and whether it survived."""
    from cosmic_ray.work_db import WorkDB, use_db
    from cosmic_ray.work_item import TestOutcome, WorkerOutcome

    found = []
    with use_db(str(SESSION), WorkDB.Mode.open) as session:
        for key, result in session.completed_work_items:
            if result.worker_outcome == WorkerOutcome.SKIPPED:
                continue
            for mutation in key.mutations:
                changed = [line for line in (result.diff or "").splitlines() if line[:1] in "+-"]
                removed, added = (
                    " ".join(line[1:].strip() for line in changed if line[0] == sign and line[1:2] != sign)
                    for sign in "-+"
                )
                found.append(
                    {
                        "module": mutation.module_path.name,
                        "function": mutation.definition_name or "(module)",
                        "change": f"{removed} -> {added}",
                        "operator": mutation.operator_name.removeprefix("core/"),
                        "outcome": "survived" if result.test_outcome == TestOutcome.SURVIVED else "killed",
                    }
                )
    return sorted(found, key=lambda row: tuple(row.values()))


def write(path: Path, rows: list[dict[str, str]], columns: list[str]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def main() -> None:
    prepare()
    execute()
    rows = results()
    known: dict[tuple[str, ...], str] = {}
    if SURVIVORS.exists():
        with SURVIVORS.open(encoding="utf-8", newline="") as file:
            known = {(row["module"], row["change"]): row["reason"] for row in csv.DictReader(file)}
    survivors = [
        {**row, "reason": known.get((row["module"], row["change"]), "")} for row in rows if row["outcome"] == "survived"
    ]
    write(SURVIVORS, [{k: v for k, v in row.items() if k != "outcome"} for row in survivors],
          ["module", "function", "operator", "change", "reason"])  # fmt: skip
    outcomes = Counter((row["module"], row["outcome"]) for row in rows)
    explained = Counter(row["module"] for row in survivors if row["reason"])
    summary = [
        {
            "module": module,
            "mutants": str(outcomes[module, "killed"] + outcomes[module, "survived"]),
            "killed": str(outcomes[module, "killed"]),
            "survived": str(outcomes[module, "survived"]),
            "explained": str(explained[module]),
        }
        for module in sorted({row["module"] for row in rows})
    ]
    write(SUMMARY, summary, ["module", "mutants", "killed", "survived", "explained"])
    unexplained = [row for row in survivors if not row["reason"]]
    print(f"{len(rows)} mutants, {len(rows) - len(survivors)} killed, {len(survivors)} survived.")
    if unexplained:
        sys.exit(f"{len(unexplained)} have no reason yet. Write tests that kill them, or the reasons in {SURVIVORS}.")


if __name__ == "__main__":
    main()

"""The sweep command: refusals, resuming, failed pages, memory, and a Dask cluster that loses a worker."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import commands
import pandas as pd
import pytest

from analysis import parameters, scenarios
from analysis.case import Case
from analysis.report import execution, files, manifest, notebooks
from analysis.report.place import BuildError
from analysis.report.sweeps import ask, cluster, elsewhere, pages, run, store
from analysis.sweep import SweepError

RENT = "rental_usd_per_gpu_hour"

# Ten blocks of four cases, where a block has so few evaluations.
TEN, EVALUATIONS = ([f"{RENT}=1:4:40"], 1024), 4096

OUTPUTS = (*store.TABLES, *store.FIGURE, store.RECORD)

# The command, killed after so many reports of progress; the first report comes before the first block.
KILLED = """
import os, signal, sys
from pathlib import Path
from analysis.report.sweeps import ask, run
ask.BLOCK_EVALUATIONS = int(sys.argv[5])
seen = []
def progress(what, done, total):
    seen.append(done)
    if len(seen) == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
run.run(ask.ask([sys.argv[3]], draws=int(sys.argv[4])), Path(sys.argv[1]), progress, processes=2)
"""


def contents(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in OUTPUTS}


def everything_in(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in manifest.entries(folder)}


def blocks_in(folder: Path) -> dict[str, bytes]:
    """The computed blocks of an unfinished sweep."""
    return {path.name: path.read_bytes() for path in (folder / store.PARTS).glob("block-*")}


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the results that were computed, as they came in."""
    names: list[str] = []
    keep = store.Folder.keep

    def listening(folder: store.Folder, name: str, of: str, content: bytes) -> None:
        names.append(name)
        keep(folder, name, of, content)

    monkeypatch.setattr(store.Folder, "keep", listening)
    return names


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sweep") / "whole"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ask, "BLOCK_EVALUATIONS", EVALUATIONS)
        run.run(ask.ask(TEN[0], draws=TEN[1]), folder, processes=1)
    return folder


@pytest.fixture
def ten(monkeypatch: pytest.MonkeyPatch) -> ask.Request:
    """The sweep of `uninterrupted`."""
    monkeypatch.setattr(ask, "BLOCK_EVALUATIONS", EVALUATIONS)
    request = ask.ask(TEN[0], draws=TEN[1])
    assert request.blocks == 10
    return request


# --- what comes out -----------------------------------------------------------------------------------------------


def test_the_tables_hold_what_each_case_gives(uninterrupted: Path) -> None:
    table = pd.read_parquet(uninterrupted / "cases.parquet")
    text = pd.read_csv(uninterrupted / "cases.csv")
    pd.testing.assert_frame_equal(table, text.astype(table.dtypes.to_dict()), check_exact=True)
    assert table["case"].tolist() == list(range(1, 41))
    assert (table["draws"] == 1024).all() and table["error"].isna().all()
    row = table.iloc[-1]
    own = Case({**parameters.base(), RENT: 4.0, "draws": 1024})["v3_rental_usd"]
    assert (row[RENT], row.v3_rental_usd, row.v3_rental_usd_low) == (4.0, own.value, own.low)
    told = json.loads((uninterrupted / "sweep.json").read_text())["results"]["v3_rental_usd"]
    assert told == {"title": "DeepSeek-V3, official run, rented", "unit": "USD", "basis": "rental"}
    assert not (uninterrupted / store.PARTS).exists(), "the blocks are in the tables, and take space"


def test_a_block_is_a_second_of_work_or_a_few_megabytes() -> None:
    assert ask.ask([f"{RENT}=1:4:320"], draws=65_536).block_cases == 32
    assert ask.ask([f"{RENT}=1:4:320"], draws=0).block_cases == 16_384


def test_the_command_computes_records_failures_and_answers_at_once_when_all_is_there(tmp_path: Path) -> None:
    file, out = tmp_path / "cases.csv", tmp_path / "out"
    file.write_text(f"{RENT},fleet\n3,documented\n300,\n,\n")
    command = ("sweep", "--cases", str(file), "--result", "fleet_capex_usd", "-p", "pue=1.2", "--out", str(out))
    status, told = commands.here(*command)
    assert status == 0 and "3 cases; 1 failed, see the column `error`" in told
    table = pd.read_csv(out / "cases.csv")
    assert table["error"].isna().tolist() == [True, False, True]
    assert table["error"][1].startswith(f"line 3: {RENT} = 300 is not allowed")
    assert table["fleet"].tolist()[::2] == ["documented", "semianalysis"]
    before = contents(out)
    assert "was there already" in commands.here(*command)[1]
    assert contents(out) == before


REFUSALS = [
    (("-p", f"{RENT[:-1]}=1:2:3"), f"Did you mean {RENT}?"),
    (("-p", "pue=1.2"), "A sweep needs several cases"),
    (("-p", "pue=1,2", "--result", "v3_rental"), "There is no result 'v3_rental'. Did you mean 'v3_rental_usd'?"),
    (("-p", "pue=1,2", "--draws", "5"), "--draws 5 is not allowed: it must be 0, for no ranges, or"),
    (("-p", "pue=1,2", "--pages", "audt"), "There is no page 'audt'. Did you mean 'audit'?"),
    (("-p", "pue=1,2", "--pages", "glossary"), "The page glossary has nothing to run"),
    (("-p", "pue=1,2", "--cases", "no_such.csv"), "Use one of the two"),
    (("--cases", "no_such.csv"), "cannot be read"),
    (("-p", "pue=1,2", "--scheduler", "carrier-pigeon://x"), "No Dask scheduler answers at carrier-pigeon://x"),
    (("-p", "pue=1,2", "--scheduler", "x"), "No Dask scheduler answers at x: missing port number"),
    (("-p", "pue=1,2", "--scheduler", "inproc://"), "No Dask scheduler answers at inproc://: "),
    (("-p", "pue=1,2", "--scheduler", "tls://127.0.0.1:1"), "answers at tls://127.0.0.1:1: TLS expects"),
    (("-p", "pue=1,2", "--scheduler", ""), "--scheduler needs the address of a Dask scheduler"),
]


@pytest.mark.parametrize(("arguments", "message"), REFUSALS, ids=lambda value: str(value)[:40])
def test_bad_input_is_one_clear_line(arguments: tuple[str, ...], message: str, tmp_path: Path) -> None:
    assert message in commands.refused("sweep", *arguments, "--out", str(tmp_path / "out"))
    assert not (tmp_path / "out").exists(), "nothing is written before all is checked"


@pytest.mark.parametrize(
    "name", ["sweep.json", "cases.csv", "sweep.txt", "lock", "parts/block-0000001", "cases.csv.part"]
)
def test_a_file_of_somebody_that_bears_a_name_of_ours_stays(name: str, tmp_path: Path) -> None:
    files.replace(tmp_path / "sweep.json", b'{"my": "settings"}')
    files.replace(tmp_path / name, b'{"identity": "years of work", "complete": false}')
    before = everything_in(tmp_path)
    with pytest.raises(BuildError, match=r"holds \S+, which is on no list"):
        run.run(ask.ask(["pue=1,2"], draws=0), tmp_path, restart=True)
    assert everything_in(tmp_path) == before


@pytest.mark.parametrize("name", ["cases.csv", "sweep.json", "pages/1/notes.ipynb", "pages/1/six_million.ipynb"])
def test_what_somebody_wrote_into_a_finished_sweep_is_not_dropped_by_a_restart(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "run", lambda job: ({"six_million": b"{}"}, {}))
    request = ask.ask(["pue=1,2"], draws=0, pages="six_million")
    run.run(request, tmp_path, processes=1)
    files.replace(tmp_path / name, b"my notes")
    for restart in (False, True):
        with pytest.raises(BuildError, match=rf"holds {name}, which (is on no list|somebody has changed)"):
            run.run(request, tmp_path, restart=restart, processes=1)
    (tmp_path / name).unlink()
    assert run.run(request, tmp_path, restart=True, processes=1).cases == 2


def test_another_sweep_in_the_folder_is_refused_or_replaced(tmp_path: Path) -> None:
    run.run(ask.ask(["pue=1,2"], draws=256), tmp_path, processes=1)
    other = ask.ask(["pue=1,1.5"], draws=256)
    with pytest.raises(SweepError, match="holds another sweep, or one of other data or code"):
        run.run(other, tmp_path, processes=1)
    assert run.run(other, tmp_path, restart=True, processes=1).cases == 2
    assert pd.read_csv(tmp_path / "cases.csv")["pue"].tolist() == [1.0, 1.5]


def test_a_change_of_request_data_or_code_is_another_sweep(monkeypatch: pytest.MonkeyPatch) -> None:
    ask.sources.cache_clear()
    one = ask.ask(["pue=1,2"])
    assert one.identity == ask.ask(["pue=1,2"]).identity
    others = [
        ask.ask(["pue=1,2.5"]),
        ask.ask(["pue=1,2"], draws=256),
        ask.ask(["pue=1,2"], names=["v3_rental_usd"]),
        ask.ask(["pue=1,2"], base=scenarios.Scenario("dear", changes={RENT: 3.0})),
        ask.ask(["pue=1,2"], pages="audit"),
    ]
    monkeypatch.setattr(ask, "LIBRARIES", ("numpy",))
    ask.sources.cache_clear()
    others.append(ask.ask(["pue=1,2"]))
    identities = [request.identity for request in (one, *others)]
    ask.sources.cache_clear()
    assert len(set(identities)) == len(identities)


def test_the_digest_sees_a_byte_of_data_and_of_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, content in (("data/a.csv", "1"), ("analysis/a.py", "1"), ("book/a.ipynb", "1")):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(content)
    monkeypatch.setattr(ask.project, "ROOT", tmp_path)
    monkeypatch.setattr(ask.tables, "DATA", tmp_path / "data")
    monkeypatch.setattr(ask.parameters, "__file__", str(tmp_path / "analysis" / "parameters.py"))
    monkeypatch.setattr(ask.notebooks, "BOOK", tmp_path / "book")

    def digest(with_pages: bool = False) -> str:
        return ask.sources.__wrapped__(with_pages)

    before, before_pages = digest(), digest(True)
    (tmp_path / "book" / "a.ipynb").write_text("2")
    assert digest() == before and digest(True) != before_pages, "a page matters where pages are run"
    for name in ("data/a.csv", "analysis/a.py"):
        (tmp_path / name).write_text("2")
        assert digest() != before, name
        (tmp_path / name).write_text("1")
    assert digest() == before


def test_folders_have_readable_names() -> None:
    assert ask.ask([f"{RENT}=1:4:10", "fleet=documented,semianalysis"]).name == (
        "rental_usd_per_gpu_hour-1_4_10_fleet-documented_semianalysis"
    )
    assert ask.ask([f"{RENT}=1:4:10"], draws=256).name != ask.ask([f"{RENT}=1:4:10"]).name


# --- stopped and resumed ------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_killed_sweep_goes_on_and_computes_nothing_twice(
    uninterrupted: Path, ten: ask.Request, tmp_path: Path, computed: list[str]
) -> None:
    out = tmp_path / "out"
    told = str(out), "4", TEN[0][0], str(TEN[1]), str(EVALUATIONS)
    killed = subprocess.run([sys.executable, "-c", KILLED, *told], cwd=notebooks.ROOT, capture_output=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    with store.Folder(out).locked():
        # Its processes have ended with it, so this is what there is.
        before = blocks_in(out)
    assert 3 <= len(before) < 10, "the sweep was to be killed midway"
    assert not (out / "cases.csv").exists()
    summary = run.run(ten, out, processes=2)
    assert not summary.spoilt
    assert sorted([*before, *computed]) == [f"block-{number:07d}" for number in range(10)], "each block once"
    assert contents(out) == contents(uninterrupted)


def test_ctrl_c_is_one_line_and_keeps_what_was_done(tmp_path: Path) -> None:
    out = tmp_path / "out"
    command = [sys.executable, "-m", "analysis", "sweep", "-p", f"{RENT}=1:4:20000", "--draws", "65536"]
    with subprocess.Popen(
        [*command, "--out", str(out)], cwd=notebooks.ROOT, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    ) as started:
        assert started.stderr is not None
        while started.poll() is None and not blocks_in(out):
            time.sleep(0.05)
        started.send_signal(signal.SIGINT)
        told = started.stderr.read()
    assert started.returncode == 130, told
    assert told == "report: stopped; what was done is kept, and the same command goes on from there.\n"
    assert not (out / "cases.csv").exists()


# --- what is found is not believed --------------------------------------------------------------------------------

# Three blocks of four cases, and six.
THREE, SIX = [f"{RENT}=1:3:12"], [f"{RENT}=1:3:24"]
BLOCKS = ["block-0000000", "block-0000001", "block-0000002"]


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ask, "BLOCK_CASES", 4)


def stopped(request: ask.Request, out: Path) -> Path:
    """A sweep of which everything is computed, and nothing put together; its blocks."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store.Folder, "assemble", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            run.run(request, out, processes=1)
    assert sorted(path.name for path in (out / store.PARTS).iterdir())[:3] == BLOCKS
    return out / store.PARTS


SPOILT = {
    "changed in place": lambda block, other: block.replace(b"USD", b"EUR", 1),
    "cut off": lambda block, other: block[: len(block) // 2],
    "empty": lambda block, other: b"",
    "without its digest": lambda block, other: block.partition(b"\n")[2],
    "another block of the same sweep": lambda block, other: other,
}


def test_a_block_that_is_not_what_was_written_is_computed_again_and_named(
    small: None, tmp_path: Path, computed: list[str]
) -> None:
    request = ask.ask(SIX, draws=0)
    run.run(request, tmp_path / "whole", processes=1)
    parts = stopped(request, tmp_path / "out")
    first, *others = sorted(parts.iterdir())
    for block, (how, spoil) in zip(others, SPOILT.items(), strict=True):
        spoilt = spoil(block.read_bytes(), first.read_bytes())
        assert spoilt != block.read_bytes(), how
        block.write_bytes(spoilt)
    computed.clear()
    summary = run.run(request, tmp_path / "out", processes=1)
    # Of two blocks that are ready at once either may be taken first. One that was believed is missing.
    assert sorted(computed) == [block.name for block in others]
    assert summary.spoilt == tuple(f"parts/{block.name}" for block in others)
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")


def test_the_command_says_what_it_computed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    summary = run.Summary(tmp_path, 12, 0, False, ("parts/block-0000001", "pages/1/fleet.ipynb"))
    monkeypatch.setattr(run, "run", lambda *_: summary)
    assert commands.here("sweep", "-p", THREE[0])[1].startswith(
        f"report: parts/block-0000001 and 1 more in {tmp_path} was changed or damaged since it was written; "
        "it was computed again.\n"
    )


def test_what_lies_beside_the_blocks_is_not_read_and_a_file_of_somebody_is_refused(small: None, tmp_path: Path) -> None:
    request = ask.ask(THREE, draws=0)
    parts = stopped(request, tmp_path / "out")
    (parts / "block-9999999").write_bytes((parts / BLOCKS[0]).read_bytes())
    (parts / "foo.arrow").write_text("somebody's")
    with pytest.raises(BuildError, match=r"holds parts/foo\.arrow, which is on no list"):
        run.run(request, tmp_path / "out", processes=1)
    (parts / "foo.arrow").unlink()
    summary = run.run(request, tmp_path / "out", processes=1)
    assert summary.cases == 12 and not summary.spoilt and not parts.exists()


def test_a_finished_table_that_was_changed_is_refused_and_one_that_is_missing_is_made_again(tmp_path: Path) -> None:
    request = ask.ask(THREE, draws=0)
    run.run(request, tmp_path, processes=1)
    before, table = contents(tmp_path), tmp_path / "cases.csv"
    digests = json.loads(before["sweep.json"])["files"]
    assert sorted(digests) == sorted([*store.TABLES, *store.FIGURE])
    table.write_bytes(before["cases.csv"].replace(b"1", b"2", 1))
    with pytest.raises(BuildError, match=r"holds cases\.csv, which somebody has changed since .* Move it elsewhere"):
        run.run(request, tmp_path, processes=1)
    table.unlink()
    assert not run.run(request, tmp_path, processes=1).found
    assert contents(tmp_path) == before
    assert run.run(request, tmp_path, processes=1).found


def test_nothing_is_written_through_a_link_in_the_folder_of_a_sweep(tmp_path: Path) -> None:
    out, victim = tmp_path / "out", tmp_path / "victim"
    request = ask.ask(THREE, draws=0, pages="six_million")
    victim.mkdir()
    (out / "pages").mkdir(parents=True)
    manifest.put(out, manifest.SWEEP, {store.RECORD: json.dumps({"identity": request.identity}).encode()})
    (out / "pages" / "01").symlink_to(victim)
    with pytest.raises(BuildError, match=r"holds pages/01, which is on no list"):
        run.run(request, out, processes=1)
    assert not list(victim.iterdir())


@pytest.mark.parametrize("rows", ["9\n2\n3\n4\n5\n", "1\n2\n3\n4\n", "1\n2\n3\n4\n5\n6\n7\n8\n9\n", '1\n"'])
def test_a_case_file_that_changes_while_the_sweep_runs_is_noticed(rows: str, small: None, tmp_path: Path) -> None:
    file, out = tmp_path / "cases.csv", tmp_path / "out"
    asked = f"{RENT}\n1\n2\n3\n4\n5\n"
    file.write_text(asked)
    request = ask.ask(case_file=file, draws=0)

    def overwrite(what: str, done: int, total: int) -> None:
        file.write_text(f"{RENT}\n{rows}")

    with pytest.raises(
        parameters.ParameterError, match=r"Case file \S+ was changed while the sweep ran\. Run the same"
    ):
        run.run(request, out, overwrite, processes=1)
    assert not (out / "cases.csv").exists()
    file.write_text(asked)
    run.run(request, out, processes=1)
    assert pd.read_csv(out / "cases.csv")[RENT].tolist() == [1, 2, 3, 4, 5], "no row of the other file was believed"


def test_a_table_that_is_written_while_the_sweep_runs_is_noticed_though_it_is_written_back(
    small: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, computed: list[str]
) -> None:
    table = tmp_path / "models.csv"
    table.write_text("a")
    monkeypatch.setattr(ask, "source_files", lambda with_pages: [table])
    monkeypatch.setattr(ask, "sources", lambda with_pages: "digest")
    request = ask.ask(THREE, draws=0)

    def write(what: str, done: int, total: int) -> None:
        if done:
            table.write_text("b")
            table.write_text("a")

    with pytest.raises(SweepError, match=r"models\.csv was changed while the sweep ran\. What was done before is kept"):
        run.run(request, tmp_path / "out", write, processes=1)
    # Of two blocks that are ready at once either may be taken first.
    assert len(computed) == 1 and set(computed) < set(BLOCKS)


# A sweep in two processes, and then the most memory in KiB that it held itself, and that one of the two did. What was
# held by the process that started this one is in its own `ru_maxrss`.
MEASURED = """
import resource, sys
from pathlib import Path
from analysis.report.sweeps import ask, run
request = ask.ask(sys.argv[1:3], draws=int(sys.argv[3]) or None)
assert request.blocks >= 2, "else one process has nothing to do"
run.run(request, Path(sys.argv[4]), processes=2)
told = dict(line.split(":") for line in Path("/proc/self/status").read_text().splitlines())
print(told["VmHWM"].split()[0], resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


@pytest.mark.slow
def test_memory_does_not_grow_with_the_number_of_cases(tmp_path: Path) -> None:
    """Peak memory of the command and its two processes, for a thousand and for a hundred thousand cases.

    What they share is counted with each, so all together they hold less.
    """
    peaks = []
    # A block is of equally many evaluations in both; the thousand cases are two of them.
    for count, draws in ((32, 4096), (317, 0)):
        axes = f"{RENT}=1:4:{count}", f"service_life_years=3:6:{count}"
        command = [sys.executable, "-c", MEASURED, *axes, str(draws), str(tmp_path / str(count))]
        done = subprocess.run(command, cwd=notebooks.ROOT, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        command_kib, process_kib = map(int, done.stdout.split())
        peaks.append((command_kib + 2 * process_kib) / 2**10)
    assert peaks[0] > 300, "what was measured is no three Pythons with their libraries"
    assert peaks[1] < 1024, f"100,000 cases took {peaks[1]:.0f} MiB; 1 GiB is allowed"
    assert peaks[1] < peaks[0] + 150, f"{peaks[0]:.0f} MiB for 1,000 cases, {peaks[1]:.0f} MiB for 100,000"


# --- pages --------------------------------------------------------------------------------------------------------


def test_a_failing_page_is_that_cases_error_and_the_others_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stand-in pages: what is tested is which case gets which error, and that a case is run once."""
    ran = tmp_path / "ran"

    def execute(chosen: Any, scenario: scenarios.Scenario, target: Path, **_: Any) -> dict[str, Path]:
        for page in chosen:
            with ran.open("a") as log:
                log.write(f"{scenario.changes.get(RENT, 2.0)} {page.name}\n")
            if page.name == "fleet" and scenario.changes.get(RENT) == 3.0:
                raise notebooks.PageFailure(f"=1+1 \x1b[2J: no\nThe copy is {target}.")
            target.mkdir(parents=True, exist_ok=True)
            (target / f"{page.name}.ipynb").write_text(f"{page.name} at {scenario.changes}")
        return {}

    monkeypatch.setattr(pages.execution, "execute_pages", execute)
    request = ask.ask([f"{RENT}=2,3,4"], draws=256, pages="fleet,six_million")
    summary = run.run(request, tmp_path / "out", processes=2)
    assert summary.failed == 1
    errors = pd.read_csv(tmp_path / "out" / "cases.csv")["error"]
    assert errors.isna().tolist() == [True, False, True]
    assert errors[1] == "'=1+1 \\x1b[2J: no", "one line that no spreadsheet runs, without this machine's paths"
    written = sorted(path.relative_to(tmp_path / "out" / "pages").as_posix() for path in tmp_path.rglob("*.ipynb"))
    assert written == [
        "1/fleet.ipynb", "1/six_million.ipynb", "2/six_million.ipynb", "3/fleet.ipynb", "3/six_million.ipynb",
    ]  # fmt: skip
    assert (tmp_path / "out" / "pages" / "3" / "fleet.ipynb").read_text() == "fleet at {'rental_usd_per_gpu_hour': 4.0}"
    assert ran.read_text().count("2.0 fleet") == 1


def test_pages_of_a_resumed_sweep_are_not_run_again(tmp_path: Path) -> None:
    request, folder = ask.ask([f"{RENT}=2,3,4"], draws=256, pages="six_million"), store.Folder(tmp_path)
    first, second, third = pages.jobs(request)
    assert dict(second.changes) == {RENT: 3.0} and second.pages == ("six_million",)
    assert pages.keep(folder, request, first, ({"six_million": b"{}"}, {})) == ""
    assert pages.keep(folder, request, second, ({}, {"six_million": "cell 4: no"})) == "cell 4: no"
    assert [pages.find(folder, request, job) for job in (first, second, third)] == ["", "cell 4: no", None]
    assert not folder.spoilt
    (tmp_path / "pages" / "1" / "six_million.ipynb").write_text("{} ")
    assert pages.find(folder, request, first) is None, "an executed page that was changed is run again"
    assert folder.spoilt == ["pages/1/six_million.ipynb"]


# --- a cluster ----------------------------------------------------------------------------------------------------

WORKERS = ["worker-1", "worker-2"]


def address_in(path: Path, process: subprocess.Popen[bytes], log: Path) -> str:
    """The address that a scheduler writes down once it listens; it writes the file in more than one piece."""
    deadline = time.monotonic() + 300
    while True:
        try:
            return str(json.loads(path.read_text())["address"])
        except (FileNotFoundError, json.JSONDecodeError):
            assert process.poll() is None and time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)


@pytest.fixture(scope="module")
def dask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A real scheduler and two workers, each a process, on free ports of this machine: address, workers."""
    started, folder = [], tmp_path_factory.mktemp("dask")
    scheduler_file = folder / "scheduler.json"

    def start(what: str, name: str, *options: str) -> subprocess.Popen[bytes]:
        # Even without its dashboard, Dask would serve its state on every network.
        private = ("--host", "127.0.0.1", "--no-dashboard", "--dashboard-address", "127.0.0.1:0")
        command = [sys.executable, "-m", f"distributed.cli.{what}", *private, *options]
        with (folder / f"{name}.log").open("wb") as log:
            started.append(subprocess.Popen(command, cwd=notebooks.ROOT, stdout=log, stderr=log))
        return started[-1]

    try:
        scheduler = start("dask_scheduler", "scheduler", "--port", "0", "--scheduler-file", str(scheduler_file))
        address = address_in(scheduler_file, scheduler, folder / "scheduler.log")
        worker = ("--nthreads", "1", "--no-nanny", "--local-directory", str(folder))
        workers = [start("dask_worker", name, address, *worker, "--name", name) for name in WORKERS]
        from distributed import Client

        with Client(address, timeout=120, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=300)
        yield address, workers
    finally:
        for process in started:
            process.kill()
            process.wait()


@pytest.mark.slow
def test_a_cluster_is_asked_whether_it_has_the_same_files_and_runs_whole_pages(
    dask: tuple[str, list[subprocess.Popen[bytes]]], tmp_path: Path
) -> None:
    address, _ = dask
    with (
        pytest.raises(SweepError, match=r"Worker tcp://.* has other data, code or numerical libraries"),
        cluster.connected(address, "another digest", False),
    ):
        pass
    # The page of the second case, which is the base case, may be known already.
    request = ask.ask([f"{RENT}=3,2"], draws=256, pages="model_dsv3")
    summary = run.run(request, tmp_path / "out", scheduler=address)
    assert summary.failed == 0, pd.read_csv(tmp_path / "out" / "cases.csv")["error"].tolist()
    # 2,788,000 h at three dollars and at two
    for case, cost in (("1", "8.4"), ("2", "5.6")):
        assert f"${cost} million" in (tmp_path / "out" / "pages" / case / "model_dsv3.ipynb").read_text()


@pytest.mark.slow
def test_pages_of_a_family_run_on_a_cluster_and_one_that_fails_is_told(
    dask: tuple[str, list[subprocess.Popen[bytes]]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, _ = dask
    monkeypatch.setattr(elsewhere, "TOGETHER", 2)
    chosen, rent = notebooks.chosen(["model_dsv3", "model_gpt4"]), scenarios.Scenario(name="rent", changes={RENT: 3.0})
    unknown = notebooks.Page("no_such_page", chosen[0].path)
    with pytest.raises(notebooks.PageFailure, match="no_such_page") as failure:
        elsewhere.execute_pages([*chosen, unknown], rent, tmp_path / "far", address, execution.silent)
    assert not any(page.name in str(failure.value) for page in chosen)
    # The second program ran the one that fails; the first had run these, and they are known now.
    done = elsewhere.execute_pages(chosen, rent, tmp_path / "again", address, execution.silent)
    here = execution.execute_pages(chosen, rent, tmp_path / "here", again=True)
    executed = {name: path.read_bytes() for name, path in here.items()}
    assert {path.stem: path.read_bytes() for path in (tmp_path / "far").iterdir()} == executed
    assert {name: path.read_bytes() for name, path in done.items()} == executed
    assert "$8.4 million" in done["model_dsv3"].read_text(), "2,788,000 h at three dollars"


def at_work(address: str) -> dict[str, int]:
    """How many tasks each worker of a cluster has, by its name."""
    from distributed import Client

    with Client(address, timeout=120, set_as_default=False) as client:
        workers = client.scheduler_info(n_workers=-1)["workers"]
        return {workers[where]["name"]: len(tasks) for where, tasks in client.processing().items()}


# The last that asks for the cluster: the worker is gone.
@pytest.mark.slow
def test_a_cluster_that_loses_a_worker_loses_no_case_and_computes_none_twice(
    dask: tuple[str, list[subprocess.Popen[bytes]]],
    uninterrupted: Path,
    ten: ask.Request,
    tmp_path: Path,
    computed: list[str],
) -> None:
    address, workers = dask
    lost: list[int] = []

    def progress(what: str, done: int, total: int) -> None:
        if not done:
            # What it is given from now on it will not have done when it is killed.
            workers[0].send_signal(signal.SIGSTOP)
        elif not lost:
            lost.append(at_work(address)[WORKERS[0]])
            workers[0].send_signal(signal.SIGKILL)
            workers[0].wait()

    assert workers[0].poll() is None
    run.run(ten, tmp_path / "out", progress, scheduler=address)
    assert lost and lost[0] > 0, "the worker was to be killed with something to do"
    assert workers[0].returncode == -signal.SIGKILL and workers[1].poll() is None
    assert sorted(computed) == [f"block-{number:07d}" for number in range(10)], "each block once"
    assert contents(tmp_path / "out") == contents(uninterrupted)


def test_a_port_without_a_word_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        # Else a command that waits for ever would hang the test, too.
        rescue = threading.Timer(20, silent.close)
        rescue.start()
        with (
            pytest.raises(SweepError, match=rf"No Dask scheduler answers at {address}: no answer within 2 seconds"),
            cluster.connected(address, "digest", False),
        ):
            pass
        rescue.cancel()


def test_a_scheduler_that_ends_while_its_workers_are_asked_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    async def introduced(address: str) -> None:
        pass

    def check(*_: Any) -> int:
        raise ConnectionError("stream is closed")

    monkeypatch.setattr(cluster, "_introduced", introduced)
    monkeypatch.setattr(cluster, "_check", check)
    monkeypatch.setattr("distributed.Client", lambda *_, **__: SimpleNamespace(close=lambda timeout: None))
    with (
        pytest.raises(SweepError, match=r"The scheduler at tcp://near:1 is gone \(ConnectionError\)\. Start it again"),
        cluster.connected("tcp://near:1", "digest", False),
    ):
        pass


class _Stub:
    """What `connected` asks of a cluster, without one."""

    def __init__(self, threads: int) -> None:
        self.threads = threads

    def scheduler_info(self, n_workers: int) -> dict[str, Any]:
        return {"workers": {"tcp://far:1": {"nthreads": self.threads}} if self.threads else {}}

    def run(self, *_: Any, **__: Any) -> dict[str, Any]:
        return {"tcp://far:1": ModuleNotFoundError("No module named 'analysis'")}


@pytest.mark.parametrize(
    ("threads", "with_pages", "message"),
    [
        (0, False, "has no workers. Start some: dask worker tcp://near:1 --nthreads 1"),
        (4, True, "Worker tcp://far:1 runs 4 tasks at once.*start workers with --nthreads 1"),
        (4, False, "Worker tcp://far:1 cannot load this report.*Install the same checkout there"),
    ],
)
def test_a_cluster_that_cannot_do_it_is_refused(threads: int, with_pages: bool, message: str) -> None:
    with pytest.raises(SweepError, match=message):
        cluster._check(_Stub(threads), "tcp://near:1", "digest", with_pages)  # type: ignore[arg-type]


def test_without_dask_the_message_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with (
        pytest.raises(
            SweepError, match=r"needs dask\.distributed\. Install it: python -m pip install -e '\.\[cluster\]'"
        ),
        cluster.connected("tcp://near:1", "digest", False),
    ):
        pass

"""Running pages: only what is stale, the same outputs from each kind of kernel, clean ends when something breaks."""

from __future__ import annotations

import itertools
import os
import queue
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import pytest

from analysis.report import check, execution, kernels, notebooks, store
from analysis.report.notebooks import Page, PageFailure
from analysis.scenarios import Scenario


@pytest.fixture(autouse=True)
def own_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "STORE", tmp_path / "store")


def page_of(folder: Path, *cells: str, name: str = "page", declares: str = "") -> Page:
    """A page with these code cells; declares: the source of its parameters cell, which comes before them."""
    folder.mkdir(parents=True, exist_ok=True)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in cells])
    if declares:
        tagged = {"tags": [notebooks.PARAMETERS_TAG]}
        notebook.cells.insert(0, nbformat.v4.new_code_cell(declares, metadata=tagged))
    path = folder / f"{name}.ipynb"
    notebooks.write(notebooks.stripped(notebook), path)
    return Page(name, path)


class Heard:
    """A progress display that remembers."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, int, int]] = []

    def __call__(self, what: str, done: int, total: int) -> None:
        self.calls.append((what, done, total))

    @property
    def ran(self) -> int:
        return self.calls[-1][2]


# Only what is stale


def test_a_known_page_is_not_run_again_in_this_scenario_or_another(tmp_path: Path) -> None:
    # Only one of the two declares the rent, so that the other is the same page at any.
    rent = "rental_usd_per_gpu_hour"
    chosen = [
        page_of(tmp_path, f"print({rent})", name="rented", declares=f"{rent} = 2.0"),
        page_of(tmp_path, f"print('{rent}' in globals())", name="other", declares="pue = 1.25"),
    ]
    first, second, other, back, again = (Heard() for _ in range(5))
    one = execution.execute_pages(chosen, Scenario(), tmp_path / "a", first)
    two = execution.execute_pages(chosen, Scenario(), tmp_path / "b", second)
    dearer = Scenario(name="dearer", changes={rent: 3.0})
    three = execution.execute_pages(chosen, dearer, tmp_path / "c", other)
    execution.execute_pages(chosen, Scenario(), tmp_path / "d", back)
    assert [heard.ran for heard in (first, second, other, back)] == [2, 0, 1, 0]
    assert all(one[name].read_bytes() == two[name].read_bytes() for name in one)
    assert one["other"].read_bytes() == three["other"].read_bytes()
    assert one["rented"].read_bytes() != three["rented"].read_bytes()
    execution.execute_pages(chosen[1:], Scenario(), tmp_path / "e", again, again=True)
    assert again.ran == 1, "--again runs what is known"


def test_a_page_is_not_remembered_when_its_kernel_had_an_older_module_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = page_of(tmp_path, "from analysis import words")
    kernels.warm_up()
    monkeypatch.setitem(kernels._read, "analysis/words.py", (0, 0, 0, 0))
    execution.execute_pages([page], Scenario(), tmp_path / "out")
    assert store.find_page(execution.key(page, {})) is None


def test_a_parameter_runs_just_the_pages_that_declare_it(tmp_path: Path) -> None:
    pages = [page for page in notebooks.pages() if page.runs]
    declaring = {p.name for p in pages if "server_overhead_ratio" in notebooks.declared(notebooks.read(p.path))}
    for page in pages:
        # All are known, at the cost of no run: with what they use left out, they are known whatever that is.
        store.keep_page(execution.key(page, {}), page.name, {}, b"{}", 1.0)
    ran = []
    changes = {"server_overhead_ratio": 1.7}
    for page in pages:
        if store.find_page(execution.key(page, changes)) is None:
            ran.append(page.name)
    assert set(ran) == declaring and 0 < len(declaring) < len(pages)


def test_progress_names_what_runs(tmp_path: Path) -> None:
    heard = Heard()
    chosen = [page_of(tmp_path, "x = 1", name="short"), page_of(tmp_path, "import time; time.sleep(1)", name="long")]
    execution.execute_pages(chosen, Scenario(), tmp_path / "out", heard, workers=2)
    assert any("long" in what for what, _, _ in heard.calls)
    assert heard.calls[-1] == ("pages are up to date", 2, 2)


# Two kinds of kernel


@pytest.mark.slow
def test_forked_and_new_kernels_give_the_same_outputs_and_uses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = notebooks.page("owning_and_renting").path  # it has figures, tables and equations
    assert kernels.forking(), "this test is about a system that can fork"
    forked = execution.execute(source, tmp_path / "forked.ipynb", {})
    monkeypatch.setenv(kernels.KIND, "plain")
    assert not kernels.forking()
    new = execution.execute(source, tmp_path / "new.ipynb", {})
    assert (tmp_path / "forked.ipynb").read_bytes() == (tmp_path / "new.ipynb").read_bytes() == source.read_bytes()
    assert forked == new


def test_a_kernel_sees_neither_profile_nor_settings_of_its_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    startup = tmp_path / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "00.py").write_text("spoiled = True")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    page = page_of(
        tmp_path,
        "print('spoiled' in globals())",
        "import os; print(os.environ['OMP_NUM_THREADS'], os.environ['PYTHONHASHSEED'], hash('a'))",
        "import gc; print(gc.get_freeze_count() > 100_000)",
    )
    execution.execute(page.path, tmp_path / "out.ipynb", {})
    said = "".join(o.text for c in notebooks.read(tmp_path / "out.ipynb").cells for o in c.outputs)
    fixed = subprocess.run(
        [sys.executable, "-c", "print(hash('a'))"], env={"PYTHONHASHSEED": "0"}, capture_output=True, text=True
    )
    assert said == f"False\n1 0 {fixed.stdout}True\n", "what its server had loaded was to be settled"


# Faults


def strays(mark: str) -> list[int]:
    """Processes that were started with a mark in their environment, and still run."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                marked = mark.encode() in (entry / "environ").read_bytes()
                state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
            except OSError:
                continue
            if marked and state != "Z":
                found.append(int(entry.name))
    return found


def gone(mark: str, seconds: float = 20) -> bool:
    """Whether all processes with a mark end in that time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not strays(mark):
            return True
        time.sleep(0.1)
    return False


def test_a_failing_cell_names_page_cell_and_error_and_is_not_remembered(tmp_path: Path) -> None:
    page = page_of(tmp_path, "x = 1", "x / 0")
    with pytest.raises(PageFailure, match=r"page\.ipynb, cell 1: ZeroDivisionError: division by zero\nThe copy with"):
        execution.execute_pages([page], Scenario(), tmp_path / "out")
    assert "ZeroDivisionError" in (tmp_path / "out" / "page.ipynb").read_text(), "the copy shows the error"
    assert not list((tmp_path / "store").rglob("*.json"))


def test_a_kernel_that_dies_is_told_as_that(tmp_path: Path) -> None:
    page = page_of(tmp_path, "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    with pytest.raises(PageFailure, match=r"page\.ipynb: its kernel has died\. It was killed from outside, or"):
        execution.execute_pages([page], Scenario(), tmp_path / "out")


@pytest.mark.parametrize(("cell", "kind"), [("import time; time.sleep(60)", "plain"), ("while True: pass", "forked")])
def test_a_page_that_hangs_is_stopped(cell: str, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(kernels.KIND, kind)
    monkeypatch.setattr(execution, "TIMEOUT_SECONDS", 1)
    page = page_of(tmp_path, cell)
    with pytest.raises(PageFailure, match=r"page\.ipynb: a cell has run for more than 1 seconds, and was stopped"):
        execution.execute_pages([page], Scenario(), tmp_path / "out")


def test_what_a_cell_shows_has_as_much_time_as_the_cell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy computer outputs come late. Here whoever gives them no time of their own gives them none."""
    from papermill.clientwrap import PapermillNotebookClient

    begin = PapermillNotebookClient.__init__
    monkeypatch.setattr(
        PapermillNotebookClient, "__init__", lambda self, nb, **given: begin(self, nb, **{"iopub_timeout": 0, **given})
    )
    page = page_of(tmp_path, "print('shown')")
    assert set(execution.execute_pages([page], Scenario(), tmp_path / "out")) == {"page"}


def test_a_kernel_that_does_not_answer_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(execution, "START_SECONDS", 0)
    with pytest.raises(PageFailure, match=r"page\.ipynb: RuntimeError: Its kernel has not answered within 0 seconds"):
        execution.execute_pages([page_of(tmp_path, "x = 1")], Scenario(), tmp_path / "out")


def test_a_clock_that_is_set_meanwhile_costs_no_kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from jupyter_client.channels import AsyncZMQSocketChannel

    hours, asked, get = itertools.count(), itertools.count(), AsyncZMQSocketChannel.get_msg

    async def slow(self: AsyncZMQSocketChannel, timeout: float | None = None) -> Any:
        if next(asked) < 3:
            raise queue.Empty
        return await get(self, timeout)

    monkeypatch.setattr("jupyter_client.client.time", SimpleNamespace(time=lambda: 3600.0 * next(hours)))
    monkeypatch.setattr(AsyncZMQSocketChannel, "get_msg", slow)
    page = page_of(tmp_path, "x = 1")
    assert set(execution.execute_pages([page], Scenario(), tmp_path / "out")) == {"page"}


def test_one_failing_page_ends_the_kernels_of_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alive: list[Any] = []
    stop = kernels.stop_all
    monkeypatch.setattr(kernels, "stop_all", lambda: (alive.extend(kernels.running), stop()))
    slow = page_of(tmp_path, "import time; time.sleep(60)", name="slow")
    wrong = page_of(tmp_path, "import time; time.sleep(1); oops", name="wrong")
    with pytest.raises(PageFailure, match="NameError"):
        execution.execute_pages([slow, wrong], Scenario(), tmp_path / "out", workers=2)
    assert alive, "the slow page should have been running"
    assert all(process.wait() is not None for process in alive)


# The real command with one more subcommand, which runs a page that takes long.
SCRIPT = """
from pathlib import Path
from analysis import __main__ as start
enter = start.surroundings.enter

def enter_and_add() -> None:
    enter()
    from analysis.scenarios import Scenario
    from analysis import cli
    from analysis.report import execution, notebooks, store

    @cli.app.command()
    def slow(folder: Path) -> None:
        store.STORE = folder / "store"
        execution.execute_pages([notebooks.Page("slow", folder / "slow.ipynb")], Scenario(), folder / "out")

if __name__ == "__main__":
    start.surroundings.enter = enter_and_add
    start.main()
"""
STOPPED = "report: stopped; what was published before is untouched."


@pytest.mark.parametrize(
    ("sent", "status", "kind"),
    [
        (signal.SIGINT, 130, "plain"),
        (signal.SIGTERM, 130, "forked"),
        (signal.SIGKILL, -9, "forked"),
        (signal.SIGKILL, -9, "plain"),
    ],
)
@pytest.mark.slow
def test_an_ended_command_leaves_no_kernel_and_no_half_written_file(
    sent: int, status: int, kind: str, tmp_path: Path
) -> None:
    mark = f"mark-{uuid.uuid4()}"
    begun = tmp_path / "begun"
    page_of(tmp_path, f"open({str(begun)!r}, 'w')", "import time; time.sleep(60)", name="slow")
    (tmp_path / "script.py").write_text(SCRIPT)
    command = [sys.executable, str(tmp_path / "script.py"), "slow", str(tmp_path)]
    environment = {**os.environ, "REPORT_TEST_MARK": mark, kernels.KIND: kind}
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=notebooks.ROOT, env=environment, start_new_session=True, **pipes) as process:
        end = time.monotonic() + 60
        while not begun.exists() and time.monotonic() < end:
            time.sleep(0.05)
        assert begun.exists(), "the page should have begun"
        # As a terminal sends it: to the whole group.
        os.killpg(process.pid, sent)
        shown, said = process.communicate(timeout=60)
    assert process.returncode == status, said
    assert not shown, "neither command nor kernels have anything to say"
    if status == 130:
        assert said.strip() == STOPPED
    assert gone(mark), f"processes left behind: {strays(mark)}"
    left = [p for p in tmp_path.rglob("*") if p.is_file() and p.name not in ("slow.ipynb", "script.py", "begun")]
    assert not left, f"half-written: {left}"


def test_ctrl_c_in_the_first_seconds_is_answered_in_one_line() -> None:
    def interrupted() -> None:
        # The signal waits from before the first line of Python, which nobody could time.
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
        os.kill(os.getpid(), signal.SIGINT)

    command = [sys.executable, "-m", "analysis", "params"]
    run = subprocess.run(command, cwd=notebooks.ROOT, preexec_fn=interrupted, capture_output=True, text=True)
    assert (run.returncode, run.stdout, run.stderr) == (130, "", f"{STOPPED}\n")


def test_the_server_of_kernels_leaves_ctrl_c_to_the_command_and_starts_no_thread(tmp_path: Path) -> None:
    """Also while it imports, when a handler of Python's own would end it with a traceback."""
    from multiprocessing import forkserver

    kernels.warm_up()
    server: Any = forkserver._forkserver  # type: ignore[attr-defined]
    process = Path(f"/proc/{server._forkserver_pid}")
    said = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines())
    assert int(said["SigIgn"], 16) & 1 << (signal.SIGINT - 1)
    execution.execute(page_of(tmp_path, "x = 1").path, tmp_path / "out.ipynb", {})  # all is imported now
    # Arrow's memory has a thread of its own, which minds forks.
    threads = [(task / "comm").read_text().strip() for task in (process / "task").iterdir()]
    assert len([name for name in threads if name != "jemalloc_bg_thd"]) == 1, threads


# What a page writes to stderr


def test_a_message_to_stderr_is_refused_unless_the_page_declares_it(tmp_path: Path) -> None:
    page = page_of(tmp_path, "x = 1", "import sys; print('font cache', file=sys.stderr)")
    with pytest.raises(
        PageFailure, match=r"page\.ipynb, cell 1 wrote to stderr: 'font cache' What a page shows, it pri"
    ):
        execution.execute_pages([page], Scenario(), tmp_path / "out")
    assert not list((tmp_path / "store").rglob("*.json")), "nor is it remembered"
    notebook = notebooks.read(page.path)
    notebook.cells[1].metadata["tags"] = [notebooks.STDERR_TAG]
    notebooks.write(notebook, page.path)
    done = execution.execute_pages([page], Scenario(), tmp_path / "out")
    assert [number for number, _ in notebooks.undeclared(notebooks.read(done["page"]))] == []


def test_a_committed_message_to_stderr_is_found(tmp_path: Path) -> None:
    page = page_of(tmp_path, "x = 1")
    notebook = notebooks.read(page.path)
    output = nbformat.v4.new_output("stream", name="stderr", text="building the font cache\nmay take a moment\n")
    notebook.cells[0].update(outputs=[output], execution_count=1)
    notebooks.write(notebook, page.path)
    said = "book/page.ipynb, cell 0 holds a message to stderr: 'building the font cache'. Run `report refresh`."
    assert said in check.page_problems(page)

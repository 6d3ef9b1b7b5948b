"""The user's surroundings change nothing: settings in the environment, at home, in the folder that one is in."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
import somebody
from IPython.core.profiledir import ProfileDir

import analysis
from analysis.report import execution, kernels, notebooks, store, surroundings


@pytest.fixture
def hostile(tmp_path: Path) -> dict[str, str]:
    return somebody.settings(tmp_path)


@pytest.mark.parametrize("kind", ["forked", "plain"])
def test_a_page_comes_out_the_same_beside_hostile_settings(
    kind: str, hostile: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The real command, with a page that draws; what it leaves in the store is right too."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    environment = {**kept, **hostile, "PYTHONPATH": f"{notebooks.ROOT}{os.pathsep}{hostile['PYTHONPATH']}"}
    page = notebooks.page("claims_in_circulation")
    command = [sys.executable, "-m", "analysis", "run", page.name, "--again"]
    # `-m` takes modules from the folder that one is in first; `report` does not, and a kernel never.
    run = subprocess.run(
        [*command[:1], "-P", *command[1:]],
        cwd=hostile["PWD"],
        env={**environment, kernels.KIND: kind},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert (run.returncode, run.stderr) == (0, "")
    assert Path(run.stdout.splitlines()[-1]).read_bytes() == page.path.read_bytes()
    assert store.find_page(execution.key(page, {})) == page.path.read_bytes()


def test_kernels_and_renderer_see_a_short_list(hostile: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in hostile.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("LD_LIBRARY_PATH", "/opt/lib")
    found = surroundings.environment()
    fixed = {**surroundings.PYTHON, **surroundings.FIXED}
    left = {name: value for name, value in found.items() if name not in fixed and not name.startswith("REPORT_")}
    assert set(left) <= {*surroundings.NEEDED, *surroundings.LEFT}
    assert (left["LD_LIBRARY_PATH"], left["PATH"]) == ("/opt/lib", os.environ["PATH"])
    assert found["PYTHONPATH"] == str(notebooks.ROOT) and found["HOME"] == os.devnull


def entered(code: str, folder: Path, *options: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """What a program prints that enters first, in a folder."""
    before = "from analysis.report import surroundings; surroundings.enter(); "
    command = [sys.executable, *options, "-c", before + code]
    environment = {**os.environ, "PYTHONPATH": str(notebooks.ROOT), **settings}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


def test_a_command_begins_anew_without_settings_of_python_and_keeps_the_rest(tmp_path: Path) -> None:
    (tmp_path / "frictionless.py").write_text("")
    code = "import frictionless, os, sys; print(frictionless.__file__, sys.argv, sys.flags.optimize, os.environ)"
    run = entered(
        code, tmp_path, PYTHONOPTIMIZE="2", PYTHONPATH=f"{notebooks.ROOT}:", PYTHONINSPECT="1", HTTP_PROXY="x"
    )
    assert run.returncode == 0, run.stderr
    assert str(tmp_path) not in run.stdout.split(" ['-c'] 0 ")[0], "a blank entry of PYTHONPATH is the folder one is in"
    assert "PYTHONINSPECT" not in run.stdout and "'HTTP_PROXY': 'x'" in run.stdout


def test_a_command_hears_ctrl_c_when_it_can_answer_and_can_read_its_own_files(tmp_path: Path) -> None:
    code = "import os, signal; os.umask(0o777); surroundings.enter(); print(oct(os.umask(0)), "
    run = entered(f"{code}signal.pthread_sigmask(signal.SIG_BLOCK, []) == {{signal.SIGINT}})", tmp_path)
    assert (run.stdout, run.stderr) == ("0o77 True\n", "")


def test_temporary_files_of_a_command_end_with_it_or_with_the_next_one() -> None:
    code = "import os, tempfile; print(tempfile.mkdtemp(), flush=True); os.kill(os.getpid(), int(os.environ['SIGNAL']))"
    with tempfile.TemporaryDirectory(dir=surroundings.SHORT) as made:
        folder = Path(made)
        own = Path(entered(code, folder, TMPDIR=made, SIGNAL="0").stdout.strip())
        assert own.parent.parent == folder and not own.parent.exists()
        killed = Path(entered(code, folder, TMPDIR=made, SIGNAL="9").stdout.strip())
        assert killed.exists()
        somebody = folder / f"{surroundings.FOLDER}somebody"
        somebody.mkdir()
        again = entered(f"import os; print(os.path.exists({str(killed)!r}))", folder, TMPDIR=made)
        assert (again.stdout, again.stderr) == ("False\n", "")
        assert list(folder.iterdir()) == [somebody], "not ours: it has no lock"


def test_a_long_tmpdir_is_passed_over_or_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    long = tmp_path / ("x" * surroundings.LONGEST)
    long.mkdir()
    run = entered("import tempfile; print(tempfile.gettempdir())", tmp_path, TMPDIR=str(long))
    assert Path(run.stdout.strip()).parent == surroundings.SHORT, run.stderr
    monkeypatch.setattr(tempfile, "tempdir", str(long))
    with pytest.raises(OSError, match=r"a name too long for sockets \(71 letters at most; set TMPDIR\)") as error:
        kernels.warm_up()
    assert error.value.filename == str(long)


def test_a_kernel_reads_no_configuration_of_the_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """/etc/ipython and the environment's own; no test may write there."""
    (tmp_path / "startup").mkdir()
    (tmp_path / "startup" / "00.py").write_text("spoilt = True\n")
    (tmp_path / "ipython_config.py").write_text(somebody.CONFIGURATION)
    for module in ("IPython.core.shellapp", "IPython.core.application"):
        for name in ("SYSTEM_CONFIG_DIRS", "ENV_CONFIG_DIRS"):
            monkeypatch.setattr(f"{module}.{name}", [str(tmp_path)])
    ran: list[str] = []
    app = kernels.application()()
    app.config_file_paths = [str(tmp_path)]
    app.profile_dir = ProfileDir(location=str(tmp_path))
    monkeypatch.setattr(app, "_exec_file", ran.append)
    app.load_config_file()
    app.init_code()
    assert not app.exec_lines and not ran


def test_old_bytecode_of_the_same_size_and_time_is_not_taken(tmp_path: Path) -> None:
    package = tmp_path / "analysis"
    (package / "inner").mkdir(parents=True)
    (package / "__init__.py").write_bytes(Path(str(analysis.__file__)).read_bytes())
    (package / "inner" / "__init__.py").write_text("")
    sources = (package / "one.py", package / "inner" / "two.py")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    said = []
    for value in (1, 2, 2):
        for source in sources:
            source.write_text(f"value = {value}\n")
            os.utime(source, (1_700_000_000, 1_700_000_000))
        code = "from analysis import one; from analysis.inner import two; print(one.value, two.value)"
        command = [sys.executable, "-c", code]
        said.append(subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True).stdout)
    assert said == ["1 1\n", "2 2\n", "2 2\n"]
    assert all(list((source.parent / "__pycache__").glob(f"{source.stem}.*.pyc")) for source in sources)

"""The installed package, away from a clone: what works there is the same as here, the rest says what it needs."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest
from typer.main import get_command

from analysis import cli, parameters, project
from analysis.report import manifest, place
from analysis.report.sweeps import ask
from analysis.report.sweeps import run as sweeps
from analysis.tables import ROOT

# Commands that need no book, or say so themselves where an option does.
ANYWHERE = {"params", "claim", "model", "results", "story", "sweep", "compare", "digest"}

# What the wheel is made from, and what somebody keeps beside it.
SOURCES = ("analysis", "book", "data", "_toc.yml", "pyproject.toml", "README.md", "LICENSE", "LICENSE-CONTENT.md")
SECRETS = (
    "data/salaries.xlsx",
    "data/private/salaries.csv",
    "data/scenarios/._mine.yml",
    "book/draft.docx",
    "_old.yml",
)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of the report as it is here, made where somebody keeps other things."""
    tree, made = tmp_path_factory.mktemp("tree"), tmp_path_factory.mktemp("wheel")
    for name in SOURCES:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copyfile(ROOT / name, tree / name)
    for name in SECRETS:
        (tree / name).parent.mkdir(exist_ok=True)
        (tree / name).write_text("secret")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(made)]
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (found,) = made.iterdir()
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`report` of a new environment that has the wheel, and of this one the libraries alone."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=True)
    pip = [folder / "bin" / "python", "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "install", "--no-deps", "--no-index", wheel], check=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    # Python reads no .pth file in a folder that a .pth file names: the report of this environment is not found.
    (packages / "libraries.pth").write_text(sysconfig.get_path("purelib"))
    return folder / "bin" / "report"


def run(program: Path, where: Path, *words: str) -> tuple[int, str, str]:
    """Exit status of a command, what it printed, and what it complained of."""
    done = subprocess.run([program, *words], cwd=where, capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


Captured = pytest.CaptureFixture[str]


def run_here(monkeypatch: pytest.MonkeyPatch, capsys: Captured, *words: str) -> tuple[int, str, str]:
    """The same of this clone's."""
    monkeypatch.setattr(sys, "argv", ["report", *words])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    told = capsys.readouterr()
    return int(ended.value.code or 0), told.out, told.err


def test_the_wheel_holds_the_data_once_and_nothing_of_somebody_s(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    carried = {name.removeprefix("analysis/carried/") for name in names if name.startswith("analysis/carried/")}
    assert {f"data/{path.name}" for path in (ROOT / "data").glob("*.*")} <= carried
    assert {f"data/scenarios/{path.name}" for path in (ROOT / "data" / "scenarios").iterdir()} <= carried
    assert not carried & set(SECRETS) and not {name for name in names if name.split("/")[-1] in map(name_of, SECRETS)}
    assert {name.split("/")[0] for name in names if ".dist-info" not in name} == {"analysis"}


def name_of(path: str) -> str:
    return path.rsplit("/", 1)[-1]


@pytest.mark.parametrize(
    "words",
    [
        ("results", "--csv"),
        ("results", "v3_amortised_usd", "-p", "rental_usd_per_gpu_hour=3", "-f", "three_year_life"),
        ("results", "v3_amortized_usd"),
    ],
    ids=" ".join,
)
def test_an_installed_command_prints_the_same_as_a_clone(
    words: tuple[str, ...], installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    there = run(installed, tmp_path, *words)
    assert there == run_here(monkeypatch, capsys, *words) and any(there[1:])
    assert not any(tmp_path.iterdir()), "It has left something in the folder."


def test_an_installed_sweep_is_the_same_as_a_clone_s(installed: Path, tmp_path: Path) -> None:
    here, empty = tmp_path / "here", tmp_path / "empty"
    empty.mkdir()
    sweeps.run(ask.ask(["pue=1.1:1.3:3"], names=["owner_usd_per_gpu_hour"], draws=256), here)
    words = ("sweep", "-p", "pue=1.1:1.3:3", "--result", "owner_usd_per_gpu_hour", "--draws", "256")
    status, told, errors = run(installed, empty, *words)
    assert status == 0, errors
    (there,) = (empty / "_build" / "sweeps").iterdir()
    assert f"3 cases: {there / 'cases.csv'}" in told
    assert {path.name for path in empty.iterdir()} == {"_build"} and manifest.whole(there, manifest.SWEEP)
    assert (there / "cases.csv").read_bytes() == (here / "cases.csv").read_bytes()
    said = [json.loads((folder / "sweep.json").read_text(encoding="utf-8"))["identity"] for folder in (here, there)]
    assert said[0] == said[1], "A cluster would refuse the workers of the other."


def test_an_installed_command_that_needs_the_book_says_so(installed: Path, tmp_path: Path) -> None:
    assert run(installed, tmp_path, "build") == (1, "", refusal("report build"))
    assert not any(tmp_path.iterdir())


def refusal(command: str) -> str:
    return (
        f"report: `{command}` needs the sources of the book, which an installed package does not hold. "
        "Clone the report's repository and run it there. Here run params, results, claim, model, sweep and "
        "compare --no-site.\n"
    )


def test_every_command_works_without_the_book_or_says_that_it_needs_it(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setattr(project, "HAS_BOOK", False)
    commands = get_command(cli.app).commands  # type: ignore[attr-defined]
    for name in commands.keys() - ANYWHERE:
        words = {"run": (name, "fleet"), "grade": (name, "handed_in", "--out", "marks.csv")}.get(name, (name,))
        assert run_here(monkeypatch, capsys, *words) == (1, "", refusal(f"report {name}"))
    assert run_here(monkeypatch, capsys, "build", "--help")[1].lstrip().startswith("Usage: ")
    assert run_here(monkeypatch, capsys, "compare") == (1, "", refusal("report compare --site"))
    sweep = run_here(monkeypatch, capsys, "sweep", "-p", "pue=1.1:1.3:3", "--pages", "fleet")
    assert sweep == (1, "", refusal("report sweep --pages"))


def test_no_output_goes_over_the_folder_of_the_report_s_work(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(project, "HAS_BOOK", False)
    monkeypatch.setattr(place, "BUILD", Path("_build"))
    with pytest.raises(place.BuildError, match=r"^\. holds _build, where the report keeps its work\. Name another"):
        place.allowed(Path())
    assert place.allowed(Path("mine")) == tmp_path / "mine"


def test_a_shipped_scenario_may_be_named_and_a_file_of_that_name_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.scenario_from(None, Path("three_year_life")).changes == {"service_life_years": 3.0}
    (tmp_path / "three_year_life").write_text("name: mine\ntitle: Mine\nparameters:\n  pue: 1.4\n")
    assert cli.scenario_from(None, Path("three_year_life")).changes == {"pue": 1.4}
    with pytest.raises(parameters.ParameterError, match="three_years cannot be read"):
        cli.scenario_from(None, Path("three_years"))

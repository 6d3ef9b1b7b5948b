"""The `report` command: refusals that help, and scenarios that reach figures, sentences and every page."""

from __future__ import annotations

import errno
import os
import re
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import commands
import pytest
import yaml
from bs4 import BeautifulSoup

from analysis import cli, parameters, scenarios
from analysis.case import Case
from analysis.report import build, files, manifest, notebooks, place, rendering

EARLIER = "the earlier site"


def earlier_site(folder: Path) -> Path:
    """A site that this report has put there."""
    folder.mkdir()
    (folder / "index.html").write_text(EARLIER)
    manifest.seal(folder, manifest.SITE)
    return folder


REFUSALS = [
    (("-p", "rental_usd_per_gpu_hou=3"), "There is no parameter 'rental_usd_per_gpu_hou'. Did you mean rental_usd"),
    (("-p", "pue=0.5"), "pue = 0.5 is not allowed: it must be a number from 1 to 3 (ratio)."),
    (("-p", "__import__('os')=1"), "is not a parameter's name"),
    (("-p", "pue"), "is not of the form NAME=VALUE"),
    (("-p", "pue", "1.2"), "'pue' is not of the form NAME=VALUE"),
    (("pue=1.2",), "'pue=1.2' lacks its -p. An assumption is changed with -p pue=1.2"),
    (("-f", "no_such_file.yml"), "cannot be read"),
]


@pytest.mark.parametrize(("arguments", "message"), REFUSALS, ids=lambda value: str(value)[:40])
def test_bad_input_is_one_clear_line_and_the_earlier_site_stays(
    arguments: tuple[str, ...], message: str, tmp_path: Path
) -> None:
    earlier = earlier_site(tmp_path / "site")
    assert message in commands.refused("build", *arguments, "--out", str(earlier))
    assert manifest.whole(earlier, manifest.SITE) and (earlier / "index.html").read_text() == EARLIER


def limited(kilobytes: int, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command where no file may become larger: the way of a full disk that needs no rights to set up."""
    limit = (resource.RLIMIT_FSIZE, (kilobytes * 1024, kilobytes * 1024))
    return commands.process(*arguments, preexec_fn=lambda: resource.setrlimit(*limit))


def test_a_disk_without_room_is_told_and_the_earlier_site_stays(tmp_path: Path) -> None:
    earlier = earlier_site(tmp_path / "site")
    done = limited(20, "build", "-p", "rental_usd_per_gpu_hour=3.21", "--out", str(earlier))
    assert done.returncode == 1
    assert "Traceback" not in done.stderr + done.stdout
    said = done.stderr.replace("\n", " ")
    assert "report: File too large" in said and f"the site in {earlier} is as it was before" in said
    assert [path.name for path in tmp_path.iterdir()] == ["site"] and manifest.whole(earlier, manifest.SITE)


def test_a_disk_that_fills_up_while_the_site_is_put_there_leaves_the_earlier_site(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new, target = tmp_path / "new", tmp_path / "site"
    for folder in (new, target):
        folder.mkdir()
        for name in ("index.html", "fleet.html", "trend.html"):
            (folder / name).write_text(folder.name)
    copied = []

    def filling(source: str, destination: str, **options: object) -> str:
        copied.append(destination)
        if len(copied) > 1:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), destination)
        return shutil.copyfile(source, destination)

    def to_another_disk(source: str, destination: str) -> None:
        shutil.copytree(source, destination, copy_function=filling)

    monkeypatch.setattr(shutil, "move", to_another_disk)
    with (
        pytest.raises(
            place.BuildError,
            match=rf"^No space left on device: {target.parent}/\.site\.report-new/\w+\.html and 1 more\. Mend that",
        ),
        place.told(f"the site in {target} is as it was before"),
    ):
        files.exchange(new, target)
    assert len(copied) == 3
    assert {path.name: path.read_text() for path in target.iterdir()} == dict.fromkeys(
        ("index.html", "fleet.html", "trend.html"), "site"
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new", "site"]


def on_a_terminal(columns: int, *arguments: str) -> list[str]:
    """What the command shows on a terminal so wide."""
    import fcntl
    import pty
    import struct
    import termios

    parent, child = pty.openpty()
    fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", 25, columns, 0, 0))
    environment = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
    command = [sys.executable, "-m", "analysis", *arguments]
    process = subprocess.Popen(command, stdout=child, stdin=child, cwd=notebooks.ROOT, env=environment)
    os.close(child)
    told = b""
    with suppress(OSError):
        while piece := os.read(parent, 65536):
            told += piece
    os.close(parent)
    assert process.wait() == 0
    return told.decode().splitlines()


@pytest.mark.parametrize("columns", [40, 250])
def test_params_cuts_no_name_that_has_to_be_typed(columns: int) -> None:
    lines = on_a_terminal(columns, "params")
    assert [line.split()[0] for line in lines[1:25]] == list(parameters.known())
    assert not any("…" in line or "\x1b" in line for line in lines)
    assert any("hopper_only; without_h100; without_h20; press; documented" in line for line in lines)
    assert ("deepseek_v3_2024" in lines[1]) == (columns == 250)


def test_params_on_a_pipe_is_the_same_where_colours_are_forced_and_shows_numbers_as_they_are_taken() -> None:
    told = commands.here("params")[1]
    assert commands.process("params", environment={"FORCE_COLOR": "1"}).stdout == told
    for line in told.splitlines()[1:]:
        name, *numbers = line.split()
        row = parameters.known()[name]
        if not row.choices:
            taken = [parameters.parsed([f"{name}={number}"])[name] for number in numbers[:3]]
            assert taken == [row.value, row.low, row.high]
    for name, row in parameters.known().items():
        assert name in told and row.source.split(";")[0] in told


def test_check_passes_on_the_committed_tree() -> None:
    status, told = commands.here("check")
    assert status == 0, told


TWICE = "staff_count=320"

# The pages that are rendered with it: some that name it, one of a family, and what every page leads to.
RENDERED = ("index", "whole_bill", "debate", "results", "model_dsv3", "glossary", "references")
# And those that are run: beside them the page of the figure that is looked at.
RUN = (*RENDERED, "cost_per_model")


def build_twice(folder: Path) -> str:
    """What `report build` says of a site with twice the staff, of which these pages alone are run and rendered."""
    execute, stage, complete = build.execute_pages, rendering.stage, rendering.complete

    def some_run(pages: Iterable[notebooks.Page], *rest: Any, **options: Any) -> dict[str, Path]:
        pages = list(pages)
        written = {page.name: page.path for page in pages if page.runs}
        return written | execute([page for page in pages if page.name in RUN], *rest, **options)

    def some_staged(scenario: scenarios.Scenario, executed: dict[str, Path], source: Path) -> None:
        stage(scenario, {name: path for name, path in executed.items() if name in RENDERED}, source)
        root, *others = ({"file": page.name} for page in notebooks.pages() if page.name in RENDERED)
        contents = {"format": "jb-book", "root": root["file"], "chapters": others}
        (source / "_toc.yml").write_text(yaml.safe_dump(contents, sort_keys=False), encoding="utf-8")

    def some_complete(html: Path, figures: list[str], pages: Iterable[notebooks.Page]) -> None:
        complete(html, figures, [page for page in pages if page.name in RENDERED])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(build, "execute_pages", some_run)
        patch.setattr(rendering, "stage", some_staged)
        patch.setattr(rendering, "complete", some_complete)
        # Links to the pages that are left out lead nowhere: a warning is no error here.
        patch.setattr(rendering, "RENDERER", f"import sys; sys.argv.remove('-W')\n{rendering.RENDERER}")
        status, said = commands.here("build", "-p", TWICE, "--out", str(folder))
    assert status == 0, said
    return said


@pytest.fixture(scope="module")
def staffed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some pages of the site with twice the staff."""
    folder = tmp_path_factory.mktemp("staffed") / "site"
    build_twice(folder)
    return folder


def test_building_the_same_again_does_nothing(staffed: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in staffed.rglob("*")}
    assert "nothing has changed" in build_twice(staffed)
    assert {path: path.stat().st_mtime_ns for path in staffed.rglob("*")} == before


def words_of(path: Path) -> str:
    soup = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
    article = soup.find("article") or soup
    return " ".join(article.get_text(" ").split())


def test_a_scenario_changes_the_sentences_everywhere(staffed: Path) -> None:
    # 320 people x $165,000 x 1 year = $52.8 million, of which V3 has 53.364 %: $28.18 million.
    # Its research compute is $5.576 million / 0.178 = $31.33 million; together $59.5 million, and $45.4 million before.
    for name in ("index", "whole_bill", "debate", "results"):
        # Sliders show what the base case has beside them.
        text = words_of(staffed / f"{name}.html").replace("$45 million 0 % $45 million $24 to 89 million", "")
        assert "$60 million" in text and "$45 million" not in text, name
        assert "$24 to 89 million" not in text, f"{name} still states the base case"
    for name in ("whole_bill", "debate", "results"):
        assert "$53 million" in words_of(staffed / f"{name}.html"), name


def test_a_scenario_changes_the_figures(staffed: Path) -> None:
    table = (staffed / "figures" / "cost-per-model.csv").read_text()
    assert re.search(r"^programme,dsv3,.*,5\.95021e\+07,", table, flags=re.MULTILINE)
    scenario = scenarios.Scenario(name="x", changes={"staff_count": 320})
    from analysis.figures import FIGURES

    assert FIGURES["cost-per-model"](Case(scenario=scenario)).csv() == table


def test_a_scenario_says_so_on_every_page(staffed: Path) -> None:
    for name in RENDERED:
        text = (staffed / f"{name}.html").read_text(encoding="utf-8")
        assert "Scenario: " in text, f"{name}.html does not say that it is a scenario"
        assert "+100 %" in text and "320 people" in text and "160 people" in text


def test_output_folders() -> None:
    assert build.output_folder(scenarios.Scenario()) == notebooks.ROOT / "_build" / "html"
    named = scenarios.Scenario(name="three_year_life", changes={"service_life_years": 3.0})
    assert build.output_folder(named) == notebooks.ROOT / "_build" / "three_year_life" / "html"


def test_a_file_that_changes_nothing_is_the_base_case(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "idle.yml").write_text("name: idle\ntitle: My scenario\nparameters: {rental_usd_per_gpu_hour: 2}\n")
    for given in ((None, tmp_path / "idle.yml"), (["rental_usd_per_gpu_hour=2"], None)):
        assert cli.scenario_from(*given) == scenarios.Scenario()
        assert capsys.readouterr().err == "report: no assumption is changed: this is the base case.\n"
    assert cli.scenario_from(None, None) == scenarios.Scenario()
    assert not capsys.readouterr().err


def test_a_shell_in_a_folder_that_was_replaced_is_in_the_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "site"
    here.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setenv("PWD", str(here))
    (tmp_path / "new").mkdir()
    files.exchange(tmp_path / "new", here)
    cli.require_folders()
    assert Path.cwd() == here and Path.cwd().exists()
    here.rmdir()
    with pytest.raises(place.BuildError, match=r"The folder you are in no longer exists"):
        cli.require_folders()

"""Only what is the report's own is published, whatever else lies in its folders."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from analysis import cli
from analysis.report import files, identity, notebooks, own
from analysis.scenarios import Scenario
from analysis.teaching import exercises, instructor, students, variants
from analysis.teaching.site import lab

OURS = {
    "_config.yml": "",
    "_toc.yml": "root: book/index",
    "analysis/__init__.py": "",
    "book/assets/report.css": "",
    "book/index.md": "# Page",
    "data/datapackage.json": json.dumps({"resources": [{"name": "gpus", "path": "gpus.csv"}]}),
    "data/gpus.csv": "",
    "data/scenarios/cheap.yml": "",
}
SECRETS = (
    *("analysis/._units.py", "analysis/keys.pem", "book/assets/salaries.xlsx", "book/draft.docx"),
    *("data/private/salaries.xlsx", "data/scenarios/._cheap.yml"),
)
LINKS = {"data/zz": "/etc/hostname", "analysis/elsewhere": "/etc", "book/assets/theme.css": "/etc/hostname"}


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", "-C", str(folder), *words], check=True, capture_output=True)


@pytest.fixture
def report(tmp_path: Path) -> Path:
    """A small report in which somebody keeps things, and links."""
    root = tmp_path / "report"
    for name, text in OURS.items():
        files.replace(root / name, text.encode())
    git(tmp_path, "init", "-q", "report")
    git(root, "add", "-A")
    for name in SECRETS:
        files.replace(root / name, b"secret")
    for name, target in LINKS.items():
        (root / name).symlink_to(target)
    return root


def published(root: Path) -> list[str]:
    return [path.relative_to(root).as_posix() for path in own.files("analysis", "book", "data", root=root)]


def test_what_git_does_not_know_is_not_published_and_is_named(report: Path) -> None:
    assert published(report) == sorted(name for name in OURS if "/" in name)
    assert own.left_out(report) == sorted((*SECRETS, *LINKS))


def test_a_link_is_not_followed_although_git_knows_it(report: Path) -> None:
    git(report, "add", "-A")
    assert not set(LINKS) & set(published(report)), "What a link leads to is not the report's."
    (report / "data").rename(report.parent / "other-disk")
    (report / "data").symlink_to(report.parent / "other-disk")
    assert "data/gpus.csv" in published(report), "The folder itself may lie on another disk."


def test_an_archive_without_git_publishes_the_same(report: Path) -> None:
    (report / ".git").rename(report.parent / "away")
    assert published(report) == sorted(name for name in OURS if "/" in name)
    git(report.parent, "init", "-q")
    assert published(report) == sorted(name for name in OURS if "/" in name), "A repository around it says nothing."


def test_this_report_is_the_same_with_and_without_git(monkeypatch: pytest.MonkeyPatch) -> None:
    tops = ("analysis", "book", "data")
    with_git = own.files(*tops)
    monkeypatch.setattr(own, "known_to_git", lambda *rest: [])
    without = own.files(*tops)
    # Templates of the classroom are read by name.
    named = {path for path in with_git if path.parent.name == "student"}
    untracked = {notebooks.ROOT / name for name in own.left_out()}
    assert set(with_git) - named == set(without) - named - untracked


def test_a_repository_that_the_environment_names_says_nothing(report: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Without git's list, this would pass for a module of the report.
    files.replace(report / "analysis" / "private.py", b"secret")
    git(report.parent, "init", "-q", "other")
    monkeypatch.setenv("GIT_DIR", str(report.parent / "other" / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(report.parent / "nothing"))
    assert published(report) == sorted(name for name in OURS if "/" in name)


def test_what_a_declaration_names_need_not_be_added_first(report: Path) -> None:
    git(report, "rm", "-q", "--cached", "data/gpus.csv", "data/scenarios/cheap.yml", "book/index.md")
    assert {"data/gpus.csv", "data/scenarios/cheap.yml", "book/index.md"} <= set(published(report))
    assert own.left_out(report) == sorted((*SECRETS, *LINKS))


def test_a_file_that_is_added_makes_a_site_stale(report: Path) -> None:
    before = identity.of_site("base", report)
    git(report, "add", "data/private/salaries.xlsx")
    assert identity.of_site("base", report) != before


def test_the_classroom_the_lab_and_the_book_hold_nothing_that_git_does_not_know(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Nothing is written into the folders that other tests build from: three files are as if they had not been added.
    private = ["analysis/costs/units.py", "book/assets/audit.js", "book/teaching/lab/09_audit.py"]
    known = own.known_to_git(own.ROOT)
    assert set(private) <= set(known)
    monkeypatch.setattr(
        own, "known_to_git", lambda root, *words: private if words else sorted(set(known) - set(private))
    )
    own.copy("book", tmp_path / "book", but=".ipynb")
    chapters = exercises.chapters()[:1]
    instructor.stage(tmp_path / "teachers", variants.Edition(chapters, exercises.answers(chapters)))
    found = [*dict(students.files(chapters)), *lab.files(Scenario()), *(f"{each.name}.py" for each in lab.examples())]
    found = [Path(name).name for name in found] + [path.name for path in tmp_path.rglob("*")]
    assert {"fleet.py", "report.css", "08_what_matters.py"} <= set(found), "What is known should be there."
    assert not {Path(name).name for name in private} & set(found)
    monkeypatch.setattr(cli.builder, "build", lambda *rest: tmp_path)
    cli.built(Scenario(), None)
    said = capsys.readouterr().err.splitlines()
    assert said == [
        f"report: {name} is not published: git does not know it. `git add` makes it a part of the report."
        for name in private
    ]

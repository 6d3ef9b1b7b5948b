"""What belongs to somebody stays: a list with digests says what this report put into a folder."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from analysis import comparison
from analysis.report import build, compare, downloads, files, identity, manifest, notebooks, place, slots, store
from analysis.report.sweeps import ask
from analysis.report.sweeps import run as sweeps
from analysis.scenarios import Scenario
from analysis.sweep import SweepError
from analysis.teaching import classroom, slides


@pytest.fixture(autouse=True)
def own_folders(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nothing is written into the report's own _build."""
    built = tmp_path_factory.mktemp("report") / "_build"
    for module in (place, build):
        monkeypatch.setattr(module, "BUILD", built)
    monkeypatch.setattr(store, "STORE", built / ".store")
    return built


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A small site as this report leaves it."""
    folder = tmp_path / "site"
    for name in ("index.html", "figures/capex.svg", "_static/report.css"):
        files.replace(folder / name, f"{slots.DOWNLOADS.holding()} {name}".encode())
    manifest.seal(folder, manifest.SITE)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in manifest.entries(folder) if (folder / name).is_file()}


# --- the list -----------------------------------------------------------------------------------------------------


def test_a_list_is_read_by_sha256sum_and_says_that_all_is_there(made: Path) -> None:
    run = subprocess.run(["sha256sum", "--check", "--strict", manifest.NAME], cwd=made, capture_output=True, text=True)
    assert run.returncode == 0 and run.stdout.count(": OK") == 3, run.stderr
    assert manifest.whole(made, manifest.SITE)
    (made / "figures" / "capex.svg").unlink()
    assert not manifest.whole(made, manifest.SITE), "a file is missing"
    assert manifest.foreign(made, manifest.SITE) == "", "nothing that is missing can be lost"


def same_length(folder: Path) -> None:
    path = folder / "index.html"
    path.write_bytes(path.read_bytes()[:-1] + b"?")


def a_link(folder: Path) -> None:
    (folder / "index.html").rename(folder.parent / "moved.html")
    (folder / "index.html").symlink_to(folder.parent / "moved.html")


def a_pipe(folder: Path) -> None:
    (folder / "index.html").unlink()
    os.mkfifo(folder / "index.html")


def a_link_to_a_folder(folder: Path) -> None:
    (folder / "figures").rename(folder.parent / "moved")
    (folder / "figures").symlink_to(folder.parent / "moved")


CHANGES: list[tuple[Callable[[Path], object], str]] = [
    (lambda folder: (folder / "CNAME").write_text("example.org"), "CNAME, which is on no list"),
    (lambda folder: (folder / "figures" / ".hidden").write_text(""), "figures/.hidden, which is on no list"),
    (lambda folder: (folder / ".git").mkdir(), ".git, which is on no list"),
    (lambda folder: (folder / "elsewhere").symlink_to("/etc"), "elsewhere, which is on no list"),
    (same_length, "index.html, which somebody has changed"),
    (a_link, "index.html, which somebody has changed"),
    (a_link_to_a_folder, "figures, which is on no list"),
    (a_pipe, "index.html, which somebody has changed"),
    (lambda folder: (folder / manifest.NAME).write_text("my notes"), ".report-manifest, which is on no list"),
]


@pytest.mark.parametrize(("change", "named"), CHANGES, ids=[named for _, named in CHANGES])
def test_whatever_is_not_as_it_was_put_there_is_somebodys(
    change: Callable[[Path], object], named: str, made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "_make", lambda *rest: pytest.fail("a site was built"))
    change(made)
    before = contents(made)
    with pytest.raises(place.BuildError) as refused:
        build.build(Scenario(), made)
    assert f"{made} holds {named}" in str(refused.value) and "\n" not in str(refused.value)
    assert "Move it elsewhere, or name an empty or a new folder with --out." in str(refused.value)
    assert contents(made) == before


def test_what_a_system_leaves_in_a_folder_is_nobodys(made: Path) -> None:
    (made / "figures" / ".DS_Store").write_text("where its window was")
    assert manifest.whole(made, manifest.SITE)


def test_a_kill_between_the_list_and_the_file_leaves_nothing_unlisted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, kind = tmp_path / "comparison", manifest.COMPARISON
    replace = files.replace

    def killed(path: Path, content: bytes) -> None:
        if path.name != manifest.NAME:
            raise KeyboardInterrupt
        replace(path, content)

    for content in (b"one", b"two", b"three"):
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(files, "replace", killed)
            manifest.put(folder, kind, {"a.csv": content})
        assert manifest.foreign(folder, kind) == ""
        manifest.put(folder, kind, {"a.csv": content})
        assert manifest.whole(folder, kind)
    assert manifest.read(folder)[1]["a.csv"] >= {manifest.digest(folder / "a.csv")}


def test_a_folder_of_another_kind_is_not_replaced(made: Path) -> None:
    with pytest.raises(place.BuildError, match=r"holds a site of this report, and no classroom\. Move it"):
        classroom.build(made)
    assert manifest.whole(made, manifest.SITE)


# --- every command ------------------------------------------------------------------------------------------------


def compared(out: Path) -> None:
    compare.usable(comparison.choose(["three_year_life"]), out, site=True)


def swept(out: Path) -> None:
    sweeps.run(ask.ask(["pue=1.1,1.2"], draws=0), out, restart=True)


COMMANDS: dict[str, Callable[[Path], object]] = {
    "build": lambda out: build.build(Scenario(), out),
    "slides": lambda out: slides.make(Scenario(), out),
    "classroom": lambda out: classroom.build(out),
    "compare": compared,
    "sweep": swept,
}
# What each took for its own mark once, and then deleted all beside it.
MARKS = {
    "build": ("index.html", slots.DOWNLOADS.holding()),
    "slides": ("notes.html", "mine"),
    "classroom": ("CLASSROOM.txt", "mine"),
    "compare": ("comparison.csv", "scenario,kind,name\nmine"),
    "sweep": ("sweep.json", "{}"),
}


@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_touches_a_folder_of_somebody(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (build, slides):
        monkeypatch.setattr(module, "execute_pages", lambda *rest, **options: pytest.fail("pages were run"))
    name, text = MARKS[command]
    (tmp_path / name).write_text(text)
    files.replace(tmp_path / "pages" / "thesis.docx", b"years of work")
    before = contents(tmp_path)
    with pytest.raises((place.BuildError, SweepError), match=rf"{tmp_path} holds .*({name}|pages/thesis\.docx)"):
        COMMANDS[command](tmp_path)
    assert contents(tmp_path) == before


@pytest.mark.parametrize("out", ["book/s", "data", "data/s", "analysis/s", "tests/s", ".git/s", ".venv/s", "LICENSE/s"])
@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_writes_into_the_report(command: str, out: str) -> None:
    target = notebooks.ROOT / out
    was_there = target.exists()
    with pytest.raises(place.BuildError, match=r"a part of this report|LICENSE is no folder"):
        COMMANDS[command](target)
    assert target.exists() == was_there and not (notebooks.ROOT / "data" / "comparison.csv").exists()


def test_a_comparison_whose_site_cannot_go_there_writes_nothing(tmp_path: Path) -> None:
    files.replace(tmp_path / "html" / "index.html", b"mine")
    with pytest.raises(place.BuildError, match=r"/html holds index\.html, which is on no list"):
        compared(tmp_path)
    choice = comparison.choose(["three_year_life"])
    assert compare.usable(choice, tmp_path, site=False) == tmp_path, "without a site that folder is not touched"


def test_what_somebody_puts_there_while_a_site_is_built_stays(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def make(scenario: Scenario, work: Path, *rest: object) -> None:
        files.replace(work / "source" / "_build" / "html" / "index.html", b"new")
        (made / "CNAME").write_text("example.org")

    monkeypatch.setattr(build, "_make", make)
    before = contents(made)
    with pytest.raises(place.BuildError, match="holds CNAME, which is on no list"):
        build.build(Scenario(), made)
    assert contents(made) == {**before, "CNAME": b"example.org"}
    (made / "CNAME").unlink()
    with pytest.raises(place.BuildError, match="holds CNAME"):
        place.put(shutil.copytree(made, made.with_name("new")), _with_cname(made), manifest.SITE)


def _with_cname(folder: Path) -> Path:
    (folder / "CNAME").write_text("example.org")
    return folder


def test_a_download_goes_into_a_site_of_ours_alone(made: Path) -> None:
    downloads.add(made, downloads.ZIP, downloads.zipped(made))
    assert manifest.whole(made, manifest.SITE)
    same_length(made)
    before = contents(made)
    with pytest.raises(place.BuildError, match=r"index\.html, which somebody has changed"):
        downloads.add(made, downloads.PDF, b"%PDF-")
    assert contents(made) == before


def test_a_site_is_current_only_as_long_as_every_byte_is(made: Path) -> None:
    assert store.site_made_from(made) == ""
    store.keep_site(made, "made from this")
    assert store.site_made_from(made) == "made from this"
    (record,) = (store.STORE / "sites").iterdir()
    said = record.read_bytes()
    record.write_bytes(b"")
    assert store.site_made_from(made) == "", "the record is spoilt"
    record.write_bytes(said)
    same_length(made)
    assert store.site_made_from(made) == ""


def test_a_site_of_release_1_1_is_replaced_if_it_is_as_it_was_left(tmp_path: Path) -> None:
    site = tmp_path / "site"
    files.replace(site / "index.html", slots.DOWNLOADS.holding().encode())
    record = f'{{"folder": "{site}", "made_from": "x", "tree": "{identity.of_tree(site)}"}}'
    files.replace(store._site_record(site), record.encode())
    place.require_ours(site, manifest.SITE)
    (site / "thesis.docx").write_text("years of work")
    with pytest.raises(place.BuildError, match=r"holds index\.html, which is on no list"):
        place.require_ours(site, manifest.SITE)


def test_what_release_1_1_left_in_our_own_folder_is_explained(own_folders: Path) -> None:
    files.replace(own_folders / "slides" / "notes.html", b"notes")
    with pytest.raises(place.BuildError, match=r"Before release 1\.2 no list was kept: `make clean` takes away all"):
        slides.make(Scenario(), own_folders / "slides")


# --- where a folder may be ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("inside", [".store", ".store/x", ".work/base/x", ".tools/x"])
def test_a_build_folder_that_is_a_link_is_known_by_either_name(
    inside: str, own_folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = own_folders.with_name("another-disk")
    (real / ".tools").mkdir(parents=True)
    own_folders.symlink_to(real)
    for folder in (own_folders, real):
        with pytest.raises(place.BuildError, match=r"where builds keep their own files|holds this report itself"):
            place.allowed(folder / inside)
        assert place.allowed(folder / "html") == real / "html"


def test_a_folder_of_the_report_that_is_a_link_is_known_by_its_real_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "report").mkdir()
    (tmp_path / "my-data").mkdir()
    (tmp_path / "report" / "data").symlink_to(tmp_path / "my-data")
    monkeypatch.setattr(notebooks, "ROOT", tmp_path / "report")
    with pytest.raises(place.BuildError, match="lies in data, a part of this report"):
        place.allowed(tmp_path / "my-data" / "new")
    assert place.allowed(tmp_path / "report" / "public") == tmp_path / "report" / "public"


@pytest.mark.parametrize(
    ("out", "said"),
    [
        ("x" * 244, "File name too long"),
        ("ü" * 125, "File name too long"),
        (f"new/{'x' * 256}/site", "File name too long"),
        ("/".join(["x" * 200] * 20), "File name too long"),
        ("file/site", "/file is no folder"),
        ("/dev/null/x", "/dev/null is no folder"),
    ],
    ids=lambda value: value[:20],
)
def test_a_folder_that_cannot_be_made_is_refused_at_once(out: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(place.BuildError, match=rf"cannot be used: .*{said}\. Name another folder with --out"):
        place.allowed(tmp_path / out)
    assert place.allowed(tmp_path / ("x" * 240)) == tmp_path / ("x" * 240)


def test_where_a_disk_is_mounted_nothing_can_be_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place.os.path, "ismount", lambda path: path == tmp_path)
    with pytest.raises(place.BuildError, match=r"is where a disk is mounted.*Name a folder in it"):
        build.build(Scenario(), tmp_path)

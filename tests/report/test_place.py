"""One build at a time, in a folder of its own, from files that stay as they are."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from analysis import comparison, scenarios
from analysis.figures import style
from analysis.report import build, compare, files, identity, manifest, notebooks, place, slots, store
from analysis.report.sweeps import ask
from analysis.report.sweeps import run as sweeps
from analysis.scenarios import Scenario
from analysis.teaching import classroom


@pytest.fixture(autouse=True)
def own_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "STORE", tmp_path / "store")


def quick(monkeypatch: pytest.MonkeyPatch, meanwhile: Any = lambda: None) -> None:
    """Builds whose making is one file."""

    def made(scenario: Scenario, work: Path, *rest: object) -> None:
        html = work / "source" / "_build" / "html"
        html.mkdir(parents=True)
        (html / "index.html").write_text(f"{scenario.title} {slots.DOWNLOADS.holding()}")
        meanwhile()

    monkeypatch.setattr(build, "_make", made)
    monkeypatch.setattr(build, "work_folder", lambda scenario: store.STORE.parent / "work")


HOLD = """
import sys, time
from pathlib import Path
from analysis.report import files
assert files.Lock(Path(sys.argv[1])).take() is True
lock = files.Lock(Path(sys.argv[1] + "x")); lock.take()
keep = files.Lock(Path(sys.argv[2])); keep.take()
print("taken", flush=True)
time.sleep(60)
"""


def test_a_second_build_of_a_site_is_refused_until_the_first_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick(monkeypatch)
    target = tmp_path / "site"
    command = [sys.executable, "-c", HOLD, str(tmp_path / "other"), str(store.lock_of(target))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stdout.readline() == "taken\n"
        since = r"since \d\d:\d\d:\d\d\)\. Wait for it to end"
        said = rf"A build of .*site is being done already \(process {process.pid}, {since}"
        with pytest.raises(place.BuildError, match=said):
            build.build(Scenario(), target)
        assert not target.exists()
        # Another site is no business of that process.
        build.build(Scenario(), tmp_path / "elsewhere")
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert build.build(Scenario(), target) == target


def test_a_build_works_in_a_folder_of_its_own_and_takes_away_what_a_killed_one_left(tmp_path: Path) -> None:
    (tmp_path / "build-dead").mkdir()
    (tmp_path / "build-dead" / "lock").write_text('{"pid": 1, "since": "00:00:00"}')
    with place.work_of_its_own(tmp_path) as one, place.work_of_its_own(tmp_path) as other:
        assert one != other and one.is_dir() and other.is_dir()
        assert not (tmp_path / "build-dead").exists()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("reverted", [False, True])
def test_a_table_that_is_edited_while_a_build_runs_is_seen_also_if_it_is_changed_back(
    reverted: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = tmp_path / "data" / "models.csv"
    table.parent.mkdir()
    table.write_text("a,1\n")
    monkeypatch.setattr(identity, "files", lambda root=tmp_path: [table])
    monkeypatch.setattr(identity, "stamps", lambda: {"data/models.csv": identity.stamp(table)})

    def edit() -> None:
        table.write_text("a,2\n")
        if reverted:
            table.write_text("a,1\n")
            # Not even the time it bears gives it away.
            os.utime(table, ns=(before.st_atime_ns, before.st_mtime_ns))

    before = table.stat()
    monkeypatch.setattr(identity, "of_site", lambda case: f"{case} {table.read_text()}")
    quick(monkeypatch, edit)
    with pytest.raises(place.BuildError, match=r"was changed while the site was built from it. Run again"):
        build.build(Scenario(), tmp_path / "site")
    assert not (tmp_path / "site").exists()


def test_times_of_files_decide_nothing_from_one_run_to_the_next(tmp_path: Path) -> None:
    """A clock that is set back, or a file from the future."""
    for name in ("data", "analysis", "book"):
        (tmp_path / name).mkdir()
    table = tmp_path / "data" / "models.csv"
    table.write_text("a,1\n")
    before = identity.of_site("case", tmp_path)
    for seconds in (0, 4_000_000_000):
        os.utime(table, (seconds, seconds))
        assert identity.of_site("case", tmp_path) == before
    table.write_text("a,2\n")
    os.utime(table, (0, 0))
    assert identity.of_site("case", tmp_path) != before


def spoilt(content: bytes) -> dict[str, bytes]:
    """What a disk or a person may leave of a result that was kept."""
    return {
        "empty": b"",
        "cut off": content[:-3],
        "changed in place": content.replace(b"5.6", b"9.6"),
        "without its digest": content.partition(b"\n")[2],
        "with a list for its uses": b'{"page": "page", "seconds": 1, "uses": ["data/a.csv"]}',
    }


def test_a_result_in_the_store_that_is_not_what_was_written_is_as_if_it_were_not_there() -> None:
    pages, page = store.STORE / "pages", b'{"cells": ["$5.6 million"]}'
    store.keep_page("key", "page", {}, page, 5.6)
    store.keep_page("other", "other", {}, b'{"cells": []}', 1.0)
    assert store.find_page("key") == page and store.durations() == {"page": 5.6, "other": 1.0}
    for path in (*(pages / "key").iterdir(), *(pages / "other").iterdir()):
        sound = path.read_bytes()
        if path.is_relative_to(pages / "other"):
            # The page of another key, sound in itself.
            path = pages / "key" / path.name
            sound, bad = path.read_bytes(), {"another's": sound}
        else:
            bad = spoilt(sound)
        for how, content in bad.items():
            assert content != sound, how
            path.write_bytes(content)
            assert store.find_page("key") is None, f"{path.name}, {how}"
        path.write_bytes(sound)
        assert store.find_page("key") == page


def test_a_picture_that_is_not_what_was_written_is_drawn_again() -> None:
    assert store.picture("key", lambda: b"drawn 5.6") == b"drawn 5.6"
    (path,) = (store.STORE / "pictures").iterdir()
    for how, content in spoilt(path.read_bytes()).items():
        path.write_bytes(content)
        assert store.picture("key", lambda: b"drawn 5.6") == b"drawn 5.6", how
    assert store.picture("key", lambda: b"again") == b"drawn 5.6", "what is sound is not drawn again"


def test_neither_a_link_nor_a_pipe_is_a_result(tmp_path: Path) -> None:
    folder = store.STORE / "pictures"
    kept = folder / "key.png"
    store.picture("key", lambda: b"drawn")
    kept.rename(tmp_path / "elsewhere")
    kept.symlink_to(tmp_path / "elsewhere")
    assert store.picture("key", lambda: b"again") == b"again"
    kept.unlink()
    os.mkfifo(kept)
    assert store.picture("key", lambda: b"and again") == b"and again"


def test_nothing_is_written_through_a_folder_of_build_that_is_a_link(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "BUILD", tmp_path / "_build")
    (tmp_path / "disk").mkdir()
    (tmp_path / "victim" / "executed").mkdir(parents=True)
    (tmp_path / "victim" / "build-1").mkdir()
    # _build itself may lie on another disk.
    (tmp_path / "_build").symlink_to(tmp_path / "disk")
    files.replace(tmp_path / "_build" / ".work" / "base" / "page", b"x")
    (tmp_path / "_build" / ".work" / "base" / "page").unlink()
    (tmp_path / "_build" / ".work" / "base").rmdir()
    (tmp_path / "_build" / ".work" / "base").symlink_to(tmp_path / "victim")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(OSError, match=r"A folder that is a link leads elsewhere: \S+/_build/\.work/base/executed"):
        files.replace(tmp_path / "_build" / ".work" / "base" / "executed" / "capex.ipynb", b"x")
    with pytest.raises(OSError, match="leads elsewhere"), place.work_of_its_own(tmp_path / "_build" / ".work" / "base"):
        pass
    assert sorted(tmp_path.rglob("*")) == before


def test_a_typeface_that_is_not_there_is_told_and_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    style.register_fonts.cache_clear()
    monkeypatch.setattr(style, "files", lambda package: tmp_path)
    with pytest.raises(style.FontError, match=r"typeface of the figures cannot be used: .*Regular\.ttf.*make setup"):
        style.register_fonts()
    monkeypatch.undo()
    style.register_fonts.cache_clear()
    style.register_fonts()


def test_what_stays_in_book_is_no_part_of_a_site() -> None:
    """A refresh that was killed leaves a hidden neighbour."""
    left = notebooks.BOOK / ".capex.ipynb.0123456789ab.part"
    assert files.is_left(left.name)
    left.write_text("half")
    try:
        assert left not in list(identity.files())
    finally:
        left.unlink()


def test_a_report_that_lies_where_nothing_can_be_written_says_so_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(place, "BUILD", tmp_path / "report" / "_build")
    monkeypatch.setattr(place.os, "access", lambda path, mode: path != tmp_path / "report")
    (tmp_path / "report").mkdir()
    with pytest.raises(place.BuildError, match=r"its work in \S+/_build, and \S+/report cannot be written\. Make"):
        place.allowed(tmp_path / "site")
    with pytest.raises(place.BuildError, match=r"site cannot be used: \S+/report cannot be written\. Name"):
        place.allowed(tmp_path / "report" / "site")
    (tmp_path / "site").mkdir()
    (tmp_path / "_build").mkdir()
    monkeypatch.setattr(place, "BUILD", tmp_path / "_build")
    monkeypatch.setattr(place.os, "access", lambda path, mode: path != tmp_path)
    with (
        pytest.raises(place.BuildError, match=r"site cannot be used: \S+ cannot be written\. Name"),
        place.filling(tmp_path / "site", manifest.SITE),
    ):
        pytest.fail("a folder whose place cannot be changed was taken")


def test_every_folder_that_the_report_puts_into_build_is_reserved() -> None:
    folders = [
        build.output_folder(Scenario()),
        build.output_folder(Scenario()).with_name("slides"),
        classroom.FOLDER,
        compare.folder(comparison.choose()),
        sweeps.folder_of(ask.ask(["pue=1.1,1.2"])),
    ]
    inside = [folder.relative_to(place.BUILD).parts[0] for folder in folders]
    inside += re.findall(r"_build/([a-z]+)\b(?![.\w])", (notebooks.ROOT / "Makefile").read_text(encoding="utf-8"))
    assert set(inside) >= {"html", "slides", "classroom", "compare", "sweeps", "fuzz"}
    assert set(inside) <= scenarios.RESERVED
    assert compare.folder(comparison.choose()).name in scenarios.RESERVED

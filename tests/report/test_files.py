"""Files and folders that are there whole or not at all; locks that a killed process does not keep."""

from __future__ import annotations

import errno
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from analysis.report import files

# --- files --------------------------------------------------------------------------------------------------------


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize(("umask", "rights"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
def test_a_new_file_has_the_rights_that_the_users_umask_gives(umask: int, rights: int, tmp_path: Path) -> None:
    before = os.umask(umask)
    try:
        files.replace(tmp_path / "deeper" / "new", b"x")
    finally:
        os.umask(before)
    assert mode(tmp_path / "deeper" / "new") == rights


def test_an_old_file_keeps_its_rights(tmp_path: Path) -> None:
    path = tmp_path / "old"
    path.write_bytes(b"old")
    path.chmod(0o640)
    files.replace(path, b"new")
    assert (path.read_bytes(), mode(path)) == (b"new", 0o640)


def test_a_link_is_replaced_and_what_it_points_to_is_left_alone(tmp_path: Path) -> None:
    precious, link = tmp_path / "precious", tmp_path / "link"
    precious.write_bytes(b"precious")
    link.symlink_to(precious)
    files.replace(link, b"new")
    assert precious.read_bytes() == b"precious"
    assert not link.is_symlink() and link.read_bytes() == b"new"


@pytest.mark.parametrize("fault", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EDQUOT, errno.EIO])
@pytest.mark.parametrize("call", ["open", "fsync", "rename"])
def test_a_fault_of_the_disk_leaves_the_old_content_and_nothing_else(
    call: str, fault: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")

    def broken(*arguments: Any, **options: Any) -> Any:
        raise OSError(fault, os.strerror(fault))

    if call == "rename":
        monkeypatch.setattr(Path, "replace", broken)
    else:
        monkeypatch.setattr(os, call, broken)
    with pytest.raises(OSError, match=os.strerror(fault)):
        files.replace(path, b"new")
    monkeypatch.undo()
    assert path.read_bytes() == b"old"
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


def test_the_content_is_on_the_disk_before_the_name_points_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    sync, rename = os.fsync, Path.replace
    monkeypatch.setattr(os, "fsync", lambda handle: (done.append("sync"), sync(handle)))
    monkeypatch.setattr(Path, "replace", lambda one, other: (done.append("rename"), rename(one, other))[1])
    files.replace(tmp_path / "file", b"new")
    assert done == ["sync", "rename"], "a power cut between the two would leave an empty file"


def test_what_a_killed_process_leaves_is_known_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "replace", lambda *names: os._exit(9))
    child = os.fork()
    if child == 0:
        files.replace(tmp_path / "file", b"new")
    os.waitpid(child, 0)
    (left,) = tmp_path.iterdir()
    assert files.is_left(left.name)
    assert not any(map(files.is_left, ("file", ".file", "file.part", ".git", ".file.0123.part")))


# --- folders ------------------------------------------------------------------------------------------------------


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    new, target = tmp_path / "new", tmp_path / "site"
    for folder in (new, target):
        folder.mkdir()
        (folder / "index.html").write_text(folder.name)
    return new, target


def cannot(*names: Path) -> bool:
    """As on Windows."""
    return False


@pytest.mark.parametrize("two_steps", [False, True])
def test_a_folder_takes_the_place_of_another(
    two_steps: bool, pair: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    new, target = pair
    if two_steps:
        monkeypatch.setattr(files, "_exchanged", cannot)
    files.exchange(new, target)
    assert (target / "index.html").read_text() == "new"
    assert [path.name for path in target.parent.iterdir()] == ["site"]


def test_on_this_system_no_moment_is_without_a_folder(pair: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """Linux and macOS: one call of the kernel. This test is about the one it runs on."""
    if sys.platform not in ("linux", "darwin"):
        pytest.fail("Only Linux and macOS can exchange folders in one step.")
    new, target = pair

    def never(*arguments: Any) -> None:
        raise AssertionError("the way in two steps was taken")

    monkeypatch.setattr(files, "_in_two_steps", never)
    files.exchange(new, target)
    assert (target / "index.html").read_text() == "new"


def test_a_process_that_is_killed_between_two_steps_is_mended_by_the_next(
    pair: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    new, target = pair
    monkeypatch.setattr(files, "_exchanged", cannot)
    rename = Path.rename

    def killed(one: Path, other: Path) -> Path:
        if other == target and one.name.endswith("-new"):
            os._exit(9)
        return rename(one, other)

    monkeypatch.setattr(Path, "rename", killed)
    child = os.fork()
    if child == 0:
        files.exchange(new, target)
    os.waitpid(child, 0)
    monkeypatch.undo()
    assert not target.exists(), "this is the moment without a site"
    files.recover(target)
    assert (target / "index.html").read_text() == "site"


@pytest.mark.parametrize("two_steps", [False, True])
def test_a_second_step_that_fails_puts_the_old_folder_back(
    two_steps: bool, pair: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    new, target = pair
    rename = Path.rename

    def full(one: Path, other: Path) -> Path:
        if other == target and one.name.endswith("-new"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return rename(one, other)

    def broken(*names: Path) -> bool:
        if two_steps:
            return False
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(Path, "rename", full)
    monkeypatch.setattr(files, "_exchanged", broken)
    with pytest.raises(OSError, match=r"No space left|Read-only"):
        files.exchange(new, target)
    assert (target / "index.html").read_text() == "site"
    assert [path.name for path in target.parent.iterdir()] == ["site"]


class InAnImage:
    """A folder in a lower layer of an overlay: it can be emptied and deleted, and neither renamed nor exchanged."""

    def __init__(self, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        rename, self.steps = Path.rename, [str(target)]

        def refused(one: Path, other: Path) -> Path:
            if str(one) in self.steps:
                raise OSError(errno.EXDEV, os.strerror(errno.EXDEV), str(one))
            return rename(one, other)

        def deleted(path: Path, *rest: Any, **options: Any) -> None:
            remove(path, *rest, **options)
            if str(path) in self.steps:
                # What comes in its place lies in the upper layer.
                self.steps.remove(str(path))

        remove = shutil.rmtree
        monkeypatch.setattr(Path, "rename", refused)
        monkeypatch.setattr(shutil, "rmtree", deleted)
        monkeypatch.setattr(files, "_exchanged", cannot)


def test_a_folder_in_an_image_of_a_container_is_replaced(
    pair: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    new, target = pair
    InAnImage(target, monkeypatch)
    files.exchange(new, target)
    assert (target / "index.html").read_text() == "new"
    assert [path.name for path in target.parent.iterdir()] == ["site"]


@pytest.mark.parametrize("how", ["killed", "fault"])
def test_what_is_gone_of_such_a_folder_is_put_back(
    how: str, pair: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    new, target = pair
    (target / "deeper").mkdir()
    (target / "deeper" / "capex.html").write_text("capex")
    InAnImage(target, monkeypatch)
    remove = shutil.rmtree

    def half(path: Path, *rest: Any, **options: Any) -> None:
        if path != target:
            return remove(path, *rest, **options)
        (target / "index.html").unlink()
        if how == "killed":
            os._exit(9)
        raise OSError(errno.EACCES, os.strerror(errno.EACCES), str(path))

    monkeypatch.setattr(shutil, "rmtree", half)
    if how == "fault":
        with pytest.raises(OSError, match="Permission denied"):
            files.exchange(new, target)
        assert [path.name for path in target.parent.iterdir()] == ["site"]
    else:
        child = os.fork()
        if child == 0:
            files.exchange(new, target)
        os.waitpid(child, 0)
        assert not (target / "index.html").exists()
        (target / "mine.txt").write_text("mine")
        files.recover(target)
        assert (target / "mine.txt").read_text() == "mine", "Nothing is taken away to put something back."
    monkeypatch.undo()
    assert (target / "index.html").read_text() == "site"
    assert (target / "deeper" / "capex.html").read_text() == "capex"


def test_nothing_of_somebody_else_beside_a_folder_is_touched(pair: tuple[Path, Path]) -> None:
    new, target = pair
    others = [target.with_name(name) for name in (".site.new", ".site.old", "site.complete", "site.old", "site.bak")]
    for other in others:
        other.mkdir()
    files.exchange(new, target)
    assert all(other.is_dir() for other in others)


TWO = """
import sys
from pathlib import Path
from analysis.report import files
folder, word = Path(sys.argv[1]), sys.argv[2]
for number in range(40):
    new = folder / f"new-{word}-{number}"
    new.mkdir()
    for name in ("a", "b", "c"):
        (new / name).write_text(word)
    files.exchange(new, folder / "site")
"""


def test_two_at_once_leave_the_whole_folder_of_one(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    for name in ("a", "b", "c"):
        (tmp_path / "site" / name).write_text("one")
    commands = [[sys.executable, "-c", TWO, str(tmp_path), word] for word in ("one", "two")]
    running = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for command in commands]
    looked = 0
    while any(process.poll() is None for process in running):
        # Held open, the folder is the same one while its files are read, or it has gone with all of them.
        folder = os.open(tmp_path / "site", os.O_RDONLY)
        found = set()
        try:
            for name in ("a", "b", "c"):
                with open(os.open(name, os.O_RDONLY, dir_fd=folder)) as file:  # noqa: PTH123
                    found.add(file.read())
            looked += 1
        except FileNotFoundError:
            continue
        finally:
            os.close(folder)
        assert len(found) == 1, f"a mixture of two folders: {found}"
    said = [process.communicate()[1] for process in running]
    assert [process.returncode for process in running] == [0, 0], said
    assert looked
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


# --- locks --------------------------------------------------------------------------------------------------------

HOLDER = """
import sys, time
from pathlib import Path
from analysis.report import files
assert files.Lock(Path(sys.argv[1])).take()
lock = files.Lock(Path(sys.argv[2])); assert lock.take()
print("taken", flush=True)
time.sleep(60)
"""


def test_a_lock_names_its_holder_and_goes_with_it_however_it_ends(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    command = [sys.executable, "-c", HOLDER, str(tmp_path / "other"), str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stdout.readline() == "taken\n"
        lock = files.Lock(path)
        assert not lock.take()
        assert re.fullmatch(rf"process {process.pid}, since \d\d:\d\d:\d\d", lock.holder())
        process.send_signal(signal.SIGKILL)
        process.wait()
    # The file is still there, with the dead one's name in it: it holds nothing.
    assert str(process.pid) in path.read_text()
    for _ in range(2):
        assert lock.take() and str(os.getpid()) in path.read_text()
        lock.free()


def test_a_lock_is_not_taken_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("precious")
    (tmp_path / "lock").symlink_to(tmp_path / "precious")
    with pytest.raises(OSError, match="symbolic links"):
        files.Lock(tmp_path / "lock").take()
    assert (tmp_path / "precious").read_text() == "precious"


def test_a_folder_that_is_moved_to_another_disk_is_copied_before_anything_is_replaced(
    pair: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    new, target = pair
    seen: list[str] = []

    def to_another_disk(source: str, destination: str) -> None:
        seen.append((target / "index.html").read_text())
        shutil.copytree(source, destination)
        shutil.rmtree(source)

    monkeypatch.setattr(shutil, "move", to_another_disk)
    files.exchange(new, target)
    assert seen == ["site"] and (target / "index.html").read_text() == "new"

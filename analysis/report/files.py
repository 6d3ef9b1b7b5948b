"""Files and folders that are there whole or not at all, and work that only one command does at a time.

What is guaranteed, whenever a process is killed:

- `replace`: a file has its old content or its new one. After a power cut too, since the new content is on the disk
  before the name points to it; which of the two it is, nobody can say.
- `exchange` on Linux and macOS: a folder is the old one or the new one at every moment, by one call of the kernel.
- `exchange` on Windows, and on a file system that cannot exchange folders (some network drives): there is a moment
  with no folder of that name. Who is killed in it leaves both beside, and `recover` puts the old one back.
- `exchange` of a folder that cannot be renamed (in a lower layer of an overlay, such as an image of a container): it is
  copied aside and then deleted file by file. `recover` puts back what is gone.
- `Lock`: held by the operating system for the life of a process, so that a killed one holds nothing.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import re
import secrets
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from analysis import untrusted
from analysis.project import BUILD as BUILD

# A neighbour that a killed process has left; no other program makes such a name.
LEFT = re.compile(r"\..+\.[0-9a-f]{12}\.part")


def fault(error: OSError) -> str:
    """What the disk refused, and where, in one line."""
    if isinstance(error, shutil.Error) and error.args and isinstance(error.args[0], list):
        # A copied folder has one of these for each file that failed: source, target, and the error as a text.
        (_, where, text), *more = error.args[0]
        what = text.partition("] ")[2].partition(": ")[0] or text
        return f"{what}: {untrusted.shown_path(where)}{f' and {len(more)} more' if more else ''}"
    where = f": {untrusted.shown_path(error.filename)}" if error.filename else ""
    return f"{error.strerror or error}{where}"


# --- files --------------------------------------------------------------------------------------------------------


def replace(path: Path, content: bytes) -> None:
    """Write a file whole or not at all; several processes may write the same one. Its folder is made if need be.

    A new file has the rights that the user's umask gives, as if it had been opened by its name; an old one keeps its
    own. A link in its place is replaced, not followed; OSError where a folder below _build is a link.
    """
    refuse_links_to(path.parent)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name[:100]}.{secrets.token_hex(6)}.part")
    # O_EXCL: never into a file or a link that is there already.
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            # Else a power cut may leave the new name with nothing in it.
            os.fsync(file.fileno())
            if sys.platform != "win32" and not path.is_symlink() and path.exists():
                os.fchmod(file.fileno(), path.stat().st_mode & 0o777)
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def refuse_links_to(folder: Path) -> None:
    """OSError if a folder of _build lies elsewhere: whoever made that _build chose what would be overwritten there."""
    if folder.is_relative_to(BUILD) and folder.resolve() != BUILD.resolve() / folder.relative_to(BUILD):
        raise OSError(errno.ELOOP, "A folder that is a link leads elsewhere", str(folder))


def is_left(name: str) -> bool:
    """Whether a name is that of a neighbour which `replace` has left when its process was killed."""
    return bool(LEFT.fullmatch(name))


# --- folders ------------------------------------------------------------------------------------------------------


def _neighbours(target: Path) -> tuple[Path, Path]:
    """Where the new folder waits, and where the old one goes where two cannot be exchanged."""
    return target.with_name(f".{target.name}.report-new"), target.with_name(f".{target.name}.report-old")


def longest_neighbour(target: Path) -> str:
    """The longest name that `exchange` needs beside a folder."""
    return _neighbours(target)[0].name


def _exchanged(one: Path, other: Path) -> bool:
    """Exchange two names in one step; False where the system or the file system cannot."""
    library: Any = ctypes.CDLL(None, use_errno=True) if sys.platform in ("linux", "darwin") else None
    first, second = os.fsencode(one), os.fsencode(other)
    here, swap = -100, 2  # AT_FDCWD; RENAME_EXCHANGE on Linux, RENAME_SWAP on macOS
    if sys.platform == "linux" and hasattr(library, "renameat2"):
        failed = library.renameat2(here, first, here, second, swap)
    elif sys.platform == "darwin" and hasattr(library, "renamex_np"):
        failed = library.renamex_np(first, second, swap)
    else:
        return False
    if failed:
        number = ctypes.get_errno()
        if number in (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EXDEV):
            return False
        raise OSError(number, os.strerror(number), str(other))
    return True


def recover(target: Path) -> None:
    """Put the old folder back, or what is gone of it, where a process was killed that was taking it away."""
    beside, old = _neighbours(target)
    if old.exists() and not target.exists():
        old.rename(target)
    elif old.exists() and beside.exists():
        # Only while the new folder waits: once it is in its place, what is in the old one is no longer wanted.
        shutil.copytree(old, target, symlinks=True, dirs_exist_ok=True, copy_function=_copied_if_missing)


def _copied_if_missing(source: str, target: str) -> None:
    if not os.path.lexists(target):
        shutil.copy2(source, target)


def exchange(new: Path, target: Path) -> None:
    """Put a finished folder in the place of another; the old one stays until the new one is there, and then goes.

    Two at once wait for each other. OSError leaves the old one as it was.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with _alone_in(target.parent):
        recover(target)
        beside, old = _neighbours(target)
        for left in (beside, old):
            if left.exists():
                shutil.rmtree(left)
        try:
            # A copy, if it is another disk: all of it beside the target first, so that a full disk leaves that whole.
            shutil.move(str(new), str(beside))
            if not target.exists():
                beside.rename(target)
            elif _exchanged(beside, target):
                shutil.rmtree(beside, ignore_errors=True)
            else:
                _in_two_steps(beside, target, old)
        except BaseException:
            # While the old one waits to be put back, `recover` knows it by the two.
            if not old.exists():
                shutil.rmtree(beside, ignore_errors=True)
            raise


def _in_two_steps(beside: Path, target: Path, old: Path) -> None:
    try:
        _move_aside(target, old)
        beside.rename(target)
    except BaseException:
        recover(target)
        shutil.rmtree(old, ignore_errors=True)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _move_aside(target: Path, old: Path) -> None:
    try:
        target.rename(old)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        shutil.copytree(target, old, symlinks=True)
        shutil.rmtree(target)


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Wait until no other process exchanges folders here; without a file of its own, by a lock on the folder."""
    if sys.platform == "win32":
        yield
        return
    import fcntl

    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
        except OSError:
            # Some network drives have no locks; two at once are then kept apart by `Lock` alone.
            yield
            return
        yield
    finally:
        os.close(handle)


# --- one command at a time ----------------------------------------------------------------------------------------


class Lock:
    """A lock that lives as long as its process: `take` it, `free` it, or be killed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: IO[str] | None = None

    def take(self) -> bool:
        """Whether this process has the lock now; False while another has it."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        # Not through a link, since the text of whoever had it before is cut off.
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
        file = os.fdopen(os.open(self.path, flags, 0o666), "r+", encoding="utf-8")
        try:
            if sys.platform == "win32":
                import msvcrt

                # Far behind the text, which others read meanwhile.
                file.seek(1 << 20)
                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                import fcntl

                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.close()
            if error.errno in (errno.EACCES, errno.EAGAIN, errno.EWOULDBLOCK, errno.EDEADLK):
                return False
            raise
        file.seek(0)
        file.truncate()
        file.write(json.dumps({"pid": os.getpid(), "since": datetime.now().strftime("%H:%M:%S")}))
        file.flush()
        self._file = file
        return True

    def free(self) -> None:
        """Give the lock back."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def holder(self) -> str:
        """Who has the lock, in words."""
        try:
            said = json.loads(self.path.read_text(encoding="utf-8"))
            return f"process {int(said['pid'])}, since {str(said['since'])[:8]}"
        except (OSError, ValueError, KeyError, TypeError):
            # Just taken, and not yet signed.
            return "another process"


def own_folder(above: Path, prefix: str) -> tuple[Path, Lock]:
    """A new folder that is this process's as long as it has the lock; what killed processes have left is removed.

    The prefix must be one that nobody else's folder has.
    """
    for left in above.glob(f"{prefix}*"):
        lock = Lock(left / "lock")
        try:
            if lock.path.is_file() and not left.is_symlink() and _is_ours(left) and lock.take():
                lock.free()
                shutil.rmtree(left, ignore_errors=True)
        except OSError:
            continue
    while True:
        folder = Path(tempfile.mkdtemp(prefix=prefix, dir=above))
        lock = Lock(folder / "lock")
        # False, if another that starts just now takes it for one that was left.
        if lock.take():
            return folder, lock


def _is_ours(path: Path) -> bool:
    return sys.platform == "win32" or path.stat().st_uid == os.getuid()

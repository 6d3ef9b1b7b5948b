"""Limits of the shell under which a kernel breaks in the middle of its start, told before anything is begun."""

from __future__ import annotations

import sys

# Open files of one process: with fewer, kernels end in the libraries below them. More are asked for where they can be
# had, since every kernel takes some.
FEWEST_FILES, FILES = 128, 1024

# Addresses of one process: libraries and their threads take most of them, and are killed for want of them.
FEWEST_BYTES = 3_000_000 * 1024


def require() -> None:
    """OSError, with what to do, if pages cannot run in this shell."""
    if sys.platform == "win32":
        return
    import resource

    files, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if files != resource.RLIM_INFINITY and files < FILES:
        files = FILES if most == resource.RLIM_INFINITY else min(FILES, most)
        if files < FEWEST_FILES:
            raise OSError(
                f"This shell allows {files} open files; the report needs {FEWEST_FILES}. Run: ulimit -n {FILES}"
            )
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, most))
    memory, _ = resource.getrlimit(resource.RLIMIT_AS)
    if memory != resource.RLIM_INFINITY and memory < FEWEST_BYTES:
        there, needed = (f"{count // 1024:,} kB" for count in (memory, FEWEST_BYTES))
        raise OSError(f"This shell allows a program {there} of addresses; it needs {needed}. Run: ulimit -v unlimited")

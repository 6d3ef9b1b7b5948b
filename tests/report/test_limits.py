"""Limits of the shell: one line before anything is begun, and no more than is needed."""

from __future__ import annotations

import resource

import pytest

from analysis.report import kernels, limits

FREE = resource.RLIM_INFINITY


@pytest.fixture
def limited(monkeypatch: pytest.MonkeyPatch) -> dict[int, tuple[int, int]]:
    """A shell without limits; what a test puts in here is what the system says, and what was asked of it."""
    said: dict[int, tuple[int, int]] = {}
    monkeypatch.setattr(resource, "getrlimit", lambda which: said.get(which, (FREE, FREE)))
    monkeypatch.setattr(resource, "setrlimit", said.__setitem__)
    return said


@pytest.mark.parametrize(
    ("which", "limit", "message"),
    [
        (resource.RLIMIT_NOFILE, (24, 24), r"allows 24 open files; the report needs 128\. Run: ulimit -n 1024"),
        (resource.RLIMIT_AS, (2**30, FREE), r"1,048,576 kB of addresses; it needs 3,000,000 kB\. Run: ulimit -v unlim"),
    ],
)
def test_a_limit_under_which_kernels_break_is_told(
    which: int, limit: tuple[int, int], message: str, limited: dict[int, tuple[int, int]]
) -> None:
    limits.require()
    limited[which] = limit
    with pytest.raises(OSError, match=message):
        kernels.warm_up()


def test_more_files_are_asked_for_where_they_can_be_had(limited: dict[int, tuple[int, int]]) -> None:
    for before, after in (((24, 512), (512, 512)), ((256, FREE), (1024, FREE)), ((4096, 4096), (4096, 4096))):
        limited[resource.RLIMIT_NOFILE] = before
        limits.require()
        assert limited[resource.RLIMIT_NOFILE] == after

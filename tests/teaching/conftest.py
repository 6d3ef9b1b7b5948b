"""The exercises, read and solved once for all tests of a process."""

from __future__ import annotations

from typing import Any

import pytest

from analysis.teaching import variants


@pytest.fixture(scope="session")
def base() -> variants.Edition:
    """The exercises, with what each expects as its solution computes it now."""
    return variants.edition()


@pytest.fixture(scope="session")
def answers(base: variants.Edition) -> dict[str, Any]:
    return dict(base.answers)

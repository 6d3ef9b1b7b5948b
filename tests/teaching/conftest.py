"""The exercises, read and solved once for all tests of a process."""

from __future__ import annotations

from typing import Any

import pytest

from analysis.teaching import exercises


@pytest.fixture(scope="session")
def answers() -> dict[str, Any]:
    """What each exercise expects, as its solution computes it now."""
    return exercises.answers(exercises.chapters())

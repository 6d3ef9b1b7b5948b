"""What teaching puts on the site: questions, exercises, slides, and the page that runs Python.

`_config.yml` names this package twice: among Sphinx's extensions, for its directives, and in `report_guests`, by which
the builder of the site calls it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from analysis.scenarios import Scenario
from analysis.teaching.site import lab, practice, quiz


def setup(app: Sphinx) -> dict[str, Any]:
    lab.setup(app)
    practice.setup(app)
    quiz.setup(app)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}


def append(folder: Path, scenario: Scenario) -> None:
    """Add questions and exercises to the chapters of a staged folder; the committed chapters stay as they are."""
    practice.append(folder, scenario.is_base)


def write(folder: Path, executed: dict[str, Path], scenario: Scenario) -> None:
    """Files that stand beside the pages of a site: the slides, the lesson's sheets, the students' notebooks and zip."""
    # Not before: the slides are slow to import.
    from analysis.teaching import lesson, slides, students

    slides.write(folder / "slides", executed, scenario, "../")
    lesson.publish(folder)
    students.publish(folder)

"""The classroom's folder: every part is built beside the folder that is there, and then swapped in whole.

A part is a module with `build(folder, progress)`, which writes its files below `folder` and raises BuildError where it
cannot. Parts run in the order of PARTS, so a later part finds the files of the earlier ones.
"""

from __future__ import annotations

from functools import partial
from importlib import import_module
from pathlib import Path

from analysis.report import manifest
from analysis.report.execution import Progress, silent
from analysis.report.place import BUILD, BuildError, filling, put, told, work_of_its_own
from analysis.teaching import graders
from analysis.untrusted import shown

# Names and not modules: a part is imported when it is built, since some are slow to import.
PARTS: tuple[str, ...] = (
    "analysis.teaching.students",
    "analysis.teaching.instructor",
    "analysis.teaching.slides",
)

# What a teacher opens or hands out first.
STARTS = (
    ("For students", "student.zip"),
    ("For teachers, with the solutions", "teachers/index.html"),
    ("Slides", "slides/index.html"),
)

FOLDER = BUILD / "classroom"


def build(out: Path | None = None, progress: Progress = silent, form: str = "") -> Path:
    """Build every part; the folder. BuildError leaves the earlier folder as it was.

    form: the grader for which the exercises are written instead, one of `graders.FORMATS`
    """
    if form not in ("", *graders.FORMATS):
        known = " or ".join(graders.FORMATS)
        raise BuildError(f"--format {shown(form)} is not known: it is {known}, or left out.")
    parts = [partial(graders.build, form)] if form else [import_module(name).build for name in PARTS]
    with (
        filling(out or (FOLDER.with_name(f"classroom-{form}") if form else FOLDER), manifest.CLASSROOM) as target,
        work_of_its_own(BUILD / ".work" / "classroom") as work,
        told(f"the classroom in {target} is as it was before"),
    ):
        beside = work / "classroom"
        beside.mkdir()
        for done, (name, part) in enumerate(zip(PARTS, parts, strict=False)):
            progress(form or name.rpartition(".")[2].replace("_", " "), done, len(parts))
            part(beside, progress)
        put(beside, target, manifest.CLASSROOM)
    progress("done", 1, 1)
    return target

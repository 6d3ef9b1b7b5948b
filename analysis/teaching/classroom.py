"""The classroom's folder: every part is built beside the folder that is there, and then swapped in whole.

A part is a module with `build(folder, progress, wanted)`, which writes its files below `folder` and raises BuildError
where it cannot. Parts run in the order of PARTS, so a later part finds the files of the earlier ones.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from analysis.report import manifest
from analysis.report.downloads import packed
from analysis.report.execution import Progress, silent
from analysis.report.place import BUILD, BuildError, filling, put, told, work_of_its_own
from analysis.teaching import graders, instructor, lesson, lms, slides, students
from analysis.teaching.wanted import Wanted
from analysis.untrusted import shown

PARTS = (students, instructor, lms, lesson, slides)

# What a teacher opens or hands out first.
STARTS = (
    ("For students", "student.zip"),
    ("For teachers, with the solutions", "teachers/index.html"),
    ("The same as one file, for colleagues", "teachers.zip"),
    ("Cards and sheets to print", "lesson/sentences.html"),
    ("Questions for Moodle, Canvas and others", "quizzes/moodle.xml"),
    ("Slides", "slides/index.html"),
)

FOLDER = BUILD / "classroom"


def build(out: Path | None = None, progress: Progress = silent, wanted: Wanted | None = None) -> Path:
    """Build every part; the folder. BuildError leaves the earlier folder as it was."""
    wanted = wanted or Wanted()
    form = wanted.form
    if form not in ("", *graders.FORMATS):
        known = " or ".join(graders.FORMATS)
        raise BuildError(f"--format {shown(form)} is not known: it is {known}, or left out.")
    parts = (
        {form: partial(graders.build, form)}
        if form
        else {part.__name__.rpartition(".")[2]: part.build for part in PARTS}
    )
    with (
        filling(out or (FOLDER.with_name(f"classroom-{form}") if form else FOLDER), manifest.CLASSROOM) as target,
        work_of_its_own(BUILD / ".work" / "classroom") as work,
        told(f"the classroom in {target} is as it was before"),
    ):
        beside = work / "classroom"
        beside.mkdir()
        for done, (name, part) in enumerate(parts.items()):
            progress(name, done, len(parts))
            part(beside, progress, wanted)
        if not form:
            (beside / "teachers.zip").write_bytes(zipped(beside / "teachers"))
        put(beside, target, manifest.CLASSROOM)
    progress("done", 1, 1)
    return target


def zipped(folder: Path) -> bytes:
    """A folder as a zip, for whoever cannot build: it must not lie on a site, so it is handed on."""
    names = sorted(name for name in manifest.entries(folder) if (folder / name).is_file())
    return packed((f"{folder.name}/{name}", (folder / name).read_bytes()) for name in names)

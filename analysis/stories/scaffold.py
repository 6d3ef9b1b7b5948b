"""A new story's folder: every file with what it may hold, and one claim to fill in."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping
from pathlib import Path

from analysis import placing, written
from analysis.case import Case
from analysis.stories import columns
from analysis.stories.columns import Column
from analysis.stories.reading import MAIN, REFERENCES, StoryError
from analysis.untrusted import shown, shown_path

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")

TEXTS: dict[str, str] = written.toml_of(Path(__file__).with_suffix(".toml"))


def begin(model: str = "", amount: str = "", sentence: str = "") -> dict[str, str]:
    """The files of a new story by name: it passes the check, which says what is still blank.

    ParameterError if data/models.csv has no such model.
    """
    if model:
        placing.of_model(Case(), model)
    claim = {"claim_id": "C1", "sentence": sentence, "amount": amount, "boundary": "not_said"}
    return {
        MAIN: TEXTS[MAIN].replace("{model}", json.dumps(model)),
        "claims.csv": _table(columns.CLAIMS, claim),
        "evidence.csv": _table(columns.evidence()),
        "assumptions.csv": _table(columns.ASSUMPTIONS),
        REFERENCES: TEXTS[REFERENCES],
    }


def _table(known: tuple[Column, ...], *rows: dict[str, str]) -> str:
    stream = io.StringIO()
    writer = csv.DictWriter(stream, [column.name for column in known], restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


def write(folder: Path, texts: Mapping[str, str]) -> list[Path]:
    """Put a new story's files into a folder that is not there yet, or empty. StoryError if it cannot be used."""
    name = folder.name
    if not NAME.fullmatch(name):
        raise StoryError([f"{shown(name)} is no name for a story: a letter, then letters, digits, - or _, at most 64."])
    if folder.is_symlink() or (folder.exists() and not (folder.is_dir() and not any(folder.iterdir()))):
        raise StoryError([f"{shown_path(folder)} is there already. Name a new folder, or fill in that one."])
    folder.mkdir(parents=True, exist_ok=True)
    for file, text in texts.items():
        with (folder / file).open("x", encoding="utf-8", newline="") as stream:
            stream.write(text)
    return [folder / file for file in texts]

"""A new story's folder: every file with what it may hold, and one claim to fill in."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping
from pathlib import Path

from analysis.stories import columns
from analysis.stories.columns import Column
from analysis.stories.reading import MAIN, REFERENCES, StoryError
from analysis.untrusted import shown, shown_path

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")

MAIN_TEXT = """\
# What the story is about. Blanks are told by `report story check`; what needs none may go.
title: ""
question: ""
language: en
auditors: ""

# A model of the report: an id that `report model` lists. What is known of it is taken from the report.
model: {model}

# What is known of the run besides, or of a model that no table has. Take out the # of a line to fill it in.
run:
{run}
"""
RUN_TEXT = """\
  # name: what the run is called
  # gpu: H100-SXM          # a chip of the report
  # when: 2025H1           # the half-year of its prices
  # gpus: 512
  # days: 21
  # chip_hours: 258048     # instead of GPUs and days
  # active_parameters: 37e9
  # tokens: 14.8e12
  # flop: 3.3e24           # instead of size and tokens
  # rent: 2.00             # dollars an hour of a chip, instead of the report's price
  # server_price: 34800    # dollars for a chip with its share of the server"""
BIBLIOGRAPHY = """\
An entry a source, such as this example; what stands outside of entries is not read.

@misc{example_2025,
  author = {{Who wrote it}},
  title = {{What it is called}},
  year = {2025},
  url = {https://example.org/},
  note = {What of it was read.},
}
"""


def begin(model: str = "", amount: str = "", sentence: str = "") -> dict[str, str]:
    """The files of a new story by name: it passes the check, which says what is still blank."""
    claim = {"claim_id": "C1", "sentence": sentence, "amount": amount, "boundary": "not_said"}
    return {
        MAIN: MAIN_TEXT.format(model=json.dumps(model), run=RUN_TEXT),
        "claims.csv": _table(columns.CLAIMS, claim),
        "evidence.csv": _table(columns.evidence()),
        "assumptions.csv": _table(columns.ASSUMPTIONS),
        REFERENCES: BIBLIOGRAPHY,
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

"""The drawings that pages show, with one shape per line of text.

matplotlib writes each letter as a reference to its outline: two thousand elements in a figure with some labels, and a
phone styles and lays out each of them. Here the outlines of a line become one path, on a grid of 400 steps to the
height of a letter's square (a thirtieth of a pixel at the size of a label). The files for download stay as they are.

Outlines are told in relative steps, so that a letter is the same text wherever it stands, and compresses.
"""

from __future__ import annotations

import re

from sphinx.application import Sphinx

from analysis.report.site.pages import Pages

# matplotlib gives outlines in 64ths of the unit in which it sets letters, which is a hundredth of their square.
OUTLINES_PER_UNIT = 64
STEPS_PER_UNIT = 4

OUTLINE = re.compile(r'\s*<path id="([^"]+)"(?: d="([MLQCz\d\s-]*)")? transform="scale\(0\.015625\)"/>')
LETTERS = re.compile(r'(?:\s*<use xlink:href="#[^"]+"(?: transform="translate\([^)]*\)")?/>)+')
LETTER = re.compile(r'<use xlink:href="#([^"]+)"(?: transform="translate\(([-\d.e]+) ([-\d.e]+)\)")?/>')
EMPTY = re.compile(r"\s*<defs>\s*</defs>")
# What an editor would like to see, and a page carries in vain.
SPARE = re.compile(r"(?s)<!--(?!\[CDATA).*?-->|(?<=>)\s+(?=<)|(?<=\n) +")

Point = tuple[int, int]


def move(here: Point, there: Point) -> str:
    return f"m{there[0] - here[0]} {there[1] - here[1]}"


def relative(outline: str) -> tuple[Point, str]:
    """Where an outline begins on the grid, and the rest of it in steps that lead back there; "" for a blank."""
    here = begin = first = (0, 0)
    steps: list[str] = []
    for command, numbers in re.findall(r"([MLQCz])([^MLQCz]*)", outline):
        values = [round(int(number) * STEPS_PER_UNIT / OUTLINES_PER_UNIT) for number in numbers.split()]
        if command == "z":
            steps.append("z")
            here = begin
            continue
        end = (values[-2], values[-1])
        if command == "M":
            if steps:
                steps.append(move(here, end))
            else:
                first, steps = end, [""]
            begin = end
        else:
            told = [str(value - here[place % 2]) for place, value in enumerate(values)]
            steps.append(command.lower() + " ".join(told))
        here = end
    return first, "".join([*steps, move(here, first)]) if steps else ""


def joined(svg: str) -> str:
    """An SVG of matplotlib's with one path per line of text; what is no letter stays as it is."""
    outlines = {name: relative(outline) for name, outline in OUTLINE.findall(svg)}

    def line(match: re.Match[str]) -> str:
        letters = LETTER.findall(match[0])
        if any(name not in outlines for name, _, _ in letters):
            return match[0]
        steps = []
        here = (0, 0)
        for name, right, up in letters:
            (x, y), rest = outlines[name]
            if not rest:
                continue
            there = (round(float(right or 0) * STEPS_PER_UNIT) + x, round(float(up or 0) * STEPS_PER_UNIT) + y)
            steps.append(move(here, there) + rest)
            here = there
        return f'<path transform="scale({1 / STEPS_PER_UNIT})" d="{"".join(steps).replace(" -", "-")}"/>'

    short = LETTERS.sub(line, svg)
    left = set(re.findall(r'xlink:href="#([^"]+)"', short))
    short = EMPTY.sub("", OUTLINE.sub(lambda match: match[0] if match[1] in left else "", short))
    return SPARE.sub("", short)


def finish(app: Sphinx, pages: Pages) -> None:
    for path in sorted((pages.folder / "_images").glob("*.svg")):
        svg = path.read_text(encoding="utf-8")
        if LETTERS.search(svg):
            path.write_text(joined(svg), encoding="utf-8")

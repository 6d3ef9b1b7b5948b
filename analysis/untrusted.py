"""Text from outside: how a message shows it, what a title may hold, and how it becomes harmless on a page.

Scenario files and command lines are anybody's. What they say ends in a terminal, in HTML, in Markdown that Sphinx
renders (where `{{ ... }}` is a program and `{download}` reads files), and in tables that a spreadsheet opens.
Each of the four has its own way to be taken in, and its own function here.
"""

from __future__ import annotations

import re
import unicodedata
from html import escape

# Joiners of emoji and of Persian, Hindi and others: invisible, and part of the writing.
JOINERS = "\u200c\u200d"

# What Markdown and MyST read as markup within a line; the rest of punctuation is left alone.
MARKUP = re.compile(r"[\\`*_{}\[\]|$~^]")

# A spreadsheet runs a cell that begins so.
FORMULA = re.compile(r"[=+\-@\t\r]")


def shown(value: object) -> str:
    """A value as a message shows it: in quotation marks, control characters spelt out, never longer than a line."""
    try:
        text = repr(value)
    except ValueError:
        # Python refuses to write out an integer of thousands of digits.
        return "an integer of thousands of digits"
    return text if len(text) <= 60 else text[:57] + "..."


def shown_path(path: object) -> str:
    """A path as a message shows it: as it stands if a terminal can show it, else spelt out."""
    text = str(path)
    return text if text.isprintable() else repr(text)


def printable(message: str) -> str:
    """A message of some lines with its control characters spelt out: a last guard before a terminal."""
    return "".join(c if c.isprintable() or c == "\n" else repr(c)[1:-1] for c in message)


def strange(text: str) -> str:
    """The first character that a person cannot see, as its name; "" if there is none."""
    for character in text:
        if not character.isprintable() and not character.isspace() and character not in JOINERS:
            return f"U+{ord(character):04X} {unicodedata.name(character, 'a control character')}"
        if character in "\x1c\x1d\x1e\x1f\x85":
            # Python counts them as space.
            return f"U+{ord(character):04X} a control character"
    return ""


def one_line(text: str) -> str:
    """The text with every run of white space as one space."""
    return " ".join(text.split())


def foreign_letter(name: str) -> str:
    """The first character of a name that is not ASCII, named; a Cyrillic а looks just like a Latin a."""
    for character in name:
        if not character.isascii():
            return f"{shown(character)} ({unicodedata.name(character, 'no name')})"
    return ""


def as_markdown(text: str) -> str:
    """The text as Markdown that shows it letter by letter, whatever it holds."""
    return MARKUP.sub(lambda found: f"\\{found[0]}", escape(text, quote=False))


def as_title(text: str) -> str:
    """The text as part of a site's title, without what would be a tag: not every template of a theme escapes it."""
    return text.translate({ord("<"): "‹", ord(">"): "›", ord('"'): "”"})


def as_code(text: str) -> str:
    """The text in code marks, of which none of its own can end them."""
    return f"`{text.replace('`', chr(39))}`"


def as_cell(value: object) -> object:
    """A cell of a CSV table: a text that a spreadsheet would run gets an apostrophe in front; numbers stay."""
    if isinstance(value, str) and FORMULA.match(value):
        return f"'{value}"
    return value

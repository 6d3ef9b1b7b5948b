"""Text from outside: how a message shows it, what a title may hold, and how it becomes harmless on a page.

Scenario files and command lines are anybody's. What they say ends in a terminal, in HTML, in Markdown that Sphinx
renders (where `{{ ... }}` is a program and `{download}` reads files), and in tables that a spreadsheet opens.
Each of the four has its own way to be taken in, and its own function here.
"""

from __future__ import annotations

import difflib
import itertools
import re
import unicodedata
from collections.abc import Iterable
from html import escape

# Joiners of emoji and of Persian, Hindi and others: invisible, and part of the writing.
JOINERS = "\u200c\u200d"

# What stands between them has a direction of its own: "1.6" after a Hebrew word stays where it was written.
ISOLATES = "\u2068\u2069"

# They count as letters, marks or symbols, and show nothing.
BLANK = set("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")

# So many marks above one letter a script may need; more of them cover what stands beside.
MOST_MARKS = 6

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


def nearest(name: str, among: Iterable[str]) -> str:
    """The most similar of some names, of those that begin so if there are any; "" if none is near."""
    names = list(among)
    begun = [each for each in names if len(name) > 2 and each.lower().startswith(name.lower())]
    found = difflib.get_close_matches(name[:80], begun or names, n=1, cutoff=0 if begun else 0.5)
    return found[0] if found else ""


def meant(name: str, among: Iterable[str]) -> str:
    """What a message on a name that is not known asks at its end: whether the nearest was meant; "" if none is near."""
    near = nearest(name, among)
    return f" Did you mean '{near}'?" if near else ""


def unknown(what: str, name: str, among: Iterable[str]) -> str:
    """The message on a name that is not known."""
    return f"There is no {what} {shown(name)}.{meant(name, among)}"


def shown_path(path: object) -> str:
    """A path as a message shows it: as it stands if a terminal can show it, else spelt out."""
    text = str(path)
    return text if text.isprintable() else repr(text)


def printable(message: str) -> str:
    """A message of some lines with its control characters spelt out: a last guard before a terminal."""
    return "".join(c if c.isprintable() or c in f"\n{ISOLATES}" else repr(c)[1:-1] for c in message)


def strange(text: str) -> str:
    """The first character that a person cannot see, as its name; "" if there is none."""
    if text.isprintable() and not BLANK & set(text):
        return ""
    for character in text:
        unseen = not character.isprintable() and not character.isspace() and character not in JOINERS
        if unseen or character in BLANK:
            return f"U+{ord(character):04X} {unicodedata.name(character, 'a control character')}"
        if character in "\x1c\x1d\x1e\x1f\x85":
            # Python counts them as space.
            return f"U+{ord(character):04X} a control character"
    return ""


def unreadable(text: str) -> str:
    """What keeps a person from reading a text that is not blank, in words; "" if nothing does."""
    if hidden := strange(text):
        return f"{hidden}, which nobody can see"
    kinds = [unicodedata.category(character) for character in text]
    if text.strip() and not any(kind[0] in "LNPS" for kind in kinds):
        return "nothing that can be seen"
    marks = (len(list(run)) for mark, run in itertools.groupby(kind in ("Mn", "Me") for kind in kinds) if mark)
    if (most := max(marks, default=0)) > MOST_MARKS:
        return f"{most} marks on one letter, which cover what stands beside it; at most {MOST_MARKS} are shown"
    return ""


def isolated(text: str) -> str:
    """A text that cannot move what stands before and after it, where some of its letters run from right to left."""
    if any(unicodedata.bidirectional(character) in ("R", "AL", "AN") for character in text):
        return f"{ISOLATES[0]}{text}{ISOLATES[1]}"
    return text


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
    """The text as Markdown that shows it as it is, whatever it holds; quotes and dashes as in the pages' own prose."""
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

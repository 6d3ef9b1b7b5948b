"""A story's folder, or the one file that the form writes, taken in: every fault is told with file, row and column."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis import scenarios, tables, written
from analysis.parameters import ParameterError
from analysis.placing import book, given
from analysis.stories import columns
from analysis.stories.columns import CHECK, FREE, LARGEST_FILE, LONGEST_CELL, MOST_ROWS, WANTED, Column, Form
from analysis.untrusted import meant, shown
from analysis.written import name_of

SHIPPED = tables.DATA / "stories"
MAIN, REFERENCES = "story.yml", "references.bib"
TABLES: Mapping[str, Callable[[], tuple[Column, ...]]] = {
    "claims": lambda: columns.CLAIMS,
    "evidence": columns.evidence,
    "assumptions": lambda: columns.ASSUMPTIONS,
    "key": lambda: columns.KEY,
}

ABOUT = (
    Column("title", WANTED),
    Column("question", WANTED),
    Column("language", FREE, form=Form(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", "a code of a language, such as en")),
    Column("auditors", WANTED),
    Column("model", FREE, form=Form(r"[a-z0-9_]+", "an id that `report model` lists")),
    Column("note"),
)
# What story.yml says of a run: the numbers of `report claim`, with these three.
NUMBERS = tuple(name for name in given.LIMITS if name != "amount")
RUN = (
    Column("name"),
    Column("gpu"),
    Column("when", form=Form(book.HALF_YEAR.pattern, "a half-year such as 2025H1")),
    *(Column(name, form=columns.NUMBER) for name in NUMBERS),
)

# With @string a text can grow without end, and @preamble is a program of TeX.
BIBLIOGRAPHY = re.compile(r"@\s*(string|preamble|comment)\b", re.IGNORECASE)


class StoryError(written.FileError):
    """A story cannot be used; `lines` names every fault."""

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = list(lines)


@dataclass(frozen=True)
class Reference:
    """An entry of a bibliography, in words."""

    key: str
    authors: str
    title: str
    year: str
    url: str
    note: str


@dataclass(frozen=True)
class Story:
    """A story as it was read. Cells are texts, "" where they are blank; a row's `where` names file and row.

    about:  the texts of story.yml
    run:    what it says of the run itself, beside a model of the report or alone
    blanks: what somebody still has to fill in, a line each
    """

    name: str
    path: Path
    about: Mapping[str, str]
    run: Mapping[str, str]
    claims: Sequence[Mapping[str, str]]
    evidence: Sequence[Mapping[str, str]]
    assumptions: Sequence[Mapping[str, str]]
    key: Sequence[Mapping[str, str]]
    references: Mapping[str, Reference]
    blanks: Sequence[str]

    @property
    def main(self) -> str:
        """story.yml as messages name it."""
        return name_of(self.path if self.path.is_file() else self.path / MAIN)


def shipped() -> list[Path]:
    """The folders of the stories that come with the report."""
    return sorted(SHIPPED.iterdir()) if SHIPPED.is_dir() else []


def found(asked: str) -> Path:
    """The folder, or the file, that a command names: where it says, or among those that the report ships."""
    try:
        path = Path(asked)
        if path.exists():
            return path
    except (OSError, ValueError):
        raise StoryError([f"{shown(asked)} is no name of a folder."]) from None
    known = {each.name: each for each in shipped()}
    if asked in known:
        return known[asked]
    raise StoryError([f"There is no story {shown(asked)}.{meant(asked, known)} `report story new` begins one."])


def read(path: Path) -> Story:
    """The story of a folder, or of a story.yml alone. StoryError with all that is wrong in it."""
    alone = path.is_file()
    folder = path.parent if alone else path
    file = path if alone else folder / MAIN
    problems: list[str] = []
    document = _document(file, problems)
    rows = {name: [] if alone else _table(folder / f"{name}.csv", TABLES[name](), problems) for name in TABLES}
    references = {} if alone else _references(folder / REFERENCES, problems)
    inline = list(_inline(file, document.get("claims", []), problems))
    if inline and rows["claims"]:
        problems.append(
            f"{name_of(file)}, `claims`: there is a claims.csv too. Keep one of the two, then run `{CHECK}`."
        )
    rows["claims"] = rows["claims"] or inline
    if not rows["claims"] and not problems:
        problems.append(f"{name_of(file)}: the story has no claim. Write one into claims.csv, then run `{CHECK}`.")
    problems += _twice("claim_id", rows["claims"])
    problems += _twice("evidence_id", rows["evidence"])
    problems += _strangers(rows)
    problems += _unsourced(rows, references)
    if problems:
        raise StoryError(problems)
    about = {column.name: document.get(column.name, "") for column in ABOUT}
    told = [columns.blanks(name_of(file), ABOUT, about)]
    told += [columns.blanks(row["where"], columns.CLAIMS, row) for row in rows["claims"]]
    told += [columns.blanks(row["where"], columns.ASSUMPTIONS, row) for row in rows["assumptions"]]
    name = path.stem if alone else folder.resolve().name
    run = document.get("run") or {}
    return Story(name, path, about, run, **rows, references=references, blanks=list(filter(None, told)))


def _text(path: Path, problems: list[str]) -> str:
    """A file's text; "" where it cannot be used. A link is none: it would show what is somewhere else."""
    try:
        if path.is_symlink():
            raise written.FileError(f"{name_of(path)} is a link. Put the file itself there, then run `{CHECK}`.")
        return written.text(path, most=LARGEST_FILE)
    except written.FileError as error:
        problems.append(str(error))
        return ""


def _document(path: Path, problems: list[str]) -> dict[str, Any]:
    """story.yml, with what is wrong in its texts and numbers told."""
    text = _text(path, problems)
    if not text:
        problems += [] if problems else [f"{name_of(path)} is empty. `report story new` shows what it holds."]
        return {}
    where = name_of(path)
    try:
        document = scenarios.plain_yaml(text.replace("\r\n", "\n"), where)
        allowed = (*(column.name for column in ABOUT), "run", "claims")
        if not isinstance(document, dict):
            raise ParameterError(f"{where} must hold {', '.join(allowed)}.")
        run, claims = document.get("run") or {}, document.get("claims") or []
        for what, kind, word in ((run, dict, "run"), (claims, list, "claims")):
            if not isinstance(what, kind):
                form = "lines such as `gpus: 512`" if kind is dict else "rows that begin with -"
                raise ParameterError(f"{where}, `{word}`: it must be {form}. Correct it, then run `{CHECK}`.")
    except ParameterError as error:
        problems.append(str(error))
        return {}
    texts = {name: cell for name, cell in document.items() if name not in ("run", "claims")}
    if isinstance(texts.get("auditors"), list) and all(isinstance(one, str) for one in texts["auditors"]):
        texts["auditors"] = ", ".join(texts["auditors"])
    return {
        **_checked(where, texts, ABOUT, problems, ("run", "claims")),
        "run": _checked(f"{where}, `run`", run, RUN, problems),
        "claims": claims,
    }


def _checked(
    where: str, cells: Mapping[Any, Any], known: tuple[Column, ...], problems: list[str], more: Sequence[str] = ()
) -> dict[str, str]:
    """Keys and texts of a table in YAML; what is wrong with them goes into `problems`."""
    names = [*(column.name for column in known), *more]
    for key, cell in cells.items():
        if key not in names:
            told = f"no such key; allowed are {', '.join(names)}.{meant(str(key), names)} Correct it"
            problems.append(columns.fault(where, shown(key), "", told))
        elif not isinstance(cell, str):
            problems.append(columns.fault(where, key, cell, "it must be one text or number. Correct it"))
    kept = {str(key): cell.strip() for key, cell in cells.items() if key in names and isinstance(cell, str)}
    problems += columns.faults(where, known, kept)
    return kept


def _inline(file: Path, claims: Sequence[Any], problems: list[str]) -> Iterator[dict[str, str]]:
    """Claims that stand in story.yml itself, as the form writes them."""
    for number, cells in enumerate(claims[:MOST_ROWS], start=1):
        where = f"{name_of(file)}, claim {number}"
        if not isinstance(cells, dict):
            problems.append(columns.fault(where, "claims", cells, "it must be lines such as `amount: 5 million`"))
            continue
        cells = _checked(where, {"claim_id": f"C{number}", **cells}, columns.CLAIMS, problems)
        yield {**{column.name: "" for column in columns.CLAIMS}, **cells, "where": where}


def _table(path: Path, known: tuple[Column, ...], problems: list[str]) -> list[dict[str, str]]:
    """The rows of a table; none where there is no file, or one that cannot be used."""
    if not (path.exists() or path.is_symlink()):
        return []
    before, where = len(problems), name_of(path)
    text = _text(path, problems)
    if len(problems) > before:
        return []
    reader, names = csv.reader(io.StringIO(text, newline=""), strict=True), [column.name for column in known]
    lines: list[list[str]] = []
    try:
        for line in reader:
            lines.append(line)
            if len(lines) > MOST_ROWS + 1:
                problems.append(f"{where} has more than {MOST_ROWS} rows, of which no more are read. Shorten it.")
                return []
    except csv.Error as error:
        problems.append(f"{where}, line {reader.line_num}: {error}. Double each quotation mark within a cell.")
        return []
    if not lines:
        problems.append(f"{where} is empty. Its first line must be {','.join(names)}; or delete the file.")
        return []
    if told := _header(text.splitlines()[0], lines[0], names):
        problems.append(f"{where}, row 1: {told} Correct it, then run `{CHECK}`.")
        return []
    found = []
    for number, cells in enumerate(lines[1:], start=2):
        place = f"{where}, row {number}"
        if not any(cells):
            continue
        if len(cells) != len(lines[0]):
            told = f"{len(cells)} cells, where the first row has {len(lines[0])}. Put a text with a comma in quotation"
            problems.append(f"{place}: {told} marks, then run `{CHECK}`.")
            continue
        row = dict(zip(lines[0], (cell.strip() for cell in cells), strict=True))
        problems += columns.faults(place, known, row)
        found.append({**dict.fromkeys(names, ""), **row, "where": place})
    return found


def _header(line: str, there: list[str], names: list[str]) -> str:
    """What is wrong with a table's first line; columns may stand in any order, and those that may be blank may lack."""
    if fault := tables.separator_fault(line, there) if there != names and len(there) < 2 else "":
        return fault
    strangers = [name for name in there if name not in names]
    if strangers:
        return f"there is no column {shown(strangers[0])}.{meant(strangers[0], names)} Allowed are {', '.join(names)}."
    twice = next((name for name in there if there.count(name) > 1), "")
    if twice:
        return f"the column `{twice}` stands there twice."
    return "" if there[0] == names[0] else f"the first column must be `{names[0]}`."


def _twice(column: str, rows: Sequence[Mapping[str, str]]) -> Iterator[str]:
    seen: set[str] = set()
    for row in rows:
        if row[column] in seen:
            yield columns.fault(row["where"], column, row[column], "another row has it too. Give each its own")
        seen.add(row[column])


def _strangers(rows: Mapping[str, Sequence[Mapping[str, str]]]) -> Iterator[str]:
    """Records and keys of claims that the story has not."""
    known = [row["claim_id"] for row in rows["claims"]]
    for row in (*rows["evidence"], *rows["key"]):
        if row["claim_id"] and row["claim_id"] not in known:
            told = f"the story has the claims {', '.join(known[:20])}. Correct it"
            yield columns.fault(row["where"], "claim_id", row["claim_id"], told)


def _unsourced(rows: Mapping[str, Sequence[Mapping[str, str]]], own: Mapping[str, Reference]) -> Iterator[str]:
    """Sources that neither the story's bibliography holds nor the report's."""
    known = {*own, *tables.references()}
    for row in (*rows["claims"], *rows["evidence"], *rows["assumptions"]):
        for key in row["source"].split(";"):
            if key and key not in known:
                told = f"neither {REFERENCES} nor the report's bibliography holds it.{meant(key, known)} Add the entry"
                yield columns.fault(row["where"], "source", key, told)


def _references(path: Path, problems: list[str]) -> dict[str, Reference]:
    if not (path.exists() or path.is_symlink()):
        return {}
    text = _text(path, problems)
    if forbidden := BIBLIOGRAPHY.search(text):
        line = text.count("\n", 0, forbidden.start()) + 1
        problems.append(
            f"{name_of(path)}, line {line}: {shown(forbidden[0])} is not read. Write each entry out in full."
        )
        return {}
    try:
        entries = tables.bibliography(text)
    except Exception as error:
        # A parser raises what it likes.
        told = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        problems.append(f"{name_of(path)} cannot be read ({told}). Mend it, then run `{CHECK}`.")
        return {}
    found = {key: reference(key, entry) for key, entry in entries.items()}
    for key, entry in found.items():
        cells = {name: getattr(entry, name) for name in ("key", "authors", "title", "year", "url", "note")}
        known = (Column("key", form=columns.KEYS), *map(Column, ("authors", "title", "year", "url", "note")))
        problems += columns.faults(f"{name_of(path)}, entry {shown(key)}", known, cells)
    return found


def reference(key: str, entry: Any) -> Reference:
    """An entry as pybtex reads it, in words: braces and backslashes are TeX's."""

    def plain(text: str) -> str:
        return " ".join(re.sub(r"\\(?=[&%$#_])|[{}]", "", text).split())

    fields = {name: plain(str(entry.fields.get(name, "")))[: LONGEST_CELL + 1] for name in ("title", "year", "note")}
    authors = "; ".join(plain(str(person)) for person in entry.persons.get("author", [])[:20])
    return Reference(key, authors, url=str(entry.fields.get("url", "")).strip(), **fields)


def all_references(story: Story) -> dict[str, Reference]:
    """The references that a story's rows name, its own before the report's, by key."""
    rows = (*story.claims, *story.evidence, *story.assumptions)
    keys = sorted({key for row in rows for key in row["source"].split(";") if key})
    shared = tables.references()
    return {key: story.references.get(key) or reference(key, shared[key]) for key in keys}

"""The tool that compares sites; tests/test_jupyter_book.py renders a second time."""

from __future__ import annotations

from pathlib import Path

import commands
import same_bytes

from analysis.report import digests


def small_site(folder: Path) -> Path:
    (folder / "figures").mkdir(parents=True)
    (folder / "_sources").mkdir()
    for name in ("index.html", "figures/a.svg", "_sources/page.ipynb"):
        (folder / name).write_text(f"one\ntwo {name}\n", encoding="utf-8")
    return folder


def test_digests_follow_content_and_names(tmp_path: Path) -> None:
    one, other = small_site(tmp_path / "one"), small_site(tmp_path / "other")
    before = digests.of_site(one)
    assert before == digests.of_site(other) and tuple(before) == digests.KINDS
    (other / digests.downloads.PDF).write_bytes(b"made by a browser")
    assert digests.of_files(other).keys() == digests.of_files(one).keys()
    (other / "figures/a.svg").write_text("one\nTwo figures/a.svg\n", encoding="utf-8")
    changed = digests.of_site(other)
    assert [kind for kind in digests.KINDS if before[kind] != changed[kind]] == ["figures", "site", "zip"]
    (one / "figures/a.svg").rename(one / "figures/b.svg")
    assert digests.of_site(one)["figures"] != before["figures"]


def test_a_difference_is_named_by_file_byte_and_line(tmp_path: Path) -> None:
    one, other = small_site(tmp_path / "one"), small_site(tmp_path / "other")
    assert not same_bytes.compare(one, other)
    (other / "index.html").write_text("one\ntwo Index.html\n", encoding="utf-8")
    (other / "more.css").write_text("", encoding="utf-8")
    missing, changed = same_bytes.compare(one, other)
    assert missing == f"more.css: only in {other}"
    assert changed.startswith("index.html: byte 8, line 2: ")
    assert same_bytes.difference(b"ab", b"abc").startswith("byte 2, line 1: ")


def test_the_command_prints_digests_and_refuses_what_is_no_site(tmp_path: Path) -> None:
    site = small_site(tmp_path / "one")
    told = commands.here("digest", str(site))[1]
    assert told.splitlines() == [f"{value}  {kind}" for kind, value in digests.of_site(site).items()]
    assert commands.here("digest", "--files", str(site))[1].endswith("  index.html\n")
    assert "There is no site" in commands.refused("digest", str(tmp_path))

"""One set of versions, said in three places: pyproject.toml, requirements.lock and environment.yml."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
CONDA = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(lines: list[str], where: str) -> dict[str, str]:
    """name -> version of lines such as `numpy==2.4.6`; every line must be one."""
    found = {}
    for line in lines:
        match = re.fullmatch(r"([\w.-]+)==([\w.+!]+)", line.strip())
        assert match, f"{where} has `{line}`, which is no exact pin. Write it as name==version."
        found[canonical(match[1])] = match[2]
    return found


def locked() -> dict[str, set[str]]:
    versions: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([\w.-]+)==([\w.+!]+)", LOCK, flags=re.MULTILINE):
        versions.setdefault(canonical(name), set()).add(version)
    return versions


def pip_lines() -> list[str]:
    (pip,) = [item["pip"] for item in CONDA["dependencies"] if isinstance(item, dict)]
    return list(pip)


def test_environment_has_the_pins_of_the_project() -> None:
    wanted = pins(PROJECT["dependencies"], "pyproject.toml")
    found = pins([line for line in pip_lines() if not line.startswith("-")], "environment.yml")
    different = sorted(
        f"{name}: pyproject.toml {wanted.get(name, 'has none')}, environment.yml {found.get(name, 'has none')}"
        for name in wanted.keys() | found.keys()
        if wanted.get(name) != found.get(name)
    )
    assert not different, (
        "environment.yml and pyproject.toml disagree:\n  " + "\n  ".join(different) + "\n"
        "pyproject.toml decides; copy its `dependencies` to the pip section of environment.yml."
    )


def test_environment_installs_the_report_itself() -> None:
    assert "-e ." in pip_lines(), (
        "environment.yml does not install the report. Add `- -e .` as the last line of its pip section."
    )


def test_environment_names_a_python_that_the_project_supports() -> None:
    (python,) = [item for item in CONDA["dependencies"] if isinstance(item, str) and item.startswith("python")]
    found = tuple(int(part) for part in python.split("=")[-1].split("."))
    oldest = tuple(int(part) for part in PROJECT["requires-python"].removeprefix(">=").split("."))
    assert found >= oldest, (
        f"environment.yml asks for Python {found}, but pyproject.toml requires {PROJECT['requires-python']}. "
        "Raise `python=` in environment.yml."
    )


# Installed when a campaign is run, by `make mutate-model`.
NOT_LOCKED = {"campaigns"}


@pytest.mark.parametrize("extra", [None, *sorted(PROJECT["optional-dependencies"].keys() - NOT_LOCKED)])
def test_lock_has_the_pins_of_the_project(extra: str | None) -> None:
    lines = PROJECT["optional-dependencies"][extra] if extra else PROJECT["dependencies"]
    found = locked()
    different = sorted(
        f"{name}: pyproject.toml {version}, requirements.lock {', '.join(sorted(found.get(name, {'has none'})))}"
        for name, version in pins(lines, "pyproject.toml").items()
        if found.get(name) != {version}
    )
    assert not different, (
        "requirements.lock is behind pyproject.toml:\n  " + "\n  ".join(different) + "\nRun `make lock`."
    )


def test_lock_has_a_hash_for_every_package_and_names_no_host() -> None:
    entries = re.split(r"\n(?=\S)", LOCK)
    bare = [entry.split()[0] for entry in entries if not entry.startswith("#") and "--hash=sha256:" not in entry]
    assert not bare, f"requirements.lock has no hash for {', '.join(bare)}. Run `make lock`."
    hosts = re.findall(r"\w+://[\w.-]+|--(?:index-url|find-links)\S*", LOCK)
    assert not hosts, f"requirements.lock names {', '.join(hosts)}. Run `make lock`, which leaves hosts out."

"""One set of versions, said in three places: pyproject.toml, requirements.lock and environment.yml."""

from __future__ import annotations

import re
import shutil
import subprocess
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


@pytest.mark.parametrize("extra", [None, *sorted(PROJECT["optional-dependencies"])])
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


LOCKS = sorted(
    path.relative_to(ROOT).as_posix()
    for folder in (".ci", "analysis", "tests")
    for path in (ROOT / folder).rglob("*.lock")
)


@pytest.mark.parametrize("name", ["requirements.lock", *LOCKS])
def test_lock_has_a_hash_for_every_package_and_names_no_host(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    entries = [entry for entry in re.split(r"\n(?=\S)", text.strip()) if not entry.startswith("#")]
    assert entries, f"{name} locks nothing. Run `make lock`."
    loose = [entry.split()[0] for entry in entries if not re.match(r"[\w.-]+==[\w.+!]+(?: ;[^\n]*)? \\\n", entry)]
    assert not loose, f"{name} does not pin {', '.join(loose)} exactly. Run `make lock`."
    bare = [entry.split()[0] for entry in entries if not re.search(r"--hash=sha256:[0-9a-f]{64}\b", entry)]
    assert not bare, f"{name} has no hash for {', '.join(bare)}. Run `make lock`."
    other = [line for line in re.findall(r"--\S+", text) if not re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", line)]
    assert not other, f"{name} has {', '.join(other[:3])}, and may have nothing but SHA-256 hashes. Run `make lock`."
    hosts = re.findall(r"\w+://[\w.-]+", text)
    assert not hosts, f"{name} names {', '.join(hosts)}. Run `make lock`, which leaves hosts out."


@pytest.mark.parametrize("name", [".ci/tools", ".ci/campaigns", ".ci/graders"])
def test_lock_of_tools_has_their_pins(name: str) -> None:
    lines = (ROOT / f"{name}.in").read_text(encoding="utf-8").splitlines()
    wanted = pins([line for line in lines if line and not line.startswith("#")], f"{name}.in")
    text = (ROOT / f"{name}.lock").read_text(encoding="utf-8")
    found = pins(re.findall(r"^[\w.-]+==[\w.+!]+", text, re.M), f"{name}.lock")
    assert wanted.items() <= found.items(), f"{name}.lock is behind {name}.in. Run `make lock`."


def test_what_a_campaign_adds_changes_no_package_of_the_report() -> None:
    versions = re.findall(r"^([\w.-]+)==([\w.+!]+)", (ROOT / ".ci/campaigns.lock").read_text("utf-8"), re.M)
    other = [f"{name} {version}" for name, version in versions if version not in locked().get(name, {version})]
    assert not other, f"`make mutate-model` would install {', '.join(other)} over what requirements.lock has."


def test_make_installs_nothing_without_a_digest() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8").replace("\\\n", " ")
    steps = re.findall(r"(?m)^\t.*(?:\$\(call INSTALL|pip install|npm install).*$", makefile)
    locked_or_own = r"--require-hashes -r \S+\.lock|--no-deps .*--editable \.$"
    loose = [step.strip() for step in steps if not re.search(locked_or_own, step)]
    assert len(steps) > 4 and not loose, f"{loose}: install from a lock, with --require-hashes."
    assert makefile.count("pip install") == 2, "Installations go through INSTALL, defined for uv and for pip."


def test_two_commands_set_up_all_that_they_need() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    asked = {
        "test": "browser graders",
        "graders": r"\$\(GRADERS\)/\.ready",
        "pdf": "browser",
        "publish": "book browser",
    }
    asked |= dict.fromkeys(("browser", "book"), r"\$\(READY\)")
    wrong = [name for name, first in asked.items() if not re.search(rf"(?m)^{name}: {first} ##", makefile)]
    assert not wrong, f"make {', '.join(wrong)} would ask for something that nobody has set up."
    assert "\t$(BIN)/report lab" in makefile.partition("\nbook: ")[2].partition("\n\n")[0], "The site is not whole."
    script = (ROOT / ".ci/run").read_text(encoding="utf-8")
    assert "make test" in script and "apt" not in script, ".ci/run sets up what `make test` should."


WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_workflow_runs_pinned_actions_with_the_least_rights(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    loose = [
        use
        for use in re.findall(r"uses: (?!\./)(.+)", text)
        if not re.fullmatch(r"[\w-]+/[\w/-]+@[0-9a-f]{40} # v[\d.]+", use)
    ]
    assert not loose, f"{path.name}: {loose}. A tag can be moved: name the commit's digest, and the version behind it."
    workflow = yaml.safe_load(text)
    assert workflow["permissions"] == {}, (
        f"{path.name}: rights belong to a job, so write `permissions: {{}}` at the top."
    )
    for name, job in workflow["jobs"].items():
        rights = job.get("permissions")
        assert rights is not None, f"{path.name}, {name}: say what the job may do: `permissions:`."
        writing = {right for right, much in rights.items() if much == "write"}
        assert writing <= ({"pages", "id-token"} if name == "deploy" else set()), (
            f"{path.name}, {name} may write {writing}. Only the deployment writes, and it runs no code of the report."
        )
        for step in job.get("steps", []):
            if "actions/checkout@" in step.get("uses", ""):
                assert step["with"]["persist-credentials"] is False, f"{path.name}, {name}: keep no credentials."
            # What an event says (a title, a branch's name) would be run as code.
            event = re.findall(r"\$\{\{[^}]*\}\}", step.get("run", ""))
            assert not event, f"{path.name}, {name}: {event} in a script. Pass it through `env`."


def test_what_is_published_has_passed_the_tests() -> None:
    read = {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in WORKFLOWS}
    jobs = read["publish"]["jobs"]

    def needed(name: str) -> set[str]:
        """A job's name, and all that it waits for."""
        needs = jobs[name].get("needs", [])
        return {name}.union(*map(needed, [needs] if isinstance(needs, str) else needs))

    tests = {name for name, job in jobs.items() if job.get("uses") == "./.github/workflows/test.yml"}
    publishing = [name for name, job in jobs.items() if "write" in job["permissions"].values()]
    assert publishing and all(needed(name) & tests for name in publishing), "A red commit would be published."
    # Only then does it run the tests of the very commit; YAML reads the key `on` as true.
    assert "workflow_call" in read["test"][True] and not [name for name in needed("deploy") if "if" in jobs[name]]
    checkouts = [step for job in jobs.values() for step in job.get("steps", []) if "checkout@" in step.get("uses", "")]
    assert not [step for step in checkouts if "ref" in step["with"]], "What is built must be what was tested."


def test_one_version_of_each_action() -> None:
    seen: dict[str, set[str]] = {}
    for path in WORKFLOWS:
        for action, version in re.findall(r"uses: ([\w/-]+)@(.+)", path.read_text(encoding="utf-8")):
            seen.setdefault(action, set()).add(version)
    several = {action: versions for action, versions in seen.items() if len(versions) > 1}
    assert not several, f"Workflows use an action in several versions: {several}"


def test_a_checkout_has_the_same_bytes_where_git_writes_the_line_endings_of_windows(tmp_path: Path) -> None:
    """The default of Git for Windows; a table or a page with other line endings has another digest."""
    one, other = tmp_path / "one", tmp_path / "other"
    names = ["data/models.csv", "book/fleet.ipynb", "book/assets/report-sans-OFL.txt"]
    names.append("tests/hostile/corpus/ok_crlf_bom.yml")
    for name in (".gitattributes", *names):
        (one / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, one / name)
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    for words in (["init", "-q"], ["add", "-A"], [*who, "commit", "-qm", "all"]):
        subprocess.run(["git", "-C", str(one), *words], check=True)
    subprocess.run(["git", "clone", "-q", "-c", "core.autocrlf=true", str(one), str(other)], check=True)
    assert all((other / name).read_bytes() == (ROOT / name).read_bytes() for name in names)


def test_make_does_not_empty_what_a_link_leads_to(tmp_path: Path) -> None:
    shared, clone = tmp_path / "shared", tmp_path / "clone"
    for folder in (shared, clone):
        folder.mkdir()
    (shared / "keep.txt").write_text("precious")
    (clone / "Makefile").write_bytes((ROOT / "Makefile").read_bytes())
    (clone / "requirements.lock").touch()
    (clone / ".venv").symlink_to(shared)
    made = subprocess.run(["make", ".venv/.locked"], cwd=clone, capture_output=True, text=True)
    assert made.returncode and ".venv is a link to a folder that is not empty" in made.stderr, made.stderr
    assert (shared / "keep.txt").read_text() == "precious"

"""The house rules: set-up, lock, commands and guards say the same thing wherever they say it."""

import os
import re
import subprocess
import tempfile
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ("requirements.lock", "requirements.txt")
LARGEST_FILE = 3_000_000  # bytes


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def run(*command):
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout


def pins(lock):
    """The pinned packages of a lock file, without hashes and comments."""
    return [
        Requirement(line.rstrip("\\")) for line in read(lock).splitlines() if line[:1].isalnum()
    ]


@pytest.fixture(scope="module")
def pyproject():
    return tomllib.loads(read("pyproject.toml"))


@pytest.fixture(scope="module")
def environment():
    return yaml.safe_load(read("environment.yml"))


@pytest.fixture(scope="module")
def kept_files():
    """Every file that git keeps, or would keep at the next `git add`."""
    listing = run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    files = [path for name in listing.split("\0") if name and (path := ROOT / name).is_file()]
    assert files
    return files


# --- environment.yml and the lock


def test_environment_yml_allows_the_same_pythons_as_pyproject(environment, pyproject):
    specs = [Requirement(item) for item in environment["dependencies"] if isinstance(item, str)]
    python = next(spec for spec in specs if spec.name == "python")
    assert python.specifier == SpecifierSet(pyproject["project"]["requires-python"])


def test_environment_yml_leaves_every_package_to_the_lock_and_the_project(environment):
    [pip] = [item["pip"] for item in environment["dependencies"] if isinstance(item, dict)]
    assert pip == ["-r requirements.txt", "-e ."]


def test_every_dependency_is_satisfied_by_the_lock(pyproject):
    project = pyproject["project"]
    extras = project["optional-dependencies"].values()
    needed = sum(extras, project["dependencies"] + pyproject["build-system"]["requires"])
    locked = {}
    for pin in pins("requirements.lock"):
        [exact] = pin.specifier
        locked.setdefault(canonicalize_name(pin.name), []).append(exact.version)

    def satisfied(need):
        versions = locked.get(canonicalize_name(need.name), [])
        return versions and all(version in need.specifier for version in versions)

    assert [str(need) for need in map(Requirement, needed) if not satisfied(need)] == []


def test_requirements_txt_pins_exactly_what_the_lock_pins():
    hashed, plain = map(pins, LOCKS)
    assert plain == hashed


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_names_no_address_and_no_local_path(lock):
    assert re.findall(r"^.*(?:://|file:|index-url|find-links| @ ).*$", read(lock), re.M) == []
    assert re.findall(r"^[-./~].*$", read(lock), re.M) == []


# --- one list of commands


def test_every_command_has_a_help_text_that_make_prints():
    commands = re.findall(r"^([a-z-]+):", read("Makefile"), re.M)
    printed = re.findall(r"^make ([a-z-]+) +\S", run("make"), re.M)
    assert printed == commands


def test_makefile_accepts_the_same_pythons_as_pyproject(pyproject):
    least, below = re.findall(r"\(3, (\d+)\)", read("Makefile"))
    assert pyproject["project"]["requires-python"] == f">=3.{least},<3.{below}"


def test_ci_runs_make_test_and_nothing_else():
    assert read(".ci/run").splitlines()[-1] == "exec make test"
    assert os.access(ROOT / ".ci/run", os.X_OK)


@pytest.mark.parametrize("command", ["make report", "make test"])
def test_readme_names_the_command(command):
    assert command in read("README.md")


def test_pre_commit_fetches_nothing():
    repos = yaml.safe_load(read(".pre-commit-config.yaml"))["repos"]
    assert {repo["repo"] for repo in repos} == {"local"}
    assert {hook["language"] for repo in repos for hook in repo["hooks"]} == {"system"}


# --- guards


def test_every_module_must_have_its_layer(pyproject):
    [contract] = pyproject["tool"]["importlinter"]["contracts"]
    assert contract["type"] == "layers"
    assert contract["containers"] == ["youzhi"]
    assert contract["exhaustive"] is True


def test_no_file_is_larger_than_3_mb(kept_files):
    sizes = {str(path.relative_to(ROOT)): path.stat().st_size for path in kept_files}
    assert {name: size for name, size in sizes.items() if size > LARGEST_FILE} == {}


def test_no_file_names_a_path_of_this_machine(kept_files):
    folders = {ROOT.parent, Path.home(), Path(tempfile.gettempdir())} - {Path("/")}
    pattern = re.compile(rf"(?<![\w.])(?:{'|'.join(re.escape(str(f)) for f in folders)})\b")
    texts = ((path, path.read_text(encoding="utf-8", errors="ignore")) for path in kept_files)
    assert [str(path.relative_to(ROOT)) for path, text in texts if pattern.search(text)] == []

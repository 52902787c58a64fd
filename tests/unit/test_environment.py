"""run.sh and test.sh install what is needed, once, and again when a requirement file changes."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.simulator_process import REPOSITORY

# Stands in for the environment's Python: notes how it was called, and says it has pip unless told otherwise.
PYTHON = """#!/bin/sh
case "$*" in
  "-c import pip") [ ! -e "$NO_PIP" ];;
  "-m pip install"*) echo "$*" >> "$CALLS";;
esac
"""
# Stands in for the machine's Python: new enough, and makes an environment.
SYSTEM = """#!/bin/sh
case "$*" in
  "-m venv"*) echo "$*" >> "$CALLS"; rm -f "$NO_PIP"; mkdir -p .venv/bin; cp "$VENV_PYTHON" .venv/bin/python;;
esac
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with a space in its name, two requirement files and stand-ins for Python."""
    root = tmp_path / "a clone"
    (root / ".ci").mkdir(parents=True)
    shutil.copy(REPOSITORY / ".ci/environment.sh", root / ".ci")
    (root / "tests").mkdir()
    (root / "requirements.txt").write_text("one==1\n")
    (root / "tests/requirements.txt").write_text("two==2\n")
    for name, text in (("venv-python", PYTHON), ("python3", SYSTEM)):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    return root


def prepare(place: Path, *files: str, path: str | None = None) -> tuple[subprocess.CompletedProcess[str], list[str]]:
    calls = place.parent / "calls"
    calls.write_text("")
    environment = {
        "PATH": path or f"{place.parent}:{os.environ['PATH']}",
        "CALLS": str(calls),
        "NO_PIP": str(place.parent / "no-pip"),
        "VENV_PYTHON": str(place.parent / "venv-python"),
    }
    script = f"set -euo pipefail; source .ci/environment.sh; prepare_environment {' '.join(files)}; echo went on"
    done = subprocess.run(
        ["/bin/bash", "-c", script], cwd=place, env=environment, capture_output=True, text=True, check=False
    )
    return done, calls.read_text().splitlines()


def test_a_second_start_installs_nothing(place: Path) -> None:
    _, first = prepare(place, "requirements.txt")
    done, second = prepare(place, "requirements.txt")

    assert [call.split()[1] for call in first] == ["venv", "pip"]
    assert second == []
    assert done.returncode == 0


def test_what_a_command_prints_is_all_that_is_printed(place: Path) -> None:
    done, calls = prepare(place, "requirements.txt")

    assert len(calls) == 2
    assert done.stdout == "went on\n"
    assert "Installing packages" in done.stderr


def test_the_checks_do_not_make_the_product_install_again(place: Path) -> None:
    prepare(place, "requirements.txt", "tests/requirements.txt")

    assert prepare(place, "requirements.txt")[1] == []


def test_going_back_to_an_older_list_installs_it(place: Path) -> None:
    for version in ("one==1\n", "one==2\n", "one==1\n"):
        (place / "requirements.txt").write_text(version)

        assert any("pip install" in call for call in prepare(place, "requirements.txt")[1])


def test_an_environment_that_was_cut_short_is_made_again(place: Path) -> None:
    prepare(place, "requirements.txt")
    (place.parent / "no-pip").touch()
    (place / "requirements.txt").write_text("one==3\n")

    assert [call.split()[1] for call in prepare(place, "requirements.txt")[1]] == ["venv", "pip"]


def test_a_machine_without_python_is_told_so_and_nothing_else(place: Path) -> None:
    tools = place.parent / "tools"
    tools.mkdir()
    for name in ("cat", "sha256sum"):
        (tools / name).symlink_to(shutil.which(name) or "")
    done, _ = prepare(place, "requirements.txt", path=str(tools))

    assert done.returncode == 2
    assert done.stderr.splitlines() == ["EasyCRM needs Python 3.11 or newer; none was found in PATH"]

"""The pages are built again exactly when something they are made of has changed."""

from pathlib import Path

import pytest

from easycrm import build


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small product, in a folder whose name the fingerprint leaves out further down."""
    root = tmp_path / "simulator"
    for name in ("easycrm/pages/a.py", "easycrm/simulator/b.py", "assets/c.css", "reflex.lock/package.json",
                 "rxconfig.py", "requirements.txt"):  # fmt: skip
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("before")
    monkeypatch.setattr(build, "ROOT", root)
    return root


@pytest.mark.parametrize("changed", ["easycrm/pages/a.py", "assets/c.css", "rxconfig.py", "requirements.txt"])
def test_a_change_of_a_source_is_seen_wherever_the_clone_lies(tree: Path, changed: str) -> None:
    before = build.fingerprint()
    (tree / changed).write_text("after")

    assert build.fingerprint() != before


def test_a_renamed_or_new_file_is_seen(tree: Path) -> None:
    before = build.fingerprint()
    (tree / "assets/c.css").rename(tree / "assets/d.css")
    renamed = build.fingerprint()
    (tree / "assets/e.css").write_text("before")

    assert len({before, renamed, build.fingerprint()}) == 3


def test_the_simulator_is_no_part_of_the_pages(tree: Path) -> None:
    before = build.fingerprint()
    (tree / "easycrm/simulator/b.py").write_text("after")

    assert build.fingerprint() == before

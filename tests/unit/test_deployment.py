"""What the documents tell an operator to type, set and watch is there, by that name, with that default."""

import re
import subprocess
from pathlib import Path

import pytest
import typer
from sqlalchemy import Engine

from easycrm.__main__ import cli
from easycrm.core.metrics import REGISTRY
from easycrm.core.settings import Settings
from easycrm.endpoints.metrics import _MEANINGS  # pyright: ignore[reportPrivateUsage]
from easycrm.mail import gauges
from tests.simulator_process import REPOSITORY

DEPLOYMENT = REPOSITORY / "docs/deployment"
DOCUMENTS = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").glob("*.md")), DEPLOYMENT / "README.md"]
# What the demo and the tests read is no setting of the product.
SETTING = re.compile(r"EASYCRM_(?!TEST_|SIMULATOR_PORT)[A-Z_]+[A-Z]")


def variable(field: str) -> str:
    return f"EASYCRM_{field.upper()}"


def test_every_setting_is_documented_with_its_default_and_no_other_is_named() -> None:
    rows = re.findall(r"^\| (`EASYCRM_.*?) \| .*? \| ?(.*?) ?\|$", DOCUMENTS[0].read_text(), re.MULTILINE)
    told = {name: default for names, default in rows for name in re.findall(r"EASYCRM_\w+", names)}
    fields = {variable(name): field for name, field in Settings.model_fields.items()}

    assert told.keys() == fields.keys()
    for name, field in fields.items():
        if field.default not in ("", None):
            assert f"`{field.default}`" in told[name], name
    for file in (*DOCUMENTS, DEPLOYMENT / "environment", *DEPLOYMENT.glob("*.service"), DEPLOYMENT / "easycrm"):
        assert set(SETTING.findall(file.read_text())) <= fields.keys(), file


def test_every_command_that_is_documented_is_one() -> None:
    commands = set(typer.main.get_group(cli).commands)
    wanted = re.compile(r"(?:python -m easycrm|\./run\.sh|[`\n]easycrm) ([a-z][a-z-]+)")
    files = [*DOCUMENTS, *DEPLOYMENT.glob("*.service")]
    named = {command for file in files for command in wanted.findall(file.read_text())}

    assert {"doctor", "prepare", "after-restore"} <= named
    assert named <= commands


def test_every_metric_that_is_documented_is_one(database: Engine) -> None:
    del database
    own = {family.name for family in REGISTRY.collect()}
    there = own | {f"easycrm_{name}" for name in _MEANINGS} | {f"easycrm_{one.name}" for one in gauges.all_gauges()}
    # By provider: there while there is one.
    there |= {f"easycrm_{name}" for name in ("connections", "sync_lag_seconds", "incidents_open", "queue_tasks")}
    named = re.findall(r"`(easycrm_[a-z_]+)", (DEPLOYMENT / "README.md").read_text())

    assert len(named) > 8
    assert {name.removesuffix("_total") for name in named} <= there


def test_a_command_gets_the_settings_of_the_services_as_they_stand(tmp_path: Path) -> None:
    odd = "redis://:p$HOME&`x`'\"#;@redis.example.com/0"
    (tmp_path / "environment").write_text(f"# a comment\n\nEASYCRM_REDIS_URL={odd}\nHTTPS_PROXY=http://proxy\n")
    (tmp_path / "runuser").write_text(
        '#!/bin/sh\necho "$@"; echo "$PWD"; echo "$EASYCRM_REDIS_URL $HTTPS_PROXY $EASYCRM_PORT"\n'
    )
    (tmp_path / "runuser").chmod(0o755)
    script = (DEPLOYMENT / "easycrm").read_text().replace("/etc/easycrm", str(tmp_path)).replace("/opt/easycrm", "/")
    done = subprocess.run(
        ["/bin/sh", "-c", script, "easycrm", "backup", "a file"],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin"}, capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert done.stdout.splitlines() == [
        "-u easycrm -- .venv/bin/python -m easycrm backup a file", "/", f"{odd} http://proxy 3001",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["easycrm-web@.service", "easycrm-worker@.service"])
def test_a_unit_never_gives_up(name: str) -> None:
    unit, service = (DEPLOYMENT / name).read_text().split("[Service]")

    assert "StartLimitIntervalSec=0" in unit
    assert "Restart=always" in service

"""Rasa's own commands work at the root: data validate, test, run actions."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bot import logs, model
from bot.settings import ROOT

pytestmark = pytest.mark.slow
ENVIRONMENT = {**os.environ, "RASA_TELEMETRY_ENABLED": "false", "OMP_NUM_THREADS": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}


def rasa(*arguments: str, timeout: float = 240) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "rasa", *arguments]
    return subprocess.run(command, cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, timeout=timeout)


def test_rasa_data_validate_finds_nothing_wrong() -> None:
    done = rasa("data", "validate")
    assert done.returncode == 0, done.stderr[-2000:]
    assert "No story structure conflicts found" in done.stderr + done.stdout


def test_the_stories_of_rasa_test_pass(tmp_path: Path) -> None:
    logs.quiet_rasa()
    trained = model.ensure(ROOT / "models")
    done = rasa(
        "test", "core", "--model", str(trained), "--stories", str(ROOT / "tests" / "stories"), "--out", str(tmp_path), "--e2e"
    )
    assert done.returncode == 0, done.stderr[-2000:]
    report = json.loads((tmp_path / "story_report.json").read_text())
    failed = (tmp_path / "failed_test_stories.yml").read_text()
    assert report["accuracy"] == 1.0, re.findall(r"story: (.*)", failed)


def test_the_action_server_finds_every_action_of_the_domain() -> None:
    """What `rasa run actions` loads, without its server: that listens on every address of the machine."""
    import yaml
    from rasa_sdk.executor import ActionExecutor

    executor = ActionExecutor()
    executor.register_package("actions")
    domain = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
    assert set(domain["actions"]) <= set(executor.actions)

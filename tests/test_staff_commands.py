"""Accounts from the command line, as somebody who cannot sign in uses it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bot import staff, staff_commands
from bot.db import Database
from bot.settings import ROOT
from bot.tables import AuditEvent, Staff
from tests.conftest import KEY


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "WAYMARK_DATA_DIR": str(folder), "WAYMARK_SECRET_KEYS": KEY}
    command = [sys.executable, "-m", "bot", "staff", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=120)


def test_an_account_is_added_reset_and_listed(tmp_path: Path) -> None:
    added = run(tmp_path, "add", "Anna@Example.org", "--name", "Anna", "--role", "caseworker", "--role", "editor")
    assert added.returncode == 0, added.stderr
    link = re.search(r"/console/invitation/(\S+)", added.stdout)
    assert link
    again = run(tmp_path, "add", "anna@example.org", "--role", "editor")
    assert again.returncode == 1 and "already" in again.stderr
    listed = run(tmp_path, "list").stdout
    assert "anna@example.org" in listed and "caseworker, editor" in listed and link[1] not in listed
    reset = run(tmp_path, "reset", "anna@example.org")
    assert reset.returncode == 0
    database = Database(f"sqlite:///{tmp_path / 'waymark.db'}")
    with database.write() as session:
        assert staff.invited(session, link[1]) is None, "the first link is dead"
        new = re.search(r"/console/invitation/(\S+)", reset.stdout)
        assert new and staff.invited(session, new[1]) is not None
        assert {event.actor for event in session.query(AuditEvent)} == {"command line"}
    database.close()
    assert run(tmp_path, "reset", "nobody@example.org").returncode == 1


@pytest.mark.parametrize("email", ["anna", "a b@c", "@example.org", "x" * 130 + "@example.org"])
def test_what_is_no_address_is_refused(tmp_path: Path, email: str) -> None:
    assert run(tmp_path, "add", email, "--role", "admin").returncode == 1


def test_the_first_admin_is_made_once_and_can_sign_in(database: Database) -> None:
    made = staff_commands.first_admin(database)
    assert made is not None
    assert staff_commands.first_admin(database) is None
    with database.write() as session:
        person = staff.verify(session, *made)
        assert person is not None and person.roles == list(staff.ROLES)
        assert session.query(Staff).count() == 1
    assert len(made[1]) >= 20

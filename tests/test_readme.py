"""README and code tell the same: settings, commands, files."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from bot.settings import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def variables_in_code() -> set[str]:
    source = (ROOT / "bot" / "settings.py").read_text(encoding="utf-8")
    read = re.findall(r'env\.(?:text|whole|number|flag)\(\s*"([A-Z_]+)"', source)
    return {f"WAYMARK_{name}" for name in read}


def test_every_setting_is_in_the_readme_and_none_that_does_not_exist() -> None:
    table = README.split("## Settings")[1].split("\n## ")[0]
    documented = set(re.findall(r"`(WAYMARK_[A-Z_]+)`", table))
    assert documented == variables_in_code()


def test_every_command_is_in_the_readme() -> None:
    shown = subprocess.run([sys.executable, "-m", "bot", "--help"], capture_output=True, text=True, cwd=ROOT, check=True)
    commands = re.findall(r"^    ([a-z][a-z-]+)", shown.stdout, re.MULTILINE)
    assert {"run", "web", "worker", "sender", "train", "load-content", "parse", "chat"} <= set(commands)
    for command in commands:
        assert f"`{command}" in README, command


def test_files_that_the_readme_names_exist() -> None:
    for name in re.findall(r"\]\(([\w./-]+)\)", README):
        assert (ROOT / name).exists(), name


def test_no_lock_file_names_an_index() -> None:
    for path in (ROOT / "requirements").iterdir():
        text = path.read_text(encoding="utf-8")
        assert "://" not in re.sub(r"#.*", "", text), path.name
        if path.name.endswith("lock.txt"):
            pinned = re.findall(r"^[a-z0-9._\[\]-]+==", text, re.MULTILINE | re.IGNORECASE)
            assert len(pinned) > 150 and text.count("--hash=sha256:") >= len(pinned)


def test_nothing_of_shared_is_needed(tmp_path: Path) -> None:
    for path in [*ROOT.glob("bot/**/*.py"), *ROOT.glob("actions/*.py")]:
        assert "../shared" not in path.read_text(encoding="utf-8"), path

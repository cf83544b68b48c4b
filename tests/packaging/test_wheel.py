"""What is delivered: a wheel, installed into an empty environment, works from any folder."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = {"flowc", "grammar", "runtime", "stdlib_components"}
HELLO = 'flow hello {\n    task greet { sh "echo hello, world" }\n}\n'

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """A command that sees nothing of this environment or of the checkout."""
    hidden = ("PYTHONPATH", "VIRTUAL_ENV", "FLOWER_DB")
    env = {name: value for name, value in os.environ.items() if name not in hidden}
    return subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    built = run(sys.executable, "-m", "pip", "wheel", "--no-deps", "--wheel-dir", folder, ROOT, cwd=folder)
    assert built.returncode == 0, built.stdout + built.stderr
    (file,) = folder.glob("*.whl")
    return file


@pytest.fixture(scope="module")
def tools(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of both commands in an environment that holds the wheel and what it asks for."""
    folder = tmp_path_factory.mktemp("installed")
    made = run(sys.executable, "-m", "venv", "--without-pip", folder / "venv", cwd=folder)
    assert made.returncode == 0, made.stderr
    python = folder / "venv" / "bin" / "python"
    installed = run(sys.executable, "-m", "pip", "--python", python, "install", wheel, cwd=folder)
    assert installed.returncode == 0, installed.stdout + installed.stderr
    return python.parent


def test_wheel_holds_the_packages_with_their_data_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()

    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == PACKAGES
    for package in PACKAGES:
        assert f"{package}/py.typed" in names
    missing = [
        str(file.relative_to(ROOT))
        for package in PACKAGES
        for kind in ("*.py", "*.lark", "*.sql", "*.md")
        for file in (ROOT / package).rglob(kind)
        if str(file.relative_to(ROOT)) not in names
    ]
    assert missing == []


def test_both_tools_work_in_an_empty_folder(tools: Path, tmp_path: Path) -> None:
    (tmp_path / "hello.flow").write_text(HELLO)

    checked = run(tools / "flowc", "check", "hello.flow", cwd=tmp_path)
    ran = run(tools / "flower", "run", "hello.flow", cwd=tmp_path)
    logged = run(tools / "flower", "logs", cwd=tmp_path)

    assert (checked.returncode, checked.stderr) == (0, "")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "hello, world" in logged.stdout


def test_installed_compiler_explains_its_codes(tools: Path, tmp_path: Path) -> None:
    explained = run(tools / "flowc", "explain", "F0101", cwd=tmp_path)

    assert explained.returncode == 0, explained.stderr
    assert "F0101" in explained.stdout


@pytest.mark.parametrize("tool", ["flowc", "flower"])
def test_installed_tool_tells_its_version(tools: Path, tmp_path: Path, tool: str) -> None:
    told = run(tools / tool, "--version", cwd=tmp_path)

    assert (told.returncode, told.stdout.split()[-1]) == (0, "0.1.0")

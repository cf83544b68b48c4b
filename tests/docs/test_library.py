"""The programs on the page about the library run, one after the other in one folder, as a reader would try them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, blocks

PAGE = ROOT / "docs" / "library.md"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("library")
    (flow,) = [block for block in blocks("flow") if block.page == PAGE]
    (made / "shop.flow").write_text(flow.text)
    return made


def test_the_programs_run(folder: Path) -> None:
    programs = [block.text for block in blocks("python") if block.page == PAGE]
    assert len(programs) == 4
    *scripts, test = programs
    (folder / "test_shop.py").write_text(test)
    for text in scripts:
        done = subprocess.run([sys.executable, "-W", "error", "-c", text], cwd=folder, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    checked = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_shop.py"]
    done = subprocess.run(checked, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout

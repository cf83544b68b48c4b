"""`flowc editor` in real processes: what is put where, and what is said of it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from zipfile import ZipFile

import pytest

from grammar.textmate import textmate_grammar
from grammar.vim import vim_files
from tests.flowc.cli.commands import Ended, flowc

PLUGIN = Path("pack", "flower", "start", "flow")
NOTHING = "/nowhere"


def editor(*words: str, cwd: Path, path: str = NOTHING) -> Ended:
    """`flowc editor WORDS…` with the folder as home."""
    return flowc("editor", *words, cwd=cwd, env={"HOME": str(cwd), "XDG_DATA_HOME": "", "PATH": path})


def command(folder: Path, name: str, script: str) -> str:
    """A command of this name; the PATH on which it is alone."""
    file = folder / "bin" / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)
    return str(file.parent)


def extension(folder: Path) -> ZipFile:
    ended = editor("package", "vscode", "-o", "made", cwd=folder)
    (file,) = (folder / "made").iterdir()
    assert (ended.code, ended.out) == (0, f"wrote made/{file.name}\n")
    return ZipFile(file)


def test_extension_holds_what_its_description_names(tmp_path: Path) -> None:
    with extension(tmp_path) as made:
        package = json.loads(made.read("extension/package.json"))
        (language,), (grammar,) = package["contributes"]["languages"], package["contributes"]["grammars"]
        assert language["extensions"] == [".flow"]
        assert grammar["language"] == language["id"]
        assert json.loads(made.read(f"extension/{grammar['path'][2:]}")) == textmate_grammar()
        assert json.loads(made.read(f"extension/{language['configuration'][2:]}"))["comments"] == {"lineComment": "#"}
        assert f'Version="{package["version"]}"' in made.read("extension.vsixmanifest").decode()
        assert "[Content_Types].xml" in made.namelist()


def test_extension_is_the_same_file_every_time(tmp_path: Path) -> None:
    files = []
    for name in ("a", "b"):
        editor("package", "vscode", "-o", name, cwd=tmp_path)
        files += [file.read_bytes() for file in (tmp_path / name).iterdir()]
    assert files[0] == files[1]


def test_package_without_a_folder_writes_here(tmp_path: Path) -> None:
    assert editor("package", "textmate", cwd=tmp_path).out == "wrote flow.tmLanguage.json\n"
    assert json.loads((tmp_path / "flow.tmLanguage.json").read_text())["scopeName"] == "source.flow"


@pytest.mark.parametrize(
    ("name", "program", "place"), [("vim", "vim", ".vim"), ("neovim", "nvim", ".local/share/nvim/site")]
)
def test_plugin_goes_where_the_editor_looks(name: str, program: str, place: str, tmp_path: Path) -> None:
    ended = editor("install", name, cwd=tmp_path, path=command(tmp_path, program, ""))
    folder = tmp_path / place / PLUGIN
    written = {str(file.relative_to(folder)): file.read_text() for file in folder.rglob("*.vim")}
    assert (ended.code, written) == (0, vim_files())
    assert ended.out.splitlines()[0] == f"wrote {folder / 'syntax' / 'flow.vim'}"
    assert ended.out.endswith(f"{name} colours .flow files from its next start on\n")


def test_dry_run_says_what_it_would_write_and_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / ".vim").mkdir()
    ended = editor("install", "vim", "--dry-run", cwd=tmp_path)
    assert ended.code == 0
    assert f"would write {tmp_path / '.vim' / PLUGIN / 'ftplugin' / 'flow.vim'}\n" in ended.out
    assert list((tmp_path / ".vim").iterdir()) == []


@pytest.mark.parametrize("name", ["vim", "neovim", "vscode"])
def test_editor_that_is_not_here_is_told_with_the_way_round(name: str, tmp_path: Path) -> None:
    ended = editor("install", name, cwd=tmp_path)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("error: there is no ")
    assert f"`flowc editor package {name} -o FOLDER`" in ended.err


def test_extension_is_handed_to_every_kind_of_vs_code_that_is_here(tmp_path: Path) -> None:
    for name in ("code", "codium"):
        path = command(tmp_path, name, f'echo "$1 $3" > {name}.words; {shutil.which("cp")} "$2" {name}.vsix')
    ended = editor("install", "vscode", cwd=tmp_path, path=path)
    assert ended.code == 0, ended.err
    for name in ("code", "codium"):
        assert f"ran {tmp_path}/bin/{name} --install-extension flower-workflow.flow-language-" in ended.out
        assert (tmp_path / f"{name}.words").read_text() == "--install-extension --force\n"
        assert "extension/package.json" in ZipFile(tmp_path / f"{name}.vsix").namelist()


def test_words_of_an_editor_that_refuses_are_told(tmp_path: Path) -> None:
    path = command(tmp_path, "code", "echo 'no display' >&2; exit 3")
    ended = editor("install", "vscode", cwd=tmp_path, path=path)
    assert ended.code == 1
    assert f"{tmp_path}/bin/code did not take the extension: no display" in ended.err


def test_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ended = editor("package", "vim", "-o", "file", cwd=tmp_path)
    assert ended.code == 1
    assert ended.err.startswith("error: file/syntax/flow.vim cannot be written: ")


def test_install_takes_no_folder(tmp_path: Path) -> None:
    ended = editor("install", "vim", "-o", "there", cwd=tmp_path)
    assert (ended.code, ended.out) == (2, "")
    assert "leave out -o" in ended.err


def test_textmate_grammar_has_no_place_of_its_own(tmp_path: Path) -> None:
    ended = editor("install", "textmate", cwd=tmp_path)
    assert ended.code == 2
    assert "flowc editor package textmate" in ended.err


def test_a_word_left_out_or_unknown_is_answered_with_the_choices_in_one_line(tmp_path: Path) -> None:
    assert editor(cwd=tmp_path).err.startswith("error: missing argument 'ACTION': one of install, package\n")
    told = editor("install", "emacs", cwd=tmp_path).err
    assert told.startswith("error: invalid value for 'EDITOR': 'emacs' is not one of 'vscode', 'vim'")

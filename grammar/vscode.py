"""The extension for VS Code and the editors built on it: a `.vsix`, which is a zip of a description and some files."""

from __future__ import annotations

import json
from importlib.resources import files
from io import BytesIO
from typing import Any, Final
from xml.sax.saxutils import quoteattr
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from grammar.roles import Role
from grammar.textmate import EMBEDDED_LANGUAGES, SCOPE, textmate_grammar

PUBLISHER: Final = "flower-workflow"
NAME: Final = "flow-language"
_TITLE: Final = "Flow workflows"
_ABOUT: Final = "Colours for the .flow files of the Flower workflow language, scripts and {{ }} included"
_ENGINE: Final = "^1.75.0"
_GRAMMAR: Final = "syntaxes/flow.tmLanguage.json"
_PLAIN_FILES: Final = ("README.md", "language-configuration.json")
_FIRST_DATE: Final = (1980, 1, 1, 0, 0, 0)

_CONTENT_TYPES: Final = """\
<?xml version="1.0" encoding="utf-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
  <Default Extension=".json" ContentType="application/json"/>
  <Default Extension=".md" ContentType="text/markdown"/>
  <Default Extension=".vsixmanifest" ContentType="text/xml"/>
</Types>
"""
_MANIFEST: Final = """\
<?xml version="1.0" encoding="utf-8"?>
<PackageManifest Version="2.0.0" xmlns="http://schemas.microsoft.com/developer/vsx-schema/2011">
  <Metadata>
    <Identity Language="en-US" Id={name} Version={version} Publisher={publisher}/>
    <DisplayName>{title}</DisplayName>
    <Description xml:space="preserve">{about}</Description>
    <Tags>flow,workflow,__ext_flow</Tags>
    <Categories>Programming Languages</Categories>
    <GalleryFlags>Public</GalleryFlags>
    <Properties>
      <Property Id="Microsoft.VisualStudio.Code.Engine" Value={engine}/>
    </Properties>
  </Metadata>
  <Installation>
    <InstallationTarget Id="Microsoft.VisualStudio.Code"/>
  </Installation>
  <Dependencies/>
  <Assets>
    <Asset Type="Microsoft.VisualStudio.Code.Manifest" Path="extension/package.json" Addressable="true"/>
    <Asset Type="Microsoft.VisualStudio.Services.Content.Details" Path="extension/README.md" Addressable="true"/>
  </Assets>
</PackageManifest>
"""


def vsix(version: str) -> bytes:
    """The whole extension. The same version gives the same bytes."""
    manifest = _MANIFEST.format(
        name=quoteattr(NAME),
        version=quoteattr(version),
        publisher=quoteattr(PUBLISHER),
        engine=quoteattr(_ENGINE),
        title=_TITLE,
        about=_ABOUT,
    )
    parts = {"[Content_Types].xml": _CONTENT_TYPES, "extension.vsixmanifest": manifest}
    parts |= {f"extension/{path}": text for path, text in extension_files(version).items()}
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        for path, text in parts.items():
            archive.writestr(ZipInfo(path, _FIRST_DATE), text.encode(), ZIP_DEFLATED)
    return packed.getvalue()


def extension_files(version: str) -> dict[str, str]:
    """The files of the extension's folder, by their paths in it."""
    folder = files("grammar") / "editors" / "vscode"
    plain = {path: folder.joinpath(path).read_text(encoding="utf-8") for path in _PLAIN_FILES}
    return {"package.json": _json(_package(version)), _GRAMMAR: _json(textmate_grammar()), **plain}


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _package(version: str) -> dict[str, Any]:
    return {
        "name": NAME,
        "displayName": _TITLE,
        "description": _ABOUT,
        "version": version,
        "publisher": PUBLISHER,
        "license": "MIT",
        "engines": {"vscode": _ENGINE},
        "categories": ["Programming Languages"],
        "contributes": {
            "languages": [
                {
                    "id": "flow",
                    "aliases": ["Flow"],
                    "extensions": [".flow"],
                    "configuration": "./language-configuration.json",
                }
            ],
            "grammars": [
                {
                    "language": "flow",
                    "scopeName": SCOPE,
                    "path": f"./{_GRAMMAR}",
                    "embeddedLanguages": dict(EMBEDDED_LANGUAGES),
                    "unbalancedBracketScopes": [f"{Role.ESCAPE.value.textmate}.flow"],
                }
            ],
            "configurationDefaults": {"[flow]": {"editor.tabSize": 4, "editor.insertSpaces": True}},
            "problemMatchers": [_PROBLEMS],
        },
    }


_PROBLEMS: Final[dict[str, Any]] = {
    "name": "flowc",
    "label": "Problems of flowc check --format short",
    "owner": "flowc",
    "fileLocation": "autoDetect",
    "pattern": {
        "regexp": r"^(.+?):(\d+):(\d+): (error|warning)\[(\w+)\]: (.*)$",
        "file": 1,
        "line": 2,
        "column": 3,
        "severity": 4,
        "code": 5,
        "message": 6,
    },
}

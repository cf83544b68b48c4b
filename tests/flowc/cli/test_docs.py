"""`flowc docs` in real processes, and that its HTML is sound."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.flowc.cli.commands import BAD, GOOD, flowc, write

VOID = ("meta", "br")
HOSTILE = """\
## A <script>alert(1)</script> & an `unclosed <b>.
flow hostile {
    ## </style><img src=x onerror=alert(1)>
    param x: str = "</pre><script>alert(2)</script>" where len(x) > 0 and x != "&lt;"
    ## ]]> --> <!--
    task show { sh "echo {{ x }} '</details><script>alert(3)</script>'" }
    task told = echo(text: "<i>{{ x }}</i>") { when x < "z" }
}
"""


class Sound(HTMLParser):
    """Checks that what is opened is closed, and collects elements, anchors and what is linked to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.anchors: set[str] = set()
        self.links: set[str] = set()
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        given = dict(attributes)
        self.anchors.add(given.get("id") or "")
        if given.get("href"):
            self.links.add(str(given["href"]))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_page_is_markdown_unless_the_file_ends_in_html(tmp_path: Path) -> None:
    write(tmp_path, "hello.flow", GOOD)
    ended = flowc("docs", "hello.flow", cwd=tmp_path)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("# hello.flow\n\n## hello\n")
    ended = flowc("docs", "hello.flow", "-o", "hello.html", cwd=tmp_path)
    assert (ended.code, ended.out, ended.err) == (0, "", "hello.html: written\n")
    assert (tmp_path / "hello.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_links_of_the_page_lead_somewhere_on_it(tmp_path: Path) -> None:
    write(tmp_path, "two.flow", GOOD + 'flow other {\n    parallel g { task a { sh "echo" } }\n}\n')
    page = Sound(flowc("docs", "two.flow", "--format", "html", cwd=tmp_path).out)
    assert page.links == {"#hello", "#other", "#hello.greet"}
    assert {link.removeprefix("#") for link in page.links} <= page.anchors


def test_hostile_texts_stay_texts(tmp_path: Path) -> None:
    write(tmp_path, "hostile.flow", HOSTILE)
    text = flowc("docs", "hostile.flow", "--format", "html", cwd=tmp_path).out
    page = Sound(text)
    assert page.seen.isdisjoint({"script", "img", "b", "i"})
    assert text.count("&lt;script&gt;alert(") >= 3
    markdown = flowc("docs", "hostile.flow", cwd=tmp_path).out
    assert "&lt;script>alert(1)" in markdown
    assert "&lt;img" in markdown


@pytest.mark.parametrize("words", [("docs", "broken.flow"), ("docs", "broken.flow", "-o", "page.html")])
def test_file_with_an_error_gets_no_page(tmp_path: Path, words: tuple[str, ...]) -> None:
    write(tmp_path, "broken.flow", BAD)
    ended = flowc(*words, cwd=tmp_path)
    assert (ended.code, ended.out) == (2, "")
    assert "error[F0101]" in ended.err
    assert not (tmp_path / "page.html").exists()

"""`echo`: the text comes back and stands in the log."""

from __future__ import annotations

from tests.stdlib_components.conftest import Caller


def test_text_comes_back_and_is_logged(call: Caller) -> None:
    assert call("echo", text="$(no) `shell`\nhere") == {"text": "$(no) `shell`\nhere"}
    assert call.lines == ["$(no) `shell`\nhere"]

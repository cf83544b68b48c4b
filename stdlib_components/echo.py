"""`echo`: hands a text back and writes it to the log."""

from __future__ import annotations

from typing import Annotated, TypedDict

from runtime.component import Context, component


class Echoed(TypedDict):
    text: str


@component(name="echo", idempotent=True)
def echo(text: Annotated[str, "What to say."], context: Context) -> Echoed:
    """Write the text to the attempt's log, and give it as the output `text`."""
    context.log(text)
    return {"text": text}

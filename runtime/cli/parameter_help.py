"""`flower run etl --help`: the help of the verb with the parameters of the flow as typed options.

A command is made for the occasion, so that these options look like all others.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Annotated, Any, get_type_hints

import typer

from runtime.cli.expression_text import expression_text
from runtime.cli.parameters import option_of, placeholder, what
from runtime.model.definition import FlowDefinition, ParameterDefinition
from runtime.model.types import BOOL, ListOf, required, type_from_json

_EMPTY = inspect.Parameter.empty


def show_help(verb: Callable[..., Any], command: str, flow: FlowDefinition | None = None) -> None:
    """Prints the help of a verb that takes parameters; with those of `flow`, if one was named."""
    options = _own_options(verb)
    taken = {name for option in options for name in _declared(option)}
    options.append(_param_option())
    shown = [] if flow is None else [_flow_option(parameter, taken) for parameter in flow.parameters]

    def show(**_: Any) -> None: ...

    parameters = [*shown, *options]
    show.__doc__ = _about(verb, flow)
    show.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    show.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    app = typer.Typer(add_completion=False, rich_markup_mode="rich")
    app.command(context_settings={"help_option_names": ["--help", "-h"]})(show)
    usage = f"{command} {flow.name}" if flow else f"{command} FLOW"
    app(["--help"], prog_name=usage, standalone_mode=False)


def _about(verb: Callable[..., Any], flow: FlowDefinition | None) -> str:
    if flow is None:
        return inspect.getdoc(verb) or ""
    return _escaped(flow.doc) or f"Flow {flow.name}."


def _own_options(verb: Callable[..., Any]) -> list[inspect.Parameter]:
    """The options of the verb itself, without its arguments and its own --help."""
    hints = get_type_hints(verb, include_extras=True)
    return [
        parameter.replace(annotation=hints[name], kind=inspect.Parameter.KEYWORD_ONLY)
        for name, parameter in inspect.signature(verb).parameters.items()
        if name not in ("context", "flow", "help")
    ]


def _declared(option: inspect.Parameter) -> tuple[str, ...]:
    (info,) = option.annotation.__metadata__
    return (info.default, *(info.param_decls or ()))


def _param_option() -> inspect.Parameter:
    info = typer.Option(
        "--param",
        metavar="NAME=VALUE",
        help="A parameter by its name, also one named like an option.",
        show_default=False,
    )
    return _option("param", str | None, info)


def _flow_option(parameter: ParameterDefinition, taken: set[str]) -> inspect.Parameter:
    kind = required(type_from_json(parameter.type))
    names = _option_names(parameter, kind == BOOL, taken)
    info = typer.Option(
        names,
        metavar=None if kind == BOOL else placeholder(kind),
        help=_help(parameter),
        rich_help_panel="Parameters",
        show_default=_default(parameter),
    )
    return _option(f"parameter_{parameter.name}", bool if kind == BOOL else str | None, info)


def _option_names(parameter: ParameterDefinition, is_flag: bool, taken: set[str]) -> str:
    option = option_of(parameter.name)
    if option in taken:
        return f"--param-{parameter.name}"
    return f"{option}/--no-{option.removeprefix('--')}" if is_flag else option


def _option(name: str, annotation: Any, info: Any) -> inspect.Parameter:
    default = False if annotation is bool else None
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[annotation, info]
    )


def _help(parameter: ParameterDefinition) -> str:
    kind = type_from_json(parameter.type)
    words = [_escaped(parameter.doc.strip())] if parameter.doc.strip() else []
    if isinstance(required(kind), ListOf):
        words.append("Give it several times for several items.")
    if not words:
        words.append(f"Takes {what(kind)}.")
    if parameter.where is not None:
        words.append(f"Must be such that {_escaped(expression_text(parameter.where))}.")
    if not parameter.has_default:
        words.append("Needed.")
    return " ".join(words)


def _default(parameter: ParameterDefinition) -> str | bool:
    if not parameter.has_default or parameter.default is None:
        return False
    return _escaped(expression_text(parameter.default))


def _escaped(text: str) -> str:
    """Text from a flow file, shown as it is and not as markup of rich."""
    return text.replace("[", "\\[")

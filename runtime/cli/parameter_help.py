"""`flower run etl --help`: the help of the verb with the parameters of the flow as typed options.

A command is made for the occasion, so that these options look like all others.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from copy import copy
from typing import Annotated, Any, get_args, get_type_hints

import typer

from runtime.cli.options import NO_VALUE
from runtime.cli.parameters import option_of
from runtime.cli.type_words import placeholder, what
from runtime.expression.text import expression_text
from runtime.model.definition import FlowDefinition, ParameterDefinition
from runtime.model.types import BOOL, ListOf, required, type_from_json

_OWN_PANEL = "Options of the command"


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
    app.command(add_help_option=False)(show)
    usage = f"{command} {flow.name}" if flow else f"{command} FLOW"
    made = typer.main.get_command(app)
    print(made.get_help(made.make_context(usage, [])).rstrip())


def _about(verb: Callable[..., Any], flow: FlowDefinition | None) -> str:
    if flow is None:
        return inspect.getdoc(verb) or ""
    return _escaped(flow.doc) or f"Flow {flow.name}."


def _own_options(verb: Callable[..., Any]) -> list[inspect.Parameter]:
    """The options of the verb itself, without its arguments; their panel comes after that of the parameters."""
    hints = get_type_hints(verb, include_extras=True)
    options = []
    for name, parameter in inspect.signature(verb).parameters.items():
        if name in ("context", "flow"):
            continue
        kind, info = get_args(hints[name])
        info = copy(info)
        info.rich_help_panel = _OWN_PANEL
        options.append(parameter.replace(annotation=Annotated[kind, info], kind=inspect.Parameter.KEYWORD_ONLY))
    return options


def _declared(option: inspect.Parameter) -> tuple[str, ...]:
    _, info = get_args(option.annotation)
    return (info.default, *(info.param_decls or ()))


def _param_option() -> inspect.Parameter:
    info = typer.Option(
        "--param",
        metavar="NAME=VALUE",
        help="A parameter by its name, also one named like an option.",
        show_default=False,
        rich_help_panel=_OWN_PANEL,
    )
    return _option("param", str | None, info)


def _flow_option(parameter: ParameterDefinition, taken: set[str]) -> inspect.Parameter:
    kind = required(type_from_json(parameter.type))
    names = _option_names(parameter, kind == BOOL, taken)
    info = typer.Option(
        names,
        metavar=NO_VALUE if kind == BOOL else placeholder(kind),
        help=_help(parameter),
        rich_help_panel="Parameters",
        show_default=False,
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
    words.append(_default(parameter))
    return " ".join(words).rstrip()


def _default(parameter: ParameterDefinition) -> str:
    if not parameter.has_default:
        return "[red]Needed.[/red]"
    if parameter.default is None:
        return ""
    return f"[dim]{_escaped(f'[default: {expression_text(parameter.default)}]')}[/dim]"


def _escaped(text: str) -> str:
    """Text from a flow file, shown as it is and not as markup of rich."""
    return text.replace("[", "\\[")

"""A component ready to be called: its signature, and the conversion of arguments and result around the function."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Mapping
from typing import Any, Final

from runtime.component.annotation import Change, Codec, UnknownAnnotation, codec_of, fields_of, maybe
from runtime.component.context import Context
from runtime.component.declaration import Declaration
from runtime.component.errors import BadArguments, BadResult, ComponentProblem
from runtime.component.statements import Statements
from runtime.model.signature import ParameterSignature, Runs, Signature
from runtime.model.slotted import dataclass
from runtime.model.types import BOOL, FLOAT, INT, STR, Record, Type, holds_secret
from runtime.model.values import ValueProblem

_EXACT: Final[dict[Type, type]] = {BOOL: bool, INT: int, FLOAT: float, STR: str}
_NAMED: Final = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
_CONTEXTS: Final = (Context, Context | None)


@dataclass(frozen=True, slots=True)
class _Argument:
    """How one argument is handed over. `exact`: values of just this class go through as they are."""

    name: str
    codec: Codec
    exact: type | None
    required: bool


@dataclass(frozen=True, slots=True)
class Component:
    """A function that flows may call. `context` and `statements`: the names of its parameters of type Context and
    Statements, if it has them."""

    name: str
    signature: Signature
    function: Callable[..., Any]
    context: str | None
    statements: str | None
    _arguments: tuple[_Argument, ...]
    _encode: Change

    @property
    def wants_context(self) -> bool:
        return self.context is not None or self.statements is not None

    @property
    def runs(self) -> Runs:
        return self.signature.runs

    @property
    def transactional(self) -> bool:
        return self.signature.transactional

    def invoke(self, arguments: Mapping[str, Any], context: Context | None = None) -> dict[str, Any]:
        """Call it with Python objects or JSON by parameter name; its outputs as JSON by name.

        A coroutine runs in a loop of its own. BadArguments before it has run, BadResult after; its own exceptions pass
        through.
        """
        result = self.function(**self._given(arguments, context))
        if inspect.iscoroutine(result):
            import asyncio

            result = asyncio.run(result)
        return self._told(result)

    async def invoke_async(self, arguments: Mapping[str, Any], context: Context | None = None) -> dict[str, Any]:
        """As `invoke`, within the loop that awaits it; for coroutines."""
        return self._told(await self.function(**self._given(arguments, context)))

    def _given(self, arguments: Mapping[str, Any], context: Context | None) -> dict[str, Any]:
        values = self._decode(arguments)
        if self.wants_context and context is None:
            context = Context()
        if self.context is not None:
            values[self.context] = context
        if self.statements is not None and context is not None:
            values[self.statements] = context.statements
        return values

    def _told(self, result: Any) -> dict[str, Any]:
        try:
            return self._encode(result)  # type: ignore[no-any-return]
        except ValueProblem as problem:
            raise BadResult(f"`{self.name}` returned what it does not declare: {problem}") from None

    def _decode(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        values = {}
        for argument in self._arguments:
            try:
                value = arguments[argument.name]
            except KeyError:
                if argument.required:
                    raise BadArguments(f"`{self.name}` needs the argument `{argument.name}`") from None
                continue
            if type(value) is argument.exact:
                values[argument.name] = value
                continue
            try:
                values[argument.name] = argument.codec.decode(value, f"`{argument.name}`")
            except ValueProblem as problem:
                raise BadArguments(f"an argument of `{self.name}` does not fit: {problem}") from None
        if len(values) < len(arguments):
            unknown = next(name for name in arguments if name not in values)
            raise BadArguments(f"`{self.name}` has no parameter `{unknown}`; deploy the flow again")
        return values


def component_of(function: Callable[..., Any], declaration: Declaration, name: str) -> Component:
    """The component that a marked function is. ComponentProblem says what its annotations lack."""
    try:
        return _component_of(function, declaration, declaration.name or name)
    except UnknownAnnotation as problem:
        raise ComponentProblem(f"the component {_place(function)} cannot be called from flows: {problem}") from None


def _component_of(function: Callable[..., Any], declaration: Declaration, name: str) -> Component:
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        raise UnknownAnnotation("it is a generator; return a list, or write a file and return its path")
    hints = _hints(function)
    parameters = inspect.signature(function).parameters
    context = next((parameter for parameter in parameters if hints.get(parameter) in _CONTEXTS), None)
    statements = next((parameter for parameter in parameters if hints.get(parameter) is Statements), None)
    _check_transactional(declaration, statements)
    own = [parameter for parameter in parameters.values() if parameter.name not in (context, statements)]
    described = [_parameter(parameter, hints) for parameter in own]
    outs, encode = _result(hints)
    return Component(
        name,
        Signature(
            name,
            tuple(signature for signature, _ in described),
            outs,
            inspect.cleandoc(function.__doc__ or ""),
            declaration.idempotent,
            _runs(function, declaration),
            declaration.transactional,
        ),
        function,
        context,
        statements,
        tuple(argument for _, argument in described),
        encode,
    )


def _runs(function: Callable[..., Any], declaration: Declaration) -> Runs:
    is_coroutine = inspect.iscoroutinefunction(function)
    if declaration.runs == "coroutine" and not is_coroutine:
        raise UnknownAnnotation('it says runs="coroutine", but is no `async def`: it would hold up all others')
    if declaration.runs == "inline" and is_coroutine:
        raise UnknownAnnotation('it says runs="inline", but is an `async def`: it would hold up the engine')
    return declaration.runs or ("coroutine" if is_coroutine else "thread")


def _check_transactional(declaration: Declaration, statements: str | None) -> None:
    if declaration.transactional and statements is None:
        raise UnknownAnnotation(
            "it is transactional; add a parameter `statements: Statements` (from runtime.component)"
        )
    if statements is not None and not declaration.transactional:
        raise UnknownAnnotation(f"its parameter `{statements}` is for @component(transactional=True) only")


def _hints(function: Callable[..., Any]) -> dict[str, Any]:
    try:
        return typing.get_type_hints(function, include_extras=True)
    except NameError as problem:
        raise UnknownAnnotation(
            f"the annotation `{problem.name}` is not known when it runs; import it at the top of the file, "
            "not under TYPE_CHECKING"
        ) from None
    except (TypeError, SyntaxError) as problem:
        raise UnknownAnnotation(f"an annotation cannot be read: {problem}") from None


def _parameter(parameter: inspect.Parameter, hints: dict[str, Any]) -> tuple[ParameterSignature, _Argument]:
    if parameter.kind not in _NAMED:
        raise UnknownAnnotation(f"arguments are given by name, so `{parameter}` has no place in it")
    if parameter.name not in hints:
        raise UnknownAnnotation(f"its parameter `{parameter.name}` has no type; write `{parameter.name}: str`, say")
    try:
        codec = codec_of(hints[parameter.name])
    except UnknownAnnotation as problem:
        raise UnknownAnnotation(f"its parameter `{parameter.name}`: {problem}") from None
    if parameter.default is None:
        codec = maybe(codec)
    required = parameter.default is inspect.Parameter.empty
    default = None if required else _default(parameter, codec)
    signature = ParameterSignature(parameter.name, codec.kind, required, default, _doc(hints[parameter.name]))
    return signature, _Argument(parameter.name, codec, _EXACT.get(codec.kind), required)


def _default(parameter: inspect.Parameter, codec: Codec) -> Any:
    try:
        return codec.encode(parameter.default, f"the default of `{parameter.name}`")
    except ValueProblem as problem:
        raise UnknownAnnotation(str(problem)) from None


def _doc(annotation: Any) -> str:
    """The text of `Annotated[int, "how many"]`."""
    texts = [note for note in getattr(annotation, "__metadata__", ()) if isinstance(note, str)]
    return texts[0] if texts else ""


def _result(hints: dict[str, Any]) -> tuple[tuple[tuple[str, Type], ...], Change]:
    if "return" not in hints:
        raise UnknownAnnotation("it does not say what it returns; write `-> None` if that is nothing")
    annotation = hints["return"]
    if annotation is type(None):
        return (), _nothing
    try:
        codec = codec_of(annotation)
    except UnknownAnnotation as problem:
        raise UnknownAnnotation(f"its result: {problem}") from None
    if holds_secret(codec.kind):
        raise UnknownAnnotation("its result holds a secret; outputs are stored, so a secret cannot be one")
    if isinstance(codec.kind, Record) and fields_of(annotation) is not None:
        return codec.kind.fields, lambda value: codec.encode(value, "the result")
    return (("result", codec.kind),), lambda value: {"result": codec.encode(value, "the result")}


def _nothing(value: Any) -> dict[str, Any]:
    if value is not None:
        raise ValueProblem(f"it says `-> None`, but gave a {type(value).__name__}")
    return {}


def _place(function: Callable[..., Any]) -> str:
    code = getattr(function, "__code__", None)
    where = f" ({code.co_filename}:{code.co_firstlineno})" if code else ""
    return f"`{getattr(function, '__qualname__', function)}`{where}"

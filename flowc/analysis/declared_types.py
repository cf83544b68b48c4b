"""Types as they are written: `list[Source]?` and the records and enums that a file declares."""

from __future__ import annotations

from typing import Any

from flowc.analysis.constants import literal_json
from flowc.analysis.report import Report, did_you_mean
from flowc.analysis.types import UNKNOWN, described, holds_unknown
from flowc.diagnostics import Label, codes
from flowc.syntax import nodes
from runtime.model.types import SCALARS, STR, Enum, ListOf, MapOf, Record, Scalar, Type, optional

_SCALARS: dict[str, Type] = {name: Scalar(name) for name in SCALARS}
_SLIPS = {
    "timestamp": "datetime",
    "string": "str",
    "String": "str",
    "text": "str",
    "integer": "int",
    "number": "float",
    "boolean": "bool",
    "double": "float",
    "file": "path",
    "timedelta": "duration",
    "dict": "map[str, T]",
    "List": "list[T]",
    "array": "list[T]",
    "object": "json",
    "any": "json",
}


class DeclaredTypes:
    """The types of one file, resolved when first asked for."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._declared: dict[str, nodes.TypeDecl | nodes.EnumDecl] = {}
        self._resolved: dict[str, Type] = {}
        self._under_way: list[str] = []
        self.modules: dict[str, DeclaredTypes] = {}

    def bring(self, name: str, kind: Type) -> None:
        """A type of another file, under its name in this one."""
        self._resolved[name] = kind

    def own(self, name: str) -> Type | None:
        """A type that the file declares itself."""
        return self._named(name) if name in self._declared else None

    def own_names(self) -> list[str]:
        return list(self._declared)

    def declare(self, items: list[nodes.Item]) -> None:
        """Take up the declarations of the file and check each."""
        for item in items:
            if isinstance(item, nodes.TypeDecl | nodes.EnumDecl):
                self._declare(item)
        for name in self._declared:
            self._named(name)

    def enums(self) -> dict[str, Enum]:
        return {name: kind for name, kind in self._resolved.items() if isinstance(kind, Enum)}

    def _declare(self, item: nodes.TypeDecl | nodes.EnumDecl) -> None:
        name = item.name.text
        first = self._declared.get(name)
        if first is not None:
            self._report.error(
                codes.DUPLICATE_NAME,
                item.name.span,
                f"there are two types called `{name}`",
                label="defined again here",
                labels=[Label(first.name.span, "first defined here")],
                help="give one of them another name",
            )
        elif name in _SCALARS or name in ("list", "map"):
            self._report.error(
                codes.RESERVED_NAME,
                item.name.span,
                f"`{name}` is a type of the language and cannot be declared",
                help="give the type another name",
            )
        else:
            self._declared[name] = item

    def resolve(self, written: nodes.TypeExpr) -> Type:
        """The type, or UNKNOWN where an error was reported."""
        match written:
            case nodes.NamedType(name):
                return _SCALARS.get(name.text) or self._by_name(name)
            case nodes.OptionalType(inner):
                return self._optional(inner)
            case nodes.AppliedType():
                return self._applied(written)
            case nodes.RecordType():
                return self._record(written, None)
            case _:
                return UNKNOWN

    def _optional(self, inner: nodes.TypeExpr) -> Type:
        kind = self.resolve(inner)
        return UNKNOWN if kind == UNKNOWN else optional(kind)

    def _by_name(self, name: nodes.Name) -> Type:
        if name.text in self._declared or name.text in self._resolved:
            return self._named(name.text, name)
        alias, _, inner = name.text.partition(".")
        if inner and alias in self.modules:
            found = self.modules[alias].own(inner)
            if found is not None:
                return found
        if name.text in ("list", "map"):
            written = "list[str]" if name.text == "list" else "map[str, int]"
            self._report.error(
                codes.UNKNOWN_TYPE,
                name.span,
                f"`{name.text}` needs the type of its elements",
                help=f"write it like `{written}`",
            )
            return UNKNOWN
        self._unknown(name)
        return UNKNOWN

    def _unknown(self, name: nodes.Name) -> None:
        if self._report.may_be_lost(name.text.partition(".")[0]):
            return
        known = [*_SCALARS, "list", "map", *self._resolved, *self._declared]
        for alias, types in self.modules.items():
            known += [f"{alias}.{inner}" for inner in types.own_names()]
        help, fixes = did_you_mean(name.text, known, name.span)
        slip, _ = did_you_mean(name.text, list(_SLIPS), name.span)
        if not help and slip and (meant := next((known for known in _SLIPS if f"`{known}`" in slip), "")):
            help = f"it is called `{_SLIPS[meant]}` here"
        if name.text in _SLIPS:
            help, fixes = f"it is called `{_SLIPS[name.text]}` here", ()
        self._report.error(
            codes.UNKNOWN_TYPE,
            name.span,
            f"there is no type called `{name.text}`",
            label="not found",
            help=help or f"the types are {', '.join(_SCALARS)}, list[T], map[str, T] and those the file declares",
            fixes=fixes,
        )

    def _named(self, name: str, used: nodes.Name | None = None) -> Type:
        if name in self._resolved:
            return self._resolved[name]
        item = self._declared[name]
        if name in self._under_way:
            place = (used or item.name).span
            self._report.error(
                codes.UNKNOWN_TYPE,
                place,
                f"the type `{name}` holds itself, so no value of it could ever be written",
                help="let it refer to the other by a key, for example a str",
            )
            return UNKNOWN
        self._under_way.append(name)
        self._resolved[name] = self._resolve_declaration(item)
        self._under_way.pop()
        return self._resolved[name]

    def _resolve_declaration(self, item: nodes.TypeDecl | nodes.EnumDecl) -> Type:
        if isinstance(item, nodes.EnumDecl):
            return self._enum(item)
        if isinstance(item.type, nodes.RecordType):
            return self._record(item.type, item.name.text)
        return self.resolve(item.type)

    def _enum(self, item: nodes.EnumDecl) -> Type:
        members: dict[str, str] = {}
        places: dict[str, nodes.Name] = {}
        for member in item.members:
            name = member.name.text
            if name in places:
                self._twice("member", member.name, places[name])
            places.setdefault(name, member.name)
            text = member.value.plain if isinstance(member.value, nodes.Text) else name
            if text is None:
                self._report.error(
                    codes.KNOWN_LATER,
                    member.span,
                    f"the text of the member `{name}` must be written out",
                    help='write it without `{{ }}`, for example `eu = "eu-west-1"`',
                )
            members.setdefault(name, text or name)
        return Enum(item.name.text, tuple(members.items()))

    def _applied(self, written: nodes.AppliedType) -> Type:
        name, arguments = written.name.text, [self.resolve(argument) for argument in written.arguments]
        if name == "list" and len(arguments) == 1:
            return UNKNOWN if arguments[0] == UNKNOWN else ListOf(arguments[0])
        if name == "map" and len(arguments) == 2 and arguments[0] in (STR, UNKNOWN):
            return UNKNOWN if UNKNOWN in arguments else MapOf(arguments[1])
        if name == "map":
            self._report.error(
                codes.UNKNOWN_TYPE,
                written.span,
                "a map has texts as keys and needs the type of its values",
                help="write it like `map[str, int]`",
            )
        elif name == "list":
            self._report.error(
                codes.UNKNOWN_TYPE, written.span, "a list has one type of elements", help="write it like `list[str]`"
            )
        elif name in _SCALARS or name in self._declared:
            self._report.error(
                codes.UNKNOWN_TYPE, written.span, f"`{name}` takes no types in brackets", help=f"write `{name}`"
            )
        else:
            self._unknown(written.name)
        return UNKNOWN

    def _record(self, written: nodes.RecordType, name: str | None) -> Type:
        fields: dict[str, Type] = {}
        places: dict[str, nodes.Name] = {}
        defaults: list[tuple[str, Any]] = []
        for field in written.fields:
            if field.name.text in fields:
                self._twice("field", field.name, places[field.name.text])
                continue
            kind = self.resolve(field.type)
            fields[field.name.text], places[field.name.text] = kind, field.name
            if field.default is not None and not holds_unknown(kind):
                defaults.append((field.name.text, self._default(field, kind)))
        return Record(tuple(fields.items()), name, tuple(defaults))

    def _default(self, field: nodes.FieldDecl, kind: Type) -> Any:
        assert field.default is not None
        try:
            return literal_json(field.default, kind)
        except ValueError as problem:
            self._report.error(
                codes.TYPE_MISMATCH,
                field.default.span,
                str(problem) or f"the default of a field must be a literal of type {described(kind)}",
                labels=[Label(field.type.span, "its type is declared here")],
                help="write a literal of that type",
            )
            return None

    def _twice(self, what: str, again: nodes.Name, first: nodes.Name) -> None:
        self._report.error(
            codes.DUPLICATE_NAME,
            again.span,
            f"there are two {what}s called `{again.text}`",
            label="defined again here",
            labels=[Label(first.span, "first defined here")],
            help="give one of them another name",
        )

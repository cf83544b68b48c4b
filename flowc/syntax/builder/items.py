"""What declares a name: flows, tasks, groups, imports, pools, parameters, outputs, types."""

from __future__ import annotations

from typing import Any

from flowc.syntax.builder.base import Base, Children
from flowc.syntax.nodes import (
    AppliedType,
    EnumDecl,
    EnumMember,
    Expr,
    FieldDecl,
    FlowDecl,
    FromImport,
    Generator,
    GroupDecl,
    Imported,
    Invocation,
    LetDecl,
    ModuleImport,
    Name,
    NamedType,
    OptionalType,
    OutDecl,
    ParamDecl,
    PoolDecl,
    RecordType,
    TaskDecl,
    TestDecl,
    TypeDecl,
)

Mapping = tuple[list[Generator], Expr | None, int]
"""Generators, `by` and where the clause ends."""


class Items(Base):
    """Flows, tasks, groups, declarations and types."""

    def flow(self, c: Children) -> FlowDecl:
        start = c[0][2]
        body, end = c[2]
        return FlowDecl(c[1], body, (start, end), (start, c[1].span[1]), self._doc(start), start in self.partial)

    def pool(self, c: Children) -> PoolDecl:
        start = c[0][2]
        body, end = c[2]
        return PoolDecl(c[1], body, (start, end), (start, c[1].span[1]), self._doc(start))

    def test(self, c: Children) -> TestDecl:
        start = c[0][2]
        body, end = c[2]
        return TestDecl(self.text_of(c[1]), body, (start, end), self._doc(start))

    def from_import(self, c: Children) -> FromImport:
        return FromImport(self.text_of(c[1]), c[3], (c[0][2], c[3][-1].span[1]))

    def module_import(self, c: Children) -> ModuleImport:
        return ModuleImport(self.text_of(c[1]), c[3], (c[0][2], c[3].span[1]))

    def imported(self, c: Children) -> Imported:
        return Imported(c[0], None, c[0].span)

    def imported_as(self, c: Children) -> Imported:
        return Imported(c[0], c[2], (c[0].span[0], c[2].span[1]))

    def empty_block(self, c: Children) -> tuple[list[Any], int]:
        return [], c[1][3]

    def block(self, c: Children) -> tuple[list[Any], int]:
        return c[1], c[2][3]

    def task(self, c: Children) -> TaskDecl:
        keyword, name, parameters, mapping, callee, block = c
        start, end = keyword[2], name.span[1]
        end = parameters[1] if parameters else end
        generators, by, end = mapping or ([], None, end)
        end = callee.span[1] if callee else end
        body, end = block or ([], end)
        listed = parameters[0] if parameters else None
        head, partial = (start, name.span[1]), start in self.partial
        return TaskDecl(name, listed, generators, by, callee, body, (start, end), head, self._doc(start), partial)

    def empty_parameters(self, c: Children) -> tuple[list[Any], int]:
        return [], c[1][3]

    def parameters(self, c: Children) -> tuple[list[Any], int]:
        return c[1], c[3][3]

    def parameter(self, c: Children) -> ParamDecl:
        name, _, type_, default, where = c
        start, end = name.span[0], (where or default or type_).span[1]
        return ParamDecl(name, type_, default, where, (start, end), self._doc(start))

    def callee(self, c: Children) -> Invocation:
        return Invocation(c[1], c[3], (c[1].span[0], c[4][3]))

    def group(self, c: Children) -> GroupDecl:
        keyword, name, mapping, (body, end) = c
        generators, by, _ = mapping or ([], None, 0)
        start, head = keyword[2], (keyword[2], name.span[1])
        partial = start in self.partial
        return GroupDecl(keyword[1], name, generators, by, body, (start, end), head, self._doc(start), partial)

    def mapping(self, c: Children) -> Mapping:
        return c[1], None, c[1][-1].span[1]

    def mapping_by(self, c: Children) -> Mapping:
        return c[1], c[3], c[3].span[1]

    def generator(self, c: Children) -> Generator:
        return Generator(c[0], c[2], (c[0].span[0], c[2].span[1]))

    # Declarations

    def param(self, c: Children) -> ParamDecl:
        keyword, name, _, type_, default, where = c
        start, end = keyword[2], (where or default or type_).span[1]
        return ParamDecl(name, type_, default, where, (start, end), self._doc(start))

    def out(self, c: Children) -> OutDecl:
        keyword, name, _, type_, value, default, where = c
        start, end = keyword[2], (where or default or value or type_).span[1]
        return OutDecl(name, type_, value, default, where, (start, end), self._doc(start))

    def let(self, c: Children) -> LetDecl:
        start = c[0][2]
        return LetDecl(c[1], c[3], (start, c[3].span[1]), self._doc(start))

    def type_decl(self, c: Children) -> TypeDecl:
        start = c[0][2]
        return TypeDecl(c[1], c[3], (start, c[3].span[1]), self._doc(start))

    def enum_decl(self, c: Children) -> EnumDecl:
        start = c[0][2]
        return EnumDecl(c[1], c[3], (start, c[5][3]), self._doc(start))

    def member(self, c: Children) -> EnumMember:
        return EnumMember(c[0], None, c[0].span, self._doc(c[0].span[0]))

    def member_value(self, c: Children) -> EnumMember:
        start = c[0].span[0]
        return EnumMember(c[0], self.text_of(c[2]), (start, c[2][3]), self._doc(start))

    # Types

    def named_type(self, c: Children) -> NamedType:
        name = self.name(c)
        return NamedType(name, name.span)

    def type_of_module(self, c: Children) -> NamedType:
        name = Name(f"{c[0][1]}.{c[2][1]}", (c[0][2], c[2][3]))
        return NamedType(name, name.span)

    def applied_type(self, c: Children) -> AppliedType:
        return AppliedType(self.name(c), c[2], (c[0][2], c[3][3]))

    def optional_type(self, c: Children) -> OptionalType:
        return OptionalType(c[0], (c[0].span[0], c[1][3]))

    def record_type(self, c: Children) -> RecordType:
        return RecordType(c[1], (c[0][2], c[3][3]))

    def field(self, c: Children) -> FieldDecl:
        name, _, type_, default = c
        start, end = name.span[0], (default or type_).span[1]
        return FieldDecl(name, type_, default, (start, end), self._doc(start))

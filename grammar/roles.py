"""What a piece of text can be to the eye, and what each editor calls that."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True, slots=True)
class Names:
    """A role as a TextMate scope, as a group of vim, and as a token type of Pygments."""

    textmate: str
    vim: str
    pygments: str


class Role(Enum):
    """The roles. `NAME` is what nothing more is known of."""

    COMMENT = Names("comment.line.number-sign", "Comment", "Comment.Single")
    DOC = Names("comment.line.documentation", "SpecialComment", "Comment.Special")
    DECLARATION = Names("storage.type", "Keyword", "Keyword.Declaration")
    KEYWORD = Names("keyword.control", "Statement", "Keyword")
    IMPORT = Names("keyword.control.import", "Include", "Keyword.Namespace")
    CHOICE = Names("constant.language.choice", "Constant", "Keyword.Pseudo")
    OPERATOR_WORD = Names("keyword.operator.expression", "Operator", "Operator.Word")
    OPERATOR = Names("keyword.operator", "Operator", "Operator")
    ARROW = Names("keyword.operator.arrow", "Special", "Operator")
    CONSTANT = Names("constant.language", "Boolean", "Keyword.Constant")
    NUMBER = Names("constant.numeric", "Number", "Number")
    TIME = Names("constant.numeric.time", "Number", "Literal.Date")
    NODE = Names("entity.name.function", "Function", "Name.Function")
    VALUE = Names("variable.parameter", "Identifier", "Name.Variable")
    TYPE = Names("entity.name.type", "Type", "Name.Class")
    BUILTIN_TYPE = Names("support.type", "Type", "Keyword.Type")
    MEMBER = Names("variable.other.enummember", "Constant", "Name.Constant")
    FUNCTION = Names("support.function", "Function", "Name.Builtin")
    CALLEE = Names("entity.name.function.call", "Function", "Name.Function")
    KEY = Names("variable.other.property", "Label", "Name.Attribute")
    STATE = Names("support.variable.property", "Special", "Name.Builtin.Pseudo")
    NAME = Names("variable.other", "Normal", "Name")
    TEXT = Names("string.quoted", "String", "String.Double")
    RAW_TEXT = Names("string.quoted.single", "String", "String.Single")
    QUOTE = Names("punctuation.definition.string", "String", "String.Delimiter")
    ESCAPE = Names("constant.character.escape", "SpecialChar", "String.Escape")
    HOLE = Names("punctuation.section.embedded", "PreProc", "String.Interpol")
    PUNCTUATION = Names("punctuation", "Delimiter", "Punctuation")

"""The quick `dataclass` does what that of the standard library does."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from collections.abc import Callable
from typing import Any

import pytest

from runtime.model import slotted

Decorator = Callable[..., Any]
BOTH = pytest.mark.parametrize("made_by", [dataclasses, slotted], ids=["standard", "ours"])


def place_of(made_by: Any) -> type[Any]:
    @made_by.dataclass(frozen=True, slots=True)
    class Place:
        """A place."""

        line: int
        column: int = 1
        marks: dict[str, int] = made_by.field(default_factory=dict, hash=False)

        def moved(self) -> Any:
            return made_by.replace(self, line=self.line + 1)

    return Place


def node_of(made_by: Any, **options: Any) -> type[Any]:
    @made_by.dataclass(slots=True, **options)
    class Node:
        name: str
        parent: Any = None
        members: list[Any] = made_by.field(default_factory=list, repr=False, compare=False)
        size: int = made_by.field(init=False, default=0)

        def __post_init__(self) -> None:
            self.size = len(self.name)

    return Node


@BOTH
def test_objects_are_made_compared_shown_and_replaced(made_by: Any) -> None:
    Place = place_of(made_by)
    first = Place(3)
    assert (first.line, first.column, first.marks) == (3, 1, {})
    assert first == Place(3, 1) == Place(line=3) != Place(4)
    assert first != (3, 1, {})
    assert {first: "known"}[Place(3, marks={"a": 1}).moved().__class__(3)] == "known"
    assert hash(first) == hash(Place(3, marks={"a": 1}))
    assert repr(first).endswith("Place(line=3, column=1, marks={})")
    assert first.moved() == Place(4)
    assert Place.__match_args__ == ("line", "column", "marks")
    assert Place(1).marks is not Place(1).marks
    assert not hasattr(first, "__dict__")
    match Place(7, 8):
        case Place(line, column):
            assert (line, column) == (7, 8)


@BOTH
def test_a_frozen_object_refuses_changes(made_by: Any) -> None:
    place = place_of(made_by)(3)
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot assign to field 'line'"):
        place.line = 4
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot delete field 'line'"):
        del place.line


@BOTH
def test_wrong_arguments_are_named(made_by: Any) -> None:
    Place = place_of(made_by)
    with pytest.raises(TypeError, match=r"Place.__init__\(\) missing 1 required positional argument: 'line'"):
        Place()
    with pytest.raises(TypeError, match="unexpected keyword argument 'row'"):
        Place(row=1)
    with pytest.raises(ValueError, match="default_factory"):
        made_by.dataclass(slots=True)(type("Wrong", (), {"__annotations__": {"names": "list"}, "names": []}))


@BOTH
@pytest.mark.parametrize("eq", [True, False])
def test_fields_that_are_not_given_or_not_compared(made_by: Any, eq: bool) -> None:
    Node = node_of(made_by, eq=eq)
    node, same = Node("a", members=[1]), Node("a")
    assert node.size == 1
    assert (node == same) is eq
    assert (Node.__hash__ is None) is eq
    assert repr(node).endswith("Node(name='a', parent=None, size=1)")
    node.parent = node
    assert "parent=..." in repr(node)
    with pytest.raises(TypeError, match="size"):
        Node("a", size=3)


@BOTH
def test_a_subclass_has_the_fields_of_its_base(made_by: Any) -> None:
    Node = node_of(made_by, eq=False)

    @made_by.dataclass(slots=True, eq=False)
    class Leaf(Node):  # type: ignore[misc, valid-type]
        weight: int = 2

    leaf = Leaf("tree")
    assert (leaf.name, leaf.size, leaf.weight) == ("tree", 4, 2)
    assert Leaf("tree", None, [], 5).weight == 5
    assert [field.name for field in dataclasses.fields(leaf)] == ["name", "parent", "members", "size", "weight"]
    assert Node("x").size == 1


@BOTH
def test_the_standard_library_finds_the_fields(made_by: Any) -> None:
    Place = place_of(made_by)
    assert dataclasses.is_dataclass(Place)
    assert dataclasses.asdict(Place(3)) == {"line": 3, "column": 1, "marks": {}}
    assert dataclasses.replace(Place(3), column=9) == slotted.replace(Place(3), column=9) == Place(3, 9)
    assert [(field.name, field.type, field.hash) for field in dataclasses.fields(Place)] == [
        ("line", "int", None),
        ("column", "int", None),
        ("marks", "dict[str, int]", False),
    ]


def test_a_class_of_the_standard_library_is_no_base() -> None:
    base = place_of(dataclasses)
    with pytest.raises(TypeError, match="make Part one too"):
        slotted.dataclass(slots=True)(type("Part", (base,), {"__annotations__": {}}))


@slotted.dataclass(frozen=True, slots=True)
class Kept:
    name: str
    items: tuple[int, ...] = ()


def test_objects_are_copied_and_pickled() -> None:
    kept = Kept("a", (1, 2))
    assert copy.copy(kept) == copy.deepcopy(kept) == pickle.loads(pickle.dumps(kept)) == kept


def test_the_constructor_is_compiled_once() -> None:
    Place = place_of(slotted)
    first = Place.__init__
    Place(1)
    second = Place.__init__
    Place(2)
    assert first is not second
    assert Place.__init__ is second

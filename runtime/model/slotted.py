"""`dataclass` of the standard library for classes with slots, made in a fraction of the time.

A command lives for a tenth of a second and loads two hundred such classes. The standard library compiles up to seven
methods for each of them, which takes longer than all else that is loaded; here a constructor is compiled when the
first object is made, and the other methods are shared. Type checkers are told that this is the standard one. What asks
for `__dataclass_fields__` (`fields`, `asdict`, pydantic) gets what the standard library would have put there.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

_MISSING: Final[Any] = object()
_SHOWING: Final[set[int]] = set()


class _Field:
    """What `field(…)` says of a field."""

    __slots__ = ("compare", "default", "default_factory", "hash", "init", "repr")

    def __init__(
        self,
        *,
        default: Any = _MISSING,
        default_factory: Any = _MISSING,
        init: bool = True,
        repr: bool = True,
        hash: bool | None = None,
        compare: bool = True,
    ) -> None:
        if getattr(type(default), "__hash__", None) is None:
            raise ValueError(f"all objects would share the default {default!r}: use default_factory")
        self.default, self.default_factory = default, default_factory
        self.init, self.repr, self.compare, self.hash = init, repr, compare, hash

    def is_given(self) -> bool:
        return self.default is not _MISSING or self.default_factory is not _MISSING


def _dataclass(cls: type | None = None, /, *, slots: bool, frozen: bool = False, eq: bool = True) -> Any:
    """A decorator with the meaning of `dataclasses.dataclass(slots=True, …)`."""
    if not slots:
        raise TypeError("for a class without slots use the dataclass of the standard library")
    return lambda cls: _made(cls, frozen, eq)


def _made(cls: type, frozen: bool, eq: bool) -> type:
    own = {name: _field_of(cls.__dict__.get(name, _MISSING)) for name in cls.__annotations__}
    fields: dict[str, _Field] = {}
    for base in reversed(cls.__mro__[1:]):
        if "__dataclass_fields__" in vars(base) and "__slotted__" not in vars(base):
            raise TypeError(f"{base.__name__} is a dataclass of the standard library: make {cls.__name__} one too")
        fields |= vars(base).get("__slotted__", {})
    fields |= own
    members = {name: value for name, value in cls.__dict__.items() if name not in ("__dict__", "__weakref__", *own)}
    members["__slots__"] = tuple(own)
    members["__slotted__"] = fields
    members["__match_args__"] = tuple(name for name, field in fields.items() if field.init)
    members["__dataclass_fields__"] = _StandardFields(frozen, eq)
    members.setdefault("__repr__", _repr)
    if eq:
        members.setdefault("__eq__", _equality(fields))
        members["__hash__"] = _hash(fields) if frozen else None
    if frozen:
        members |= {"__setattr__": _refuse, "__delattr__": _refuse}
        members |= {"__getstate__": _state, "__setstate__": _set_state}
    made = type(cls)(cls.__name__, cls.__bases__, members)
    made.__qualname__ = cls.__qualname__
    if "__init__" not in members:
        made.__init__ = _first_init(made, fields, frozen)  # type: ignore[misc]
    return made


def _field_of(value: Any) -> _Field:
    return value if isinstance(value, _Field) else _Field(default=value)


def _first_init(cls: Any, fields: dict[str, _Field], frozen: bool) -> Callable[..., None]:
    """Compiles the constructor when the first object is made."""

    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
        cls.__init__ = _init(cls, fields, frozen)
        cls.__init__(self, *args, **kwargs)

    return __init__


def _init(cls: type, fields: dict[str, _Field], frozen: bool) -> Callable[..., None]:
    """The constructor. One of a frozen class writes through the slots, which `__setattr__` does not guard."""
    names: dict[str, Any] = {"_MISSING": _MISSING}
    parameters, lines = ["self"], []
    for name, field in fields.items():
        value = name
        if field.default_factory is not _MISSING:
            names[f"_make_{name}"] = field.default_factory
            value = f"_make_{name}() if {name} is _MISSING else {name}" if field.init else f"_make_{name}()"
        elif field.default is not _MISSING:
            names[f"_default_{name}"] = field.default
            value = name if field.init else f"_default_{name}"
        elif not field.init:
            continue
        if field.init:
            default = "_MISSING" if field.default_factory is not _MISSING else f"_default_{name}"
            parameters.append(f"{name}={default}" if field.is_given() else name)
        if frozen:
            names[f"_set_{name}"] = getattr(cls, name).__set__
        lines.append(f"_set_{name}(self, {value})" if frozen else f"self.{name} = {value}")
    if hasattr(cls, "__post_init__"):
        lines.append("self.__post_init__()")
    exec(f"def __init__({', '.join(parameters)}):\n " + "\n ".join(lines or ["pass"]), names)
    made: Callable[..., None] = names["__init__"]
    made.__qualname__ = f"{cls.__qualname__}.__init__"
    return made


def _key(names: list[str]) -> Callable[[Any], Any]:
    return attrgetter(*names) if names else lambda _: ()


def _equality(fields: dict[str, _Field]) -> Callable[[Any, object], Any]:
    key = _key([name for name, field in fields.items() if field.compare])

    def __eq__(self: Any, other: object) -> Any:
        if other.__class__ is not self.__class__:
            return NotImplemented
        return self is other or key(self) == key(other)

    return __eq__


def _hash(fields: dict[str, _Field]) -> Callable[[Any], int]:
    key = _key([name for name, field in fields.items() if (field.compare if field.hash is None else field.hash)])

    def __hash__(self: Any) -> int:
        return hash(key(self))

    return __hash__


def _repr(self: Any) -> str:
    if id(self) in _SHOWING:
        return "..."
    _SHOWING.add(id(self))
    try:
        shown = [f"{name}={getattr(self, name)!r}" for name, field in self.__slotted__.items() if field.repr]
    finally:
        _SHOWING.discard(id(self))
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _refuse(self: Any, name: str, *value: Any) -> None:
    from dataclasses import FrozenInstanceError

    raise FrozenInstanceError(f"cannot {'assign to' if value else 'delete'} field {name!r}")


def _state(self: Any) -> list[Any]:
    return [getattr(self, name) for name in self.__slotted__]


def _set_state(self: Any, state: list[Any]) -> None:
    for name, value in zip(self.__slotted__, state, strict=True):
        object.__setattr__(self, name, value)


def _replace(instance: Any, /, **changes: Any) -> Any:
    """As `dataclasses.replace`."""
    if not hasattr(instance, "__slotted__"):
        from dataclasses import replace

        return replace(instance, **changes)
    for name, field in instance.__slotted__.items():
        if field.init and name not in changes:
            changes[name] = getattr(instance, name)
    return type(instance)(**changes)


def values_of(instance: Any) -> dict[str, Any]:
    """The fields of an object by name; what they hold is shared with it."""
    return {name: getattr(instance, name) for name in instance.__slotted__}


class _StandardFields:
    """`__dataclass_fields__`, made by the standard library when it is asked for."""

    def __init__(self, frozen: bool, eq: bool) -> None:
        self._options = {"frozen": frozen, "eq": eq}

    def __set_name__(self, owner: Any, name: str) -> None:
        self._owner = owner

    def __get__(self, instance: object, owner: type | None = None) -> dict[str, Any]:
        import dataclasses

        cls = self._owner
        bases = [base for base in reversed(cls.__mro__) if hasattr(base, "__slotted__")]
        kinds = {name: kind for base in bases for name, kind in base.__annotations__.items()}
        members = {name: _standard(field) for name, field in cls.__slotted__.items()}
        twin: Any = type(cls.__name__, (), {**members, "__annotations__": kinds, "__module__": cls.__module__})
        twin = dataclasses.dataclass(init=False, repr=False, **self._options)(twin)
        cls.__dataclass_params__ = twin.__dataclass_params__
        cls.__dataclass_fields__ = twin.__dataclass_fields__
        fields: dict[str, Any] = cls.__dataclass_fields__
        return fields


def _standard(field: _Field) -> Any:
    import dataclasses

    said = {name: getattr(field, name) for name in ("init", "repr", "hash", "compare")}
    if field.default_factory is not _MISSING:
        return dataclasses.field(default_factory=field.default_factory, **said)
    return dataclasses.field(default=dataclasses.MISSING if field.default is _MISSING else field.default, **said)


if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
    from dataclasses import field as field
    from dataclasses import replace as replace
else:
    dataclass, field, replace = _dataclass, _Field, _replace

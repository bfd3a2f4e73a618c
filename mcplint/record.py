"""`NamedTuple`: `typing`'s own, and cheaper to define.

`typing.NamedTuple` compiles a constructor for every class, a tenth of a millisecond each, and a run of a few hundredths
of a second defines 160 of them. Here one is compiled for every number of fields, and gets the names of these.
To type checkers the two are one, and from Python 3.14 on they are: a class body keeps no annotations there to read.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING or sys.version_info >= (3, 14):
    from typing import NamedTuple as NamedTuple
else:
    from collections import namedtuple
    from functools import cache
    from types import FunctionType

    # What reads the n-th member of a tuple does so for every class.
    _MANY = namedtuple("_MANY", [f"field_{number}" for number in range(48)])
    _GETTERS = [vars(_MANY)[field] for field in _MANY._fields]
    _GLOBALS = {"_new": tuple.__new__, "__builtins__": {}}

    @cache
    def _constructor(count):
        """The code that makes a tuple of so many fields; to be given their names."""
        fields = ", ".join(f"field_{number}" for number in range(count))
        return eval(f"lambda _cls, {fields}: _new(_cls, ({fields},))").__code__

    class _Type(type):
        """Makes the annotated names of a class body its fields, and their values there the defaults."""

        def __new__(cls, name, bases, members):
            if bases[0] is not tuple and not hasattr(bases[0], "_fields"):
                fields = tuple(members.get("__annotations__", ()))
                defaults = {field: members.pop(field) for field in fields if field in members}
                if fields[len(fields) - len(defaults) :] != tuple(defaults):
                    raise TypeError(f"a field of {name} without a default follows one with a default")
                code = _constructor(len(fields)).replace(
                    co_varnames=("_cls", *fields), co_name="__new__", co_qualname=f"{name}.__new__"
                )
                members["__new__"] = FunctionType(code, _GLOBALS, "__new__", tuple(defaults.values()))
                members |= {"_fields": fields, "_field_defaults": defaults, "__match_args__": fields}
                members.update(zip(fields, _GETTERS, strict=False))
            return super().__new__(cls, name, bases, {"__slots__": (), **members})

    class NamedTuple(tuple, metaclass=_Type):
        """A tuple whose fields are the annotated names of the class body."""

        @classmethod
        def _make(cls, iterable):
            values = tuple.__new__(cls, iterable)
            if len(values) != len(cls._fields):
                raise TypeError(f"Expected {len(cls._fields)} arguments, got {len(values)}")
            return values

        def _replace(self, /, **kwargs):
            replaced = self._make(map(kwargs.pop, self._fields, self))
            if kwargs:
                raise ValueError(f"Got unexpected field names: {list(kwargs)!r}")
            return replaced

        def _asdict(self):
            return dict(zip(self._fields, self, strict=True))

        def __repr__(self):
            return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self._asdict().items())})"

        def __getnewargs__(self):
            return tuple(self)

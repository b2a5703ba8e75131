"""A property whose value is made when it is first asked for, and kept.

functools has one with a lock of the class: up to Python 3.11 who asks one object waits for as long
as another thread makes the value of another.  Here two threads that ask the same object at the
same time may both make it, and get the same one.
"""

from collections.abc import Callable
from typing import Any, Generic, Self, TypeVar, overload

_T = TypeVar("_T")


class cached_property(Generic[_T]):  # noqa: N801 named as that of functools is
    """The value is in the ``__dict__`` of the object, under the name of the property."""

    def __init__(self, make: Callable[[Any], _T]) -> None:
        self._make = make
        self._name = ""
        self.__doc__ = make.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type | None = None) -> _T: ...
    def __get__(self, instance: object | None, owner: type | None = None) -> Self | _T:
        if instance is None:
            return self
        value: _T = vars(instance).setdefault(self._name, self._make(instance))
        return value

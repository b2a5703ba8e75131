"""The names of the Mailtrap company's SDK, where it is installed beside us.

It has the same import name, so both are in one directory, and which ``__init__`` stays there is
decided by whoever was installed last.  Where it is ours, it looks here for the names of the other.
"""

from importlib import import_module
from importlib.util import find_spec
from pkgutil import walk_packages
from types import ModuleType
from typing import Any

_MODULES = ("api", "client", "config", "exceptions", "http", "models", "webhooks")
# Those that its own __init__ has names from; older versions lack some.
_FIRST = ("client", "exceptions", "webhooks", "models.mail")
_REST = "models"


def exported(name: str) -> Any:
    """What the SDK calls so.  Raises AttributeError, as a module does, where there is none."""
    missing = f"module 'mailtrap' has no attribute {name!r}"
    # Modules of ours are not looked for in the SDK: they are about to be imported.
    is_module = find_spec(f"mailtrap.{name}") is not None
    if name in _MODULES and is_module:
        return import_module(f"mailtrap.{name}")
    if name.startswith("_") or is_module or not _has(_REST):
        raise AttributeError(missing)
    for place in filter(_has, _FIRST):
        module = import_module(f"mailtrap.{place}")
        if hasattr(module, name):
            return getattr(module, name)
    found = {id(getattr(each, name)): each for each in _rest() if hasattr(each, name)}
    if len(found) > 1:
        places = " and ".join(sorted(each.__name__ for each in found.values()))
        raise AttributeError(f"{missing} of its own; import it from {places}")
    for module in found.values():
        return getattr(module, name)
    raise AttributeError(missing)


def _has(place: str) -> bool:
    return find_spec(f"mailtrap.{place}") is not None


def _rest() -> list[ModuleType]:
    path = import_module(f"mailtrap.{_REST}").__path__
    return [import_module(each.name) for each in walk_packages(path, f"mailtrap.{_REST}.")]

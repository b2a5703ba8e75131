"""The clocks: of what is written down, and of timers and waits.

The second is real also where a test has the time stand still.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from importlib.util import find_spec, module_from_spec


def now() -> datetime:
    """The time, aware, in UTC."""
    return datetime.now(UTC)


def unreplaced() -> Callable[[], float]:
    """``time.monotonic`` itself, whatever stands in its place.

    What freezes the time for a test puts functions of its own into the module, and into all that
    have imported one from there.  In a module that only we have it finds nothing.
    """
    spec = find_spec("time")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    found: Callable[[], float] = module.monotonic
    return found


monotonic = unreplaced()

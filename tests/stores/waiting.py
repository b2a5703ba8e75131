"""Wait for what another process or thread does to files, of which nothing tells."""

import time
from collections.abc import Callable
from typing import Any

from tests.support import WAIT


def eventually(holds: Callable[[], Any], what: str = "what the test waits for") -> Any:
    """The first true value of ``holds``."""
    until = time.monotonic() + WAIT
    while not (found := holds()):
        assert time.monotonic() < until, f"{what} did not happen"
        time.sleep(0.01)
    return found

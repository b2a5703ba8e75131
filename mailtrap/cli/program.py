"""How to run this mailtrap again, from anywhere."""

import os
import sys
from pathlib import Path


def command(first: str = "", executable: str = "") -> tuple[str, ...]:
    """The words that run it; ``first`` is how it was called, ``executable`` its Python."""
    called = Path(first or sys.argv[0])
    python = executable or sys.executable
    # What python -m and tests run with is no program.
    if called.name.startswith("mailtrap") and os.access(called, os.X_OK) and called.is_file():
        return (str(called.absolute()),)
    return (str(Path(python).absolute()), "-m", "mailtrap")

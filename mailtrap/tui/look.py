"""How the screen is to look, as settings say; and what was chosen on it before."""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

LAYOUTS = ("beside", "above", "auto")
LEAST, MOST = 10, 90  # per cent of the panes for the list
_LARGEST = 10_000  # octets of a file of ours; another is none


@dataclass(frozen=True, slots=True)
class Chosen:
    """What was chosen with keys; None is nothing."""

    theme: str | None = None
    layout: str | None = None
    split: int | None = None  # per cent of the panes


@dataclass(frozen=True, slots=True)
class Look:
    """What settings say; None leaves it to what was chosen."""

    theme: str | None = None
    layout: str | None = None
    split: int | None = None
    mouse: bool = True
    images: str = "auto"  # or one of graphics.KINDS
    set_by: Mapping[str, str] = field(default_factory=dict)  # by the names of these: --theme
    keys: Mapping[str, str] = field(default_factory=dict)  # by the ids of actions
    memory: Path | None = None  # the file of what was chosen


def recalled(memory: Path | None) -> Chosen:
    """What was chosen before.  A file that cannot be read, or not be understood, says nothing."""
    known: Any = None
    with suppress(OSError, ValueError, RecursionError):
        if memory is not None and memory.is_file() and memory.stat().st_size <= _LARGEST:
            known = json.loads(memory.read_bytes())
    if not isinstance(known, dict):
        return Chosen()
    theme, layout, split = (known.get(name) for name in ("theme", "layout", "split"))
    is_share = isinstance(split, int) and not isinstance(split, bool) and LEAST <= split <= MOST
    return Chosen(
        theme if isinstance(theme, str) else None,
        layout if layout in LAYOUTS else None,
        split if is_share else None,
    )


def remember(memory: Path | None, chosen: Mapping[str, str | int]) -> None:
    """Keep that for the next time, and of what was chosen before the rest; or do nothing."""
    if memory is None or not chosen:
        return
    known = {name: value for name, value in asdict(recalled(memory)).items() if value is not None}
    beside = memory.with_name(f".{memory.name}.{os.getpid()}")
    with suppress(OSError, ValueError):
        memory.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            beside.write_text(f"{json.dumps(known | dict(chosen))}\n")
            beside.replace(memory)
        finally:
            beside.unlink(missing_ok=True)

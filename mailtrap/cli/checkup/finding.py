"""What a check found."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How it stands."""

    OK = "ok"
    NOTE = "note"  # works, but not all of it
    TODO = "todo"  # something has to be done first


@dataclass(frozen=True, slots=True)
class Finding:
    """One line, and what to do where that is not nothing."""

    name: str  # what was looked at
    state: State
    text: str
    remedy: str = ""


def ok(name: str, text: str) -> Finding:
    """All is well."""
    return Finding(name, State.OK, text)


def note(name: str, text: str, remedy: str = "") -> Finding:
    """It works with less."""
    return Finding(name, State.NOTE, text, remedy)


def todo(name: str, text: str, remedy: str) -> Finding:
    """It does not work until something is done."""
    return Finding(name, State.TODO, text, remedy)

"""Keys, and answers of the terminal that are none."""

import sys

import pytest
from textual.events import Key

if sys.platform == "win32":
    pytest.skip("what reads keys is for Unix", allow_module_level=True)

from mailtrap.tui.key_parser import KeyParser

COLOUR, VERSION = "\x1b]11;rgb:1d1d/1f1f/2121\x1b\\", "\x1b[>1;4000;41c"
ATTRIBUTES, REGISTERS = "\x1b[?62;4;22c", "\x1b[?1;0;256S"


def pressed(*pieces: str) -> list[str]:
    """The keys that are heard."""
    parser = KeyParser()
    events = [event for piece in pieces for event in parser.feed(piece)]
    return [event.key for event in events if isinstance(event, Key)]


@pytest.mark.parametrize(
    "answer", [COLOUR, "\x1b]11;rgb:ffff/ffff/ffff\x07", VERSION, ATTRIBUTES, REGISTERS]
)
def test_an_answer_is_no_key(answer: str) -> None:
    assert pressed(f"j{answer}k") == ["j", "k"]


def test_an_answer_may_come_in_pieces() -> None:
    answers = COLOUR + VERSION + ATTRIBUTES

    for cut in range(len(answers)):
        # Escape alone is a key.
        if not answers[:cut].endswith(("\x1b", "\x1b]", "\x1b]1", "\x1b[")):
            assert pressed("j" + answers[:cut], answers[cut:] + "k") == ["j", "k"], cut


def test_what_is_never_ended_swallows_no_key_after_a_while() -> None:
    assert pressed("\x1b]11;rgb:", "", "j", "k") == ["j", "k"]


def test_keys_that_look_alike_are_keys() -> None:
    assert pressed("\x1b[A", "\x1b[1;5A", "c") == ["up", "ctrl+up", "c"]

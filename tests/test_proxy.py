import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrap.proxy import forwarded
from mailtrap.session import Command, Forwarded
from tests.dialogues import START


@pytest.mark.parametrize(
    ("line", "attributes"),
    [
        (b"XCLIENT", ()),
        (b"XCLIENT addr=192.0.2.1 NAME=", (("ADDR", "192.0.2.1"), ("NAME", ""))),
        (b"XCLIENT NAME=a+2Bb+3d.example", (("NAME", "a+b=.example"),)),
        (b"XCLIENT LOGIN=a=b", (("LOGIN", "a=b"),)),
        (b"XFORWARD HELO", (("HELO", ""),)),
        (b"XFORWARD HELO=+2 +zz", (("HELO", "+2"), ("+ZZ", ""))),
    ],
)
def test_names_are_in_upper_case_and_values_are_decoded(
    line: bytes, attributes: tuple[tuple[str, str], ...]
) -> None:
    command = Command(START, line + b"\r\n")

    assert forwarded(command) == Forwarded(START, b"", command.verb, attributes)


@given(st.binary(max_size=60))
def test_any_octets_can_be_read(argument: bytes) -> None:
    assert forwarded(Command(START, b"XCLIENT " + argument)).verb == "XCLIENT"

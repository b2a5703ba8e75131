import weakref
from encodings.aliases import aliases

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrap.charsets import codec, decoded, field_text

ANY_OCTETS = bytes(range(256)) * 2 + b"+AGE-=41\\N{x}\\xzz~{~}\x1b$B"


@pytest.mark.parametrize("charset", sorted({*aliases, *aliases.values()}))
def test_octets_are_text_in_whatever_codec_python_has(charset: str) -> None:
    assert isinstance(decoded(ANY_OCTETS, charset), str)
    assert isinstance(field_text(ANY_OCTETS, charset), str)


@pytest.mark.parametrize(
    "charset",
    ["base64", "hex", "rot13", "idna", "punycode", "unicode_escape", "undefined", "", "\0"],
)
def test_what_is_no_charset_of_mail_is_unknown(charset: str) -> None:
    assert codec(charset) is None


def test_the_longest_name_in_the_registry_is_known() -> None:
    assert codec("Extended_UNIX_Code_Packed_Format_for_Japanese") == "euc_jp"


class Name(str):
    """One that can be asked whether anyone still has it."""


def test_a_name_that_is_too_long_for_one_is_not_remembered() -> None:
    name = Name("x" * 100)
    is_there = weakref.ref(name)

    assert codec(name) is None
    del name

    assert is_there() is None


@given(st.binary(max_size=30), st.text(max_size=20))
def test_octets_are_text_whatever_the_charset_is_called(octets: bytes, charset: str) -> None:
    assert isinstance(decoded(octets, charset), str)

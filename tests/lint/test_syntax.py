"""What details show of octets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrap.lint.syntax import shown


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        (b"ann", "'ann'"),
        ("änn".encode(), "'änn'"),
        (b"\xe4nn", "'\\xe4nn'"),
        (b"a\r\nb", "'a\\r\\nb'"),
        (b"a" * 61, "'" + "a" * 60 + "'..."),
        (b"a" * 59 + "ä".encode(), "'" + "a" * 59 + "'..."),
    ],
)
def test_octets_are_shown_as_text_where_they_are_text(octets: bytes, text: str) -> None:
    assert shown(octets) == text


@given(st.binary())
def test_any_octets_are_shown_on_one_line(octets: bytes) -> None:
    assert shown(octets).isprintable()

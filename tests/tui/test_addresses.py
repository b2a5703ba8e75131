"""Addresses: a terminal gets those of web pages and mail, in printable ASCII, and no others."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrap.tui.addresses import LONGEST, address, linked, parted


@pytest.mark.parametrize(
    ("href", "safe"),
    [
        ("https://example.org/a?b=c#d", "https://example.org/a?b=c#d"),
        (" HTTP://example.org\n", "HTTP://example.org"),
        ("mailto:ann@example.org", "mailto:ann@example.org"),
        ("https://exa\tmple.org/\r\nx", "https://example.org/x"),
        ("https://example.org/a b", "https://example.org/a%20b"),
        ("https://example.org/é", "https://example.org/%C3%A9"),
        ("https://x/\x1b]52;c;YQ==\x07", "https://x/%1B]52;c;YQ==%07"),
        ("https://x/\x9b\udcff", "https://x/%C2%9B?"),
        ("javascript:alert(1)", ""),
        ("file:///etc/passwd", ""),
        ("tel:+1", ""),
        ("//example.org", ""),
        ("https://", ""),
        ("", ""),
        ("https://x/" + "y" * LONGEST, ""),
    ],
)
def test_what_a_terminal_may_open(href: str, safe: str) -> None:
    assert address(href) == safe


@given(st.text())
def test_of_any_href_nothing_a_terminal_obeys_is_left(href: str) -> None:
    for prefix in ("", "https://", "mailto:"):
        assert re.fullmatch(r"[!-~]*", address(prefix + href))


def test_a_role_names_the_address_it_leads_to() -> None:
    assert parted(linked("strong link", "https://example.org/")) == (
        ["strong", "link"],
        "https://example.org/",
    )
    assert parted(linked("strong", "javascript:x")) == (["strong"], "")
    assert parted("") == ([], "")

"""File names a stranger chose: nothing is left of them but a name."""

from pathlib import PurePath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrap.content import Content
from mailtrap.tui.file_names import LONGEST, message_name, numbered, part_name, safe_name


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("invoice.pdf", "invoice.pdf"),
        ("Rechnung für März.pdf", "Rechnung für März.pdf"),
        ("請求書.pdf", "請求書.pdf"),
        ("../../etc/passwd", "passwd"),
        ("/etc/passwd", "passwd"),
        ("C:\\Windows\\win.ini", "win.ini"),
        ("..\\..\\evil.exe", "evil.exe"),
        ("a/..", "fallback"),
        ("..", "fallback"),
        (".", "fallback"),
        ("", "fallback"),
        ("   ", "fallback"),
        ("dir/", "fallback"),
        (".bashrc", "bashrc"),
        ("-rf", "rf"),
        ("--help.txt", "help.txt"),
        ("~root", "root"),
        ("CON", "_CON"),
        ("nul.txt", "_nul.txt"),
        ("Com1.tar.gz", "_Com1.tar.gz"),
        ("LPT³", "_LPT³"),
        ("aux .txt", "_aux .txt"),
        ("console.txt", "console.txt"),
        ("a:b*c?.txt", "a_b_c_.txt"),
        ("stream.txt:evil", "stream.txt_evil"),
        ("trailing. . ", "trailing"),
        ("a\0b\x1b[31m\r\n\t.txt", "ab[31m.txt"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("zero\u200bwidth\ufeff.txt", "zerowidth.txt"),
        ("bad\udce9.txt", "bad.txt"),
        ("two\u2028lines", "twolines"),
        ("many    blanks", "many blanks"),
        ("e\u0301.txt", "\u00e9.txt"),
    ],
)
def test_a_name_is_made_safe(name: str, safe: str) -> None:
    assert safe_name(name, "fallback") == safe


@given(st.text())
def test_any_name_is_one_visible_component(name: str) -> None:
    safe = safe_name(name, "fallback")

    assert PurePath(safe).name == safe
    assert safe.isprintable()
    assert safe.strip(" ") == safe
    assert safe[0] not in ".-~"
    assert not set(safe) & set('<>:"/\\|?*')
    assert len(safe.encode()) <= LONGEST + 1
    assert safe_name(safe, "fallback") == safe


def test_a_name_that_is_too_long_keeps_its_suffix() -> None:
    safe = safe_name("ü" * 300 + ".pdf", "fallback")

    assert safe.endswith("ü.pdf")
    assert LONGEST - 2 <= len(safe.encode()) <= LONGEST
    assert len(safe_name("x" * 300, "").encode()) == LONGEST
    assert len(safe_name("x." + "y" * 300, "").encode()) == LONGEST


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("Content-Type: text/calendar", "part-1.ics"),
        ("Content-Type: image/png", "part-1.png"),
        ("Content-Type: application/x-unheard-of", "part-1.bin"),
        ('Content-Type: image/png; name="logo.png"', "logo.png"),
        ('Content-Type: image/png; name="../.."', "part-1.png"),
    ],
)
def test_a_part_is_called_by_its_name_or_its_type(header: str, name: str) -> None:
    assert part_name(Content(f"{header}\r\n\r\nx".encode()).root) == name


@pytest.mark.parametrize(
    ("subject", "name"),
    [
        ("Thanks for your order #10042", "Thanks for your order #10042.eml"),
        ("Re: a/b", "Re_ a b.eml"),
        ("", "k7-1-1.eml"),
        ("...", "k7-1-1.eml"),
        ("con", "_con.eml"),
    ],
)
def test_a_message_is_called_by_its_subject_or_its_id(subject: str, name: str) -> None:
    assert message_name(subject, "k7-1-1") == name


def test_a_number_goes_before_the_suffix() -> None:
    assert numbered(PurePath("a/b.tar.gz"), 2) == str(PurePath("a/b.tar-2.gz"))
    assert numbered(PurePath("b"), 1) == "b-1"

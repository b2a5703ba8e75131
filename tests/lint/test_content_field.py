"""Borders of the grammar of Content-Type and Content-Disposition."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrap.lint.content_field import read_content_field
from mailtrap.lint.diagnostic import Severity


@pytest.mark.parametrize(
    "body",
    [
        b"text/plain",
        b"TEXT/PLAIN;CHARSET=UTF-8",
        b"text/plain; charset=us-ascii (Plain text)",
        b"(a (nested) comment) text/plain; charset = utf-8",
        b'multipart/mixed;\r\n\tboundary="=_a; b=\\"c\\""',
        b'multipart/mixed;\n boundary="a"',
        b"application/vnd.oasis.opendocument.text; name*0*=utf-8''%C3%BC; name*1=.odt",
        b'text/plain; charset=""',
        b"image/svg+xml; name=a!#$%&'*+-.^_`{|}~",
    ],
)
def test_what_the_grammar_allows_has_no_flaw(body: bytes) -> None:
    assert read_content_field(body, is_type=True).flaws == ()


@pytest.mark.parametrize(
    ("body", "flaw", "severity"),
    [
        (b"", "empty", "error"),
        (b"text", "'text' is no type/subtype", "error"),
        (b"text/", "'text/' has no subtype", "error"),
        (b"text/plain charset=utf-8", "'charset=utf-8' where a semicolon belongs", "error"),
        (b"text/plain, charset=utf-8", "', charset=utf-8' where a semicolon belongs", "error"),
        (b"text/plain; charset", "'charset' is no parameter", "error"),
        (b"text/plain; charset=", "charset is empty", "warning"),
        (b"text/plain; charset=utf-8;", "semicolon at the end", "info"),
        (b"text/plain;; charset=utf-8", "semicolon without parameter", "info"),
        (b'text/plain; name="a', "quote of name is not closed", "error"),
        (b"text/plain (a", "comment is not closed", "error"),
        (b"text/plain; name=my file.txt", "name has no quotes around 'my file.txt'", "error"),
        (b"text/plain; type=text/html", "type has no quotes around 'text/html'", "warning"),
        (b"text/plain; charset=a; charset=b", "charset is there twice", "error"),
        (b"text / plain", "'text / plain' has blanks", "warning"),
    ],
)
def test_a_flaw_is_told(body: bytes, flaw: str, severity: str) -> None:
    [found] = read_content_field(body, is_type=True).flaws

    assert (found.text, found.severity) == (flaw, Severity(severity))


def test_a_parameter_is_where_it_is_written() -> None:
    body = b'attachment; filename="a \\"b\\".pdf"; size=3'

    reading = read_content_field(body, is_type=False)

    filename, size = reading.parameters
    assert filename.value == b'a "b".pdf'
    assert body[filename.start : filename.end] == b'filename="a \\"b\\".pdf"'
    assert (size.name, size.value) == ("size", b"3")
    assert reading.flaws == ()


@pytest.mark.parametrize("is_type", [True, False])
@given(body=st.binary() | st.text(alphabet=' ab"\\();=/,*\r\n').map(str.encode))
def test_places_are_within_whatever_the_octets(is_type: bool, body: bytes) -> None:  # noqa: FBT001 a parameter of the test
    reading = read_content_field(body, is_type=is_type)

    places = [(each.start, each.end) for each in reading.parameters]
    for start, end in places + [(each.start, each.end) for each in reading.flaws]:
        assert 0 <= start <= end <= len(body)

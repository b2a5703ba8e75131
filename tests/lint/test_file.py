import pytest

from mailtrap.lint.diagnostic import Diagnostic
from mailtrap.lint.file import diagnose
from mailtrap.lint.message import MAX_READ
from mailtrap.lint.samples import LETTER

OF_OCTETS = {
    "line-too-long",
    "nul-in-data",
    "bare-cr-data",
    "cr-cr-lf-data",
    "bare-lf-data",
    "eod-lookalike",
}


def of_octets(data: bytes) -> list[Diagnostic]:
    return [each for each in diagnose(data).diagnostics if each.rule.id in OF_OCTETS]


def on_unix(data: bytes) -> bytes:
    return data.replace(b"\r\n", b"\n")


@pytest.mark.parametrize(
    ("line", "rule", "octets"),
    [
        (b"x" * 1000, "line-too-long", b"x" * 1000 + b"\r"),
        (b"he\0llo", "nul-in-data", b"\0"),
        (b"he\rllo", "bare-cr-data", b"\r"),
        (b"hello\r", "cr-cr-lf-data", b"\r\r\n"),
        (b"hel\nlo", "bare-lf-data", b"\n"),
    ],
)
def test_what_a_server_would_find_in_a_line_is_found_in_a_file(
    line: bytes, rule: str, octets: bytes
) -> None:
    data = LETTER + line + b"\r\n"

    [found] = of_octets(data)

    assert found.rule.id == rule
    assert data[found.place.start : found.place.end] == octets


@pytest.mark.parametrize("line", [b"x" * 1000, b"he\0llo", b"he\rllo"])
def test_the_same_is_found_where_all_lines_end_as_on_unix(line: bytes) -> None:
    with_crlf, with_lf = LETTER + line + b"\r\n", on_unix(LETTER) + line + b"\n"

    assert [each.rule for each in of_octets(with_lf)] == [
        each.rule for each in of_octets(with_crlf)
    ]


def test_a_file_with_the_line_ends_of_unix_is_not_told_of_them() -> None:
    assert of_octets(on_unix(LETTER + b"hello\r\n.\r\nworld\r\n")) == []


def test_a_part_that_says_it_is_binary_may_have_any_octets() -> None:
    header = LETTER.partition(b"\r\n\r\n")[0]

    assert of_octets(header + b"\r\n\r\n\0" + b"x" * 2000) != []
    assert (
        of_octets(header + b"\r\nContent-Transfer-Encoding: binary\r\n\r\n\0" + b"x" * 2000) == []
    )


def test_findings_of_lines_stand_among_the_others_in_the_order_of_octets() -> None:
    data = b"Subject: h\0i\r\nFrom: nobody\r\n\r\n" + b"x" * 999

    found = [each.place.start or 0 for each in diagnose(data).diagnostics]

    assert found == sorted(found)
    assert data.index(b"\0") in found


def test_a_line_end_that_the_limit_cuts_is_none_that_is_wrong() -> None:
    data = LETTER + b"x\r\n" * (MAX_READ // 3 + 3)
    data = b"y" * (MAX_READ - 1 - data[:MAX_READ].rfind(b"\r\n")) + data
    assert data[MAX_READ - 1 : MAX_READ + 1] == b"\r\n"

    report = diagnose(data)

    assert report.is_partial
    assert not {each.rule.id for each in report.diagnostics} & OF_OCTETS

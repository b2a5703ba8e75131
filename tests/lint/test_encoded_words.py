"""Borders of the rules of encoded words that their samples do not show."""

from base64 import b64encode

import pytest

from mailtrap.lint.diagnostic import Severity
from mailtrap.lint.samples import LETTER
from tests.lint.findings import HEADER, findings, ids


def with_subject(subject: bytes) -> bytes:
    return LETTER.replace(b"Subject: Hello", b"Subject: " + subject)


@pytest.mark.parametrize(
    "word",
    [
        b"=?UTF-8?Q?Gr=c3=bc=C3=9Fe?=",
        b"=?utf-8?B?R3LDvMOfZQ==?=",
        b"=?iso-8859-1?q?Gr=FC=DFe_an_Bob?=",
        b"=?utf-8*de?q?Gr=C3=BC=C3=9Fe?=",
        b"=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=",
        b"=?windows-1252?q?=80?=",
        b"=?iso-8859-8-i?q?=E0?=",
        b"=?gb18030?b?xOO6ww==?=",
        b"=?us-ascii?q?a?=",
        b"=?utf-8?q??=",
        b"=?windows-31j?b?grGC8YLJgr+CzQ==?=",
        b"=?x-sjis?b?grGC8YLJgr+CzQ==?=",
        b"=?x-gbk?b?xOO6ww==?=",
        b"=?iso-10646-ucs-2?b?AEE=?=",
        b"=?windows-874?q?=A1?=",
        b"=?viscii?q?=80?=",
        b"=?unknown-8bit?q?=FC?=",
        b"=?iso-2022-cn?b?GyQpQQ4/fRs=?=",
    ],
)
def test_words_that_can_be_decoded_are_right(word: bytes) -> None:
    data = with_subject(word)

    assert ids(data, *HEADER) == set()


@pytest.mark.parametrize(
    ("word", "flaw"),
    [
        (b"=?utf-8?q?=C3?=", "not whole characters of utf-8"),
        (b"=?utf-8?b?w7?=", "that is not base64"),
        (b"=?utf-8?b?w7w?=", "that is not base64"),
        (b"=?utf-8?b?w-8=?=", "that is not base64"),
        (b"=?utf-8?q?a=C?=", "'=C' is no escape"),
        (b"=?utf-8?q?a=ZZ?=", "'=ZZ' is no escape"),
        (b"=?utf-8?x?a?=", "encoding 'x', not B or Q"),
        (b"=?utf8mb4?q?a?=", "no charset is called utf8mb4"),
        (b"=?hex?q?a?=", "no charset is called hex"),
        (b"=?idna?q?a?=", "no charset is called idna"),
        (b"=?us-ascii?q?=C3?=", "not whole characters of us-ascii"),
    ],
)
def test_what_is_wrong_with_a_word_is_told(word: bytes, flaw: str) -> None:
    data = with_subject(word)

    [found] = findings(data, *HEADER)

    assert found.rule.id == "encoded-word-bad"
    assert found.detail == f"{word.decode()!r}: {flaw}"
    assert data[found.place.start : found.place.end] == word


@pytest.mark.parametrize(
    ("charset", "octets", "superset", "severity"),
    [
        ("gb2312", "镕".encode("gbk"), "gb18030", Severity.INFO),
        ("ks_c_5601-1987", "똠".encode("cp949"), "cp949", Severity.INFO),
        ("shift_jis", "①".encode("cp932"), "cp932", Severity.INFO),
        ("iso-8859-1", "€".encode("cp1252"), "cp1252", Severity.WARNING),
    ],
)
def test_what_readers_take_for_another_charset_is_less(
    charset: str, octets: bytes, superset: str, severity: Severity
) -> None:
    word = f"=?{charset}?b?{b64encode(octets).decode()}?="

    [found] = findings(with_subject(word.encode()), *HEADER)

    assert (found.rule.id, found.severity) == ("encoded-word-bad", severity)
    assert found.detail == f"{word!r}: not {charset}, but {superset}"


@pytest.mark.parametrize(
    ("length", "severity"),
    [(75, None), (76, Severity.INFO), (78, Severity.INFO), (79, Severity.WARNING)],
)
def test_a_word_may_have_75_characters_and_python_makes_some_of_78(
    length: int, severity: Severity | None
) -> None:
    data = with_subject(b"\r\n =?utf-8?q?" + b"x" * (length - 12) + b"?=")

    found = [
        each.severity for each in findings(data, *HEADER) if each.rule.id == "encoded-word-too-long"
    ]

    assert found == ([] if severity is None else [severity])


@pytest.mark.parametrize(
    "field",
    [
        b"List-Unsubscribe: <https://example.org/?a=?utf-8?x?b?=>\r\n",
        b"DKIM-Signature: v=1; b=?a?b?c?=\r\n",
        b"Comments: what =? is ?= this\r\n",
        b"Comments: =?utf-8?q?a?= and ?=\r\n",
    ],
)
def test_what_only_resembles_an_encoded_word_is_none(field: bytes) -> None:
    data = field + LETTER

    assert ids(data, *HEADER) == set()


def test_the_description_of_a_part_may_hold_encoded_words() -> None:
    bad, good = b"=?utf-8?q?=C3?=", b"=?utf-8?q?=C3=BC?="
    field = b"Content-Description: "
    part = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" + field + bad
    data = field + bad + b"\r\n" + LETTER.partition(b"Content-Type")[0] + part
    data += b"\r\n\r\nhello\r\n--b--\r\n"

    found = findings(data, *HEADER)

    assert [(each.rule.id, each.place.field, each.place.part) for each in found] == [
        ("encoded-word-bad", "Content-Description", ""),
        ("encoded-word-bad", "Content-Description", "1"),
    ]
    assert all(data[each.place.start : each.place.end] == bad for each in found)
    assert ids(data.replace(bad, good), *HEADER) == set()


def test_an_encoded_word_in_a_domain_is_misplaced() -> None:
    data = LETTER.replace(b"bob@example.org", b"bob@=?utf-8?q?b=C3=BCcher?=.example")

    [found] = [each for each in findings(data, *HEADER) if each.rule.id == "encoded-word-misplaced"]

    assert found.detail == "'=?utf-8?q?b=C3=BCcher?=' in an address"


@pytest.mark.parametrize(("between", "is_found"), [(b"", True), (b" ", False), (b"\r\n ", False)])
def test_encoded_words_have_a_blank_between_them(between: bytes, *, is_found: bool) -> None:
    data = with_subject(b"=?utf-8?q?Gr=C3=BC?=" + between + b"=?utf-8?q?=C3=9Fe?=")

    found = findings(data, *HEADER)

    assert [(each.rule.id, each.detail) for each in found] == (
        [("encoded-word-misplaced", "'=?utf-8?q?=C3=9Fe?=' without a blank before it")]
        if is_found
        else []
    )


def test_quotes_around_an_encoded_word_in_free_text_are_only_text() -> None:
    data = with_subject(b'"=?utf-8?q?Gr=C3=BC=C3=9Fe?="')

    assert ids(data, *HEADER) == set()


def test_a_word_that_is_folded_has_a_blank_in_it() -> None:
    data = with_subject(b"=?utf-8?q?Gr=C3=BC=C3=9Fe_an\r\n _Bob?=")

    assert ids(data, *HEADER) == {"encoded-word-raw-space"}

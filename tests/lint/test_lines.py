"""Borders of the rules for the octets of command lines."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrap.lint.samples import Script
from mailtrap.terms import Terms
from tests.lint.of_commands import findings, ids

EHLO = b"EHLO app.example.org\r\n"
HELO = b"HELO app.example.org\r\n"

octets = st.lists(
    st.one_of(
        st.binary(max_size=12),
        st.sampled_from(
            [
                b"MAIL FROM:<",
                b"RCPT TO:<",
                b"EHLO ",
                b"DATA",
                b"BDAT 3",
                b"RSET",
                b"AUTH PLAIN",
                b"X",
                b"@",
                b">",
                b"<",
                b'"',
                b"\\",
                b"[IPv6:",
                b"]",
                b"\r",
                b"\n",
                b"\r\n",
                b"\xc3\xa4",
                b" SMTPUTF8",
                b"GET / HTTP/1.1",
                b"a.b",
                b" ",
                b"\t",
                b"\0",
                b".",
            ]
        ),
    ),
    max_size=25,
).map(b"".join)


@given(octets)
def test_any_octets_are_read(said: bytes) -> None:
    for found in findings((said,)):
        assert found.detail.isprintable()


@given(octets, st.lists(st.integers(0, 400), max_size=6))
def test_how_octets_are_split_makes_no_difference(said: bytes, places: list[int]) -> None:
    def found(steps: tuple[bytes, ...]) -> list[tuple[str, str, int | None]]:
        return [(each.rule.id, each.detail, each.place.offset) for each in findings(steps)]

    bounds = sorted({0, len(said), *(place for place in places if place < len(said))})
    parts = tuple(said[a:b] for a, b in itertools.pairwise(bounds))

    assert found(parts) == found((said,))


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        (b"NOOP\n", "bare-lf-command"),
        (b"NOOP\r\r\n", "cr-cr-lf"),
        (b"NOOP\r\r\r\n", "cr-cr-lf"),
        (b"NOOP \ra\r\n", "bare-cr-command"),
        (b"NOOP a\0\r\n", "nul-in-command"),
        (b"NOOP a\x7f\r\n", "control-in-command"),
        (b"NOOP a\tb\r\n", "control-in-command"),
        (b"\tNOOP\r\n", "leading-whitespace"),
        (b"NOOP  a\r\n", "bad-verb-separator"),
        (b"NOOP \ta\r\n", "bad-verb-separator"),
        (b"NOOP\t\r\n", "trailing-whitespace"),
        (b"NOOP a  \r\n", "trailing-whitespace"),
        (b"   \r\n", "empty-command"),
        (b"\n", "bare-lf-command"),
    ],
)
def test_a_line_has_one_thing_wrong_with_it(line: bytes, rule: str) -> None:
    found = ids((EHLO, line))

    assert found - {"empty-command"} == {rule} - {"empty-command"}
    assert (rule == "empty-command" or line == b"\n") == ("empty-command" in found)


def test_a_thing_is_found_once() -> None:
    found = findings((EHLO, b"\r\n"))

    assert [each.rule.id for each in found] == ["empty-command"]


@pytest.mark.parametrize(
    ("line", "span"),
    [
        (b"NOOP\n", (4, 5)),
        (b"NOOP\r\r\n", (4, 7)),
        (b"  NOOP\r\n", (0, 2)),
        (b"NOOP\t a\r\n", (4, 6)),
        (b"NOOP a \r\n", (6, 7)),
    ],
)
def test_the_octets_that_are_wrong_are_pointed_at(line: bytes, span: tuple[int, int]) -> None:
    [found] = findings((EHLO, line))

    assert (found.place.start, found.place.end) == span
    assert found.place.offset == len(EHLO)


def line_of(start: bytes, size: int) -> bytes:
    return start + b"x" * (size - len(start) - 2) + b"\r\n"


@pytest.mark.parametrize(
    ("greeting", "start", "limit"),
    [
        (EHLO, b"NOOP ", 512),
        (HELO, b"MAIL FROM:<ann@example.org> SIZE=", 512),
        (EHLO, b"MAIL FROM:<ann@example.org> ENVID=", 512 + 759),
        (EHLO, b"RCPT TO:<bob@example.org> ORCPT=rfc822;", 512 + 544 + 40),
    ],
)
def test_extensions_that_are_offered_make_room(greeting: bytes, start: bytes, limit: int) -> None:
    terms = Terms(hostname="trap.test")
    within = Script((greeting, line_of(start, limit)), terms=terms)
    beyond = Script((greeting, line_of(start, limit + 1)), terms=terms)

    assert "command-too-long" not in ids(within)
    assert "command-too-long" in ids(beyond)


def test_a_line_longer_than_what_is_kept_is_too_long_and_nothing_else() -> None:
    script = (EHLO, b"MAIL FROM:<" + b"a" * 2**20 + b"\r\n")

    assert ids(script) == {"command-too-long"}


def test_long_initial_responses_are_left_to_auth() -> None:
    assert "command-too-long" not in ids((EHLO, b"AUTH PLAIN " + b"A" * 800 + b"\r\n"))


def test_non_ascii_is_looked_for_where_commands_are() -> None:
    greeting, verb = "HELO bücher.example\r\n".encode(), "NÖÖP\r\n".encode()

    assert "non-ascii-command" not in ids((greeting,))
    assert "non-ascii-command" not in ids((HELO, verb))
    assert "non-ascii-command" in ids((HELO, "VRFY änn\r\n".encode()))


def test_non_ascii_is_an_error_where_smtputf8_is_hidden() -> None:
    terms = Terms(hostname="trap.test", ehlo_remove=("SMTPUTF8",))
    line = "MAIL FROM:<änn@example.org> SMTPUTF8\r\n".encode()

    assert "non-ascii-command" in ids(Script((EHLO, line), terms=terms))


@pytest.mark.parametrize("end", ["eof", "reset", "timeout"])
def test_a_client_that_leaves_inside_a_line_is_told(end: str) -> None:
    assert "truncated-command" in ids(Script((EHLO, b"QUI"), end=end))


@pytest.mark.parametrize("end", ["stopped", "rule", "failed"])
def test_a_server_that_leaves_inside_a_line_is_no_fault_of_the_client(end: str) -> None:
    assert "truncated-command" not in ids(Script((EHLO, b"QUI"), end=end))


def test_a_secret_is_never_part_of_a_detail() -> None:
    lines = [
        b"AUTH PLAIN s3cret\x01\r\n",
        b"AUTH  PLAIN s3cret\n",
        b"AUTH PLAIN \xffs3cret\r\n",
        b" AUTH PLAIN s3cret \r\r\n",
        b"AUTH PLAIN s3cret",
    ]

    details = [found.detail for line in lines for found in findings((HELO, line))]

    assert details
    assert not any("s3cret" in detail for detail in details)

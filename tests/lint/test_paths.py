"""Borders of the rules for how a path is written."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailtrap.lint import sent_path as module
from tests.lint.of_commands import findings, ids

EHLO = b"EHLO app.example.org\r\n"
MAIL = b"MAIL FROM:<ann@example.org>\r\n"


def of_mail(argument: bytes) -> set[str]:
    return ids((EHLO, b"MAIL " + argument + b"\r\n"))


def of_rcpt(argument: bytes) -> set[str]:
    return ids((EHLO, MAIL, b"RCPT " + argument + b"\r\n"))


@pytest.mark.parametrize(
    "argument",
    [
        b"FROM:<ann@example.org>",
        b"from:<ann@example.org> SIZE=100 BODY=8BITMIME",
        b"FROM:<>",
        b"FROM:<> SIZE=0",
        b"FROM:<ann+tag=x.y@mail.example.org> RET=HDRS ENVID=x",
        b"FROM:<bounce-12=bob=example.org@example.org>",
        b"FROM:<!#$%&'*/=?^_`{|}~@example.org>",
        b"FROM:<1@1.example>",
        b"FROM:<a@xn--bcher-kva.example>",
        b"FROM:<ann@[IPv6:2001:db8::1]>",
        b"FROM:<ann@localhost>",
    ],
)
def test_what_stock_clients_send_is_clean(argument: bytes) -> None:
    assert not of_mail(argument)


@pytest.mark.parametrize("path", [b"<postmaster>", b"<Postmaster>", b"<POSTMASTER@example.org>"])
def test_postmaster_may_go_without_a_domain(path: bytes) -> None:
    assert not of_rcpt(b"TO:" + path)


@pytest.mark.parametrize(
    ("argument", "rules"),
    [
        (b"SIZE=3", {"path-colon-missing"}),
        (b"<ann@example.org>", {"path-colon-missing"}),
        (b"TO:<ann@example.org>", {"path-colon-missing"}),
        (b"FROM<ann@example.org>", {"path-colon-missing"}),
        (b"FROM <ann@example.org>", {"path-colon-missing"}),
        (b"FROMAGE:<ann@example.org>", {"path-colon-missing"}),
        (b"FROM :<ann@example.org>", {"space-before-colon"}),
        (b"FROM: <ann@example.org>", {"space-after-colon"}),
        (b"FROM : <ann@example.org>", {"space-before-colon", "space-after-colon"}),
        (b"FROM:", {"path-no-brackets"}),
        (b"FROM: ann@example.org", {"path-no-brackets", "space-after-colon"}),
        (b"FROM:ann@example.org SIZE=3", {"path-no-brackets"}),
        (b"FROM:<ann@example.org", {"path-unbalanced"}),
        (b"FROM:<ann@example.org SIZE=3", {"path-unbalanced"}),
        (b"FROM:ann@example.org>", {"path-unbalanced"}),
        (b"FROM:<<ann@example.org>>", {"path-double-brackets"}),
        (b"FROM:<<ann@example.org>", {"path-double-brackets"}),
        (b"FROM:<Ann <ann@example.org>>", {"path-double-brackets"}),
        (b"FROM:Ann Lee <ann@example.org>", {"path-display-name"}),
        (b'FROM:"Lee, Ann" <ann@example.org>', {"path-display-name"}),
        (b'FROM:"<" <ann@example.org>', {"path-display-name"}),
        (b"FROM:<ann@example.org>, <eve@example.org>", {"multiple-paths"}),
        (b"FROM:<ann@example.org>;eve@example.org", {"multiple-paths"}),
        (b"FROM:<ann@example.org><eve@example.org>", {"multiple-paths"}),
        (b"FROM:<ann@example.org>;SIZE=4", set()),
        (b"FROM:<ann@example.org>, AUTH=eve@example.org", set()),
        (b"FROM:<ann@example.org,eve@example.org>", {"multiple-paths"}),
        (b"FROM:<ann@example.org; eve@example.org>", {"multiple-paths"}),
        (b"FROM:<@a.example,@b.example:ann@example.org>", {"source-route"}),
    ],
)
def test_a_path_has_these_things_wrong_with_it(argument: bytes, rules: set[str]) -> None:
    assert of_mail(argument) == rules


def test_a_null_path_is_for_senders_only() -> None:
    assert not of_mail(b"FROM:<>")
    assert of_rcpt(b"TO:<>") == {"rcpt-empty-path"}
    assert of_rcpt(b"TO:< >") == {"rcpt-empty-path"}


def test_brackets_and_commas_in_quotes_are_text() -> None:
    assert of_mail(b'FROM:<"a<b>,c@d"@example.org>') == {"quoted-local-part"}


@pytest.mark.parametrize(("size", "is_found"), [(256, False), (257, True)])
def test_the_brackets_count_for_the_length_of_a_path(size: int, *, is_found: bool) -> None:
    route = b"@" + b"a" * 60 + b"." + b"b" * 60 + b"." + b"c" * 60 + b":"
    path = b"<" + route + b"x@" + b"d" * (size - len(route) - 4) + b">"

    found = of_rcpt(b"TO:" + path)

    assert len(path) == size
    assert ("path-too-long" in found) == is_found


@pytest.mark.parametrize(
    ("line", "rule", "marked"),
    [
        (b"MAIL FROM : <a@b.c>\r\n", "space-before-colon", b" "),
        (b"MAIL FROM:\t <a@b.c>\r\n", "space-after-colon", b"\t "),
        (b"mail from: Ann <a@b.c> SIZE=1\r\n", "path-display-name", b"Ann"),
        (b"MAIL FROM:<@x.y:a@b.c>\r\n", "source-route", b"@x.y:"),
        (b"MAIL FROM:<a..b@b.c>\r\n", "local-part-syntax", b"a..b"),
        (b"MAIL FROM:<a@b_c.d> SIZE=1\r\n", "domain-syntax", b"b_c.d"),
        (b"MAIL FROM:<a@b.c.>\r\n", "domain-trailing-dot", b"."),
        (b"MAIL FROM:a@b\r\n", "path-no-brackets", b"a@b"),
        (b"MAIL FROM:<@x.y:a@1.2.3.4>\r\n", "address-literal-invalid", b"1.2.3.4"),
    ],
)
def test_the_octets_that_are_wrong_are_pointed_at(line: bytes, rule: str, marked: bytes) -> None:
    [place] = [found.place for found in findings((EHLO, line)) if found.rule.id == rule]

    assert line[place.start : place.end] == marked


usual = st.from_regex(module._USUAL, fullmatch=True)


@given(usual)
def test_a_usual_line_has_nothing_in_it_that_a_rule_finds(line: bytes) -> None:
    path = module._cut(line)
    rest = line[path.end :]
    # A blank more, and it is read the long way.
    found = ids((EHLO, b"MAIL FROM:<>\r\n", line[: path.end] + b" \r\n"))

    assert (path.opening, path.closing, path.is_several) == (b"<", b">", False)
    assert rest == b"\r\n" or path.rest
    assert found <= {"trailing-whitespace", "nested-mail"}


@given(st.binary(max_size=80))
@example(b"<0@0.aa>")
def test_a_path_is_where_it_says(argument: bytes) -> None:
    line = b"MAIL FROM:" + argument.replace(b"\n", b"") + b"\r\n"

    path = module._cut(line)  # sent_path gives usual lines the path of another one

    assert line[path.start : path.end] == path.raw
    assert line[path.mailbox_start : path.mailbox_start + len(path.mailbox)] == path.mailbox
    if path.domain is not None:
        assert line[path.domain_start : path.domain_start + len(path.domain)] == path.domain

"""Conversation: the transcript of a session, when and who, growing while it is open."""

from collections.abc import Callable
from copy import copy
from datetime import timedelta

import pytest

from mailtrap.session import Session
from mailtrap.tui.conversation import SessionDocument
from mailtrap.tui.document import plain
from tests.tui.senders import NOON, UNTRUSTED, Sender, a_trap, bring


def shown(document: SessionDocument) -> list[str]:
    return [
        plain([*document.gutter(index), *document.line(index)]) for index in range(len(document))
    ]


def roles(session: Session) -> list[str]:
    document = SessionDocument(session)
    return [document.line(index)[0][1] for index in range(len(document))]


def test_each_line_says_when_and_who() -> None:
    client = Sender(a_trap()).send(b"HELO app\r\n").send(b"BLURB\r\n").send(b"QUIT\r\n")

    assert shown(SessionDocument(client.session)) == [
        "12:00:00.000  -- 127.0.0.1:51724 connected to 127.0.0.1:1025",
        "      +0.012  S: 220 trap.test ESMTP mailtrap",
        "      +0.012  C: HELO app",
        "      +0.012  S: 250 trap.test",
        "      +0.012  C: BLURB",
        "      +0.012  S: 500 5.5.1 unknown command",
        "      +0.012  C: QUIT",
        "      +0.012  S: 221 2.0.0 trap.test closing",
        "      +0.012  -- closed after QUIT",
    ]


def test_only_the_first_line_of_a_reply_has_a_time() -> None:
    client = Sender(a_trap()).send(b"EHLO app\r\n")

    lines = shown(SessionDocument(client.session))

    assert lines[3] == "      +0.012  S: 250-trap.test"
    assert lines[4] == "              S: 250-PIPELINING"


def test_the_class_of_a_reply_has_a_role_of_its_own() -> None:
    client = Sender(a_trap()).send(b"MAIL FROM:<>\r\nRCPT TO:<451@fault.test>\r\nBLURB\r\n")

    assert roles(client.session) == [
        "note",
        "success",
        *("", "success"),
        *("", "warning", "warning"),  # the note that a rule did it, and its reply
        *("", "error"),
        "success",
    ]


def test_how_tls_and_authentication_ended_can_be_seen_by_their_roles() -> None:
    users = {"ann": "right"}
    right, wrong = b"AUTH PLAIN AGFubgByaWdodA==\r\n", b"AUTH PLAIN AGFubgB3cm9uZw==\r\n"
    client = Sender(a_trap(), users=users).tls().send(wrong).send(right)

    assert roles(client.session)[4:] == [
        "success",  # TLS started
        *("", "error", "error"),
        *("", "success", "success"),
        "success",
    ]
    assert roles(Sender(a_trap()).fail_tls())[4:] == ["error", "note"]


def test_why_tls_failed_is_told_in_full_with_what_may_help() -> None:
    lines = shown(SessionDocument(Sender(a_trap()).fail_tls()))

    assert lines[-2].endswith(f"-- TLS failed: {UNTRUSTED}")
    assert lines[-1].endswith("-- closed: the TLS handshake failed")


def test_credentials_are_masked_unless_asked_for() -> None:
    client = Sender(a_trap()).send(b"AUTH PLAIN AGFkYQBodW50ZXIy\r\n")

    masked = "\n".join(shown(SessionDocument(client.session)))
    bare = "\n".join(shown(SessionDocument(client.session, show_secrets=True)))

    assert "C: AUTH PLAIN ********" in masked
    assert "hunter2" not in masked
    assert "AGFkYQBodW50ZXIy" not in masked
    assert "hunter2" in bare


def test_it_grows_with_the_session_and_ends_as_if_read_at_once() -> None:
    trap = a_trap()
    client = Sender(trap)
    document = SessionDocument(client.session)
    steps = (
        b"EHLO app\r\n",
        b"MAIL FROM:<ann@example.org>\r\nRCPT TO:<bob@example.org>\r\n",
        b"DATA\r\n",
        b"\r\nbody\r\n.\r\n",
        b"QUIT\r\n",
    )

    for step in steps:
        before = len(document)
        client.send(step)
        assert document.follow(client.session)
        assert len(document) > before

    assert shown(document) == shown(SessionDocument(client.session))


@pytest.mark.parametrize(
    "change",
    [
        lambda document, client: document.follow(client.send(b"NOOP\r\n").leave()),
        lambda document, _: document.fold(0, folds=True),
        lambda document, _: document.remark({}, 0),
    ],
    ids=["more lines and an end", "folded", "no remarks"],
)
def test_a_copy_stays_as_it_is(change: Callable[[SessionDocument, Sender], object]) -> None:
    client = Sender(a_trap()).send(b"EHLO app\r\n")
    document = SessionDocument(client.session, {0: [("error", "a-rule: x")], None: [("info", "y")]})
    still, before = copy(document), shown(document)

    change(document, client)

    assert shown(document) != before
    assert shown(still) == before


def test_nothing_new_is_nothing_to_paint() -> None:
    client = Sender(a_trap())
    document = SessionDocument(client.session)

    assert not document.follow(client.session)


def test_a_wait_of_minutes_is_not_counted_in_seconds() -> None:
    trap = a_trap()
    client = Sender(trap)
    client._now = NOON + timedelta(minutes=61)
    session = client.leave("timeout")

    assert (
        shown(SessionDocument(session))[-1] == "     +61m00s  -- closed: nothing heard for too long"
    )


def test_mail_data_is_counted_not_repeated() -> None:
    trap = a_trap()
    message = bring(trap, b"Subject: secret\r\n\r\nbody\r\n")
    session = trap.session(message.session)
    assert session is not None

    lines = shown(SessionDocument(session))

    assert any(line.endswith("C: [25 octets of mail data]") for line in lines)


def test_a_long_reply_is_folded_to_its_first_line_and_back() -> None:
    client = Sender(a_trap()).send(b"EHLO app\r\n").send(b"NOOP\r\n")
    document = SessionDocument(client.session, folds=True)
    whole = SessionDocument(client.session)

    folded = shown(document)
    client.send(b"EHLO again\r\n")
    document.follow(client.session)
    whole.follow(client.session)
    again = shown(document)

    more = len(client.session.transcript[2].raw.splitlines()) - 1
    assert folded[3] == f"      +0.012  S: 250-trap.test  … {more} more lines (f)"
    assert folded[4] == "      +0.012  C: NOOP"
    assert again[7].endswith(" more lines (f)")
    noop = 4
    assert document.fold(noop, folds=False) == noop + more
    assert shown(document) == shown(whole)
    assert document.fold(noop + more, folds=True) == noop
    assert document.fold(0, folds=True) == 0
    assert document.fold(len(document) - 1, folds=False) == len(document) - 1
    assert shown(document) == shown(whole)


def test_a_reply_of_a_few_lines_is_shown_whole() -> None:
    client = Sender(a_trap()).send(b"HELP\r\n")

    assert shown(SessionDocument(client.session, folds=True)) == shown(
        SessionDocument(client.session)
    )

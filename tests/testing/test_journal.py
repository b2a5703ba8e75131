"""Which mail belongs to whom."""

from datetime import UTC, datetime

import pytest

from mailtrap.session import Command, Entry, Folded, Peer, Session
from mailtrap.smtp import talk
from mailtrap.testing import MailTrap
from mailtrap.testing.conversations import Conversation
from tests.support import Client
from tests.testing.posting import connected, post, written


def test_a_view_has_the_mail_that_begins_in_it_and_no_other(trap: MailTrap) -> None:
    post(trap, "before")
    view = trap.view()
    post(trap, "within")

    assert view.messages.subjects == ["within"]
    assert trap.messages.subjects == ["before", "within"]


def test_mail_is_that_of_the_view_in_which_its_mail_command_came(trap: MailTrap) -> None:
    first = trap.view("first")
    with connected(trap) as client:
        client.ehlo()
        client.mail("ann@example.org")
        client.rcpt("bob@example.org")
        first.stop()
        second = trap.view("second")
        client.data(written("begun in the first").as_bytes())
        client.send_message(written("begun in the second"))

    assert second.messages.subjects == ["begun in the second"]
    assert first.messages.subjects == ["begun in the first"]
    [(name, message)] = trap.take_late()
    assert (name, message.subject) == ("first", "begun in the first")
    assert trap.take_late() == []


def test_what_was_sent_without_waiting_for_replies_is_that_of_the_view(trap: MailTrap) -> None:
    view = trap.view()
    with Client(trap.port) as client:
        client.greeted()
        # Nobody reads the replies: the client may be ahead of the server.
        client.send(
            b"MAIL FROM:<ann@example.org>\r\nRCPT TO:<bob@example.org>\r\nDATA\r\n"
            b"Subject: ahead\r\n\r\nx\r\n.\r\n"
        )
        view.stop()

        assert view.messages.subjects == ["ahead"]
        assert trap.take_late() == []


def test_mail_between_two_views_is_late_mail_of_the_one_before(trap: MailTrap) -> None:
    trap.view("first").stop()

    post(trap, "between")

    assert [(name, each.subject) for name, each in trap.take_late()] == [("first", "between")]


def test_mail_between_two_views_is_nobodys_once_the_one_before_is_left(trap: MailTrap) -> None:
    trap.view("first").stop()
    trap.leave_last_view()

    post(trap, "between")
    trap.view("second")

    assert trap.take_late() == []
    assert trap.messages.subjects == ["between"]


def test_a_view_that_is_still_open_is_not_left(trap: MailTrap) -> None:
    view = trap.view()
    trap.leave_last_view()

    post(trap, "within")

    assert view.messages.subjects == ["within"]


def test_a_view_within_a_view_has_its_mail_alone_and_gives_the_rest_back(trap: MailTrap) -> None:
    outer = trap.view("outer")
    inner = trap.view("inner")
    post(trap, "of the inner")
    inner.stop()
    post(trap, "of the outer")

    assert inner.messages.subjects == ["of the inner"]
    assert outer.messages.subjects == ["of the outer"]
    assert trap.take_late() == []


def test_a_view_within_one_that_ends_first_gives_nothing_back_to_it(trap: MailTrap) -> None:
    first, second, third = (trap.view(name) for name in ("first", "second", "third"))
    second.stop()
    third.stop()
    post(trap, "of the first")
    first.stop()
    post(trap, "late")

    assert first.messages.subjects == ["of the first", "late"]
    assert [(name, each.subject) for name, each in trap.take_late()] == [("first", "late")]


def test_a_view_lets_its_mail_go(trap: MailTrap) -> None:
    view = trap.view()
    post(trap, "within")

    view.stop()

    assert trap.count == 0
    assert not trap._catcher.trap.messages
    assert view.messages.subjects == ["within"]


def test_rules_of_a_view_end_with_it(trap: MailTrap) -> None:
    view = trap.view()
    view.unknown_user("bob@*")

    view.stop()

    post(trap)
    assert trap.count == 1


def test_each_view_hands_out_for_itself(trap: MailTrap) -> None:
    view = trap.view()
    post(trap, "one")

    assert view.wait_for().subject == "one"
    assert trap.wait_for().subject == "one"


def test_of_a_connection_that_is_older_a_view_shows_its_own_part(trap: MailTrap) -> None:
    with connected(trap) as client:
        client.send_message(written("before", from_="old@example.org"))
        view = trap.view()
        client.send_message(written("within", from_="new@example.org"))
        transcript = view.transcript()

    assert "new@example.org" in transcript
    assert "old@example.org" not in transcript
    assert "what was said before, in other tests, is left out" in transcript
    assert "old@example.org" in trap.transcript()


def test_a_view_shows_no_other_part_though_a_test_before_had_moved_the_clock(
    trap: MailTrap, monkeypatch: pytest.MonkeyPatch
) -> None:
    with connected(trap) as client:
        with monkeypatch.context() as moved:
            moved.setattr(talk, "now", lambda: datetime(2040, 1, 1, tzinfo=UTC))
            client.docmd("NONSENSE")
            client.send_message(written("before", from_="old@example.org"))
        view = trap.view()
        client.send_message(written("within", from_="new@example.org"))
        transcript = view.transcript()
        ids = [each.rule.id for each in view.diagnostics if each.severity == "error"]

    assert "new@example.org" in transcript
    assert "old@example.org" not in transcript
    assert ids == []


def test_of_a_long_connection_a_view_shows_its_own_part_though_older_ones_are_folded() -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    entries = [Command(at, b"NOOP %d\r\n" % number) for number in range(100)]
    folded = (entries[0], Folded(at, count=97), entries[98], entries[99])
    session = Session("x-1", Peer("::1", 1), Peer("::1", 2), at, transcript=folded)

    def shown(before: int) -> list[Entry]:
        return list(Conversation(session, before).entries)

    assert shown(0) == list(folded)
    assert shown(97) == list(folded[1:])
    assert shown(98) == list(folded[2:])
    assert shown(99) == list(folded[3:])


def test_a_connection_that_nobody_used_is_not_in_the_view(trap: MailTrap) -> None:
    with connected(trap) as client:
        client.send_message(written("before"))
        view = trap.view()

        assert view.sessions == ()
        assert len(trap.sessions) == 1


def test_what_is_wrong_in_an_older_part_is_not_wrong_in_the_view(trap: MailTrap) -> None:
    with connected(trap) as client:
        client.docmd("NONSENSE")
        client.send_message(written("before"))
        view = trap.view()
        client.send_message(written("within"))

        ids = [each.rule.id for each in view.diagnostics if each.severity == "error"]
        before = [each.rule.id for each in trap.diagnostics if each.severity == "error"]

    assert ids == []
    assert before != []


def test_encryption_and_user_are_those_of_the_moment() -> None:
    with MailTrap(tls="starttls") as trap, connected(trap) as client:
        client.send_message(written("plain"))
        client.starttls()
        client.send_message(written("encrypted"))
        client.login("ann", "secret")
        client.send_message(written("with a user"))

    assert [each.tls for each in trap] == [False, True, True]
    assert [each.auth_user for each in trap] == [None, None, "ann"]

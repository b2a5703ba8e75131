"""Listing: which rows there are."""

from datetime import timedelta

import pytest

from mailtrap.trap import Trap
from mailtrap.tui.feed import Note, What, notes
from mailtrap.tui.listing import Listing, position
from tests.tui.senders import NOON, Sender, a_trap, bring, titled


class Followed:
    """A listing that hears everything of its trap at once."""

    def __init__(self, trap: Trap) -> None:
        self.listing = Listing(trap)
        self.heard: list[Note] = []
        trap.subscribe(lambda event: self.heard.extend(notes(event)))

    def subjects(self) -> list[str]:
        self.listing.take(self.heard)
        self.heard.clear()
        return [row.subject for row in self.listing.rows]


def test_messages_and_sessions_without_any_are_rows_in_order_of_arrival() -> None:
    trap = a_trap()
    followed = Followed(trap)

    bring(trap, titled("one"))
    Sender(trap).send(b"HELO app\r\n").leave()
    bring(trap, titled("two"))

    assert followed.subjects() == ["one", "left after HELO app", "two"]


def test_what_was_there_before_is_found_when_loading() -> None:
    trap = a_trap()
    bring(trap, titled("one"))
    Sender(trap, at=NOON + timedelta(seconds=1)).send(b"HELO app\r\n").leave()
    bring(trap, titled("two"), at=NOON + timedelta(seconds=2))

    listing = Listing(trap)
    listing.load()

    assert [row.subject for row in listing.rows] == ["one", "left after HELO app", "two"]


def test_notes_that_come_twice_change_nothing() -> None:
    trap = a_trap()
    followed = Followed(trap)
    bring(trap, titled("one"))
    Sender(trap).leave()
    followed.heard *= 2

    assert followed.subjects() == ["one", "connected and left"]


def test_a_session_that_is_quick_has_no_row_of_its_own_while_open() -> None:
    trap = a_trap()
    followed = Followed(trap)
    Sender(trap).send(b"EHLO app\r\n")

    followed.subjects()

    assert not followed.listing.tick(NOON + timedelta(milliseconds=500))
    assert followed.subjects() == []


def test_a_session_that_stays_open_gets_a_row_and_loses_it_to_its_message() -> None:
    trap = a_trap()
    followed = Followed(trap)
    client = Sender(trap).send(b"EHLO app\r\nMAIL FROM:<ann@example.org>\r\n")
    followed.subjects()

    assert followed.listing.tick(NOON + timedelta(seconds=2))
    assert followed.subjects() == ["open, after MAIL"]
    client.send(b"RCPT TO:<bob@example.org>\r\n")
    assert followed.subjects() == ["open, after RCPT"]
    client.send(b"DATA\r\n").send(titled("one") + b".\r\n")
    assert followed.subjects() == ["one"]


def test_messages_the_store_dropped_are_gone_from_the_rows() -> None:
    trap = a_trap(most=2)
    followed = Followed(trap)

    for subject in ("one", "two", "three"):
        bring(trap, titled(subject))

    assert followed.subjects() == ["two", "three"]


def test_the_counts_are_those_of_the_rows() -> None:
    trap = a_trap()
    followed = Followed(trap)
    first = bring(trap)
    bring(trap)
    Sender(trap).send(b"STARTTLS\r\n").leave()
    Sender(trap)
    followed.subjects()

    followed.listing.mark(first.id, unread=False)

    listing = followed.listing
    counts = (listing.messages, listing.unread, listing.failed, len(listing.open))
    assert counts == (2, 1, 1, 1)


def test_looking_at_everything_again_keeps_what_was_read() -> None:
    trap = a_trap()
    followed = Followed(trap)
    first = bring(trap)
    bring(trap)
    followed.subjects()
    followed.listing.mark(first.id, unread=False)

    followed.listing.take([(What.TOO_MUCH, "")])

    assert [row.unread for row in followed.listing.rows] == [False, True]


def test_a_dismissed_session_does_not_come_back() -> None:
    trap = a_trap()
    followed = Followed(trap)
    session = Sender(trap).leave()
    followed.subjects()

    followed.listing.dismiss(session.id)
    followed.listing.take([(What.TOO_MUCH, "")])

    assert followed.subjects() == []


def test_mail_that_a_session_lost_beside_its_message_has_rows_of_its_own() -> None:
    trap = a_trap()
    followed = Followed(trap)
    client = Sender(trap).send(b"HELO app\r\nMAIL FROM:<ann@example.org>\r\n")
    client.send(b"RCPT TO:<bob@example.org>\r\nDATA\r\n").send(titled("kept") + b".\r\n")
    client.send(b"MAIL FROM:<joe@example.org>\r\nRSET\r\n")  # given up on purpose
    client.send(b"MAIL FROM:<joe@example.org>\r\nMAIL FROM:<eve@example.org>\r\n")
    client.send(b"RCPT TO:<bob@example.org>\r\nDATA\r\n").send(b"half of it")
    assert followed.subjects() == ["kept"]

    session = client.leave("reset")

    subjects = ["kept", "abandoned before its mail data", "abandoned after 10 octets"]
    assert followed.subjects() == subjects
    assert [row.sender for row in followed.listing.rows][1:] == [
        "joe@example.org",
        "eve@example.org",
    ]
    assert followed.listing.failed == 2
    assert followed.subjects() == subjects
    followed.listing.take([(What.TOO_MUCH, "")])
    assert sorted(followed.subjects()) == sorted(subjects)
    followed.listing.dismiss(followed.listing.rows[-1].id)
    followed.listing.take([(What.CLOSED, session.id)])
    assert len(followed.listing.rows) == 2
    followed.listing.take([(What.FORGOTTEN, session.id)])
    assert followed.subjects() == ["kept"]


@pytest.mark.parametrize(("number", "place"), [(1, 0), (2, 1), (3, 1), (4, 2), (9, 2), (0, 0)])
def test_the_place_of_a_row_that_is_gone_is_that_of_the_next_older_one(
    number: int, place: int
) -> None:
    trap = a_trap()
    followed = Followed(trap)
    third = [bring(trap, titled(subject)) for subject in "abcd"][2]
    followed.subjects()
    trap.remove([third.id])
    followed.subjects()

    assert position(followed.listing.rows, number) == place

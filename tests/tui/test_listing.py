"""Listing: which rows there are."""

from datetime import timedelta
from typing import Any

import pytest

from mailtrap.message import Message
from mailtrap.stores.memory import MemoryStore
from mailtrap.trap import Trap
from mailtrap.tui.feed import Note, What, notes
from mailtrap.tui.listing import Listing
from mailtrap.tui.places import position
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


@pytest.mark.parametrize(("after", "place"), [(0, 0), (1, 1), (2, 1), (3, 2), (9, 2), (-1, 0)])
def test_the_place_of_a_row_that_is_gone_is_that_of_the_next_older_one(
    after: int, place: int
) -> None:
    trap = a_trap()
    followed = Followed(trap)
    third = [bring(trap, titled(subject)) for subject in "abcd"][2]
    followed.subjects()
    numbers = [row.number for row in followed.listing.rows]
    number = numbers[after] if 0 <= after < 4 else numbers[0 if after < 0 else -1] + after
    trap.remove([third.id])
    followed.subjects()

    assert position(followed.listing.rows, number) == place


def test_what_is_marked_in_the_trap_is_marked_in_the_rows_and_the_other_way_round() -> None:
    trap = a_trap()
    followed = Followed(trap)
    first, second = bring(trap), bring(trap)
    followed.subjects()

    trap.mark([first.id], read=True)
    followed.subjects()
    assert [row.unread for row in followed.listing.rows] == [False, True]
    assert followed.listing.unread == 1

    followed.listing.mark(second.id, unread=False)
    followed.listing.mark(first.id, unread=True)
    followed.subjects()
    assert [row.unread for row in followed.listing.rows] == [True, False]
    assert [trap.is_read(each.id) for each in (first, second)] == [False, True]


def test_what_was_read_before_the_rows_were_loaded_is_read() -> None:
    trap = a_trap()
    bring(trap)
    trap.mark([bring(trap).id], read=True)

    listing = Listing(trap)
    listing.load()

    assert [row.unread for row in listing.rows] == [True, False]
    assert listing.unread == 1


def test_sessions_that_are_found_later_go_where_they_would_have_been() -> None:
    trap = a_trap()
    listing = Listing(trap)
    minute = timedelta(minutes=1)
    for number in (1, 3, 5):
        bring(trap, titled(str(number)), at=NOON + number * minute)
    listing.load()
    numbers = [row.number for row in listing.rows]
    found = [
        Sender(trap, at=NOON + number * minute).send(b"HELO %d\r\n" % number).leave()
        for number in (4, 2, 0, 0)
    ]
    bringing = trap.messages[0].session

    listing.take([(What.FOUND, each) for each in [*(s.id for s in found), bringing, "unknown"]])

    told = ["left after HELO 0", "left after HELO 0", "1", "left after HELO 2", "3"]
    assert [row.subject for row in listing.rows] == [*told, "left after HELO 4", "5"]
    assert [row.number for row in listing.rows if row.is_message] == numbers
    bring(trap, titled("6"), at=NOON)
    listing.take([(What.RECEIVED, trap.messages[-1].id)])
    assert listing.rows[-1].subject == "6"


def test_looking_at_everything_again_leaves_each_row_its_number() -> None:
    trap = a_trap()
    followed = Followed(trap)
    for subject in ("one", "two"):
        bring(trap, titled(subject))  # at the same time
    Sender(trap, at=NOON + timedelta(minutes=1)).send(b"HELO app\r\n").leave()
    followed.subjects()
    numbers = [row.number for row in followed.listing.rows]
    bring(trap, titled("three"))

    followed.listing.load()

    rows = {row.subject: row.number for row in followed.listing.rows}
    assert [rows[each] for each in ("one", "two", "left after HELO app")] == numbers
    assert sorted(rows.values()) == [row.number for row in followed.listing.rows]


def test_a_message_is_read_for_its_row_when_its_row_is_looked_at_and_only_once() -> None:
    trap = Counting(MemoryStore(), prefix="test")
    followed = Followed(trap)
    for number in range(3):
        bring(trap, titled(str(number)))
    followed.listing.load()
    trap.asked.clear()

    row = followed.listing.rows[1]
    assert trap.asked == []
    assert (row.subject, row.sender, row.recipients) == ("1", "ann@example.org", "bob@example.org")

    assert trap.asked == [row.id]


class Counting(Trap):
    """A trap that knows which messages were asked for."""

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self.asked: list[str] = []

    def message(self, message_id: str) -> Message | None:
        self.asked.append(message_id)
        return super().message(message_id)

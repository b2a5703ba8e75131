import logging
import threading

import pytest

from mailtrap.envelope import Envelope, read_path
from mailtrap.errors import StoreError
from mailtrap.events import (
    EntriesRecorded,
    Event,
    MessageReceived,
    MessagesMarked,
    MessagesRemoved,
    SessionClosed,
    SessionOpened,
    SessionsRemoved,
)
from mailtrap.message import Message
from mailtrap.recording import OPENING_ENTRIES
from mailtrap.session import Chunk, Command, Folded, MailData, Peer
from mailtrap.stores.memory import MemoryStore
from mailtrap.trap import Trap
from tests.dialogues import START

CLIENT, SERVER = Peer("127.0.0.1", 50000), Peer("::1", 1025)
ENVELOPE = Envelope(read_path(b"FROM:<ann@example.org>", b"FROM"))


def trap_of(
    *, max_messages: int = 0, max_bytes: int = 0, max_sessions: int = 0, max_entries: int = 0
) -> Trap:
    store = MemoryStore(max_messages=max_messages, max_bytes=0)
    return Trap(
        store, max_sessions=max_sessions, max_bytes=max_bytes, max_entries=max_entries, prefix="t"
    )


def noop(number: int, size: int = 0) -> Command:
    return Command(START, b"NOOP %d %s\r\n" % (number, b"x" * size), number)


def bring(trap: Trap, session_id: str, data: bytes, offset: int = 0) -> Message:
    trap.record(session_id, MailData(START, data, offset, len(data), b"\r\n.\r\n"))
    return trap.deliver(session_id, ENVELOPE, data, START, sources=[offset])


def test_listeners_hear_what_happened_in_order() -> None:
    trap, heard = trap_of(), list[Event]()
    trap.subscribe(heard.append)

    session_id = trap.open(CLIENT, SERVER, START)
    trap.record(session_id, noop(1))
    message = bring(trap, session_id, b"hi\r\n")
    trap.close(session_id, "quit", START)
    trap.clear()

    assert [type(event) for event in heard] == [
        SessionOpened,
        EntriesRecorded,
        EntriesRecorded,
        MessageReceived,
        SessionClosed,
        MessagesRemoved,
        SessionsRemoved,
    ]
    assert heard[3] == MessageReceived(message)
    assert heard[5] == MessagesRemoved((message.id,), because="asked")


def test_a_message_is_kept_before_listeners_hear_of_it() -> None:
    trap = trap_of()
    there: list[bool] = []
    trap.subscribe(
        lambda event: (
            there.append(event.message in trap.messages)
            if isinstance(event, MessageReceived)
            else None
        )
    )

    bring(trap, trap.open(CLIENT, SERVER, START), b"hi\r\n")

    assert there == [True]


def test_a_listener_that_fails_is_logged_and_harms_nobody(caplog: pytest.LogCaptureFixture) -> None:
    trap, heard = trap_of(), list[Event]()

    def fail(_event: Event) -> None:
        raise ZeroDivisionError

    trap.subscribe(fail)
    trap.subscribe(heard.append)

    trap.open(CLIENT, SERVER, START)

    assert len(heard) == 1
    assert "a listener failed on SessionOpened" in caplog.text


def test_what_a_listener_changes_is_told_after_what_it_heard() -> None:
    trap, heard = trap_of(), list[Event]()

    def remove_at_once(event: Event) -> None:
        if isinstance(event, MessageReceived):
            trap.remove([event.message.id])

    trap.subscribe(remove_at_once)
    trap.subscribe(heard.append)

    bring(trap, trap.open(CLIENT, SERVER, START), b"hi\r\n")

    assert [type(event) for event in heard[-2:]] == [MessageReceived, MessagesRemoved]
    assert trap.messages == ()


def test_a_message_that_fits_pushes_no_session_out() -> None:
    trap = trap_of(max_bytes=10_000)
    ended = trap.open(CLIENT, SERVER, START)
    trap.close(ended, "quit", START)
    session_id = trap.open(CLIENT, SERVER, START)

    bring(trap, session_id, b"x" * 9_900)
    trap.record(session_id, noop(1))

    assert [session.id for session in trap.sessions] == [ended, session_id]


def test_who_unsubscribed_hears_nothing_more() -> None:
    trap, heard = trap_of(), list[Event]()
    unsubscribe = trap.subscribe(heard.append)

    unsubscribe()
    unsubscribe()
    trap.open(CLIENT, SERVER, START)

    assert heard == []


def test_ids_are_unique_among_traps_and_say_which_session_brought_a_message() -> None:
    one, other = Trap(MemoryStore()), Trap(MemoryStore())

    session_id = one.open(CLIENT, SERVER, START)
    first, second = bring(one, session_id, b"1"), bring(one, session_id, b"2", offset=9)

    assert session_id != other.open(CLIENT, SERVER, START)
    assert [first.id, second.id] == [f"{session_id}-1", f"{session_id}-2"]
    assert one.message(first.id) is first
    session = one.session(session_id)
    assert session is not None
    assert session.message_ids == (first.id, second.id)


def test_octets_of_a_kept_message_are_held_once() -> None:
    trap = trap_of()
    session_id = trap.open(CLIENT, SERVER, START)

    message = bring(trap, session_id, b"x" * 1000)

    session = trap.session(session_id)
    assert session is not None
    [entry] = session.transcript
    assert entry == MailData(START, b"", 0, 1000, b"\r\n.\r\n", message=message.id)
    assert trap._bytes < 1000


def test_only_the_entries_that_brought_a_message_point_to_it() -> None:
    trap = trap_of()
    session_id = trap.open(CLIENT, SERVER, START)
    trap.record(session_id, Chunk(START, b"dropped", 0, 7), Chunk(START, b"kept", 9, 4))

    message = trap.deliver(session_id, ENVELOPE, b"kept", START, sources=[9])

    session = trap.session(session_id)
    assert session is not None
    dropped, kept = session.transcript
    assert isinstance(dropped, Chunk)
    assert isinstance(kept, Chunk)
    assert (dropped.raw, dropped.message) == (b"dropped", None)
    assert (kept.raw, kept.message, kept.size) == (b"", message.id, 4)


def test_a_message_the_store_refuses_changes_nothing() -> None:
    trap = Trap(MemoryStore(max_bytes=30), prefix="t")
    session_id = trap.open(CLIENT, SERVER, START)
    kept = bring(trap, session_id, b"small")
    before = trap.session(session_id)
    heard: list[Event] = []
    trap.subscribe(heard.append)

    with pytest.raises(StoreError, match="37 octets are more than the store may hold"):
        trap.deliver(session_id, ENVELOPE, b"x" * 20, START, sources=[])

    assert trap.messages == (kept,)
    assert trap.session(session_id) == before
    assert heard == []


def test_the_oldest_messages_make_room_and_listeners_hear_which() -> None:
    trap, heard = trap_of(max_messages=2), list[Event]()
    session_id = trap.open(CLIENT, SERVER, START)
    trap.subscribe(heard.append)

    ids = [bring(trap, session_id, b"%d" % n, offset=n).id for n in range(3)]

    assert [message.id for message in trap.messages] == ids[1:]
    assert heard[-1] == MessagesRemoved((ids[0],), because="limit")


def test_remove_returns_what_was_there() -> None:
    trap = trap_of()
    session_id = trap.open(CLIENT, SERVER, START)
    message = bring(trap, session_id, b"hi")

    assert trap.remove([message.id, "unknown"]) == (message,)
    assert trap.remove([message.id]) == ()
    assert trap.message(message.id) is None


def test_clear_leaves_open_sessions() -> None:
    trap = trap_of()
    ended, still_open = trap.open(CLIENT, SERVER, START), trap.open(CLIENT, SERVER, START)
    message = bring(trap, ended, b"hi")
    trap.close(ended, "quit", START)

    assert trap.clear() == (message,)

    assert [session.id for session in trap.sessions] == [still_open]
    assert trap.session(ended) is None


def test_the_oldest_sessions_that_ended_make_room_and_open_ones_stay() -> None:
    trap = trap_of(max_sessions=2)
    stays = trap.open(CLIENT, SERVER, START)
    for _ in range(5):
        trap.close(trap.open(CLIENT, SERVER, START), "quit", START)

    assert [session.id for session in trap.sessions] == [stays, "t-6"]


def test_sessions_make_room_by_octets_too() -> None:
    trap = trap_of(max_bytes=5000)
    for number in range(10):
        session_id = trap.open(CLIENT, SERVER, START)
        trap.record(session_id, noop(number, size=1000))
        trap.close(session_id, "eof", START)

    assert [session.id for session in trap.sessions] == ["t-8", "t-9", "t-10"]


def test_an_endless_session_folds_its_oldest_entries_and_says_how_many() -> None:
    trap = trap_of(max_entries=100)
    session_id = trap.open(CLIENT, SERVER, START)

    for number in range(1000):
        trap.record(session_id, noop(number))

    session = trap.session(session_id)
    assert session is not None
    opening, folded = session.transcript[:OPENING_ENTRIES], session.transcript[OPENING_ENTRIES]
    latest = session.transcript[OPENING_ENTRIES + 1 :]
    assert isinstance(folded, Folded)
    assert [e.raw for e in opening] == [noop(n).raw for n in range(OPENING_ENTRIES)]
    assert [e.raw for e in latest] == [noop(n).raw for n in range(900, 1000)]
    assert folded.count == 1000 - 100 - OPENING_ENTRIES
    assert folded.size == sum(len(noop(n).raw) for n in range(OPENING_ENTRIES, 900))


def test_an_endless_session_is_bounded_in_octets() -> None:
    trap = trap_of(max_bytes=50_000)
    session_id = trap.open(CLIENT, SERVER, START)

    for number in range(1000):
        trap.record(session_id, noop(number, size=1000))
        assert trap._bytes <= 50_000

    session = trap.session(session_id)
    assert session is not None
    assert session.transcript[-1].raw == noop(999, size=1000).raw


def test_large_entries_at_the_start_of_a_session_are_bounded_too() -> None:
    trap = trap_of(max_bytes=100_000)
    session_id = trap.open(CLIENT, SERVER, START)

    for number in range(30):
        trap.record(session_id, noop(number, size=20_000))

    assert trap._bytes <= 100_000
    session = trap.session(session_id)
    assert session is not None
    assert isinstance(session.transcript[0], Folded)


def test_a_message_from_a_folded_part_is_still_kept() -> None:
    trap = trap_of(max_entries=5)
    session_id = trap.open(CLIENT, SERVER, START)
    messages = [bring(trap, session_id, b"%d" % n, offset=n) for n in range(100)]

    session = trap.session(session_id)

    assert trap.messages == tuple(messages)
    assert session is not None
    assert session.message_ids[-1] == messages[-1].id


def test_closing_twice_is_heard_once() -> None:
    trap, heard = trap_of(), list[Event]()
    session_id = trap.open(CLIENT, SERVER, START)
    trap.subscribe(heard.append)

    trap.close(session_id, "quit", START)
    trap.close(session_id, "reset", START)

    assert [type(event) for event in heard] == [SessionClosed]
    session = trap.session(session_id)
    assert session is not None
    assert (session.reason, session.is_open) == ("quit", False)


def test_threads_that_write_at_once_lose_nothing(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    trap, heard = trap_of(), list[Event]()
    trap.subscribe(heard.append)

    def write(number: int) -> None:
        session_id = trap.open(CLIENT, SERVER, START)
        for n in range(100):
            bring(trap, session_id, b"%d-%d" % (number, n), offset=n)
        trap.close(session_id, "quit", START)

    threads = [threading.Thread(target=write, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len({message.data for message in trap.messages}) == 800
    assert sum(isinstance(event, MessageReceived) for event in heard) == 800
    assert caplog.text == ""


def test_a_mark_is_heard_by_all_once_and_only_for_what_it_changed() -> None:
    trap, heard = trap_of(), list[Event]()
    session_id = trap.open(CLIENT, SERVER, START)
    ids = [bring(trap, session_id, b"%d" % n, offset=n).id for n in range(3)]
    trap.subscribe(heard.append)

    assert trap.mark(ids[:2], read=True) == tuple(ids[:2])
    assert trap.mark([*ids, "unknown"], read=True) == (ids[2],)
    assert trap.mark(ids, read=True) == ()
    assert trap.mark(ids[:1], read=False) == (ids[0],)

    assert heard == [
        MessagesMarked(tuple(ids[:2]), read=True),
        MessagesMarked((ids[2],), read=True),
        MessagesMarked((ids[0],), read=False),
    ]
    assert [trap.is_read(each) for each in [*ids, "unknown"]] == [False, True, True, False]

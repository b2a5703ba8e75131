"""What every store does; each store runs this suite."""

from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailtrap.envelope import Envelope, read_path
from mailtrap.errors import StoreError
from mailtrap.message import Message
from mailtrap.stores.maildir import MaildirStore
from mailtrap.stores.memory import MemoryStore
from mailtrap.trap import Store
from tests.dialogues import START

Make = Callable[[int, int], Store]  # (max_messages, max_bytes), 0 for no limit


@pytest.fixture(params=["memory", "maildir", "maildir, fsync"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Make]:
    opened: list[MaildirStore] = []

    def made(max_messages: int, max_bytes: int) -> Store:
        if request.param == "memory":
            return MemoryStore(max_messages=max_messages, max_bytes=max_bytes)
        fsync = request.param.endswith("fsync")
        opened.append(
            MaildirStore(tmp_path, max_messages=max_messages, max_bytes=max_bytes, fsync=fsync)
        )
        return opened[-1]

    yield made
    for store in opened:
        store.close()


def message(number: int, data: bytes = b"hi\r\n") -> Message:
    return Message(f"t-1-{number}", "t-1", Envelope(), data, START)


def test_what_was_added_is_there_to_the_byte_and_in_order(make: Make) -> None:
    store, messages = make(0, 0), [message(n, b"\0\xff\r\n.\n%d" % n) for n in range(5)]

    for added in messages:
        assert list(store.add(added)) == []

    assert list(store) == messages
    assert len(store) == 5
    assert store.get("t-1-3") == messages[3]
    assert store.get("unknown") is None


def test_the_oldest_go_when_there_are_too_many(make: Make) -> None:
    store = make(3, 0)

    removed = [list(store.add(message(n))) for n in range(5)]

    assert removed == [[], [], [], ["t-1-0"], ["t-1-1"]]
    assert [kept.id for kept in store] == ["t-1-2", "t-1-3", "t-1-4"]


def test_the_oldest_go_when_the_octets_are_too_many(make: Make) -> None:
    store = make(0, 10)
    for number in range(3):
        store.add(message(number, b"x" * 3))

    assert list(store.add(message(3, b"y" * 7))) == ["t-1-0", "t-1-1"]
    assert list(store.add(message(4, b"z" * 10))) == ["t-1-2", "t-1-3"]
    assert len(store) == 1


def test_a_message_that_can_never_fit_is_refused_and_pushes_nothing_out(make: Make) -> None:
    store = make(0, 10)
    store.add(message(1))

    with pytest.raises(StoreError, match="11 octets"):
        store.add(message(2, b"x" * 11))

    assert [kept.id for kept in store] == ["t-1-1"]


def test_envelopes_count_against_the_octets(make: Make) -> None:
    store = make(0, 100)
    recipients = (read_path(b"TO:<" + b"x" * 50 + b"@b>", b"TO"),)
    store.add(message(1))

    removed = store.add(Message("t-1-2", "t-1", Envelope(None, recipients), b"x" * 45, START))

    assert list(removed) == ["t-1-1"]


def test_remove_returns_what_was_there_and_makes_room(make: Make) -> None:
    store = make(0, 10)
    for number in range(2):
        store.add(message(number, b"x" * 5))

    assert [gone.id for gone in store.remove(["t-1-0", "unknown"])] == ["t-1-0"]

    assert list(store.add(message(3, b"y" * 5))) == []
    assert len(store) == 2


def test_messages_are_unread_until_they_are_marked_and_say_which_marks_changed(make: Make) -> None:
    store = make(0, 0)
    for number in range(3):
        store.add(message(number))
    assert not store.is_read("t-1-1")

    assert list(store.mark(["t-1-1", "t-1-2", "t-1-1", "unknown"], read=True)) == ["t-1-1", "t-1-2"]
    assert list(store.mark(["t-1-0", "t-1-1"], read=True)) == ["t-1-0"]
    assert list(store.mark(["t-1-1"], read=False)) == ["t-1-1"]

    ids = [kept.id for kept in store]
    assert ids == ["t-1-0", "t-1-1", "t-1-2"]
    assert [store.is_read(each) for each in ids] == [True, False, True]
    assert not store.is_read("unknown")
    assert store.get("t-1-0") == message(0)


def test_what_was_removed_is_not_read(make: Make) -> None:
    store = make(1, 0)
    store.add(message(0))
    store.mark(["t-1-0"], read=True)
    store.add(message(1))
    store.mark(["t-1-1"], read=True)

    store.remove(["t-1-1"])

    assert not store.is_read("t-1-0")
    assert not store.is_read("t-1-1")


OPERATIONS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.integers(0, 9), st.binary(max_size=30)),
        st.tuples(st.just("remove"), st.lists(st.integers(0, 9), max_size=3), st.none()),
        st.tuples(st.just("mark"), st.lists(st.integers(0, 9), max_size=3), st.booleans()),
    ),
    max_size=12,
)


@settings(deadline=None, max_examples=40)
@given(OPERATIONS, st.integers(0, 3), st.sampled_from([0, 40]))
def test_whatever_is_done_all_stores_agree(
    operations: list[tuple[Any, ...]], max_messages: int, max_bytes: int
) -> None:
    limits: dict[str, Any] = {"max_messages": max_messages, "max_bytes": max_bytes}
    with TemporaryDirectory() as name:
        one, other = MemoryStore(**limits), MaildirStore(name, **limits)
        for number, (what, which, value) in enumerate(operations):
            said = [done(store, number, what, which, value) for store in (one, other)]
            assert said[0] == said[1]
            assert [m.id for m in one] == [m.id for m in other]
            assert list(one) == list(other)
            assert [one.is_read(m.id) for m in one] == [other.is_read(m.id) for m in other]
        other.close()


def done(store: Store, number: int, what: str, which: Any, value: Any) -> list[str]:
    """What a store says to an operation; ids are those of the messages added so far."""
    if what == "add":
        return list(store.add(message(number, value)))
    ids = [f"t-1-{each}" for each in which]
    if what == "remove":
        return [gone.id for gone in store.remove(ids)]
    return list(store.mark(ids, read=value))

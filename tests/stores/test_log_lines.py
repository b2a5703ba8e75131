import json
from dataclasses import fields
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mailtrap.session
from mailtrap.session import Command, Entry, Peer, Remark, Reply, Session
from mailtrap.stores.log_lines import (
    KINDS,
    LOST,
    Ending,
    as_lost,
    closing_line,
    entry_line,
    log_of,
    opening_line,
    read_line,
    read_log,
)
from mailtrap.transcript import ENDINGS
from tests.dialogues import START
from tests.stores.strategies import ENTRIES, SESSIONS

SESSION = Session("abcdef-1", Peer("::1", 50000), Peer("::1", 25), START)


def values(entry: Entry) -> list[object]:
    # Not ``==``: some fields do not count for that.
    return [type(entry), *(getattr(entry, field.name) for field in fields(entry))]


def test_every_kind_of_entry_can_be_written() -> None:
    kinds = [x for x in vars(mailtrap.session).values() if isinstance(x, type)]

    assert set(KINDS.values()) == {
        x for x in kinds if issubclass(x, Entry) and "kind" in vars(x) and x is not Entry
    }


def test_lost_is_an_ending() -> None:
    assert LOST in ENDINGS


@given(ENTRIES)
def test_what_is_written_of_an_entry_is_read_again(entry: Entry) -> None:
    line = entry_line(entry)

    assert line.count(b"\n") == 1
    assert line.isascii()
    again = read_line(line)
    assert isinstance(again, Entry)
    assert values(again) == values(entry)


@given(SESSIONS)
def test_what_is_written_of_a_session_is_read_again(session: Session) -> None:
    again = read_log(log_of(session))

    assert again == session


@given(SESSIONS, st.data())
def test_a_log_that_is_cut_anywhere_is_read_up_to_the_cut(
    session: Session, data: st.DataObject
) -> None:
    log = log_of(session)
    end = data.draw(st.integers(0, len(log) - 1))

    cut = read_log(log[:end])

    lines = log[:end].count(b"\n")
    if lines == 0:
        assert cut is None
    else:
        assert cut is not None
        assert cut.is_open
        assert cut.transcript == session.transcript[: lines - 1]


@given(st.binary() | st.text().map(lambda text: text.encode("utf-8", "replace")))
def test_rubbish_is_read_as_nothing(octets: bytes) -> None:
    assert read_log(octets + b"\n") is None


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
KEYS = sorted(
    {"event", "kind", "at", "session", "peer", "local", "reason", "raw_base64"}
    | {field.name for kind in KINDS.values() for field in fields(kind)}
)


@given(st.dictionaries(st.sampled_from(KEYS), ANY_JSON), st.sampled_from([*KINDS, "new"]))
def test_any_values_under_the_right_keys_can_be_read(keys: dict[str, object], kind: str) -> None:
    usual = {"kind": kind, "at": "2026-01-02T03:04:05.000006Z"}
    opening = opening_line(SESSION)

    for chosen in ({**keys, **usual}, {**usual, **keys}):
        session = read_log(opening + json.dumps(chosen).encode() + b"\n")

        assert session is not None
        assert [type(entry.at) for entry in session.transcript] in ([], [type(START)])


def test_deep_rubbish_is_read_as_nothing() -> None:
    assert read_line(b"[" * 100_000) is None
    assert read_line(b'{"at": ' + b"1" * 10_000 + b"}") is None


def test_rubbish_between_the_lines_is_passed_over() -> None:
    said = [Reply(START, b"220 hi\r\n"), Command(START, b"QUIT\r\n", 0)]
    log = b"rubbish\n%s\0\n%s{}\n%s[]\n" % (
        opening_line(SESSION),
        entry_line(said[0]),
        entry_line(said[1]),
    )

    session = read_log(log)

    assert session is not None
    assert session.transcript == tuple(said)


def test_an_entry_of_a_later_version_is_told_of() -> None:
    line = b'{"kind": "wink", "at": "2026-01-02T03:04:05.000006Z", "eye": "left"}\n'

    entry = read_line(line)

    assert isinstance(entry, Remark)
    assert "wink" in entry.text


def test_a_lost_session_ends_with_the_last_that_is_known() -> None:
    later = START + timedelta(seconds=5)
    session = read_log(opening_line(SESSION) + entry_line(Reply(later, b"220 hi\r\n")))
    assert session is not None

    lost = as_lost(session)

    assert (lost.closed, lost.reason) == (later, LOST)
    assert as_lost(lost) is lost
    assert as_lost(SESSION).closed == START


def test_the_end_says_why() -> None:
    assert read_line(closing_line(START, "quit")) == Ending(START, "quit")


def test_text_that_stands_for_no_octets_is_written_all_the_same() -> None:
    again = read_line(entry_line(Remark(START, text="a\ud800b\udcff")))

    assert isinstance(again, Remark)
    assert again.text == "a?b?"


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_a_time_that_not_every_zone_can_tell_is_none(at: str) -> None:
    assert read_line(b'{"kind": "reply", "at": "%s", "raw": "250 ok"}' % at.encode()) is None

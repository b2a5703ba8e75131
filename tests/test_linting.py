import errno
import logging
import os
import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

from mailtrap import linting
from mailtrap.envelope import Envelope
from mailtrap.events import EntriesRecorded
from mailtrap.lint.catalogue import ENDS
from mailtrap.lint.diagnostic import Diagnosed, Found, Severity, Undiagnosed
from mailtrap.lint.ends import STORM
from mailtrap.lint.mail import Mail
from mailtrap.lint.message import Report, mail_of
from mailtrap.lint.samples import LETTER
from mailtrap.linting import Linting
from mailtrap.message import Message
from mailtrap.session import Command, MailData, Peer, Reply, RuleApplied
from mailtrap.stores.maildir import MaildirStore
from mailtrap.stores.memory import MemoryStore
from mailtrap.trap import Store, Trap
from tests.dialogues import START
from tests.throwaway import finds, in_data, marks, rule

WAIT = 10.0
PEER = Peer("127.0.0.1", 50000)
MAIL = Command(START, b"MAIL FROM:<a@example.org>\r\n", 0)
OK = Reply(START, b"250 ok\r\n")
DATUM = MailData(START, b"bad\n", 30, 4, b"\r\n.\r\n")


class Heard:
    """A trap, and all that the linting of it said."""

    def __init__(
        self, level: Severity = Severity.INFO, store: Store | None = None, **limits: Any
    ) -> None:
        self.trap = Trap(MemoryStore(**limits) if store is None else store, prefix="t")
        self.found: list[Diagnosed | Undiagnosed] = []
        self.has_heard = threading.Event()
        self.linting = Linting(self.trap, self.hear, self.hear, level=level)
        self.trap.subscribe(self.linting)

    def hear(self, found: Sequence[Diagnosed | Undiagnosed]) -> None:
        assert found
        self.found += found
        self.has_heard.set()

    def open(self) -> str:
        return self.trap.open(PEER, PEER, START)

    def deliver(self, session_id: str, data: bytes = b"bad\n", *, truncated: bool = False) -> str:
        return self.trap.deliver(session_id, Envelope(), data, START, truncated=truncated).id

    def stop(self) -> None:
        self.linting.start()
        self.linting.stop(WAIT)

    def rules(self) -> list[tuple[str, str | None]]:
        return [
            (each.diagnostic.rule.id, each.message)
            for each in self.found
            if isinstance(each, Diagnosed)
        ]


def test_a_session_is_diagnosed_within_the_event_that_caused_it() -> None:
    heard = Heard()
    session_id = heard.open()

    heard.trap.record(session_id, MAIL, OK)

    [found] = heard.found
    assert isinstance(found, Diagnosed)
    assert (found.session, found.peer, found.message) == (session_id, str(PEER), None)
    assert (found.diagnostic.rule.id, found.diagnostic.place.offset) == ("no-helo", 0)


@pytest.mark.parametrize("has_rule", [False, True], ids=["as usual", "a rule lets it pass"])
def test_what_is_wrong_with_mail_data_names_the_message_it_became(
    monkeypatch: pytest.MonkeyPatch, *, has_rule: bool
) -> None:
    in_data(monkeypatch, rule("x-data"), lambda *_: [Found()])
    heard = Heard()
    session_id = heard.open()

    heard.trap.record(session_id, DATUM)
    if has_rule:
        heard.trap.record(session_id, RuleApplied(START, b"", "slow", "late"))
    assert heard.found == []
    message_id = heard.deliver(session_id)

    assert heard.rules() == [("x-data", message_id)]


@pytest.mark.parametrize("next_event", ["reply", "end"])
def test_mail_data_that_became_no_message_is_diagnosed_without(
    monkeypatch: pytest.MonkeyPatch, next_event: str
) -> None:
    in_data(monkeypatch, rule("x-data"), lambda *_: [Found()])
    monkeypatch.setitem(ENDS, "eof", [])
    heard = Heard()
    session_id = heard.open()

    heard.trap.record(session_id, DATUM)
    if next_event == "reply":
        heard.trap.record(session_id, OK)
    else:
        heard.trap.close(session_id, "eof", START)

    assert heard.rules() == [("x-data", None)]


def test_messages_are_diagnosed_by_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    finds(monkeypatch, (rule("x-mail"), marks(b"bad")))
    heard = Heard()
    session_id = heard.open()
    message_id = heard.deliver(session_id)
    heard.trap.close(session_id, "quit", START)

    heard.stop()

    assert (("x-mail", message_id)) in heard.rules()
    assert all(isinstance(each, Diagnosed) and each.peer == str(PEER) for each in heard.found)


def test_a_message_of_which_only_the_head_was_kept_is_not_taken_for_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def missing(mail: Mail) -> Iterable[Found]:
        return [Found()] if mail.is_whole else []

    finds(monkeypatch, (rule("x-missing"), missing))
    heard = Heard()
    session_id = heard.open()
    heard.deliver(session_id, truncated=True)
    whole = heard.deliver(session_id)

    heard.stop()

    assert heard.rules() == [("x-missing", whole)]


def test_a_message_id_that_another_message_had_is_told() -> None:
    heard = Heard()
    session_id = heard.open()
    heard.deliver(session_id, LETTER)
    again = heard.deliver(session_id, LETTER + b"and more\r\n")

    heard.stop()

    assert [each for each in heard.rules() if each[0] == "message-id-reused"] == [
        ("message-id-reused", again)
    ]


@pytest.mark.parametrize(("has_mail", "told"), [(False, 1), (True, 0)])
def test_many_sessions_without_mail_are_told_once(*, has_mail: bool, told: int) -> None:
    heard = Heard()

    for _ in range(STORM):
        session_id = heard.open()
        if has_mail:
            heard.deliver(session_id)
        heard.trap.close(session_id, "eof", START)

    assert [rule for rule, _ in heard.rules()].count("reconnect-storm") == told


def test_only_what_is_bad_enough_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    checks = [(rule(f"x-{level}", level), marks(b"bad")) for level in Severity]
    finds(monkeypatch, *checks)
    heard = Heard(Severity.WARNING)
    heard.deliver(heard.open())

    heard.stop()

    assert {rule_id for rule_id, _ in heard.rules()} == {"x-error", "x-warning"}


def test_messages_that_were_gone_before_they_were_read_are_counted() -> None:
    heard = Heard(max_messages=1)
    session_id = heard.open()
    for _ in range(3):
        heard.deliver(session_id, b"hi\r\n")

    heard.stop()

    assert [each for each in heard.found if isinstance(each, Undiagnosed)] == [Undiagnosed(2)]


def test_messages_that_are_all_gone_are_counted_before_another_comes() -> None:
    heard = Heard()
    session_id = heard.open()
    for _ in range(3):
        heard.deliver(session_id, b"hi\r\n")
    heard.trap.clear()
    heard.linting.start()

    assert heard.has_heard.wait(WAIT)
    assert heard.found == [Undiagnosed(3)]
    heard.linting.stop(WAIT)


def remove(message: Path) -> None:
    message.unlink()


def cut_off(message: Path) -> None:
    """As where too many files are open to read it."""
    message.write_bytes(b"")


@pytest.mark.parametrize("lose", [remove, cut_off])
def test_a_message_that_is_lost_while_it_is_read_is_not_taken_for_an_empty_one(
    lose: Callable[[Path], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = MaildirStore(tmp_path)
    heard = Heard(store=store)

    def lost_meanwhile(message: Message) -> Mail:
        lose(next((tmp_path / "new").iterdir()))
        return mail_of(message)

    monkeypatch.setattr(linting, "mail_of", lost_meanwhile)
    heard.deliver(heard.open(), LETTER)
    heard.stop()
    store.close()

    assert heard.found == [Undiagnosed(1)]


def test_a_message_that_too_many_open_files_keep_from_being_read_is_counted(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def no_codec(_mail: Mail) -> Report:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    monkeypatch.setattr(linting, "report_on", no_codec)
    heard = Heard()
    heard.deliver(heard.open())
    heard.stop()

    assert heard.found == [Undiagnosed(1)]
    assert not caplog.records


def test_a_rule_that_fails_ends_the_reading_of_that_session_only(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> Iterable[Found]:
        raise ZeroDivisionError

    in_data(monkeypatch, rule(), fail)
    heard = Heard()
    broken, other = heard.open(), heard.open()

    with caplog.at_level(logging.ERROR, "mailtrap.linting"):
        heard.trap.record(broken, DATUM)
        heard.trap.record(broken, MAIL, OK)
        heard.trap.close(broken, "eof", START)
        heard.trap.record(other, MAIL, OK)

    assert caplog.text.count("the rules failed on session t-1") == 1
    assert [each.session for each in heard.found if isinstance(each, Diagnosed)] == [other]


def test_sessions_that_ended_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ENDS, "eof", [])
    heard = Heard()
    for _ in range(3):
        heard.trap.close(heard.open(), "quit", START)

    assert heard.linting._open == {}
    heard.linting(EntriesRecorded("t-1", (MAIL, OK)))  # such a late event does no harm
    assert heard.rules() == []


def test_a_session_that_idles_holds_no_octets_of_its_messages() -> None:
    heard = Heard()
    session_id = heard.open()

    heard.trap.record(session_id, DATUM)

    opened = heard.linting._open[session_id]
    assert opened.lint is not None
    assert opened.lint.seen.asked is not None
    assert opened.lint.seen.asked.raw == b""


def test_verbs_that_a_client_makes_up_are_not_all_remembered() -> None:
    heard = Heard()
    session_id = heard.open()
    for number in range(1000):
        heard.trap.record(session_id, Command(START, b"X%d\r\n" % number, number * 9), OK)

    opened = heard.linting._open[session_id]
    assert opened.lint is not None
    assert len(opened.lint.seen.last_code_of) < 100

import io
import json
from pathlib import Path
from typing import Any

from mailtrap.console import Console, ready, skipped
from mailtrap.envelope import Envelope, read_path
from mailtrap.lint.diagnostic import Diagnosed, Diagnostic, Place, Severity, Undiagnosed
from mailtrap.session import Command, MailData, Peer, Reply
from mailtrap.stores.memory import MemoryStore
from mailtrap.trap import Trap
from tests.dialogues import START
from tests.throwaway import rule

DATA = b"Subject: =?utf-8?q?gr=C3=BC=C3=9Fe?=\r\n\r\nhi\r\n"


def written(**options: Any) -> str:
    """What a console writes about one session with one message."""
    stream = io.StringIO()
    trap = Trap(MemoryStore(), prefix="t")
    trap.subscribe(Console(stream.write, **options))
    session_id = trap.open(Peer("127.0.0.1", 50000), Peer("127.0.0.1", 1025), START)
    trap.record(
        session_id,
        Command(START, b"AUTH PLAIN c2VjcmV0\r\n"),
        Reply(START, b"235 2.7.0 ok\r\n"),
        MailData(START, DATA, 30, len(DATA), b"\r\n.\r\n"),
    )
    envelope = Envelope(
        read_path(b"FROM:<b\xfc\x1b@example.org>", b"FROM"),
        (read_path(b"TO:<\xc3\xa9@example.org>", b"TO"),),
    )
    trap.deliver(session_id, envelope, DATA, START, sources=[30])
    trap.close(session_id, "quit", START)
    return stream.getvalue()


def objects(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_each_event_is_a_line_with_time_peer_and_what() -> None:
    lines = written().splitlines()

    assert [line.split("  ", 2)[1] for line in lines] == ["127.0.0.1:50000"] * 3
    assert [line.split("  ")[-1].strip() for line in lines] == [
        "connected",
        "message t-1-1: b\ufffd␛@example.org -> é@example.org, 44 octets, grüße",
        "closed after QUIT",
    ]


def test_each_event_is_a_json_object_with_the_documented_keys() -> None:
    at = "2026-01-02T03:04:05.000Z"

    assert objects(written(as_json=True)) == [
        {
            "event": "session-opened",
            "session": "t-1",
            "at": at,
            "peer": "127.0.0.1:50000",
            "tls": False,
        },
        {
            "event": "message",
            "id": "t-1-1",
            "session": "t-1",
            "at": at,
            "reverse_path": "b\\xfc\x1b@example.org",
            "forward_paths": ["é@example.org"],
            "size": 44,
            "subject": "grüße",
            "truncated": False,
        },
        {"event": "session-closed", "session": "t-1", "at": at, "reason": "quit"},
    ]


def test_the_transcript_is_written_when_asked_for_and_masked() -> None:
    entries = [o for o in objects(written(as_json=True, transcript=True)) if o["event"] == "entry"]

    assert [(entry["kind"], entry["text"]) for entry in entries] == [
        ("command", "AUTH PLAIN ********"),
        ("reply", "235 2.7.0 ok"),
        ("data", "[44 octets of mail data]"),
    ]
    assert "C: AUTH PLAIN ********" in written(transcript=True)
    assert "C: AUTH PLAIN c2VjcmV0" in written(transcript=True, show_secrets=True)


def test_null_and_missing_reverse_paths_differ() -> None:
    stream = io.StringIO()
    trap = Trap(MemoryStore())
    trap.subscribe(Console(stream.write, as_json=True))
    session_id = trap.open(Peer("::1", 1), Peer("::1", 2), START)

    trap.deliver(session_id, Envelope(read_path(b"FROM:<>", b"FROM")), b"", START)
    trap.deliver(session_id, Envelope(), b"", START)

    paths = [o["reverse_path"] for o in objects(stream.getvalue()) if o["event"] == "message"]
    assert paths == ["", None]


def test_mail_data_that_became_no_message_is_told_when_the_session_ends() -> None:
    stream = io.StringIO()
    trap = Trap(MemoryStore())
    trap.subscribe(Console(stream.write))
    session_id = trap.open(Peer("::1", 1), Peer("::1", 2), START)
    trap.record(
        session_id,
        Command(START, b"DATA\r\n"),
        Reply(START, b"354 go on\r\n"),
        MailData(START, b"half", 6, 4),
    )

    trap.close(session_id, "eof", START)

    assert stream.getvalue().endswith(
        "closed by the client without QUIT; mail abandoned after 4 octets\n"
    )


def diagnosed(message: str | None = None, detail: str = "") -> Diagnosed:
    found = Diagnostic(rule(), Severity.WARNING, detail, Place())
    return Diagnosed("t-1", "127.0.0.1:50000", message, START, found)


def test_a_diagnostic_is_a_line_with_peer_severity_rule_and_what() -> None:
    stream = io.StringIO()
    console = Console(stream.write)

    console.diagnosed([diagnosed(detail="so \x1b"), diagnosed("t-1-1"), Undiagnosed(1)])

    first, second, third = stream.getvalue().splitlines()
    assert first.endswith("  127.0.0.1:50000        warning x-test: Something is wrong: so ␛")
    assert second.endswith("warning x-test: Something is wrong [message t-1-1]")
    assert third == "[1 message not diagnosed: too many at once]"


def test_a_diagnostic_is_a_json_object_with_the_documented_keys() -> None:
    stream = io.StringIO()
    console = Console(stream.write, as_json=True)

    console.diagnosed([diagnosed("t-1-1", "so \udcff"), Undiagnosed(3)])

    assert objects(stream.getvalue()) == [
        {
            "event": "diagnostic",
            "rule": "x-test",
            "severity": "warning",
            "source": "RFC 5322 §3.6",
            "session": "t-1",
            "message": "t-1-1",
            "detail": "so \\xff",
            "place": {},
        },
        {"event": "undiagnosed", "count": 3},
    ]


def test_a_place_has_what_applies() -> None:
    def told(place: Place) -> object:
        stream = io.StringIO()
        found = Diagnostic(rule(), Severity.WARNING, "", place)
        event = Diagnosed("t-1", "127.0.0.1:50000", "t-1-1", START, found)
        Console(stream.write, as_json=True).diagnosed([event])
        return objects(stream.getvalue())[0]["place"]

    assert told(Place(0, 4, 9)) == {"offset": 0, "start": 4, "end": 9}
    assert told(Place(start=3, field='X-"\udcff', part="1.2")) == {
        "start": 3,
        "field": 'X-"\\xff',
        "part": "1.2",
    }


def test_ready_names_where_it_listens() -> None:
    plain = [("127.0.0.1", 1025), ("::1", 1025)]

    assert json.loads(ready(plain, [("127.0.0.1", 1465)], Path("ca.pem"), 7)) == {
        "event": "ready",
        "pid": 7,
        "listeners": [
            {"protocol": "smtp", "host": "127.0.0.1", "port": 1025},
            {"protocol": "smtp", "host": "::1", "port": 1025},
            {"protocol": "smtps", "host": "127.0.0.1", "port": 1465},
        ],
        "maildir": None,
        "ca": "ca.pem",
    }
    assert json.loads(ready(plain, [], None, 7))["ca"] is None


def test_events_that_were_left_out_are_counted() -> None:
    assert json.loads(skipped(3, as_json=True)) == {"event": "skipped", "count": 3}
    assert skipped(3000, as_json=False) == "[3,000 events left out: nobody was reading]\n"
    assert skipped(1, as_json=False) == "[1 event left out: nobody was reading]\n"

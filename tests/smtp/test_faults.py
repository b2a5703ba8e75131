"""Fault rules over a real socket: what a client hears, and what the transcript says of it."""

import itertools
import socket
import ssl
import threading
import time
from typing import Any

import pytest

from mailtrap.faults import presets
from mailtrap.faults.policy import Policy
from mailtrap.faults.rules import Rule
from mailtrap.session import (
    AuthenticationFailed,
    Discarded,
    MailData,
    Remark,
    Reply,
    RuleApplied,
    TlsFailed,
)
from mailtrap.smtp.connection import Connection
from mailtrap.stores.memory import MemoryStore
from tests.support import WAIT, Client, Running, entries_of, running, shown, wire

DELAY = 0.2  # seconds; long enough to tell it from none, and tests compare with less
MAIL = b"MAIL FROM:<ann@example.org>\r\n"
RCPT = b"RCPT TO:<bob@example.org>\r\n"
NO = b"550 5.7.1 no\r\n"


def faulty(*rules: Rule, **more: Any) -> Any:
    """A server with those rules."""
    return running(policy=Policy(rules), **more)


def gaps(server: Running, before: type[Any] = RuleApplied) -> list[float]:
    """Seconds between each entry of that kind and the reply behind it."""
    transcript = server.trap.sessions[-1].transcript
    return [
        (after.at - entry.at).total_seconds()
        for entry, after in itertools.pairwise(transcript)
        if isinstance(entry, before) and isinstance(after, Reply)
    ]


@pytest.mark.parametrize(
    ("verb", "command"),
    [
        ("HELO", b"HELO x\r\n"),
        ("EHLO", b"EHLO x\r\n"),
        ("EHLO", b"LHLO x\r\n"),
        ("STARTTLS", b"STARTTLS\r\n"),
        ("MAIL", MAIL),
        ("MAIL", b"SEND FROM:<ann@example.org>\r\n"),
        ("RCPT", RCPT),
        ("DATA", b"DATA\r\n"),
        ("RSET", b"RSET\r\n"),
        ("NOOP", b"NOOP\r\n"),
        ("VRFY", b"VRFY x\r\n"),
        ("EXPN", b"EXPN x\r\n"),
        ("HELP", b"HELP\r\n"),
        ("QUIT", b"QUIT\r\n"),
    ],
)
def test_each_verb_can_be_refused_and_the_session_goes_on(verb: str, command: bytes) -> None:
    with faulty(Rule(verb, (NO,), times=1)) as server, server.client() as client:
        client.reply()

        refused = client.say(command)
        taken = client.say(command)

        [hit] = entries_of(server.trap.sessions[0], RuleApplied)
    assert refused == NO
    assert taken[:1] in b"23"
    assert (hit.name, hit.text) == ("", f"{verb}: 550 5.7.1 no (at most once)")


def test_a_refused_recipient_is_not_in_the_envelope() -> None:
    with faulty(*presets.unknown_user("eve@*")) as server, server.client() as client:
        client.greeted()
        client.send(MAIL + RCPT + b"RCPT TO:<Eve@example.org>\r\nDATA\r\nx\r\n.\r\n")

        assert [int(client.reply()[:3]) for _ in range(5)] == [250, 250, 550, 354, 250]
    assert server.message().envelope.forward_paths == ("bob@example.org",)


def test_a_refused_mail_begins_no_transaction() -> None:
    with faulty(Rule("MAIL", (NO,), times=1)) as server, server.client() as client:
        client.greeted()

        assert client.codes(MAIL, RCPT, b"DATA\r\n") == [550, 503, 503]
        assert client.codes(MAIL, RCPT, b"DATA\r\n") == [250, 250, 354]


@pytest.mark.parametrize("verb", [b"MAIL", b"SEND"])
def test_mail_is_refused_by_its_own_sender(verb: bytes) -> None:
    ann, bob = (verb + b" FROM:<" + name + b"@example.org>\r\n" for name in (b"Ann", b"bob"))
    with faulty(Rule("MAIL", (NO,), from_="ann@*")) as server, server.client() as client:
        client.greeted()

        assert client.codes(bob, ann, b"RSET\r\n", ann, bob) == [250, 550, 250, 550, 250]


def test_the_null_sender_can_be_refused() -> None:
    with faulty(Rule("MAIL", (NO,), from_="<>")) as server, server.client() as client:
        client.greeted()

        assert client.codes(b"MAIL FROM:<>\r\n", MAIL) == [550, 250]


def test_a_refused_message_is_not_kept_but_its_octets_stay_in_the_session() -> None:
    with (
        faulty(Rule("MESSAGE", (NO,), header="Subject: *spam*")) as server,
        server.client() as client,
    ):
        client.data()

        assert client.say(b"Subject: SPAM!\r\n\r\nx\r\n.\r\n") == NO
        assert client.codes(b"QUIT\r\n") == [221]
        session = server.session()

    assert server.trap.messages == ()
    [data] = entries_of(session, MailData)
    assert data.raw == b"Subject: SPAM!\r\n\r\nx\r\n"


def test_a_message_can_be_kept_with_another_text() -> None:
    with (
        faulty(Rule("MESSAGE", (b"250 2.0.0 queued as 4711\r\n",))) as server,
        server.client() as client,
    ):
        assert client.data().say(b"x\r\n.\r\n") == b"250 2.0.0 queued as 4711\r\n"

    assert server.message().data == b"x\r\n"


def test_refused_data_asks_for_no_mail_data() -> None:
    with faulty(Rule("DATA", (b"451 4.3.0 not now\r\n",))) as server, server.client() as client:
        client.greeted()
        assert client.codes(MAIL, RCPT, b"DATA\r\n", b"NOOP\r\n") == [250, 250, 451, 250]


def test_a_refused_first_chunk_refuses_bdat() -> None:
    with (
        faulty(Rule("DATA", (b"451 4.3.0 not now\r\n",), times=1)) as server,
        server.client() as client,
    ):
        client.greeted()
        codes = client.codes(MAIL, RCPT, b"BDAT 3\r\nx\r\n", MAIL, RCPT, b"BDAT 3 LAST\r\ny\r\n")

    assert codes == [250, 250, 451, 250, 250, 250]
    assert server.message().data == b"y\r\n"


def test_in_lmtp_each_recipient_is_judged_and_the_refused_ones_are_left_out() -> None:
    rule = Rule("MESSAGE", (b"452 4.2.2 full\r\n",), to="eve@*")
    with faulty(rule) as server, server.client() as client:
        client.reply()
        client.codes(b"LHLO x\r\n", MAIL, RCPT, b"RCPT TO:<eve@example.org>\r\n", b"DATA\r\n")
        client.send(b"x\r\n.\r\n")
        replies = [int(client.reply()[:3]) for _ in range(2)]

    assert replies == [250, 452]
    assert server.message().envelope.forward_paths == ("bob@example.org",)


def test_in_lmtp_a_message_that_all_refuse_is_not_kept() -> None:
    with faulty(Rule("MESSAGE", (NO,))) as server, server.client() as client:
        client.reply()
        client.codes(b"LHLO x\r\n", MAIL, RCPT, RCPT, b"DATA\r\n")
        client.send(b"x\r\n.\r\n")

        assert [client.reply(), client.reply()] == [NO, NO]
        assert client.codes(b"NOOP\r\n") == [250]
    assert server.trap.messages == ()


def test_auth_is_judged_once_the_credentials_have_come() -> None:
    with faulty(*presets.reject_auth("ann")) as server, server.client() as client:
        client.greeted()
        challenged = client.say(b"AUTH PLAIN\r\n")
        refused = client.say(b"AGFubgBzM2NyZXQ=\r\n")  # ann, s3cret
        bob = client.say(b"AUTH PLAIN AGJvYgB4\r\n")
        [failed] = entries_of(server.trap.sessions[0], AuthenticationFailed)

    assert (challenged[:3], refused[:3], bob[:3]) == (b"334", b"535", b"235")
    assert (failed.identity, failed.secret) == ("ann", "s3cret")


@pytest.mark.parametrize("command", [MAIL, b"DATA\r\nx\r\n.\r\n", b"QUIT\r\n", b"EHLO x\r\n"])
def test_a_reply_comes_late_and_what_was_sent_meanwhile_is_answered_after_it(
    command: bytes,
) -> None:
    verb = command.split()[0].decode()
    with faulty(Rule(verb, delay=DELAY)) as server, server.client() as client:
        client.reply()
        client.send(b"NOOP\r\n" + command + b"NOOP\r\n")
        assert client.reply().startswith(b"250 2.0.0 ok")
        began = time.monotonic()
        reply = client.reply()
        took = time.monotonic() - began

    assert reply[:1] in b"23"
    assert took > DELAY / 2
    assert gaps(server)[0] >= DELAY


def test_a_message_is_kept_before_its_late_reply() -> None:
    with faulty(Rule("MESSAGE", delay=60)) as server, server.client() as client:
        client.data().send(b"x\r\n.\r\n")

        assert server.message().data == b"x\r\n"


def test_a_client_that_gives_up_waiting_leaves_a_reply_that_was_not_sent() -> None:
    with faulty(Rule("RCPT", delay=60)) as server, server.client() as client:
        client.greeted()
        client.send(MAIL + RCPT + b"DATA\r\nx\r\n.\r\n")
        server.until(lambda: entries_of(server.trap.sessions[0], RuleApplied))
        client.reset()
        session = server.session()

    assert server.message().data == b"x\r\n"
    assert "[not sent: the client was gone]" in shown(session)
    assert session.reason == "reset"


def test_a_client_that_only_stops_sending_hears_the_late_reply() -> None:
    with faulty(Rule("RCPT", delay=DELAY)) as server, server.client() as client:
        client.greeted()
        client.send(MAIL + RCPT)
        client.socket.shutdown(socket.SHUT_WR)

        assert [int(client.reply()[:3]) for _ in range(2)] == [250, 250]
        assert client.is_closed()


def test_the_silence_of_the_server_is_not_the_clients() -> None:
    with faulty(Rule("NOOP", delay=4 * DELAY), timeout=DELAY) as server, server.client() as client:
        client.greeted()

        assert client.say(b"NOOP\r\n") == b"250 2.0.0 ok\r\n"
        assert client.reply().startswith(b"421 4.4.2 ")


def test_a_server_that_stops_does_not_wait_for_a_late_reply() -> None:
    with faulty(Rule("NOOP", delay=60)) as server, server.client() as client:
        client.greeted()
        client.send(b"NOOP\r\n")
        server.until(lambda: entries_of(server.trap.sessions[0], RuleApplied))

        server.thread.stop()

        assert client.reply().startswith(b"421 4.3.2 ")
        assert server.session().reason == "stopped"


def test_the_greeting_can_be_late_and_a_client_that_talks_first_is_noted() -> None:
    with faulty(Rule("CONNECT", delay=DELAY)) as server, server.client() as client:
        client.send(b"EHLO x\r\n")

        assert client.reply().startswith(b"220 ")
        assert client.reply().startswith(b"250-")


def test_a_server_can_refuse_to_talk_at_all() -> None:
    goodbye = b"421 4.3.2 closed for lunch\r\n"
    with faulty(Rule("CONNECT", (goodbye,))) as server, server.client() as client:
        assert client.reply() == goodbye
        assert client.is_closed()
        assert server.session().reason == "rule"


@pytest.mark.parametrize("how", [{"drip": 0.01}, {"split": True}])
def test_a_reply_can_come_octet_by_octet(
    how: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[bytes] = []
    write = Connection.write

    def recorded(connection: Connection, octets: bytes) -> None:
        written.append(octets)
        write(connection, octets)

    with faulty(Rule("NOOP", **how)) as server, server.client() as client:
        client.greeted()
        monkeypatch.setattr(Connection, "write", recorded)
        client.send(b"NOOP\r\nNOOP\r\n")
        replies = [client.reply(), client.reply()]

    assert replies == [b"250 2.0.0 ok\r\n"] * 2
    assert b"".join(written).startswith(b"".join(replies))
    assert {len(octets) for octets in written[:28]} == {1}
    assert len(entries_of(server.session(), Reply)) == 4


@pytest.mark.parametrize(
    "reply",
    [
        b"banana\r\n",
        b"250\n",
        b"250-2.0.0 more to come\r\n",
        b"\xff\xfe\r\n",
        b"550-5.1.1 no\r\n550-5.1.1 such\r\n550 5.1.1 user\r\n",
        b"250 " + b"x" * 5000 + b"\r\n",
        b"999 what\r\n",
    ],
)
def test_a_reply_can_be_malformed_and_is_recorded_as_it_was_sent(reply: bytes) -> None:
    with faulty(Rule("RCPT", (reply,))) as server, server.client() as client:
        client.greeted()
        client.codes(MAIL)
        client.send(RCPT)
        heard = b""
        while len(heard) < len(reply):
            heard += client.socket.recv(65536)
        client.send(b"QUIT\r\n")
        session = server.session()

    assert heard == reply
    assert reply in [entry.raw for entry in entries_of(session, Reply)]


def test_a_stall_says_nothing_and_then_closes() -> None:
    with faulty(Rule("DATA", stall=DELAY)) as server, server.client() as client:
        client.greeted()
        client.codes(MAIL, RCPT)

        assert client.say(b"DATA\r\n") == b""
        session = server.session()

    assert session.reason == "rule"
    assert (session.closed - session.transcript[-1].at).total_seconds() >= DELAY


def test_a_connection_can_be_closed_after_a_reply() -> None:
    with faulty(Rule("RCPT", (NO,), close=True)) as server, server.client() as client:
        client.greeted()
        client.send(MAIL + RCPT + b"DATA\r\n")

        assert [client.reply()[:3], client.reply(), client.reply()] == [b"250", NO, b""]
        session = server.session()

    assert session.reason == "rule"
    assert entries_of(session, Discarded)[-1].raw == b"DATA\r\n"


def test_a_connection_can_be_reset() -> None:
    with faulty(Rule("RCPT", (b"",), reset=True)) as server, server.client() as client:
        client.greeted()
        client.codes(MAIL)
        client.send(RCPT)

        with pytest.raises(ConnectionResetError):
            client.reply()
        assert server.session().reason == "rule"


@pytest.mark.parametrize("segments", [[30], [1] * 30, [7, 1, 22], [10, 20], [11, 19]])
@pytest.mark.parametrize("is_pipelined", [False, True])
def test_a_connection_is_cut_after_so_many_octets_however_they_come(
    segments: list[int], *, is_pipelined: bool
) -> None:
    data = b"Subject: hi\r\n\r\n.." + b"x" * 20
    with faulty(Rule("DATA", after_bytes=11)) as server, server.client() as client:
        client.greeted()
        client.codes(MAIL, RCPT)
        if is_pipelined:
            client.send(b"DATA\r\n" + data)
            assert client.reply().startswith(b"354")
        else:
            client.say(b"DATA\r\n")
            at = 0
            try:
                for length in segments:
                    client.send(data[at : at + length])
                    at += length
            except OSError:  # it is closed by now
                pass
        session = server.session()

    [cut] = entries_of(session, MailData)
    assert (cut.raw, cut.is_complete) == (b"Subject: hi", False)
    assert session.reason == "rule"
    assert server.trap.messages == ()


def test_mail_data_that_ends_before_the_cut_is_a_message() -> None:
    with faulty(Rule("DATA", after_bytes=1000)) as server, server.client() as client:
        assert client.data().say(b"x\r\n.\r\nNOOP\r\n").startswith(b"250 2.0.0 kept")
        assert client.reply() == b"250 2.0.0 ok\r\n"
        assert client.codes(b"NOOP " + b"x" * 2000 + b"\r\n") == [250]


def test_starttls_can_be_unavailable() -> None:
    with faulty(*presets.tls_failure("unavailable")) as server, server.client() as client:
        client.greeted()

        assert client.say(b"STARTTLS\r\n") == b"454 4.7.0 TLS is not available here\r\n"
        assert client.codes(b"NOOP\r\n") == [250]


@pytest.mark.parametrize(
    ("kind", "complaint"),
    [
        ("handshake", "handshake failure"),
        ("expired", "certificate has expired"),
        ("wrong_host", "Hostname mismatch|not valid for 'localhost'"),
        ("untrusted", "unable to get local issuer|unknown ca|self.signed|signature failure"),
    ],
)
@pytest.mark.parametrize("is_implicit", [False, True])
def test_tls_can_fail_in_each_way(kind: str, complaint: str, *, is_implicit: bool) -> None:
    with faulty(*presets.tls_failure(kind), smtps=True, starttls=True) as server:
        server.certificates.write_ca()
        port = server.smtps_port if is_implicit else server.port
        with socket.create_connection(("127.0.0.1", port)) as plain:
            if not is_implicit:
                plain.recv(512)
                plain.sendall(b"STARTTLS\r\n")
                assert plain.recv(512).startswith(b"220")

            with pytest.raises(ssl.SSLError, match=f"(?i){complaint}"):
                server.trusting().wrap_socket(plain, server_hostname="localhost")
        session = server.session()

    assert session.reason == "tls-failed"
    assert len(entries_of(session, TlsFailed)) == 1
    assert len(entries_of(session, RuleApplied)) == 1


def test_a_rule_says_nothing_where_tls_comes_first() -> None:
    with faulty(Rule("STARTTLS", (b"220 2.0.0 come in\r\n",)), smtps=True) as server:
        server.certificates.write_ca()
        with socket.create_connection(("127.0.0.1", server.smtps_port)) as plain:
            encrypted = server.trusting().wrap_socket(plain, server_hostname="localhost")
            with encrypted:
                assert encrypted.recv(512).startswith(b"220 trap.test ESMTP")
        session = server.session()

    assert len(entries_of(session, RuleApplied)) == len(entries_of(session, Reply)) == 1


def test_an_unknown_word_of_the_magic_domain_is_taken_and_remarked_upon() -> None:
    with faulty() as server, server.client() as client:
        client.greeted()

        assert client.codes(MAIL, b"RCPT TO:<graylist@fault.test>\r\n") == [250, 250]
        [remark] = entries_of(server.trap.sessions[0], Remark)
    assert "did you mean greylist?" in remark.text


def test_rules_can_change_while_a_client_talks() -> None:
    policy = Policy()
    with running(policy=policy) as server, server.client() as client:
        client.greeted()
        codes = client.codes(MAIL, RCPT)
        rule = Rule("RCPT", (NO,))
        policy.add(rule)
        codes += client.codes(RCPT)
        policy.remove(rule)
        codes += client.codes(RCPT)

    assert codes == [250, 250, 550, 250]


# What a hostile reader found


def test_a_rule_cannot_say_250_for_a_message_that_is_not_kept() -> None:
    rule = Rule("MESSAGE", (b"250 2.0.0 all fine\r\n",))
    with faulty(rule, max_size=10) as server, server.client() as client:
        assert client.data().say(b"x" * 20 + b"\r\n.\r\n").startswith(b"552 5.3.4 ")
    with faulty(rule, store=MemoryStore(max_bytes=1)) as server, server.client() as client:
        assert client.data().say(b"x\r\n.\r\n").startswith(b"452 4.3.1 ")


def test_in_lmtp_one_recipient_that_stalls_stalls_all() -> None:
    rules = [Rule("MESSAGE", (NO,), to="ann@*"), Rule("MESSAGE", to="bob@*", stall=DELAY)]
    with faulty(*rules) as server, server.client() as client:
        client.reply()
        client.codes(b"LHLO x\r\n", MAIL, b"RCPT TO:<ann@example.org>\r\n", RCPT, b"DATA\r\n")

        assert client.say(b"x\r\n.\r\n") == b""
        assert server.session().reason == "rule"


def test_a_rule_for_the_last_chunk_does_not_hide_one_for_the_message() -> None:
    rules = [Rule("DATA", delay=0.01), Rule("MESSAGE", stall=DELAY)]
    with faulty(*rules) as server, server.client() as client:
        client.greeted()
        client.codes(MAIL, RCPT)

        assert client.say(b"BDAT 3 LAST\r\nx\r\n") == b""


@pytest.mark.parametrize("segments", [[100], [6, 94], [1] * 30])
def test_mail_data_that_ends_within_the_limit_is_whole_however_it_comes(
    segments: list[int],
) -> None:
    octets = b"DATA\r\nabc\r\n.\r\nNOOP\r\nQUIT\r\n"
    with faulty(Rule("DATA", after_bytes=10)) as server, server.client() as client:
        client.greeted()
        client.codes(MAIL, RCPT)
        for length in segments:
            client.send(octets[:length])
            octets = octets[length:]
        codes = [int(client.reply()[:3]) for _ in range(4)]

    assert codes == [354, 250, 250, 221]
    assert server.message().data == b"abc\r\n"


def test_chunks_behind_a_refused_one_are_refused() -> None:
    with faulty(Rule("DATA", (b"451 4.3.0 no\r\n", None))) as server, server.client() as client:
        client.greeted()
        client.codes(MAIL, RCPT)
        client.send(b"BDAT 3\r\nabcBDAT 3 LAST\r\ndef")

        assert [int(client.reply()[:3]) for _ in range(2)] == [451, 503]
    assert server.trap.messages == ()


def test_nobody_is_waited_for_after_a_reset() -> None:
    with faulty(Rule("NOOP", delay=60)) as server, server.client() as client:
        client.greeted()
        client.send(b"NOOP\r\n" * 3)
        server.until(lambda: entries_of(server.trap.sessions[0], RuleApplied))
        client.reset()

        session = server.session()
    assert len(entries_of(session, RuleApplied)) == 3


def test_a_client_that_gives_up_during_a_stall_is_told_apart() -> None:
    with faulty(Rule("NOOP", stall=60)) as server:
        with server.client() as client:
            client.greeted()
            client.send(b"NOOP\r\n")
            server.until(lambda: entries_of(server.trap.sessions[0], RuleApplied))

        assert server.session().reason == "eof"


def test_what_was_pipelined_before_a_client_gave_up_during_a_stall_is_no_command() -> None:
    with faulty(Rule("NOOP", stall=60)) as server:
        with server.client() as client:
            client.greeted()
            client.send(b"NOOP\r\nRSET\r\nQUIT\r\n")
            server.until(lambda: entries_of(server.trap.sessions[0], RuleApplied))
        session = server.session()

    assert wire(session)[-2:] == [("rule", b""), ("discarded", b"RSET\r\nQUIT\r\n")]
    assert session.reason == "eof"


@pytest.mark.parametrize("how", [{}, {"reset": True}])
def test_a_client_that_closes_right_behind_what_is_dropped_changes_nothing(
    how: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    updated = Connection.buffer_updated

    def and_ended(connection: Connection, nbytes: int) -> None:
        updated(connection, nbytes)
        connection.eof_received()

    monkeypatch.setattr(Connection, "buffer_updated", and_ended)
    with faulty(Rule("NOOP", stall=0, **how)) as server, server.client() as client:
        client.reply()
        client.send(b"NOOP\r\nRSET\r\n")
        session = server.session()

    assert wire(session)[-2:] == [("rule", b""), ("discarded", b"RSET\r\n")]
    assert session.reason == "rule"


@pytest.mark.parametrize("word", ["reset", "data-reset"])
def test_the_magic_reset_is_one(word: str) -> None:
    with faulty() as server, server.client() as client:
        client.greeted()
        client.codes(MAIL)
        client.send(f"RCPT TO:<{word}@fault.test>\r\nDATA\r\n".encode())
        if word.startswith("data-"):
            client.codes(b"", b"")
            client.send(b"x\r\n.\r\n")

        with pytest.raises(ConnectionResetError):
            client.reply()


def test_a_cut_in_the_middle_of_mail_data_can_be_a_reset() -> None:
    rule = Rule("DATA", after_bytes=3, reset=True)
    with faulty(rule) as server, server.client() as client:
        client.data()

        with pytest.raises(ConnectionResetError):
            client.say(b"abcdef")
        [cut] = entries_of(server.session(), MailData)
    assert cut.raw == b"abc"


def test_starttls_can_be_answered_and_the_connection_closed() -> None:
    rule = Rule("STARTTLS", (b"220 2.0.0 go\r\n",), close=True, split=True)
    with faulty(rule) as server, server.client() as client:
        client.greeted()

        assert client.say(b"STARTTLS\r\n") == b"220 2.0.0 go\r\n"
        assert client.is_closed()


def test_starttls_that_is_not_answered_with_220_starts_nothing() -> None:
    with faulty(Rule("STARTTLS", (b"250 ok\r\n",))) as server, server.client() as client:
        client.greeted()
        client.send(b"STARTTLS\r\n" * 400 + b"NOOP\r\n")
        replies = [client.reply() for _ in range(401)]

    assert replies == [b"250 ok\r\n"] * 400 + [b"250 2.0.0 ok\r\n"]


def test_plain_text_behind_starttls_is_never_executed_however_it_ends() -> None:
    rule = Rule("STARTTLS", delay=60)
    with faulty(rule) as server, server.client() as client:
        client.greeted()
        client.send(b"STARTTLS\r\n" + MAIL + RCPT + b"DATA\r\nevil\r\n.\r\n")
        server.until(lambda: entries_of(server.trap.sessions[0], RuleApplied))
        client.reset()
        session = server.session()

    assert server.trap.messages == ()
    assert (session.reason, len(entries_of(session, TlsFailed))) == ("tls-failed", 1)
    assert len(entries_of(session, Discarded)) == 1


def test_a_client_that_gives_tls_up_while_a_rule_delays_it_did_not_speak_plain_text(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    has_come = threading.Event()
    updated = Connection.buffer_updated

    def noted(connection: Connection, nbytes: int) -> None:
        updated(connection, nbytes)
        has_come.set()

    monkeypatch.setattr(Connection, "buffer_updated", noted)
    with faulty(Rule("STARTTLS", delay=60), smtps=True) as server:
        client = Client(server.smtps_port)
        client.send(b"\x16\x03\x01\x00\x05\x01")
        assert has_come.wait(WAIT)
        client.reset()
        [failed] = entries_of(server.session(), TlsFailed)

    assert failed.text.startswith("the client went away in the middle of the handshake")


def test_require_tls_is_stronger_than_a_rule_that_says_yes() -> None:
    rule = Rule("MAIL", (b"250 2.1.0 welcome\r\n",))
    with faulty(rule, require_tls=True) as server, server.client() as client:
        assert client.greeted().codes(MAIL) == [530]


def test_a_server_that_stops_says_the_rest_of_a_reply_that_drips() -> None:
    with faulty(Rule("NOOP", drip=60)) as server, server.client() as client:
        client.greeted()
        client.send(b"NOOP\r\n")
        server.until(lambda: len(entries_of(server.trap.sessions[0], Reply)) == 3)

        server.thread.stop()

        assert client.reply() == b"250 2.0.0 ok\r\n"
        assert client.reply().startswith(b"421 4.3.2 ")

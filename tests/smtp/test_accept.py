"""Any session is taken: each row of the table over a real socket."""

import threading

import pytest

from mailtrap.session import Command, Discarded, Forwarded
from tests.support import Client, Running, entries_of, running, shown


def last_command(server: Running) -> Command:
    [session] = server.trap.sessions
    return [entry for entry in session.transcript if isinstance(entry, Command)][-1]


@pytest.mark.parametrize(
    "greeting",
    [
        b"EHLO\r\n",
        b"HELO\r\n",
        b"LHLO\r\n",
        b"EHLO client.example.org\r\n",
        b"ehlo my_host with words\r\n",
        b"HELO 127.0.0.1\r\n",
        b"EHLO [IPv6:::1]\r\n",
        b"EHLO \xff\xfe\r\n",
        b"EHLO b\xc3\xbccher.example\r\n",
    ],
)
def test_any_greeting_is_answered_250(greeting: bytes) -> None:
    with running() as server, server.client() as client:
        client.reply()

        assert client.say(greeting).startswith(b"250")

        assert last_command(server).raw == greeting


def test_ehlo_lists_what_is_offered_in_one_write() -> None:
    with running(max_size=1000) as server, server.client() as client:
        client.reply()

        client.send(b"EHLO client.test\r\n")
        reply = client.socket.recv(65536)

    lines = [line[4:] for line in reply.decode().splitlines()]
    assert lines == [
        "trap.test",
        "PIPELINING",
        "SIZE 1000",
        "8BITMIME",
        "SMTPUTF8",
        "CHUNKING",
        "BINARYMIME",
        "DSN",
        "ENHANCEDSTATUSCODES",
        "DELIVERBY",
        "MT-PRIORITY",
        "FUTURERELEASE 31536000 2099-12-31T23:59:59Z",
        "RRVS",
        "VRFY",
        "EXPN",
        "ETRN",
        "AUTH PLAIN LOGIN XOAUTH2 OAUTHBEARER",
        "HELP",
    ]


def test_helo_gets_one_line_and_no_list() -> None:
    with running() as server, server.client() as client:
        client.reply()

        assert client.say(b"HELO x\r\n") == b"250 trap.test\r\n"


def test_the_ehlo_list_can_be_edited() -> None:
    with (
        running(ehlo_add=("STARTTLS", "X-NEW one two"), ehlo_remove=("CHUNKING",)) as server,
        server.client() as client,
    ):
        client.reply()

        reply = client.say(b"EHLO x\r\n")

    assert b"250-STARTTLS\r\n" in reply
    assert b"250 X-NEW one two\r\n" in reply
    assert b"CHUNKING" not in reply


@pytest.mark.parametrize(
    ("commands", "codes", "reverse_path", "forward_paths"),
    [
        pytest.param(
            [b"MAIL FROM:<a@example.org>", b"RCPT TO:<b@example.org>"],
            [250, 250],
            "a@example.org",
            ("b@example.org",),
            id="no HELO at all",
        ),
        pytest.param(
            [b"MAIL FROM:<first@example.org>", b"RCPT TO:<x@example.org>", b"MAIL FROM:<a@b>"],
            [250, 250, 250],
            "a@b",
            (),
            id="MAIL twice begins a new transaction",
        ),
        pytest.param(
            [b"RCPT TO:<b@example.org>"], [250], None, ("b@example.org",), id="RCPT before MAIL"
        ),
        pytest.param([b"MAIL FROM:<>"], [250], "", (), id="DATA without RCPT"),
        pytest.param([], [], None, (), id="DATA at once"),
        pytest.param([b"SEND FROM:<a@b>"], [250], "a@b", (), id="SEND"),
        pytest.param([b"SOML FROM:<a@b>"], [250], "a@b", (), id="SOML"),
        pytest.param([b"SAML FROM:<a@b>"], [250], "a@b", (), id="SAML"),
        pytest.param(
            [b"MAIL FROM:<a@b>", b"RCPT TO:<c@d>", b"EHLO again"],
            [250, 250, 250],
            None,
            (),
            id="EHLO in a transaction clears it",
        ),
        pytest.param(
            [b"MAIL FROM:<a@b>", b"RSET with words"], [250, 250], None, (), id="RSET clears it"
        ),
    ],
)
def test_any_order_of_commands_brings_the_mail(
    commands: list[bytes],
    codes: list[int],
    reverse_path: str | None,
    forward_paths: tuple[str, ...],
) -> None:
    with running() as server, server.client() as client:
        client.reply()

        assert client.codes(*[command + b"\r\n" for command in commands]) == codes
        assert client.codes(b"DATA with words\r\n", b"hi\r\n.\r\n") == [354, 250]

        message = server.message()
        assert message.data == b"hi\r\n"
        assert message.envelope.reverse_path == reverse_path
        assert message.envelope.forward_paths == forward_paths


def test_a_path_that_is_missing_is_kept_as_nothing() -> None:
    with running() as server, server.client() as client:
        client.greeted()

        codes = client.codes(b"MAIL FROM:\r\n", b"RCPT\r\n", b"DATA\r\n", b".\r\n")

        assert codes == [250, 250, 354, 250]
        envelope = server.message().envelope
    assert (envelope.reverse_path, envelope.forward_paths) == ("", ("",))


PARAMETERS = (
    b"SIZE=abc size=99999999999999999999999 BODY=8BITMIME body=FOO SMTPUTF8 SMTPUTF8=1 RET=Full"
    b" ENVID=QQ+2B314 AUTH=<> AUTH=e+3Dmc2@example.com REQUIRETLS BY=120;RT HOLDFOR=1"
    b" HOLDUNTIL=2030-01-01T00:00:00Z MT-PRIORITY=3 X-Foo=Bar XFOO FOO= =bar \xff=\xfe"
)


def test_any_mail_parameter_is_taken_raw_and_parsed() -> None:
    with running() as server, server.client() as client:
        client.greeted()

        assert client.codes(
            b"MAIL FROM:<a@b> " + PARAMETERS + b"\r\n",
            b"RCPT TO:<c@d> NOTIFY=SUCCESS,Delay ORCPT=rfc822;C@d"
            b" RRVS=2014-04-03T23:01:00Z;C x\r\n",
            b"DATA\r\n",
            b".\r\n",
        ) == [250, 250, 354, 250]

        envelope = server.message().envelope
        assert envelope.sender is not None
        assert b" ".join(p.raw for p in envelope.sender.parameters) == PARAMETERS
        assert [(p.keyword, p.value) for p in envelope.sender.parameters][:8] == [
            ("SIZE", "abc"),
            ("SIZE", "99999999999999999999999"),
            ("BODY", "8BITMIME"),
            ("BODY", "FOO"),
            ("SMTPUTF8", None),
            ("SMTPUTF8", "1"),
            ("RET", "Full"),
            ("ENVID", "QQ+2B314"),
        ]
        [recipient] = envelope.recipients
        assert [(p.keyword, p.value) for p in recipient.parameters] == [
            ("NOTIFY", "SUCCESS,Delay"),
            ("ORCPT", "rfc822;C@d"),
            ("RRVS", "2014-04-03T23:01:00Z;C"),
            ("X", None),
        ]


@pytest.mark.parametrize(
    ("sent", "raw", "address"),
    [
        (b"<a@b.example>", b"<a@b.example>", "a@b.example"),
        (b"a@b.example", b"a@b.example", "a@b.example"),
        (b" <a@b.example>", b"<a@b.example>", "a@b.example"),
        (b"<a b@c.example>", b"<a b@c.example>", "a b@c.example"),
        (b"a b@c.example", b"a b@c.example", "a b@c.example"),
        (b"<@x,@y:a@b.example>", b"<@x,@y:a@b.example>", "a@b.example"),
        (b'<"a \\"b> c"@d.example>', b'<"a \\"b> c"@d.example>', '"a \\"b> c"@d.example'),
        (b"<b\xc3\xbc@d.example>", b"<b\xc3\xbc@d.example>", "bü@d.example"),
        (b"<b\xfc@d.example>", b"<b\xfc@d.example>", "b\udcfc@d.example"),
        (b"<>", b"<>", ""),
        (b"<postmaster>", b"<postmaster>", "postmaster"),
        (b"<a@@b>", b"<a@@b>", "a@@b"),
        (b"<<a@b>>", b"<<a@b>>", "a@b"),
        (b"Joe Doe <a@b>", b"Joe Doe <a@b>", "a@b"),
        (b"<a@b", b"<a@b", "a@b"),
        (b"a@b>", b"a@b>", "a@b"),
        (b"<a@b(comment)>", b"<a@b(comment)>", "a@b(comment)"),
        (b"<a@b\0c>", b"<a@b\0c>", "a@b\0c"),
        (b"<" + b"x" * 70_000 + b"@b>", b"<" + b"x" * 70_000 + b"@b>", "x" * 70_000 + "@b"),
    ],
)
def test_any_path_is_kept_to_the_byte_beside_what_was_read(
    sent: bytes, raw: bytes, address: str
) -> None:
    with running() as server, server.client() as client:
        client.greeted()

        assert client.codes(
            b"MAIL FROM:" + sent + b" SIZE=3\r\n",
            b"RCPT TO:" + sent + b" NOTIFY=NEVER\r\n",
            b"DATA\r\n",
            b"x\r\n.\r\n",
        ) == [250, 250, 354, 250]

        envelope = server.message().envelope
        assert envelope.sender is not None
        assert envelope.sender.raw == raw
        assert envelope.reverse_path == address
        assert [p.raw for p in envelope.sender.parameters] == [b"SIZE=3"]
        assert envelope.recipients[0].raw == raw
        assert envelope.forward_paths == (address,)
        assert [p.raw for p in envelope.recipients[0].parameters] == [b"NOTIFY=NEVER"]


@pytest.mark.parametrize(
    ("command", "reply"),
    [
        (b"FOO\r\n", b"500 5.5.1"),
        (b"X-FOO bar\r\n", b"500 5.5.1"),
        (b"\r\n", b"500 5.5.2"),
        (b"   \r\n", b"500 5.5.2"),
        (b"\xff\xfe hello\r\n", b"500 5.5.2"),
        (b"\0\r\n", b"500 5.5.2"),
        (b"AUTH\r\n", b"504 5.5.4"),
        (b"AUTH GSSAPI\r\n", b"504 5.5.4"),
        (b"BDAT\r\n", b"501 5.5.4"),
        (b"BDAT x LAST\r\n", b"501 5.5.4"),
        (b"BDAT -1\r\n", b"501 5.5.4"),
        (b"TURN\r\n", b"502 5.5.1"),
        (b"ATRN example.org\r\n", b"502 5.5.1"),
        (b"VRFY\r\n", b"252 2.5.2"),
        (b"VRFY ann\r\n", b"252 2.5.2"),
        (b"EXPN\r\n", b"252 2.5.2"),
        (b"EXPN list\r\n", b"252 2.5.2"),
        (b"HELP\r\n", b"214-2.0.0"),
        (b"HELP MAIL\r\n", b"214-2.0.0"),
        (b"NOOP\r\n", b"250 2.0.0"),
        (b"noop with words\r\n", b"250 2.0.0"),
        (b"RSET\r\n", b"250 2.0.0"),
        (b"ETRN\r\n", b"250 2.0.0"),
        (b"ETRN example.org\r\n", b"250 2.0.0"),
        (b"XCLIENT ADDR=192.0.2.1\r\n", b"550 5.7.0"),
        (b"XFORWARD ADDR=192.0.2.1\r\n", b"550 5.7.0"),
        # leading blanks, TABs and line ends that are not CRLF
        (b" NOOP\r\n", b"250 2.0.0"),
        (b"\tNOOP\tx\r\n", b"250 2.0.0"),
        (b"NOOP\n", b"250 2.0.0"),
        (b"NOOP\r\r\n", b"250 2.0.0"),
        (b"NOOP " + b"x" * 100_000 + b"\r\n", b"250 2.0.0"),
    ],
)
def test_every_command_has_its_reply_and_the_session_goes_on(command: bytes, reply: bytes) -> None:
    with running() as server, server.client() as client:
        client.greeted()

        assert client.say(command).startswith(reply)

        assert last_command(server).raw == command
        assert client.say(b"NOOP\r\n").startswith(b"250 ")


def test_no_number_of_unknown_commands_ends_the_session() -> None:
    with running() as server, server.client() as client:
        client.greeted()

        assert client.codes(*[b"NONSENSE\r\n"] * 300) == [500] * 300

        assert client.say(b"NOOP\r\n").startswith(b"250 ")


def test_quit_with_an_argument_ends_the_session_too() -> None:
    with running() as server, server.client() as client:
        client.greeted()

        assert client.say(b"QUIT now\r\n").startswith(b"221 2.0.0")
        assert client.is_closed()

        assert server.session().reason == "quit"


def test_help_names_the_rfc_and_where_to_read_on() -> None:
    with running() as server, server.client() as client:
        client.greeted()

        reply = client.say(b"HELP\r\n")

    assert b"RFC 5321" in reply
    assert b"mailtrap --help" in reply


def test_an_http_request_is_sent_away_with_a_sentence() -> None:
    with running() as server, server.client() as client:
        client.reply()

        reply = client.say(b"GET / HTTP/1.1\r\nHost: localhost:1025\r\n\r\n")

        assert reply.startswith(b"421 4.7.0 this is an SMTP server")
        client.socket.close()
        session = server.session()
    assert session.reason == "not-smtp"
    assert "GET / HTTP/1.1" in shown(session)
    [left] = entries_of(session, Discarded)
    assert left.raw == b"Host: localhost:1025\r\n\r\n"
    assert "Host" not in shown(session)  # other header fields hold passwords


def test_an_http_client_that_is_gone_when_it_is_answered_ends_as_not_smtp() -> None:
    # What is written to a closed socket resets the connection at once: it cannot be shut down.
    with running() as server:
        client = server.client()
        client.reply()
        busy = threading.Event()
        server.thread._loop.call_soon_threadsafe(busy.wait)
        client.send(b"GET / HTTP/1.1\r\n\r\n")
        client.socket.close()
        busy.set()

        assert server.session().reason == "not-smtp"


def test_a_client_that_begins_with_tls_is_told_what_to_do() -> None:
    hello = b"\x16\x03\x01\x00\x06\x01\x00\x00\n\x03\x03"
    with running() as server, server.client() as client:
        client.reply()

        reply = client.say(hello)

        assert reply.startswith(b"421 4.7.0 this port speaks plain SMTP")
        assert client.is_closed()
        session = server.session()
    assert session.reason == "not-smtp"
    assert ("tls-hello", hello) in [(entry.kind, entry.raw) for entry in session.transcript]


def test_xclient_of_a_trusted_proxy_starts_the_session_again() -> None:
    with running(trust_xclient=True) as server, server.client() as client:
        client.reply()
        assert b"250-XCLIENT " in client.say(b"EHLO proxy\r\n")
        client.say(b"MAIL FROM:<a@b>\r\n")

        assert client.say(b"XCLIENT addr=192.0.2.1 NAME=a+2Bb.example LOGIN=\r\n").startswith(
            b"220 "
        )
        assert client.codes(b"EHLO real\r\n", b"DATA\r\n", b".\r\n") == [250, 354, 250]

        assert server.message().envelope.reverse_path is None
        client.say(b"QUIT\r\n")
        session = server.session()
    assert session.forwarded == {"ADDR": "192.0.2.1", "NAME": "a+b.example", "LOGIN": ""}


def test_xforward_of_a_trusted_proxy_is_noted_and_resets_nothing() -> None:
    with running(trust_xclient=True) as server, server.client() as client:
        client.greeted()
        client.say(b"MAIL FROM:<a@b>\r\n")

        assert client.codes(b"XFORWARD NAME=x HELO=y\r\n", b"DATA\r\n", b".\r\n") == [250, 354, 250]

        assert server.message().envelope.reverse_path == "a@b"
        [noted] = entries_of(server.trap.sessions[0], Forwarded)
    assert noted.attributes == (("NAME", "x"), ("HELO", "y"))


def test_pipelined_commands_get_their_replies_in_order_and_together() -> None:
    with running() as server, server.client() as client:
        client.greeted()

        client.send(b"RSET\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nRCPT TO:<e@f>\r\nDATA\r\n")
        together = client.socket.recv(65536)

        codes = [int(line[:3]) for line in together.splitlines()]
        assert codes == [250, 250, 250, 250, 354]
        client.say(b"x\r\n.\r\n")
        assert server.message().envelope.forward_paths == ("c@d", "e@f")


def test_each_line_of_positive_and_negative_replies_has_an_enhanced_status_code() -> None:
    commands = [b"MAIL FROM:<a@b>", b"RCPT TO:<c@d>", b"RSET", b"NOOP", b"VRFY", b"HELP", b"FOO"]
    with running() as server, server.client() as client:
        client.greeted()

        lines = b"".join(client.say(c + b"\r\n") for c in [*commands, b"", b"TURN", b"QUIT"])

    for line in lines.splitlines():
        assert line[4:6] == line[:1] + b".", line  # RFC 2034 section 4: the classes agree
        assert len(line[4:].split(b" ")[0].split(b".")) == 3


def test_two_clients_at_once_do_not_share_a_transaction() -> None:
    with running() as server, server.client() as one, Client(server.port) as other:
        one.greeted()
        other.greeted()
        one.say(b"MAIL FROM:<one@example.org>\r\n")
        other.say(b"MAIL FROM:<other@example.org>\r\n")

        assert one.codes(b"DATA\r\n", b".\r\n") == [354, 250]
        assert other.codes(b"DATA\r\n", b".\r\n") == [354, 250]

        paths = [message.envelope.reverse_path for message in server.trap.messages]
    assert paths == ["one@example.org", "other@example.org"]

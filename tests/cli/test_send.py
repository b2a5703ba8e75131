"""``mailtrap send`` against a real server."""

import io
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mailtrap.cli import main
from mailtrap.content import Content
from mailtrap.lint import message as message_lint
from mailtrap.lint import session as session_lint
from mailtrap.lint.diagnostic import Severity
from mailtrap.message import Message
from mailtrap.session import Authenticated, Command, TlsStarted
from tests.support import CERTIFICATES, Running, entries_of, running

Send = Callable[..., int]
ANN = "ann@example.org"


@pytest.fixture(name="send")
def fixture_send(server: Running, monkeypatch: pytest.MonkeyPatch) -> Send:
    monkeypatch.setenv("MAILTRAP_HOST", "127.0.0.1")
    monkeypatch.setenv("MAILTRAP_PORT", str(server.port))
    return lambda *words: main(["send", *words])


def wrong(server: Running, message: Message) -> set[str]:
    """The rules that find an error or a warning in the message and its session."""
    session = server.session()
    found = session_lint.diagnose(session, lambda _: message.data)
    report = message_lint.diagnose(message.data, message.envelope, received=message.received)
    each = [*found, *report.diagnostics]
    return {x.rule.id for x in each if x.severity is not Severity.INFO}


# Messages


def test_without_arguments_a_message_with_text_and_html_is_sent(
    send: Send, server: Running, capsys: pytest.CaptureFixture[str]
) -> None:
    assert send() == 0

    message = server.message()
    assert capsys.readouterr().out == f"250 2.0.0 kept as {message.id}\n"
    assert (message.envelope.reverse_path, message.envelope.forward_paths) == (
        "mailtrap@example.org",
        ("you@example.org",),
    )
    content = Content(message.data)
    assert "this message came by SMTP" in (content.text or "")
    assert "<b>mailtrap send</b>" in (content.html or "")
    assert wrong(server, message) == set()


def test_a_message_is_as_it_was_asked_for(send: Send, server: Running, tmp_path: Path) -> None:
    (tmp_path / "Zahlen für März.csv").write_bytes(b"a;b\n\xff\r\n")

    assert send(
        *("--from", "Jörg <jorg@example.org>", "--to", "Bob <bob@example.org>, cy@example.org"),
        *("--cc", "dee@example.org", "--bcc", "eve@example.org", "--subject", "Grüße 🎉"),
        *("--text", ".\nnaïve\n", "--html", "<p>naïve</p>", "--header", "X-Tag: sale"),
        *("--attach", str(tmp_path / "Zahlen für März.csv")),
    ) == 0  # fmt: skip

    message = server.message()
    names = ("bob", "cy", "dee", "eve")
    assert message.envelope.forward_paths == tuple(f"{name}@example.org" for name in names)
    assert b"eve@example.org" not in message.data
    content = Content(message.data)
    fields = {field.name: field.text for field in content.fields}
    assert fields["From"] == "Jörg <jorg@example.org>"
    assert (fields["Subject"], fields["X-Tag"]) == ("Grüße 🎉", "sale")
    assert (content.text or "").splitlines() == [".", "naïve"]
    [attachment] = [part for part in content.parts if part.is_attachment]
    assert attachment.filename == "Zahlen für März.csv"
    assert attachment.payload == b"a;b\n\xff\r\n"
    assert wrong(server, message) == set()


def test_addresses_that_need_it_are_sent_with_smtputf8(send: Send, server: Running) -> None:
    assert send("--to", "jörg@example.org", "--text", "Hi") == 0

    message = server.message()
    assert "To: jörg@example.org\r\n".encode() in message.data
    assert wrong(server, message) == set()


def test_a_header_takes_the_place_of_the_one_of_that_name(send: Send, server: Running) -> None:
    send("--header", "from: x@example.com", "--header", "X-A: 1", "--header", "X-A: 2")

    data = server.message().data
    assert data.lower().count(b"\r\nfrom:") + data.lower().startswith(b"from:") == 1
    assert b"X-A: 1\r\nX-A: 2\r\n" in data


def test_a_message_that_is_attached_is_not_read_but_encoded(
    send: Send, server: Running, tmp_path: Path
) -> None:
    (tmp_path / "other.eml").write_bytes(RAW)

    assert send("--attach", str(tmp_path / "other.eml")) == 0

    message = server.message()
    [attachment] = [part for part in Content(message.data).parts if part.is_attachment]
    assert (attachment.content_type, attachment.payload) == ("application/octet-stream", RAW)
    assert wrong(server, message) == set()


def test_text_is_taken_from_stdin_and_from_files(
    send: Send, server: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mail.html").write_text("<p>aus der Datei ü</p>", "utf-8")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("von stdin ü".encode())))

    assert send("--text", "-", "--html", f"@{tmp_path / 'mail.html'}") == 0

    content = Content(server.message().data)
    assert (content.text or "").strip() == "von stdin ü"
    assert (content.html or "").strip() == "<p>aus der Datei ü</p>"


RAW = (
    b"From: Ann <ann@example.org>\r\nTo: bob@example.org\r\nBcc: cy@example.org\r\n"
    b"\r\n.\n\x00\xff\r\n"
)


def test_a_raw_message_is_sent_octet_for_octet(
    send: Send, server: Running, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mail.eml").write_bytes(RAW)

    assert send("--raw", str(tmp_path / "mail.eml")) == 0

    message = server.message()
    assert message.data == RAW
    assert message.envelope.reverse_path == "ann@example.org"
    assert message.envelope.forward_paths == ("bob@example.org", "cy@example.org")
    assert capsys.readouterr().err == ""


def test_the_envelope_of_a_raw_message_can_be_another(
    send: Send, server: Running, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"To: x@y\n\nhi\n")))

    assert send("--raw", "-", "--from", "", "--to", "a b@@c", "--bcc", "d@example.org") == 0

    message = server.message()
    assert message.envelope.sender is not None
    assert message.envelope.sender.raw == b"<>"
    assert [path.raw for path in message.envelope.recipients] == [b"<a b@@c>", b"<d@example.org>"]
    assert message.data == b"To: x@y\n\nhi\n\r\n"
    assert capsys.readouterr().err == "mailtrap: the lines of '-' end in LF; they are sent so\n"


# What the server says


def test_a_refusal_is_told_with_its_command_and_is_exit_1(
    send: Send, server: Running, capsys: pytest.CaptureFixture[str]
) -> None:
    assert send("--to", "550@fault.test") == 1
    assert send("--to", "data-554@fault.test") == 1
    assert send("--to", "550@fault.test", "--to", "bob@example.org") == 1

    heard = capsys.readouterr()
    refused = "mailtrap: the server refused RCPT TO:<550@fault.test>: 550 5.1.1 no such user here"
    assert heard.err.splitlines() == [
        refused,
        "mailtrap: the server refused the message: 554 5.6.0 message content refused",
        refused,
    ]
    assert heard.out == f"250 2.0.0 kept as {server.message().id}\n"


def test_where_nothing_listens_it_is_exit_69(capsys: pytest.CaptureFixture[str]) -> None:
    with running() as server:
        port = server.port

    assert main(["send", "--host", "127.0.0.1", "--port", str(port)]) == 69
    assert capsys.readouterr().err == (
        f"mailtrap: nothing listens on 127.0.0.1:{port}; start a catcher with mailtrap, or mailtrap"
        " serve\n"
    )


def test_the_transcript_is_what_was_said_with_the_password_masked(
    send: Send, capsys: pytest.CaptureFixture[str]
) -> None:
    long = "x" * 400
    assert send("--transcript", "--auth", "ann:s3cret", "--text", f"{long}\n" * 200) == 0

    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("S: 220 trap.test")
    assert lines[1] == "C: EHLO [127.0.0.1]"
    assert "C: AUTH PLAIN ********" in lines
    assert lines[-3:-1] == ["C: QUIT", "S: 221 2.0.0 trap.test closing"]
    [more] = [line for line in lines if "more lines" in line]
    assert len(lines) < 150
    assert more.startswith("C: ... ")


# TLS and AUTH


@pytest.mark.parametrize("kind", ["starttls", "smtps"])
def test_mail_goes_over_tls_to_who_is_trusted(
    kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    CERTIFICATES.write_ca()
    with running(host="localhost", starttls=True, smtps=True) as server:
        port = str(server.smtps_port if kind == "smtps" else server.port)
        at = ["send", "--host", "localhost", "--port", port, "--tls", kind]

        assert main([*at, "--ca", str(server.certificates.ca)]) == 0
        assert main([*at, "--insecure", "--demo", "nul"]) == 0
        assert main([*at]) == 69

        server.until(lambda: all(s.closed for s in server.trap.sessions), "the end")
        started = [entries_of(session, TlsStarted) for session in server.trap.sessions]
        assert [message.session for message in server.trap.messages] == [
            session.id for session, tls in zip(server.trap.sessions, started, strict=True) if tls
        ][:2]
    said = capsys.readouterr().err
    assert "is not trusted" in said
    assert "give the CA with --ca FILE" in said


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
def test_a_user_is_logged_in(mechanism: str, capsys: pytest.CaptureFixture[str]) -> None:
    with running(users={"ann": "s3:cret"}, ehlo_add=(f"AUTH {mechanism}",)) as server:
        url = f"smtp://ann:s3%3Acret@127.0.0.1:{server.port}"
        assert main(["send", "--url", url]) == 0
        session = server.session()
        [authenticated] = entries_of(session, Authenticated)
        assert (authenticated.mechanism, authenticated.identity) == (mechanism, "ann")

        at = ["send", "--host", "127.0.0.1", "--port", str(server.port)]
        assert main([*at, "--auth", "ann:wrong"]) == 1

    assert "mailtrap: the server refused AUTH: 535 5.7.8" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("terms", "option"),
    [({"require_tls": True}, "--tls starttls"), ({"require_auth": True}, "--auth USER:PASSWORD")],
)
def test_where_something_is_required_the_hint_is_the_option_for_it(
    terms: dict[str, Any], option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with running(**terms) as server:
        assert main(["send", "--host", "127.0.0.1", "--port", str(server.port)]) == 1

    assert capsys.readouterr().err.endswith(f"; try again with {option}\n")


@pytest.mark.parametrize("in_url", ["u\udcff:p\udcfe@", "u%FF:p%FE@"])
def test_octets_of_a_login_that_are_not_utf_8_are_sent_as_they_are(in_url: str) -> None:
    with running() as server:
        where = f"127.0.0.1:{server.port}"
        assert main(["send", "--url", f"smtp://{in_url}{where}"]) == 0
        assert main(["send", "--url", f"smtp://{where}", "--auth", "u\udcff:p\udcfe"]) == 0

        secrets = [entry.raw for s in server.trap.sessions for entry in entries_of(s, Command)]
        plain = b64encode(b"\0u\xff\0p\xfe")
        assert [raw for raw in secrets if raw.startswith(b"AUTH")] == [
            b"AUTH PLAIN " + plain + b"\r\n"
        ] * 2


# Mistakes


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--to", "bob"], "--to: 'bob' is no address; write ann@example.org, or"),
        (["--from", "a@@b"], "--from: 'a@@b' is no address"),
        (["--from", "a@b, c@d"], "--from: 'a@b, c@d' is more than one address; name one"),
        (["--to", "\udcff@b"], "--to: '\\udcff@b' is not in UTF-8; --raw sends any octets"),
        (["--header", 'To: "'], "--header: '\"' cannot be a field"),
        (["--cc", "a@b <c"], "--cc: 'a@b <c' is no address"),
        (["--header", "no colon"], "--header: 'no colon' is no field; write 'Name: value'"),
        (["--header", "A B: x"], "--header: 'A B: x' is no field"),
        (["--subject", "a\nBcc: b@c"], "--subject: 'a\\nBcc: b@c' cannot be a field"),
        (["--auth", "ann"], "--auth: there is no user or no colon; give USER:PASSWORD"),
        (["--ca", "x"], "--ca and --insecure are for TLS; add --tls starttls or --tls smtps"),
        (["--tls", "smtps", "--ca", "/no/ca"], "--ca: '/no/ca' is no file of certificates in PEM"),
        (["--tls", "ssl"], "argument --tls: invalid choice: 'ssl'"),
        (["--port", "x"], "--port: 'x' is not a port"),
        (["--url", "smtp://h", "--port", "1"], "--url has host and port; leave out --host and"),
        (["--raw", "x", "--text", "y"], "--raw sends mail as it is; leave out --text"),
        (["--colour"], "unrecognized arguments: --colour; see mailtrap send --help"),
    ],
)
def test_a_mistake_is_one_sentence_and_exit_2(
    words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["send", *words]) == 2
    heard = capsys.readouterr()
    assert heard.out == ""
    assert heard.err.startswith(f"mailtrap: {sentence}")
    assert heard.err.count("\n") == 1


@pytest.mark.parametrize("name", ["odd\udcff.eml", "new\nline.txt"])
def test_a_file_whose_name_no_field_can_have_is_told(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        (tmp_path / name).write_bytes(b"x")
    except OSError:
        pytest.skip("the file system has no such names")

    assert main(["send", "--attach", str(tmp_path / name)]) == 2
    assert capsys.readouterr().err.startswith(
        f"mailtrap: --attach: {name!r} cannot be the name of an attachment ("
    )


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            ["--attach", "/no/file"],
            "cannot read '/no/file' to attach it: No such file",
        ),
        (["--raw", "/no/file"], "cannot read '/no/file': No such file"),
        (["--text", "@/no/file"], "cannot read '/no/file': No such file"),
    ],
)
def test_a_file_that_cannot_be_read_is_exit_74(
    words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["send", *words]) == 74
    assert capsys.readouterr().err == f"mailtrap: {sentence} or directory\n"


def test_a_raw_message_for_nobody_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mail.eml").write_bytes(b"Subject: x\r\n\r\n")

    assert main(["send", "--raw", str(tmp_path / "mail.eml")]) == 2
    assert "there is no recipient in" in capsys.readouterr().err


def test_an_address_that_would_become_commands_is_not_sent(
    send: Send, server: Running, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mail.eml").write_bytes(RAW)

    assert send("--raw", str(tmp_path / "mail.eml"), "--to", "a@b>\r\nRCPT TO:<c@d") == 2

    assert "has a line end in it" in capsys.readouterr().err
    assert server.trap.messages == ()


def test_the_command_goes_to_the_server_of_mailtrap_run(tmp_path: Path) -> None:
    mailtrap = [sys.executable, "-W", "error", "-m", "mailtrap"]
    run = [*mailtrap, "run", "--maildir", str(tmp_path / "mails"), "--", *mailtrap, "send"]

    subprocess.run(run, check=True, timeout=30, stdout=subprocess.PIPE)

    [path] = (tmp_path / "mails" / "new").iterdir()
    assert b"Subject: Hello\r\n" in path.read_bytes()

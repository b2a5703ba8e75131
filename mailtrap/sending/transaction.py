"""A session as a client should have it: greeting, TLS, login, one mail transaction."""

from base64 import b64encode
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from mailtrap.errors import RefusedError, UnreachableError, UsageError
from mailtrap.sanitize import shown
from mailtrap.sending.address import ServerAddress
from mailtrap.sending.connection import MASK, Connection
from mailtrap.sending.replies import Reply

if TYPE_CHECKING:
    import ssl

Extensions = dict[bytes, bytes]  # keyword in capitals: its parameters


class Mail(NamedTuple):
    """Mail data and its envelope."""

    sender: bytes  # b"" is the null reverse-path
    recipients: tuple[bytes, ...]
    data: bytes
    mail_parameters: tuple[tuple[bytes, bytes], ...] = ()  # a keyword of EHLO, a parameter
    rcpt_parameters: tuple[tuple[bytes, bytes], ...] = ()


class Refusal(NamedTuple):
    """A command that the server did not take."""

    command: str
    reply: Reply
    recipient: bytes | None = None


class Outcome(NamedTuple):
    """What became of a transaction."""

    kept: Reply | None  # the reply to the end of data, where it was positive
    refusals: tuple[Refusal, ...] = ()


def greet(
    connection: Connection, server: ServerAddress, context: "ssl.SSLContext | None" = None
) -> Reply:
    """The greeting, over TLS where that comes first.

    This and ``begin`` raise RefusedError and UnreachableError.
    """
    if server.tls == "smtps" and context is not None:
        connection.start_tls(context, server.host)
    greeting = connection.reply()
    _taken("the connection", greeting)
    return greeting


def begin(
    connection: Connection, server: ServerAddress, context: "ssl.SSLContext | None" = None
) -> Extensions:
    """Say who is there, encrypt and log in as the address has it; what is offered then."""
    offered = _hello(connection)
    if server.tls == "starttls" and context is not None:
        _taken("STARTTLS", connection.ask(b"STARTTLS"))
        connection.start_tls(context, server.host)
        offered = _hello(connection)
    if server.user:
        # What a command line or the environment had that is not in UTF-8 goes as it came.
        user, password = (
            text.encode("utf-8", "surrogateescape") for text in (server.user, server.password)
        )
        _log_in(connection, user, password, offered)
    return offered


def hand_over(connection: Connection, mail: Mail, offered: Extensions) -> Outcome:
    """One transaction; it goes on with the recipients that are taken.

    Raises UnreachableError where the server goes away, and UsageError for an address that would
    become commands.
    """
    _refuse_line_ends(mail)
    sender = b"MAIL FROM:<" + mail.sender + b">" + _mail_parameters(mail, offered)
    if not (reply := connection.ask(sender)).is_positive:
        return Outcome(None, (Refusal(shown(sender), reply),))
    asked = _offered(mail.rcpt_parameters, offered)
    refusals = []
    for recipient in mail.recipients:
        command = b"RCPT TO:<" + recipient + b">" + asked
        if not (reply := connection.ask(command)).is_positive:
            refusals.append(Refusal(shown(command), reply, recipient))
            if reply.code == 421:
                break
    if len(refusals) == len(mail.recipients) or (refusals and refusals[-1].reply.code == 421):
        return Outcome(None, tuple(refusals))
    if (reply := connection.ask(b"DATA")).code != 354:
        return Outcome(None, (*refusals, Refusal("DATA", reply)))
    connection.send(ended(mail.data), "the mail data")
    reply = connection.reply()
    if not reply.is_positive:
        return Outcome(None, (*refusals, Refusal("the message", reply)))
    return Outcome(reply, tuple(refusals))


def leave(connection: Connection) -> None:
    """Say QUIT, whatever comes of it."""
    try:
        with suppress(UnreachableError):
            connection.ask(b"QUIT")
    finally:
        connection.close()


def stuffed(data: bytes) -> bytes:
    """Mail data as DATA carries it (RFC 5321 section 4.5.2).

    A line is what CRLF ends; a dot behind a bare line feed begins none.
    """
    return (b"." if data.startswith(b".") else b"") + data.replace(b"\r\n.", b"\r\n..")


def ended(data: bytes) -> bytes:
    """The same with its end; a last line without CRLF gets one, there is no way around that."""
    end = b".\r\n" if data.endswith(b"\r\n") or not data else b"\r\n.\r\n"
    return stuffed(data) + end


def _hello(connection: Connection) -> Extensions:
    name = connection.local_host.encode()
    reply = connection.ask(b"EHLO " + name)
    if not reply.is_positive:
        _taken("EHLO and HELO", connection.ask(b"HELO " + name))
        return {}
    words = [line[4:].strip().partition(b" ") for line in reply.raw.splitlines()[1:]]
    return {keyword.upper(): parameters for keyword, _, parameters in words}


def _log_in(connection: Connection, user: bytes, password: bytes, offered: Extensions) -> None:
    mechanisms = offered.get(b"AUTH", b"").upper().split()
    if b"LOGIN" in mechanisms and b"PLAIN" not in mechanisms:
        reply = connection.ask(b"AUTH LOGIN")
        for secret in (user, password):
            if reply.code == 334:
                reply = connection.ask(b64encode(secret), MASK)
    else:
        secret = b64encode(b"\0" + user + b"\0" + password)
        reply = connection.ask(b"AUTH PLAIN " + secret, b"AUTH PLAIN " + MASK)
    _taken("AUTH", reply)


def _refuse_line_ends(mail: Mail) -> None:
    parameters = [text for _, text in (*mail.mail_parameters, *mail.rcpt_parameters)]
    for text in (mail.sender, *mail.recipients, *parameters):
        if b"\r" in text or b"\n" in text:
            raise UsageError(
                f"{shown(text)!r} has a line end in it, behind which commands could stand; such"
                " an address or parameter is not sent"
            )


def _mail_parameters(mail: Mail, offered: Extensions) -> bytes:
    wanted = list(mail.mail_parameters)
    if not mail.data.isascii():
        wanted.insert(0, (b"8BITMIME", b"BODY=8BITMIME"))
    if not all(address.isascii() for address in (mail.sender, *mail.recipients)):
        wanted.append((b"SMTPUTF8", b"SMTPUTF8"))
    return _offered(tuple(wanted), offered)


def _offered(parameters: tuple[tuple[bytes, bytes], ...], offered: Extensions) -> bytes:
    return b"".join(b" " + text for keyword, text in parameters if keyword in offered)


def _taken(command: str, reply: Reply) -> None:
    if not reply.is_positive:
        raise RefusedError(command, reply.raw, str(reply))

"""Rules: how a session ends (RFC 5321 sections 4.1.1.10 and 4.5.3.2)."""

from collections.abc import Iterator
from datetime import timedelta

from mailtrap.lint.checks import on_command, on_end, on_reply, on_session
from mailtrap.lint.diagnostic import Found, Rule, Severity
from mailtrap.lint.past import Past
from mailtrap.lint.samples import START, Script
from mailtrap.lint.seen import Seen
from mailtrap.lint.situations import MAIL
from mailtrap.session import Command, Reply, Session

STORM = 30  # sessions without a message
_STORM_TIME = timedelta(minutes=1)  # within which they began

_EHLO = b"EHLO app.example.org\r\n"
_MAIL = b"MAIL FROM:<ann@example.org>\r\n"
_RCPT = b"RCPT TO:<bob@example.org>\r\n"
_QUIT = b"QUIT\r\n"

NO_QUIT = Rule(
    "no-quit",
    "The client closed the connection without QUIT",
    Severity.INFO,
    "RFC 5321 §4.1.1.10",
    quote="The sender MUST NOT intentionally close the transmission channel until it sends a QUIT"
    " command",
    why="Nothing is lost that was accepted, but servers log it as a lost connection. nodemailer,"
    " emailjs and others do so on purpose.",
    mend="Close the client instead of dropping it: quit() or a with block in smtplib, close() of a"
    " pooled transport in nodemailer.",
    bad=(_EHLO,),
    good=(_EHLO, _QUIT),
)


@on_end(NO_QUIT, "eof", "reset")
def no_quit(seen: Seen, reason: str) -> Iterator[Found]:
    # Who says nothing at all only looks whether the port is open.
    if seen.has_asked and not _asked_to_quit(seen):
        yield Found("reset" if reason == "reset" else "")


QUIT_NO_WAIT = Rule(
    "quit-no-wait",
    "The client did not wait for the reply to QUIT",
    Severity.INFO,
    "RFC 5321 §4.1.1.10",
    quote="it SHOULD wait until it receives the reply",
    why="The server cannot write its last reply; some log it as a lost connection.",
    mend="Read the 221 before the socket is closed.",
    bad=(
        _EHLO,
        Command(START, _QUIT, len(_EHLO)),
        Reply(START, b"221 2.0.0 trap.test closing\r\n", len(_EHLO + _QUIT), sent=False),
    ),
    good=(_EHLO, _QUIT),
)


@on_reply(QUIT_NO_WAIT, "QUIT")
def quit_no_wait(_seen: Seen, _command: Command, reply: Reply) -> Iterator[Found]:
    if not reply.sent:
        yield Found()


QUIT_IN_TRANSACTION = Rule(
    "quit-in-transaction",
    "QUIT within a mail transaction that nobody had refused",
    Severity.WARNING,
    "RFC 5321 §4.1.1.10",
    quote="Any current uncompleted mail transaction will be aborted.",
    why="The mail is not sent, and no error tells the application.",
    mend="Send DATA or BDAT before QUIT, and RSET where the mail shall not be sent after all.",
    bad=(_EHLO, _MAIL, _RCPT, _QUIT),
    good=(_EHLO, _MAIL, _RCPT, b"DATA\r\n", b"Subject: Hello\r\n\r\nHello\r\n.\r\n", _QUIT),
)


@on_command(QUIT_IN_TRANSACTION, "QUIT", when=MAIL)
def quit_in_transaction(seen: Seen, _command: Command) -> Iterator[Found]:
    transaction = seen.transaction
    if transaction is None or transaction.refused:
        return
    # A client that was refused something has every right to give up.
    if seen.reply is None or not seen.reply.is_positive:
        return
    recipients = len(transaction.recipients)
    is_null = transaction.sender is not None and not transaction.sender.address
    # That is how servers ask whether an address exists.
    severity = Severity.INFO if is_null else None
    yield Found(f"{recipients} recipient{'' if recipients == 1 else 's'}", severity=severity)


CLIENT_IDLE_TIMEOUT = Rule(
    "client-idle-timeout",
    "The client was silent for too long",
    Severity.WARNING,
    "RFC 5321 §4.5.3.2.7",
    quote="An SMTP server SHOULD have a timeout of at least 5 minutes while it is awaiting the next"
    " command from the sender.",
    why="Servers close the connection with 421, and the next mail over it fails.",
    mend="Close connections that are not needed, and let a pool open new ones; a client that hangs"
    " waits for something the server does not know of.",
    bad=Script((_EHLO, 300.0), end="timeout"),
    good=(_EHLO, _QUIT),
)


@on_end(CLIENT_IDLE_TIMEOUT, "timeout")
def client_idle_timeout(seen: Seen, _reason: str) -> Iterator[Found]:
    asked = seen.asked
    last = asked.verb[:20] if isinstance(asked, Command) else ""
    yield Found(f"after {last}" if last else "")


RECONNECT_STORM = Rule(
    "reconnect-storm",
    "Many sessions without a message, one right after the other",
    Severity.INFO,
    "RFC 5321 §4.5.4.1",
    quote="The sender MUST delay retrying a particular destination after one attempt has failed.",
    why="A client that tries again without a pause, or a health check that is too eager, runs into"
    " the limits that servers have for connections.",
    mend="Wait between attempts, longer each time, and keep a connection for several messages.",
    bad=Script((_EHLO, _QUIT), sessions=STORM),
    good=Script((_EHLO, _QUIT), sessions=STORM - 1),
)


@on_session(RECONNECT_STORM)
def reconnect_storm(past: Past, session: Session) -> Iterator[Found]:
    before = past.fruitless.get(session.peer.host)
    if session.message_ids or before is None or len(before) < STORM - 1:
        return
    took = session.opened - before[1 - STORM]
    if took <= _STORM_TIME:
        yield Found(f"{STORM} from {session.peer.host} in {took.total_seconds():.0f} s")


def _asked_to_quit(seen: Seen) -> bool:
    return seen.has_quit or (isinstance(seen.asked, Command) and seen.asked.verb == "QUIT")

"""Rules: what was sent before it was due (RFC 2920).

Unlike all others they depend on when octets arrived: ``Reply.received`` says how much of the
client was there when a reply was written.
"""

from collections.abc import Iterator

from mailtrap.amounts import amount
from mailtrap.lint.checks import on_command, on_entry
from mailtrap.lint.diagnostic import Found, Rule, Severity
from mailtrap.lint.esmtp import shown
from mailtrap.lint.samples import START, Script
from mailtrap.lint.seen import Seen
from mailtrap.lint.situations import EARLY, NO_RECIPIENTS
from mailtrap.session import (
    Command,
    Credentials,
    Discarded,
    MailData,
    Reply,
    TlsFailed,
    TlsStarted,
)
from mailtrap.terms import Terms

_GREETINGS = ("EHLO", "HELO", "LHLO")
# RFC 2920 section 3.1 names the first five; the others are of extensions that say nothing else.
# QUIT, AUTH and the greetings have rules of their own.
_LAST_OF_GROUP = ("DATA", "EXPN", "NOOP", "TURN", "VRFY", "ATRN", "ETRN", "STARTTLS")
# They can end with the initial response (RFC 4954 section 4).
_ONE_ROUND_TRIP = (b"PLAIN", b"EXTERNAL", b"ANONYMOUS", b"XOAUTH2", b"OAUTHBEARER")

_EHLO = b"EHLO app.example.org\r\n"
_MAIL = b"MAIL FROM:<ann@example.org>\r\n"
_RCPT = b"RCPT TO:<bob@example.org>\r\n"
_TEXT = (
    b"Date: Fri, 02 Jan 2026 03:04:05 +0000\r\nFrom: Ann <ann@example.org>\r\n"
    b"To: Bob <bob@example.org>\r\nMessage-ID: <17@example.org>\r\nSubject: hello\r\n\r\n"
    b"hello\r\n.\r\n"
)
_HELLO = b"\x16\x03\x01\x00\x05hello"


PIPELINE_BEFORE_EHLO_REPLY = Rule(
    "pipeline-before-ehlo-reply",
    "Command sent before the reply to EHLO or HELO",
    Severity.ERROR,
    "RFC 2920 §3.1",
    quote="Once the client SMTP has confirmed that support exists for the pipelining extension,"
    " the client SMTP may then elect to transmit groups of SMTP commands in batches",
    why="The client cannot know yet what the server offers. Servers take it for the sign of a"
    " spam program: Postfix answers 554 and OpenSMTPD 500, and both close the connection.",
    mend="Read the whole reply to EHLO, all its lines, before you send anything.",
    bad=(_EHLO + _MAIL,),
    good=(_EHLO, _MAIL),
    probes=("pipelined EHLO+MAIL",),
)


@on_command(PIPELINE_BEFORE_EHLO_REPLY, when=EARLY)
def pipeline_before_ehlo_reply(seen: Seen, command: Command) -> Iterator[Found]:
    if _joins_group(seen, command) and _verb_before(seen) in _GREETINGS:
        yield Found(_said(command.raw))


PIPELINING_NOT_ADVERTISED = Rule(
    "pipelining-not-advertised",
    "Commands grouped, but the server does not offer PIPELINING",
    Severity.ERROR,
    "RFC 2920 §3.1",
    quote="Once the client SMTP has confirmed that support exists for the pipelining extension,"
    " the client SMTP may then elect to transmit groups of SMTP commands in batches",
    why="A server that reads one command at a time may lose what comes with it; others close the"
    " connection with 554 or 500.",
    mend="Wait for each reply unless the EHLO reply lists PIPELINING; after HELO always wait.",
    bad=Script((_EHLO, _MAIL + _RCPT), terms=Terms(ehlo_remove=("PIPELINING",))),
    good=(_EHLO, _MAIL + _RCPT),
    probes=("pipeline after HELO",),
)


@on_command(PIPELINING_NOT_ADVERTISED, when=EARLY)
def pipelining_not_advertised(seen: Seen, command: Command) -> Iterator[Found]:
    # Told of the first command of a group, not of each.
    if not _joins_group(seen, command) or seen.was_asked_early or "PIPELINING" in seen.keywords:
        return
    if _verb_before(seen) not in _GREETINGS:
        yield Found(_said(command.raw))


PIPELINE_NOT_LAST = Rule(
    "pipeline-not-last",
    "Group of commands goes on behind one that must be its last",
    Severity.ERROR,
    "RFC 2920 §3.1",
    quote="The EHLO, DATA, VRFY, EXPN, TURN, QUIT, and NOOP commands can only appear as the last"
    " command in a group since their success or failure produces a change of state which the"
    " client SMTP must accommodate.",
    why="What comes next depends on the reply, so the client has to read it first; some servers"
    " close the connection with 554 or 500.",
    mend="End the group there and read all its replies. MAIL, RCPT and RSET may stand anywhere.",
    bad=(_EHLO, b"NOOP\r\n" + _MAIL),
    good=(_EHLO, b"RSET\r\n" + _MAIL + _RCPT + b"DATA\r\n", _TEXT + b"QUIT\r\n"),
    probes=("pipeline: NOOP mid-group",),
)


@on_command(PIPELINE_NOT_LAST, when=EARLY)
def pipeline_not_last(seen: Seen, command: Command) -> Iterator[Found]:
    if not _joins_group(seen, command) or "PIPELINING" not in seen.keywords:
        return
    verb = _verb_before(seen)
    if verb in _LAST_OF_GROUP:
        yield Found(f"{_said(command.raw)} behind {verb}")


DATA_BEFORE_354 = Rule(
    "data-before-354",
    "Mail data sent before the reply to DATA",
    Severity.ERROR,
    "RFC 5321 §3.3",
    quote="message data MUST NOT be sent unless a 354 reply is received.",
    why="If DATA is refused, the server reads the mail line by line as commands. Postfix answers"
    " 554 and OpenSMTPD 500, and both close the connection.",
    mend="Send DATA as the last of a group, and the mail once 354 has come.",
    bad=(_EHLO, _MAIL, _RCPT, b"DATA\r\n" + _TEXT),
    good=(_EHLO, _MAIL + _RCPT + b"DATA\r\n", _TEXT),
    probes=("pipelined all incl DATA body",),
)


@on_entry(DATA_BEFORE_354, MailData, when=EARLY)
def data_before_354(seen: Seen, entry: MailData) -> Iterator[Found]:
    assert seen.reply is not None
    yield Found(amount(seen.reply.received - entry.offset, "octet"))


STARTTLS_INJECTION = Rule(
    "starttls-injection",
    "Plain text behind STARTTLS in the same flight",
    Severity.ERROR,
    "RFC 3207 §4",
    why="A server that keeps it acts on it as if it had come through TLS, so that whoever sits on"
    " the line can put commands into a session that both sides think is safe (CVE-2011-0411).",
    mend="Send nothing between STARTTLS and the TLS handshake, and wait for 220.",
    bad=(_EHLO, b"STARTTLS\r\nNOOP\r\n"),
    good=(_EHLO, b"STARTTLS\r\n", TlsStarted(START, b"", "TLSv1.3"), _EHLO, b"NOOP\r\n"),
    probes=("STARTTLS injection (STARTTLS+NOOP)",),
)


@on_entry(STARTTLS_INJECTION, Discarded)
def starttls_injection(seen: Seen, entry: Discarded) -> Iterator[Found]:
    if _tls_may_begin(seen) and seen.was_sent_early(entry):
        yield Found(_said(entry.raw), 0, len(entry.raw))


STARTTLS_HELLO_TOO_EARLY = Rule(
    "starttls-hello-too-early",
    "TLS handshake begun before the reply to STARTTLS",
    Severity.WARNING,
    "RFC 3207 §4",
    why="A server reads ahead what it takes for the next command, and the handshake then waits"
    " for octets that are gone; if STARTTLS is refused, the handshake is read as commands.",
    mend="Wait for 220 before you hand the connection to the TLS library.",
    bad=(_EHLO, b"STARTTLS\r\n" + _HELLO, TlsStarted(START, _HELLO, "TLSv1.3")),
    good=(_EHLO, b"STARTTLS\r\n", _HELLO, TlsStarted(START, _HELLO, "TLSv1.3")),
)


@on_entry(STARTTLS_HELLO_TOO_EARLY, TlsStarted, TlsFailed)
def starttls_hello_too_early(seen: Seen, _entry: TlsStarted | TlsFailed) -> Iterator[Found]:
    if _tls_may_begin(seen):
        assert isinstance(seen.asked, Command)
        assert seen.reply is not None
        early = seen.reply.received - seen.asked.offset - len(seen.asked.raw)
        if early > 0:
            yield Found(amount(early, "octet"), offset=seen.asked.offset)


AUTH_PIPELINED = Rule(
    "auth-pipelined",
    "AUTH is not the last of its group",
    Severity.WARNING,
    "RFC 4954 §4",
    quote="When the AUTH command is used together with the [PIPELINING] extension, it MUST be the"
    " last command in a pipelined group of commands.",
    why="What comes next depends on the reply: a challenge, success or a refusal. A server may"
    " take the next command for a response, and then for a wrong password.",
    mend="Wait for each 334 and for 235. Only PLAIN, EXTERNAL and their like with an initial"
    " response may have commands behind them.",
    bad=(_EHLO, b"AUTH LOGIN\r\nYW5u\r\nc2VjcmV0\r\n"),
    good=(_EHLO, b"AUTH LOGIN\r\n", b"YW5u\r\n", b"c2VjcmV0\r\n", _MAIL),
)


@on_command(AUTH_PIPELINED, when=EARLY)
def auth_pipelined(seen: Seen, command: Command) -> Iterator[Found]:
    if not _joins_group(seen, command) or "PIPELINING" not in seen.keywords:
        return
    if _verb_before(seen) == "AUTH":
        assert isinstance(seen.asked, Command)
        mechanism, _, response = seen.asked.argument.partition(b" ")
        if response and mechanism.upper() in _ONE_ROUND_TRIP:
            return
    elif not isinstance(seen.asked, Credentials) or seen.was_asked_early:
        return
    yield Found(f"{command.verb} behind it")


@on_entry(AUTH_PIPELINED, Credentials)
def auth_response_too_early(seen: Seen, entry: Credentials) -> Iterator[Found]:
    if _verb_before(seen) == "AUTH" and seen.was_sent_early(entry):
        yield Found("the response came before the challenge")


RSET_AFTER_FAILED_GROUP = Rule(
    "rset-after-failed-group",
    "Mail sent although every recipient was refused",
    Severity.INFO,
    "RFC 2920 §3.1",
    quote="Client SMTP implementations that employ pipelining MUST check ALL statuses associated"
    " with each command in a group.",
    why="DATA may be accepted though no recipient was; the mail goes to nobody, and a client that"
    " looks at the last reply only takes it for sent.",
    mend="Look at each reply to RCPT. With no recipient left, say RSET, or where DATA was"
    " accepted already, send the final dot alone.",
    bad=(
        _EHLO,
        _MAIL,
        Command(START, _RCPT),
        Reply(START, b"550 5.1.1 no such user\r\n"),
        b"DATA\r\n",
        _TEXT,
    ),
    good=(
        _EHLO,
        _MAIL,
        Command(START, _RCPT),
        Reply(START, b"550 5.1.1 no such user\r\n"),
        b"DATA\r\n",
        b".\r\n",
    ),
)


@on_entry(RSET_AFTER_FAILED_GROUP, MailData, when=NO_RECIPIENTS)
def rset_after_failed_group(seen: Seen, entry: MailData) -> Iterator[Found]:
    transaction = seen.transaction
    if transaction is not None and entry.size and transaction.refused:
        yield Found(f"{transaction.refused} refused")


DATA_AFTER_QUIT = Rule(
    "data-after-quit",
    "Octets behind QUIT",
    Severity.WARNING,
    "RFC 5321 §4.1.4",
    quote="The last command in a session MUST be the QUIT command.",
    why="Nobody reads them: a command behind QUIT is never done.",
    mend="Send QUIT as the very last, wait for 221 and close.",
    bad=(_EHLO, b"QUIT\r\n" + _MAIL),
    good=(_EHLO, b"QUIT\r\n"),
)


@on_entry(DATA_AFTER_QUIT, Discarded)
def data_after_quit(seen: Seen, entry: Discarded) -> Iterator[Found]:
    if seen.has_quit:
        yield Found(f"{amount(entry.size, 'octet')}: {_said(entry.raw)}", 0, len(entry.raw))


def _joins_group(seen: Seen, command: Command) -> bool:
    """A command that came early was sent before the reply to what the client sent before it."""
    # Blank lines are no commands, and have a rule of their own.  What comes before the greeting
    # of the server has one too.  A handshake that came early counts for the reply before it.
    return (
        seen.asked is not None
        and (seen.has_asked_since_tls or seen.tls is None)
        and bool(command.verb)
    )


def _verb_before(seen: Seen) -> str:
    """The command that the client sent last; "" where it sent something else."""
    return seen.asked.verb if isinstance(seen.asked, Command) else ""


def _tls_may_begin(seen: Seen) -> bool:
    """The last that was said is STARTTLS and 220."""
    return _verb_before(seen) == "STARTTLS" and seen.reply is not None and seen.reply.code == 220


def _said(octets: bytes) -> str:
    """The first line of those octets as it is shown, without the credentials of AUTH."""
    line = octets.strip().partition(b"\n")[0].strip()
    words = line.split(None, 2)
    is_secret = len(words) > 2 and words[0].upper() == b"AUTH"
    return shown(b" ".join([*words[:2], b"..."]) if is_secret else line)

"""Rules: STARTTLS and TLS (RFC 3207, RFC 8314)."""

import struct
from collections.abc import Iterator

from mailtrap.lint.checks import on_command, on_entry, on_line
from mailtrap.lint.diagnostic import Found, Rule, Severity
from mailtrap.lint.samples import START, Script
from mailtrap.lint.seen import Seen
from mailtrap.lint.situations import FRESH_TLS
from mailtrap.session import Command, TlsFailed, TlsStarted, TlsTruncated
from mailtrap.terms import Terms

_OLD_VERSIONS = ("SSLv3", "TLSv1", "TLSv1.1")
# What may come first after TLS began although no EHLO did.
_GREETINGS = frozenset({"EHLO", "LHLO", "QUIT"})
_ANYTIME = frozenset({"HELO", "NOOP", "RSET", "HELP", "VRFY", "EXPN"})  # RFC 5321 section 4.1.4


def _client_hello(server_name: bytes) -> bytes:
    """The record a client begins TLS 1.2 with: RFC 5246 section 7.4.1.2, RFC 6066 section 3."""
    name = struct.pack(">BH", 0, len(server_name)) + server_name
    names = struct.pack(">HHH", 0, len(name) + 2, len(name)) + name
    extensions = names if server_name else struct.pack(">HHB", 23, 1, 0)
    body = b"\3\3" + bytes(32) + b"\0" + b"\0\2\xc0\x2f" + b"\1\0"
    body += struct.pack(">H", len(extensions)) + extensions
    message = b"\1" + len(body).to_bytes(3, "big") + body
    return b"\x16\3\1" + struct.pack(">H", len(message)) + message


_EHLO = b"EHLO app.example.org\r\n"
_OVER_TLS = TlsStarted(START, _client_hello(b"trap.test"), "TLSv1.3", "TLS_AES_256_GCM_SHA384")
_OFFERED = Terms(hostname="trap.test", starttls=True)

STARTTLS_ARGUMENT = Rule(
    "starttls-argument",
    "STARTTLS with an argument",
    Severity.ERROR,
    "RFC 3207 §4",
    quote="The format for the STARTTLS command is: STARTTLS with no parameters.",
    why="Servers answer 501, and the mail goes out in clear text or not at all.",
    mend="Send STARTTLS and nothing else.",
    bad=Script((_EHLO, b"STARTTLS now\r\n"), terms=_OFFERED),
    good=Script((_EHLO, b"STARTTLS\r\n", _OVER_TLS, _EHLO), terms=_OFFERED),
    probes=("STARTTLS arg",),
)


@on_line(STARTTLS_ARGUMENT, "STARTTLS")
def starttls_argument(line: bytes) -> Iterator[Found]:
    words = line.split(None, 1)
    if len(words) > 1:
        argument = words[1].rstrip()
        start = line.index(words[1], len(words[0]))
        yield Found(repr(argument[:60])[1:], start, start + len(argument))


STARTTLS_TWICE = Rule(
    "starttls-twice",
    "STARTTLS over TLS",
    Severity.ERROR,
    "RFC 3207 §4.2",
    quote="A client MUST NOT attempt to start a TLS session if a TLS session is already active.",
    why="Servers refuse it with 503 or 554, and some drop the connection.",
    mend="Choose one: implicit TLS (SMTP_SSL, secure: true, smtps, port 465) or STARTTLS (port"
    " 587), and say it once.",
    bad=Script((_EHLO, b"STARTTLS\r\n", _OVER_TLS, _EHLO, b"STARTTLS\r\n"), terms=_OFFERED),
    good=Script((_EHLO, b"STARTTLS\r\n", _OVER_TLS, _EHLO), terms=_OFFERED),
)


@on_command(STARTTLS_TWICE, "STARTTLS")
def starttls_twice(seen: Seen, _command: Command) -> Iterator[Found]:
    if seen.tls is not None:
        yield Found(f"{seen.tls.version} is active" if seen.tls.version else "")


NO_EHLO_AFTER_STARTTLS = Rule(
    "no-ehlo-after-starttls",
    "The first command after STARTTLS is not EHLO",
    Severity.ERROR,
    "RFC 3207 §4.2",
    quote="The client SHOULD send an EHLO command as the first command after a successful TLS"
    " negotiation.",
    why="The server has forgotten what was said in clear text and answers 503; what it offered"
    " then, AUTH above all, is not what it offers now.",
    mend="Say EHLO again after the handshake: smtplib does so by itself, raw sockets do not.",
    bad=Script(
        (_EHLO, b"STARTTLS\r\n", _OVER_TLS, b"MAIL FROM:<ann@example.org>\r\n"), terms=_OFFERED
    ),
    good=Script(
        (_EHLO, b"STARTTLS\r\n", _OVER_TLS, _EHLO, b"MAIL FROM:<ann@example.org>\r\n"),
        terms=_OFFERED,
    ),
)


@on_command(NO_EHLO_AFTER_STARTTLS, when=FRESH_TLS)
def no_ehlo_after_starttls(seen: Seen, command: Command) -> Iterator[Found]:
    if not seen.has_asked:
        return
    verb = command.verb
    if verb not in _GREETINGS and seen.last_code_of.get("STARTTLS") == 220:
        severity = Severity.WARNING if verb in _ANYTIME else None
        yield Found(f"{verb[:20]} is", severity=severity)


STARTTLS_IN_TRANSACTION = Rule(
    "starttls-in-transaction",
    "STARTTLS within a mail transaction",
    Severity.WARNING,
    "RFC 3207 §4.2",
    quote="Upon completion of the TLS handshake, the SMTP protocol is reset to the initial state",
    why="The transaction is lost: the sender and the recipients have to be given again.",
    mend="Say STARTTLS right after EHLO, before MAIL.",
    bad=Script((_EHLO, b"MAIL FROM:<ann@example.org>\r\n", b"STARTTLS\r\n"), terms=_OFFERED),
    good=Script((_EHLO, b"STARTTLS\r\n", _OVER_TLS, _EHLO), terms=_OFFERED),
)


@on_command(STARTTLS_IN_TRANSACTION, "STARTTLS")
def starttls_in_transaction(seen: Seen, _command: Command) -> Iterator[Found]:
    if seen.transaction is not None and seen.transaction.mail is not None:
        yield Found()


TLS_HANDSHAKE_FAILED = Rule(
    "tls-handshake-failed",
    "The TLS handshake failed",
    Severity.ERROR,
    "RFC 3207 §4.1",
    quote="After the TLS handshake has been completed, both parties MUST immediately decide whether"
    " or not to continue based on the authentication and privacy achieved.",
    why="Nothing was sent. In most cases the client does not trust the certificate, which is what"
    " nodemailer, Go, Ruby, PHPMailer, Symfony and aiosmtplib do by default with one of their own"
    " machine.",
    mend="Let the client trust the CA of this server, or turn off its verification while you"
    " develop.",
    bad=Script(
        (
            _EHLO,
            b"STARTTLS\r\n",
            TlsFailed(
                START,
                _client_hello(b"trap.test"),
                "the client does not trust our certificate",
                "TLSV1_ALERT_UNKNOWN_CA",
            ),
        ),
        terms=_OFFERED,
        end="tls-failed",
    ),
    good=Script((_EHLO, b"STARTTLS\r\n", _OVER_TLS, _EHLO), terms=_OFFERED),
)


@on_entry(TLS_HANDSHAKE_FAILED, TlsFailed)
def tls_handshake_failed(_seen: Seen, entry: TlsFailed) -> Iterator[Found]:
    yield Found(" ".join(entry.text.split()))


TLS_OLD_VERSION = Rule(
    "tls-old-version",
    "TLS 1.1 or older",
    Severity.WARNING,
    "RFC 8996 §4, §5",
    quote="TLS 1.0 MUST NOT be used.",
    why="Servers of today refuse the handshake.",
    mend="Update the library, or raise its lowest version: ssl.TLSVersion.TLSv1_2 in Python.",
    bad=(TlsStarted(START, _client_hello(b"trap.test"), "TLSv1.1"), _EHLO),
    good=(TlsStarted(START, _client_hello(b"trap.test"), "TLSv1.2"), _EHLO),
)


@on_entry(TLS_OLD_VERSION, TlsStarted)
def tls_old_version(_seen: Seen, entry: TlsStarted) -> Iterator[Found]:
    if entry.version in _OLD_VERSIONS:
        yield Found(entry.version)


TLS_NO_SNI = Rule(
    "tls-no-sni",
    "The client did not say which server it wants (SNI)",
    Severity.INFO,
    "RFC 6066 §3",
    why="A server of many names shows its default certificate then, which may not fit. Clients"
    " that connect to an IP address cannot name a server, and all is well.",
    mend="Pass the host name to the TLS layer: server_hostname in Python, servername in Node.js.",
    bad=(TlsStarted(START, _client_hello(b""), "TLSv1.3"), _EHLO),
    good=(_OVER_TLS, _EHLO),
)


@on_entry(TLS_NO_SNI, TlsStarted)
def tls_no_sni(_seen: Seen, entry: TlsStarted) -> Iterator[Found]:
    if entry.raw and not entry.server_name:
        yield Found()


TLS_TRUNCATED = Rule(
    "tls-truncated",
    "The client left without ending TLS",
    Severity.INFO,
    "RFC 8446 §6.1",
    quote='Each party MUST send a "close_notify" alert before closing its write side',
    why="A server cannot tell whether the client is done or was cut off. Mail servers take what"
    " came before it all the same.",
    mend="Say QUIT, wait for 221 and close the TLS connection, not only the socket below it:"
    " unwrap() in Python, end() in Node.js.",
    bad=(_OVER_TLS, _EHLO, TlsTruncated(START)),
    good=(_OVER_TLS, _EHLO),
)


@on_entry(TLS_TRUNCATED, TlsTruncated)
def tls_truncated(_seen: Seen, _entry: TlsTruncated) -> Iterator[Found]:
    yield Found()

"""Rules: the connection up to the greeting, and who the client says it is."""

import re
from collections.abc import Iterator
from functools import lru_cache

from mailtrap.amounts import amount
from mailtrap.lint.checks import on_command, on_entry, on_line, on_reply
from mailtrap.lint.diagnostic import Found, Rule, Severity
from mailtrap.lint.samples import START, Script
from mailtrap.lint.seen import Seen
from mailtrap.lint.situations import FIRST, MAIL, UNGREETED
from mailtrap.lint.syntax import (
    GREETINGS,
    MAIL_VERBS,
    domain_flaw,
    is_http,
    is_ipv4,
    is_ipv6,
    literal_flaw,
    shown,
)
from mailtrap.session import Command, Discarded, Reply, TlsFailed, TlsHello, TlsStarted
from mailtrap.tls_hello import HANDSHAKE

_NAME = re.compile(rb"\s*+\S++\s++(?P<name>\S++)")
_LONGEST_NAME = 1000  # octets, with the command; what is shared is remembered
_HTTP_VERBS = (
    "GET",
    "POST",
    "HEAD",
    "PUT",
    "PATCH",
    "DELETE",
    "CONNECT",
    "OPTIONS",
    "PRI",
    "TRACE",
)
_CLIENT_HELLO = HANDSHAKE + b"\x01\x00\x2f\x01\x00\x00\x2b\x03\x03" + bytes(41)

EARLY_TALKER = Rule(
    "early-talker",
    "Octets before the greeting of the server",
    Severity.WARNING,
    "RFC 5321 §4.3.1",
    quote="The sender SHOULD wait for this greeting message before sending any commands.",
    why=(
        "Spam software does not wait, so servers hold their greeting back for a moment and send"
        " those away that cannot wait; postscreen and nodemailer's smtp-server do."
    ),
    mend="Read the 220 reply to its last line before you send EHLO.",
    bad=Script((), early=b"EHLO app.example.org\r\n"),
    good=(b"EHLO app.example.org\r\n",),
    probes=("early-talker",),
    elsewhere=(("Postfix with postscreen", "550 to each recipient, or 521 and closes"),),
)


@on_entry(EARLY_TALKER, Reply, when=FIRST)
def early_talker(seen: Seen, reply: Reply) -> Iterator[Found]:
    # Plain text on a port for TLS is another thing, and was discarded by then.
    if reply.received and seen.asked is None:
        yield Found(amount(reply.received, "octet"), offset=0)


TLS_ON_PLAIN_PORT = Rule(
    "tls-on-plain-port",
    "TLS from the start on a port for plain text",
    Severity.ERROR,
    "RFC 8314 §3.3",
    quote="a TLS handshake begins immediately",
    why=(
        "That holds for implicit TLS, on port 465; a server that waits for a command takes the"
        " handshake for a broken one, and both sides wait or the connection ends."
    ),
    mend=(
        "Turn off implicit TLS for this port (secure: false in nodemailer, SMTP instead of SMTP_SSL"
        " in smtplib, smtp:// instead of smtps://) and use STARTTLS, or take the port for TLS."
    ),
    bad=(_CLIENT_HELLO,),
    good=(
        b"EHLO app.example.org\r\n",
        b"STARTTLS\r\n",
        TlsStarted(START, b"", "TLSv1.3"),
        b"EHLO app.example.org\r\n",
    ),
)


@on_entry(TLS_ON_PLAIN_PORT, TlsHello)
def tls_on_plain_port(_seen: Seen, entry: TlsHello) -> Iterator[Found]:
    yield Found(f"a ClientHello of {len(entry.raw):,} octets")


PLAINTEXT_ON_TLS_PORT = Rule(
    "plaintext-on-tls-port",
    "Plain text on a port for TLS",
    Severity.ERROR,
    "RFC 8314 §3.3",
    quote="a TLS handshake begins immediately",
    why="A server with implicit TLS says nothing before the handshake, and gives up at plain text.",
    mend=(
        "Turn on implicit TLS for this port (secure: true in nodemailer, SMTP_SSL in smtplib,"
        " smtps://), or take the port for plain text and STARTTLS."
    ),
    bad=(
        Discarded(START, b"EHLO app.example.org\r\n", 0, 22),
        TlsFailed(START, b"", "the client began in plain text where TLS was due"),
    ),
    good=(TlsStarted(START, b"", "TLSv1.3"), b"EHLO app.example.org\r\n"),
)


@on_entry(PLAINTEXT_ON_TLS_PORT, TlsFailed)
def plaintext_on_tls_port(seen: Seen, failed: TlsFailed) -> Iterator[Found]:
    # After a command the handshake was that of STARTTLS.
    if seen.has_asked or seen.tls is not None:
        return
    said = failed.raw
    if isinstance(seen.asked, Discarded):
        said = seen.asked.raw
    if said and not said.startswith(HANDSHAKE):
        yield Found(shown(said), offset=seen.asked.offset if seen.asked else None)


HTTP_ON_SMTP = Rule(
    "http-on-smtp",
    "HTTP on a port for SMTP",
    Severity.ERROR,
    "RFC 5321 §4.1.1",
    quote="The SMTP commands define the mail transfer or the mail system function",
    why=(
        "A health check or a proxy asks the wrong port, or someone has a web application speak to"
        " your mail server (request forgery); many servers close at once."
    ),
    mend="Point it at the port of the web server; check a mail server by its 220 greeting alone.",
    bad=(b"GET / HTTP/1.1\r\nHost: localhost:1025\r\n\r\n",),
    good=(b"EHLO app.example.org\r\n", b"NOOP / HTTP/1.1\r\n"),
    probes=("HTTP",),
)


@on_line(HTTP_ON_SMTP, *_HTTP_VERBS, "HOST:")
def http_on_smtp(line: bytes) -> Iterator[Found]:
    if is_http(line):
        yield Found(shown(line.rstrip()))


NO_HELO = Rule(
    "no-helo",
    "MAIL before EHLO or HELO",
    Severity.ERROR,
    "RFC 5321 §4.1.1.1",
    quote="client MUST issue HELO or EHLO before starting a mail transaction",
    why="Most servers refuse MAIL with 503 then, so the mail is never sent.",
    mend="Say EHLO, with the name of your machine, as the first command; again after STARTTLS.",
    bad=(b"MAIL FROM:<ann@example.org>\r\n",),
    good=(b"EHLO app.example.org\r\n", b"MAIL FROM:<ann@example.org>\r\n"),
    probes=("no-helo",),
)


@on_command(NO_HELO, *MAIL_VERBS, when=UNGREETED)
def no_helo(seen: Seen, _command: Command) -> Iterator[Found]:
    if seen.tls is not None and "STARTTLS" in seen.last_code_of:
        yield Found("after STARTTLS")
        return
    refused = (f"{verb} was refused" for verb in GREETINGS if verb in seen.last_code_of)
    yield Found(next(refused, ""))


HELO_NOT_EHLO = Rule(
    "helo-not-ehlo",
    "HELO instead of EHLO",
    Severity.INFO,
    "RFC 5321 §4.1.1.1",
    quote="A client SMTP SHOULD start an SMTP session by issuing the EHLO command.",
    why="The server offers no extensions then: no STARTTLS, no AUTH, no SIZE, no 8-bit mail.",
    mend="Say EHLO first, and HELO only where a server refuses that.",
    bad=(b"HELO app.example.org\r\n",),
    good=(b"EHLO app.example.org\r\n",),
)


@on_command(HELO_NOT_EHLO, "HELO")
def helo_not_ehlo(seen: Seen, _command: Command) -> Iterator[Found]:
    # Where EHLO was refused, HELO is what RFC 5321 section 3.2 asks for.
    if seen.last_code_of.get("EHLO", 0) < 400:
        yield Found()


HELO_MISSING_ARGUMENT = Rule(
    "helo-missing-argument",
    "No name behind EHLO, HELO or LHLO",
    Severity.ERROR,
    "RFC 5321 §4.1.1.1",
    quote='ehlo = "EHLO" SP ( Domain / address-literal ) CRLF',
    why="Every server that was tried refuses it with 501, so nothing can be sent.",
    mend="Give the name of your machine; where it has none, its address, as in [192.0.2.1].",
    bad=(b"EHLO\r\n",),
    good=(b"EHLO app.example.org\r\n",),
    probes=("helo-missing-argument",),
)


@on_line(HELO_MISSING_ARGUMENT, *GREETINGS)
def helo_missing_argument(line: bytes) -> Iterator[Found]:
    if not _NAME.match(line):
        yield Found()


HELO_INVALID_CHARS = Rule(
    "helo-invalid-chars",
    "The client's name is no domain name",
    Severity.ERROR,
    "RFC 5321 §4.1.2",
    quote=(
        "characters outside the set of alphabetic characters, digits, and hyphen MUST NOT appear in"
        " domain name labels for SMTP clients or servers"
    ),
    why=(
        "Exim refuses such a name with 501 by default, others by configuration; it is the host name"
        " of a container or a Windows machine more often than not."
    ),
    mend=(
        "Name the host without underscores, or set the name: name in nodemailer, local_hostname in"
        " smtplib, $mail->Hostname in PHPMailer; an internationalized name goes as xn--."
    ),
    bad=(b"EHLO my_app.example.org\r\n",),
    good=(b"EHLO my-app.example.org\r\n",),
    probes=("helo-underscore",),
    elsewhere=(("Postfix with reject_invalid_helo_hostname", "501 5.5.2 Invalid name"),),
)


@on_line(HELO_INVALID_CHARS, *GREETINGS)
def helo_invalid_chars(line: bytes) -> Iterator[Found]:
    name, start, end = _domain(line)
    if not name or is_ipv6(name):
        return
    if flaw := domain_flaw(name.removesuffix(b".")):
        yield Found(flaw, start, end)
    elif name.endswith(b"."):
        yield Found(f"a dot at the end of {shown(name)}", end - 1, end, severity=Severity.WARNING)


HELO_TRAILING_TEXT = Rule(
    "helo-trailing-text",
    "Text behind the client's name",
    Severity.WARNING,
    "RFC 5321 §4.1.1.1",
    quote="it is probably wise for servers to be prepared for this string to occur, but SMTP"
    " clients SHOULD NOT send it",
    why="Some servers refuse it with 501, so nothing can be sent to them.",
    mend="Send the name and nothing else; a host name with blanks has to be set to another one.",
    bad=(b"EHLO app.example.org production\r\n",),
    good=(b"EHLO app.example.org\r\n",),
    probes=("helo-junk",),
)


@on_line(HELO_TRAILING_TEXT, *GREETINGS)
def helo_trailing_text(line: bytes) -> Iterator[Found]:
    found = _NAME.match(line)
    if found and (more := line[found.end() :].strip()):
        start = line.find(more, found.end())
        yield Found(shown(more), start, start + len(more))


HELO_NOT_FQDN = Rule(
    "helo-not-fqdn",
    "The client's name is not fully qualified",
    Severity.INFO,
    "RFC 5321 §2.3.5",
    quote=(
        "A domain name that is not in FQDN form is no more than a local alias. Local aliases MUST"
        " NOT appear in any SMTP transaction."
    ),
    why="Receivers of mail from the internet often refuse such a name, or count it as spam.",
    mend=(
        "No matter on a machine for development; in production set the host name, or the name your"
        " library sends, to one that DNS resolves to your address."
    ),
    bad=(b"EHLO localhost\r\n",),
    good=(b"EHLO app.example.org\r\n",),
    elsewhere=(
        (
            "Postfix with reject_non_fqdn_helo_hostname",
            "504 5.5.2 Helo command rejected: need fully-qualified hostname",
        ),
    ),
)


@on_line(HELO_NOT_FQDN, *GREETINGS)
def helo_not_fqdn(line: bytes) -> Iterator[Found]:
    name, start, end = _domain(line)
    if name and b"." not in name and b":" not in name and not domain_flaw(name):
        yield Found(shown(name), start, end)


HELO_BARE_IP = Rule(
    "helo-bare-ip",
    "An address without brackets as the client's name",
    Severity.WARNING,
    "RFC 5321 §4.1.3",
    quote=(
        "For IPv4 addresses, this form uses four small decimal integers separated by dots and"
        " enclosed by brackets such as [123.255.37.2]"
    ),
    why="Servers take it, but spam filters give points for it.",
    mend="Put it in brackets: [192.0.2.1] or [IPv6:2001:db8::1]; better, give a name.",
    bad=(b"EHLO 192.0.2.1\r\n",),
    good=(b"EHLO [192.0.2.1]\r\n",),
    probes=("helo-bare-ip",),
    elsewhere=(("SpamAssassin", "rules for numeric HELO names (RCVD_NUMERIC_HELO)"),),
)


@on_line(HELO_BARE_IP, *GREETINGS)
def helo_bare_ip(line: bytes) -> Iterator[Found]:
    name, start, end = _domain(line)
    if is_ipv4(name) or is_ipv6(name):
        yield Found(shown(name), start, end)


HELO_BAD_LITERAL = Rule(
    "helo-bad-literal",
    "The client's address literal is not valid",
    Severity.WARNING,
    "RFC 5321 §4.1.3",
    quote='IPv6-address-literal = "IPv6:" IPv6-addr',
    why="Exim and others check the form of a literal, and refuse EHLO where it is wrong.",
    mend="Write [192.0.2.1] or [IPv6:2001:db8::1]; without the tag IPv6: it is no literal.",
    bad=(b"EHLO [::1]\r\n",),
    good=(b"EHLO [IPv6:::1]\r\n",),
)


@on_line(HELO_BAD_LITERAL, *GREETINGS)
def helo_bad_literal(line: bytes) -> Iterator[Found]:
    found = _NAME.match(line)
    if found and found["name"].startswith(b"[") and (flaw := literal_flaw(found["name"])):
        yield Found(flaw, *found.span("name"))


HELO_IS_SERVER_NAME = Rule(
    "helo-is-server-name",
    "The client calls itself by the name of the server",
    Severity.INFO,
    "RFC 5321 §4.1.4",
    quote=(
        "The SMTP client MUST, if possible, ensure that the domain parameter to the EHLO command is"
        " a primary host name"
    ),
    why="Servers often refuse a client from elsewhere that has their own name: spam software does.",
    mend="Give the name of the machine that sends, not that of the server it sends to.",
    bad=(b"EHLO trap.test\r\n",),
    good=(b"EHLO app.example.org\r\n",),
)


@on_reply(HELO_IS_SERVER_NAME, *GREETINGS)
def helo_is_server_name(_seen: Seen, command: Command, reply: Reply) -> Iterator[Found]:
    may_be = reply.is_positive and len(command.raw) < _LONGEST_NAME
    if may_be and (name := _shared_name(command.raw, reply.raw)):
        yield Found(shown(name))


@lru_cache(maxsize=256)
def _shared_name(command: bytes, reply: bytes) -> bytes:
    """The name that both client and server call themselves, b"" where they differ."""
    said, heard = command.split(None, 1)[1:], reply[4:].split(None, 1)[:1]
    name = said[0].rstrip().lower() if said else b""
    # On one machine both may well be localhost.
    return name if heard and name == heard[0].lower() != b"localhost" else b""


EHLO_IN_TRANSACTION = Rule(
    "ehlo-in-transaction",
    "EHLO in the middle of a transaction",
    Severity.INFO,
    "RFC 5321 §4.1.4",
    quote="the SMTP server MUST clear all buffers and reset the state exactly as if a RSET command"
    " had been issued",
    why="The sender and the recipients given before are forgotten.",
    mend="Use RSET to give a transaction up, and say EHLO once: at the start, or after STARTTLS.",
    bad=(b"EHLO app.example.org\r\n", b"MAIL FROM:<ann@example.org>\r\n", b"EHLO app.test\r\n"),
    good=(b"EHLO app.example.org\r\n", b"MAIL FROM:<ann@example.org>\r\n", b"RSET\r\n"),
)


@on_command(EHLO_IN_TRANSACTION, *GREETINGS, when=MAIL)
def ehlo_in_transaction(seen: Seen, _command: Command) -> Iterator[Found]:
    if seen.transaction is not None:
        count = len(seen.transaction.recipients)
        yield Found(f"{count} recipient{'' if count == 1 else 's'} forgotten")


LHLO_ON_SMTP = Rule(
    "lhlo-on-smtp",
    "LHLO in a session of SMTP",
    Severity.WARNING,
    "RFC 2033 §4.1",
    quote="The HELO and EHLO commands of ESMTP are replaced by the LHLO command.",
    why="LHLO begins LMTP, which has a reply for each recipient; SMTP servers answer 500.",
    mend="Say EHLO to an SMTP server, LHLO to an LMTP server, and stay with it.",
    bad=(b"EHLO app.example.org\r\n", b"LHLO app.example.org\r\n"),
    good=(b"LHLO app.example.org\r\n",),
    probes=("LHLO on SMTP",),
)


@on_command(LHLO_ON_SMTP, "LHLO")
def lhlo_on_smtp(seen: Seen, _command: Command) -> Iterator[Found]:
    if seen.greeting is not None and not seen.is_lmtp:
        yield Found(f"after {seen.greeting.verb}")


EHLO_ON_LMTP = Rule(
    "ehlo-on-lmtp",
    "EHLO or HELO in a session of LMTP",
    Severity.WARNING,
    "RFC 2033 §4.1",
    quote="The HELO and EHLO commands of ESMTP are replaced by the LHLO command.",
    why="An LMTP server refuses them, so that a mix-up of the two protocols shows.",
    mend="Say LHLO to an LMTP server, EHLO to an SMTP server, and stay with it.",
    bad=(b"LHLO app.example.org\r\n", b"EHLO app.example.org\r\n"),
    good=(b"EHLO app.example.org\r\n",),
)


@on_command(EHLO_ON_LMTP, "EHLO", "HELO")
def ehlo_on_lmtp(seen: Seen, command: Command) -> Iterator[Found]:
    if seen.is_lmtp:
        yield Found(f"{command.verb} after LHLO")


def _domain(line: bytes) -> tuple[bytes, int, int]:
    """What the client calls itself and its span in the line; b"" for a literal or nothing."""
    found = _NAME.match(line)
    if found is None or found["name"].startswith(b"["):
        return b"", 0, 0
    return found["name"], *found.span("name")

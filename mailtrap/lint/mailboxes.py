"""Rules: the mailbox of a path: its local-part, its domain, its characters."""

from collections.abc import Iterator

from mailtrap.lint.checks import on_command, on_line
from mailtrap.lint.diagnostic import Found, Rule, Severity
from mailtrap.lint.seen import Seen
from mailtrap.lint.sent_path import PATH_VERBS, sent_path
from mailtrap.lint.syntax import (
    MAX_DOMAIN,
    MAX_LABEL,
    MAX_LOCAL_PART,
    domain_flaw,
    is_ipv4,
    is_ipv6,
    literal_flaw,
    local_part_flaw,
    shown,
)
from mailtrap.session import Command

_EHLO = b"EHLO app.example.org\r\n"
_MAIL = b"MAIL FROM:<ann@example.org>\r\n"
_LONG_DOMAIN = b"a" * 63 + b"." + b"b" * 63 + b"." + b"c" * 63 + b"." + b"d" * 60

ADDRESS_NO_DOMAIN = Rule(
    "address-no-domain",
    "An address without a domain",
    Severity.ERROR,
    "RFC 5321 §4.1.2",
    quote='Mailbox = Local-part "@" ( Domain / address-literal )',
    why="Some servers refuse it, others add a domain of theirs, so the mail goes to someone else.",
    mend="Give the whole address; only the recipient postmaster may go without a domain.",
    bad=(_EHLO, b"MAIL FROM:<ann>\r\n"),
    good=(_EHLO, _MAIL, b"RCPT TO:<Postmaster>\r\n"),
    probes=("address-no-domain sender", "address-no-domain rcpt"),
)


@on_line(ADDRESS_NO_DOMAIN, *PATH_VERBS)
def address_no_domain(line: bytes) -> Iterator[Found]:
    path = sent_path(line)
    is_postmaster = path.is_rcpt and path.mailbox.lower() == b"postmaster"
    if path.is_mailbox and path.domain is None and path.mailbox.strip() and not is_postmaster:
        yield Found(shown(path.mailbox), path.mailbox_start, path.end)


LOCAL_PART_SYNTAX = Rule(
    "local-part-syntax",
    "The part before the @ is against the grammar",
    Severity.ERROR,
    "RFC 5321 §4.1.2",
    quote="Local-part = Dot-string / Quoted-string",
    why="Some servers refuse the address; those that take it may pass it on to one that does not.",
    mend='Look for blanks and dots too many; what must have them goes in quotes: <"a b"@c.org>.',
    bad=(_EHLO, b"MAIL FROM:<an..n@example.org>\r\n"),
    good=(_EHLO, b"MAIL FROM:<a.n_n+tag=x@example.org>\r\n"),
    probes=("unquoted space in local", "dotdot local"),
)


@on_line(LOCAL_PART_SYNTAX, *PATH_VERBS)
def local_part_syntax(line: bytes) -> Iterator[Found]:
    path = sent_path(line)
    is_blank = path.is_rcpt and not path.mailbox.strip()  # an empty recipient
    if not path.is_mailbox or is_blank or b"<" in path.mailbox:
        return
    if flaw := local_part_flaw(path.local):
        yield Found(flaw, path.mailbox_start, path.mailbox_start + len(path.local))


QUOTED_LOCAL_PART = Rule(
    "quoted-local-part",
    "A quoted string before the @",
    Severity.INFO,
    "RFC 5321 §4.1.2",
    quote=(
        "a host that expects to receive mail SHOULD avoid defining mailboxes where the Local-part"
        " requires (or uses) the Quoted-string form"
    ),
    why="It is allowed, but forms, databases and some servers do not know such addresses.",
    mend="Leave the quotes out where nothing in it needs them, and avoid such mailboxes.",
    bad=(_EHLO, b'MAIL FROM:<"ann lee"@example.org>\r\n'),
    good=(_EHLO, b"MAIL FROM:<ann.lee@example.org>\r\n"),
)


@on_line(QUOTED_LOCAL_PART, *PATH_VERBS)
def quoted_local_part(line: bytes) -> Iterator[Found]:
    path = sent_path(line)
    local = path.local
    if path.is_mailbox and local.startswith(b'"') and not local_part_flaw(local):
        needless = "" if local_part_flaw(local[1:-1]) else ", needlessly"
        yield Found(shown(local) + needless, path.mailbox_start, path.mailbox_start + len(local))


DOMAIN_SYNTAX = Rule(
    "domain-syntax",
    "The part behind the @ is no domain name",
    Severity.ERROR,
    "RFC 5321 §4.1.2",
    quote=(
        "characters outside the set of alphabetic characters, digits, and hyphen MUST NOT appear in"
        " domain name labels for SMTP clients or servers. In particular, the underscore character"
        " is not permitted."
    ),
    why="Exim and others refuse the address with 501; nobody can have such a domain.",
    mend=(
        "Look for a typing error; a label has letters, digits and hyphens, and no hyphen at its"
        " edge."
    ),
    bad=(_EHLO, b"MAIL FROM:<ann@my_app.example.org>\r\n"),
    good=(_EHLO, b"MAIL FROM:<ann@my-app.example.org>\r\n"),
    probes=("underscore domain",),
)


@on_line(DOMAIN_SYNTAX, *PATH_VERBS)
def domain_syntax(line: bytes) -> Iterator[Found]:
    path = sent_path(line)
    if not path.is_mailbox or path.domain is None or b"<" in path.mailbox:
        return
    domain = path.domain if path.domain == b"." else path.domain.removesuffix(b".")
    if domain.startswith(b"[") or is_ipv6(domain):
        return
    if flaw := domain_flaw(domain, internationalized=True):
        yield Found(flaw, path.domain_start, path.domain_start + len(path.domain))


DOMAIN_TRAILING_DOT = Rule(
    "domain-trailing-dot",
    "A dot at the end of the domain",
    Severity.WARNING,
    "RFC 5321 §4.1.2",
    quote='Domain = sub-domain *("." sub-domain)',
    why="DNS knows that form, mail does not: some servers refuse it, others know no such domain.",
    mend="Leave the dot out.",
    bad=(_EHLO, b"MAIL FROM:<ann@example.org.>\r\n"),
    good=(_EHLO, _MAIL),
)


@on_line(DOMAIN_TRAILING_DOT, *PATH_VERBS)
def domain_trailing_dot(line: bytes) -> Iterator[Found]:
    path = sent_path(line)
    domain = path.domain or b""
    if path.is_mailbox and domain.endswith(b".") and not domain.endswith(b"..") and domain != b".":
        end = path.domain_start + len(domain)
        yield Found(shown(domain), end - 1, end)


ADDRESS_LITERAL_INVALID = Rule(
    "address-literal-invalid",
    "An address literal that is not valid",
    Severity.ERROR,
    "RFC 5321 §4.1.3",
    quote=(
        "For IPv4 addresses, this form uses four small decimal integers separated by dots and"
        " enclosed by brackets such as [123.255.37.2]"
    ),
    why="Without brackets it is looked up as a name, and an invalid literal is refused.",
    mend="Write ann@[192.0.2.1] or ann@[IPv6:2001:db8::1]; better, use a domain.",
    bad=(_EHLO, b"MAIL FROM:<ann@192.0.2.1>\r\n"),
    good=(_EHLO, b"MAIL FROM:<ann@[192.0.2.1]>\r\n"),
)


@on_line(ADDRESS_LITERAL_INVALID, *PATH_VERBS)
def address_literal_invalid(line: bytes) -> Iterator[Found]:
    path = sent_path(line)
    domain = path.domain or b""
    if not path.is_mailbox:
        return
    flaw = literal_flaw(domain) if domain.startswith(b"[") else ""
    if is_ipv4(domain) or is_ipv6(domain):
        flaw = f"no brackets around {shown(domain)}"
    if flaw:
        yield Found(flaw, path.domain_start, path.domain_start + len(domain))


LOCAL_PART_TOO_LONG = Rule(
    "local-part-too-long",
    "More than 64 octets before the @",
    Severity.WARNING,
    "RFC 5321 §4.5.3.1.1",
    quote="The maximum total length of a user name or other local-part is 64 octets.",
    why="All servers that were tried take it, but databases and other hosts need not.",
    mend="Shorten the token or the address that your software puts into it.",
    bad=(_EHLO, b"MAIL FROM:<" + b"a" * 65 + b"@example.org>\r\n"),
    good=(_EHLO, b"MAIL FROM:<" + b"a" * 64 + b"@example.org>\r\n"),
    probes=("local-part-too-long 65",),
)


@on_line(LOCAL_PART_TOO_LONG, *PATH_VERBS)
def local_part_too_long(line: bytes) -> Iterator[Found]:
    path = sent_path(line)
    if path.is_mailbox and len(path.local) > MAX_LOCAL_PART:
        start = path.mailbox_start
        yield Found(f"{len(path.local):,} octets", start, start + len(path.local))


DOMAIN_TOO_LONG = Rule(
    "domain-too-long",
    "A domain of more than 255 octets",
    Severity.ERROR,
    "RFC 5321 §4.5.3.1.2",
    quote="The maximum total length of a domain name or number is 255 octets.",
    why="DNS cannot hold such a name; servers refuse the address.",
    mend="Look for text that got into the address.",
    bad=(_EHLO, b"MAIL FROM:<a@" + _LONG_DOMAIN + b".eee>\r\n"),
    good=(_EHLO, b"MAIL FROM:<a@" + _LONG_DOMAIN + b">\r\n"),
    probes=("domain-too-long 300",),
)


@on_line(DOMAIN_TOO_LONG, *PATH_VERBS)
def domain_too_long(line: bytes) -> Iterator[Found]:
    path = sent_path(line)
    size = len(path.domain or b"")
    if path.is_mailbox and size > MAX_DOMAIN:
        yield Found(f"{size:,} octets", path.domain_start, path.domain_start + size)


LABEL_TOO_LONG = Rule(
    "label-too-long",
    "A label of more than 63 octets in a domain",
    Severity.ERROR,
    "RFC 1035 §2.3.4",
    quote="labels 63 octets or less",
    why="DNS cannot hold such a name; servers refuse the address.",
    mend="Look for text that got into the address, or a dot that is missing.",
    bad=(_EHLO, b"MAIL FROM:<ann@" + b"a" * 64 + b".org>\r\n"),
    good=(_EHLO, b"MAIL FROM:<ann@" + b"a" * 63 + b".org>\r\n"),
)


@on_line(LABEL_TOO_LONG, *PATH_VERBS)
def label_too_long(line: bytes) -> Iterator[Found]:
    path = sent_path(line)
    domain = path.domain or b""
    if not path.is_mailbox or len(domain) <= MAX_LABEL or domain.startswith(b"["):
        return
    # How long a label of other letters is, is decided by its form with xn--.
    longest = max((label for label in domain.split(b".") if label.isascii()), key=len, default=b"")
    if len(longest) > MAX_LABEL:
        start = path.domain_start + domain.find(longest)
        yield Found(f"{len(longest):,} octets", start, start + len(longest))


UTF8_ADDRESS_WITHOUT_SMTPUTF8 = Rule(
    "utf8-address-without-smtputf8",
    "An internationalized address without the parameter SMTPUTF8",
    Severity.ERROR,
    "RFC 6531 §3.4",
    quote="MUST supply the SMTPUTF8 parameter",
    why=(
        "The next host does not learn what the mail needs: it is refused on its way, or the address"
        " gets garbled; OpenSMTPD refuses it at once."
    ),
    mend=(
        "Add SMTPUTF8 to MAIL (mail_options in smtplib, smtputf8 elsewhere), or send the domain as"
        " xn-- (A-label) where only that is not ASCII."
    ),
    bad=(_EHLO, "MAIL FROM:<änn@example.org>\r\n".encode()),
    good=(_EHLO, "MAIL FROM:<änn@example.org> SMTPUTF8\r\n".encode()),
    probes=("utf8-address-without-smtputf8",),
)


@on_command(UTF8_ADDRESS_WITHOUT_SMTPUTF8, *PATH_VERBS, about=lambda line: not line.isascii())
def utf8_address_without_smtputf8(seen: Seen, command: Command) -> Iterator[Found]:
    # Where it is not offered, non-ASCII is wrong with the parameter, too: another rule.
    if "SMTPUTF8" not in seen.keywords:
        return
    path = sent_path(command.raw)
    if path.raw.isascii() or not _is_utf8(path.raw):
        return
    if path.is_rcpt:
        sender = seen.transaction.sender if seen.transaction else None
        has_it = sender is None or sender.parameter("SMTPUTF8") is not None
    else:
        has_it = any(word.partition(b"=")[0].upper() == b"SMTPUTF8" for word in path.rest.split())
    if not has_it:
        yield Found(shown(path.raw), path.start, path.end)


INVALID_UTF8_ADDRESS = Rule(
    "invalid-utf8-address",
    "An address that is neither ASCII nor UTF-8",
    Severity.ERROR,
    "RFC 6531 §3.3",
    why="Postfix and OpenSMTPD refuse it; elsewhere it comes out as another address.",
    mend="Encode the address in UTF-8, not in Latin-1 or a code page, and send SMTPUTF8.",
    bad=(_EHLO, b"MAIL FROM:<\xe4nn@example.org> SMTPUTF8\r\n"),
    good=(_EHLO, "MAIL FROM:<änn@example.org> SMTPUTF8\r\n".encode()),
    probes=("latin1 address",),
)


@on_line(INVALID_UTF8_ADDRESS, *PATH_VERBS)
def invalid_utf8_address(line: bytes) -> Iterator[Found]:
    path = sent_path(line)
    if not _is_utf8(path.raw):
        yield Found(shown(path.raw), path.start, path.end)


IDN_U_LABEL = Rule(
    "idn-u-label",
    "An internationalized domain as U-labels",
    Severity.INFO,
    "RFC 6531 §3.2",
    why="It is allowed with SMTPUTF8; as A-labels it could go to any server without that.",
    mend='Where only the domain is not ASCII, send the form with xn-- ("idna" in Python).',
    bad=(_EHLO, "MAIL FROM:<ann@bücher.example> SMTPUTF8\r\n".encode()),
    good=(_EHLO, b"MAIL FROM:<ann@xn--bcher-kva.example>\r\n"),
)


@on_line(IDN_U_LABEL, *PATH_VERBS)
def idn_u_label(line: bytes) -> Iterator[Found]:
    path = sent_path(line)
    domain = path.domain or b""
    if path.is_mailbox and not domain.isascii() and _is_utf8(domain):
        detail = shown(domain) + (f" is {label}" if (label := _a_label(domain)) else "")
        yield Found(detail, path.domain_start, path.domain_start + len(domain))


def _a_label(domain: bytes) -> str:
    """The domain in A-labels, "" where it has none."""
    # The codec takes time that grows with the square of the length.
    if len(domain) > MAX_DOMAIN:
        return ""
    try:
        return domain.decode().encode("idna").decode()
    except UnicodeError:
        return ""


def _is_utf8(octets: bytes) -> bool:
    try:
        octets.decode()
    except UnicodeDecodeError:
        return False
    return True

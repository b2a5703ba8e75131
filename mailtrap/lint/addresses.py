"""Rules: address lists, and how they go with the envelope (RFC 5322 section 3.4)."""

import re
from collections.abc import Iterable, Iterator

from mailtrap.envelope import Envelope, Path
from mailtrap.lint.checks import on_message
from mailtrap.lint.diagnostic import Found, Rule, Severity
from mailtrap.lint.domains import organization
from mailtrap.lint.mail import Addresses, Mail
from mailtrap.lint.samples import ENVELOPE, LETTER

_SHOWN = 3  # addresses in a detail
_QUOTED = re.compile(r'"((?:[^"\\]++|\\.)*+)"', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_HIDDEN = ("bcc", "resent-bcc")
_NAMING = ("to", "cc", "resent-to", "resent-cc", *_HIDDEN)  # recipients
_WITH_EVE = Envelope(
    Path(b"<ann@example.org>"), (Path(b"<bob@example.org>"), Path(b"<eve@example.org>"))
)

ADDRESS_LIST_SYNTAX = Rule(
    "address-list-syntax",
    "An address field is not by the grammar",
    Severity.ERROR,
    "RFC 5322 §3.4",
    quote='name-addr = [display-name] angle-addr; angle-addr = [CFWS] "<" addr-spec ">" [CFWS]',
    why="Servers and readers make other addresses of it: replies go astray, recipients are missing,"
    " and large receivers refuse a From that they cannot read.",
    mend="Separate addresses by commas, and let a library put names in quotes:"
    " email.utils.formataddr() in Python, {name, address} in nodemailer, addAddress() in"
    " PHPMailer.",
    bad=LETTER.replace(b"From: Ann <", b"From: Doe, Ann <"),
    good=LETTER.replace(b"From: Ann <", b'From: "Doe, Ann" <'),
    elsewhere=(("Gmail", "refuses a From it cannot read, rewrites or drops other fields"),),
)


@on_message(ADDRESS_LIST_SYNTAX)
def address_list_syntax(mail: Mail) -> Iterator[Found]:
    for each in _all(mail):
        for flaw in each.list.flaws:
            start, end = each.start + flaw.start, each.start + flaw.end
            # Receivers have to take what is only obsolete, and they do.
            severity = Severity.WARNING if flaw.is_obsolete else None
            yield Found(flaw.text, start, end, each.field.name, severity=severity)
        name = each.field.name.lower().removeprefix("resent-")
        place = (each.field.start, each.field.end, each.field.name)
        # RFC 5322 section 3.6.3: only Bcc may be empty.
        is_empty = not (each.list.mailboxes or each.list.flaws or each.list.groups)
        if is_empty and name != "bcc":
            yield Found("empty", *place)
        # Section 3.6.2: sender = "Sender:" mailbox.
        count = len(each.list.mailboxes)
        if count > 1 and name == "sender":
            yield Found(f"{count} addresses, not 1", *place)


GROUP_OR_UNDISCLOSED = Rule(
    "group-or-undisclosed",
    "A group instead of addresses",
    Severity.INFO,
    "RFC 5322 §3.4",
    quote='group = display-name ":" [group-list] ";" [CFWS]',
    why="It is allowed, and hides the recipients from each other; some programs show it as an"
    " address, and some spam filters count it.",
    mend="Nothing needs to be done where it is meant; the other way is one mail for each"
    " recipient.",
    bad=LETTER.replace(b"To: Bob <bob@example.org>", b"To: undisclosed-recipients:;"),
    good=LETTER,
)


@on_message(GROUP_OR_UNDISCLOSED)
def group_or_undisclosed(mail: Mail) -> Iterator[Found]:
    for each in _all(mail):
        for start, end in each.list.groups:
            name = each.field.raw[start:end].decode("utf-8", "replace")
            shown = " ".join(name.split())[:60]
            yield Found(shown, each.start + start, each.start + end, each.field.name)


FROM_MANY_NO_SENDER = Rule(
    "from-many-no-sender",
    "More than one author in From, and no Sender",
    Severity.ERROR,
    "RFC 5322 §3.6.2",
    quote="If the from field contains more than one mailbox specification in the mailbox-list, then"
    ' the sender field, containing the field name "Sender" and a single mailbox specification, MUST'
    " appear in the message.",
    why="Nobody can tell who sent it, and DMARC is checked for none or for the first of them.",
    mend="Write one address in From and the others in Reply-To or Cc, or add Sender.",
    bad=LETTER.replace(b"From: Ann <ann@example.org>", b"From: ann@example.org, eve@example.org"),
    good=LETTER.replace(
        b"From: Ann <ann@example.org>",
        b"From: ann@example.org, eve@example.org\r\nSender: ann@example.org",
    ),
    elsewhere=(("Gmail", "may refuse it"),),
)


@on_message(FROM_MANY_NO_SENDER)
def from_many_no_sender(mail: Mail) -> Iterator[Found]:
    if "sender" in mail.named or not mail.is_header_whole:
        return
    for each in mail.address_lists.get("from", ()):
        if len(each.list.mailboxes) > 1:
            addresses = _listed(mailbox.address for mailbox in each.list.mailboxes)
            yield Found(addresses, each.field.start, each.field.end, each.field.name)


SENDER_REDUNDANT = Rule(
    "sender-redundant",
    "Sender is the same as From",
    Severity.INFO,
    "RFC 5322 §3.6.2",
    quote="If the originator of the message can be indicated by a single mailbox and the author and"
    ' transmitter are identical, the "Sender:" field SHOULD NOT be used.',
    why='Some readers show "on behalf of" as soon as there is a Sender.',
    mend="Leave Sender out.",
    bad=LETTER.replace(b"To: Bob", b"Sender: ann@example.org\r\nTo: Bob"),
    good=LETTER.replace(b"To: Bob", b"Sender: eve@example.org\r\nTo: Bob"),
)


@on_message(SENDER_REDUNDANT)
def sender_redundant(mail: Mail) -> Iterator[Found]:
    senders = mail.address_lists.get("sender", ())
    if not senders:
        return
    authors = [_key(address) for address in mail.addresses("from")]
    for each in senders:
        addresses = [mailbox.address for mailbox in each.list.mailboxes]
        if authors == [_key(address) for address in addresses]:
            yield Found(_listed(addresses), each.field.start, each.field.end, each.field.name)


BCC_PRESENT = Rule(
    "bcc-present",
    "A Bcc field with addresses",
    Severity.WARNING,
    "RFC 5322 §3.6.3",
    quote='the "Bcc:" line is removed even though all of the recipients (including those specified'
    ' in the "Bcc:" field) are sent a copy of the message',
    why="Recipients see who else got the mail in secret, unless a server on the way removes it."
    " It is an error where this copy goes to somebody who is not in it.",
    mend="Put the addresses into RCPT TO only: send_message() in smtplib does, sendmail() with"
    " message.as_string() does not.",
    bad=(_WITH_EVE, LETTER.replace(b"Subject", b"Bcc: eve@example.org\r\nSubject")),
    good=(_WITH_EVE, LETTER),
    elsewhere=(("Postfix", "removes it (message_drop_headers)"),),
)


@on_message(BCC_PRESENT)
def bcc_present(mail: Mail) -> Iterator[Found]:
    lists = [each for name in _HIDDEN for each in mail.address_lists.get(name, ())]
    if not lists:
        return
    hidden = {_key(address) for address in mail.addresses(*_HIDDEN)}
    recipients = {_key(address) for address in _forward_paths(mail)}
    severity = Severity.ERROR if recipients - hidden else None
    if mail.envelope is None:  # a draft, or the copy of who sent it: both have it rightly
        severity = Severity.INFO
    for each in lists:
        if each.list.mailboxes:
            addresses = _listed(mailbox.address for mailbox in each.list.mailboxes)
            place = (each.field.start, each.field.end, each.field.name)
            yield Found(addresses, *place, severity=severity)


RCPT_NOT_IN_HEADERS = Rule(
    "rcpt-not-in-headers",
    "Recipients that no field names",
    Severity.INFO,
    "RFC 5322 §3.6.3",
    why="That is how blind copies, lists and forwarding work; where it is not meant, the mail goes"
    " to somebody nobody sees.",
    mend="Nothing needs to be done for a blind copy; else take To and RCPT TO from one list.",
    bad=(_WITH_EVE, LETTER),
    good=(_WITH_EVE, LETTER.replace(b"Subject", b"Cc: Eve <eve@example.org>\r\nSubject")),
)


@on_message(RCPT_NOT_IN_HEADERS)
def rcpt_not_in_headers(mail: Mail) -> Iterator[Found]:
    recipients = _forward_paths(mail)
    # A header section that names nobody at all is another rule's matter.
    if recipients and mail.is_header_whole and not {"to", "cc"}.isdisjoint(mail.named):
        named = {_key(address) for address in mail.addresses(*_NAMING)}
        left = [address for address in recipients if _key(address) not in named]
        if left:
            yield Found(_listed(left))


HEADER_RCPT_NOT_IN_ENVELOPE = Rule(
    "header-rcpt-not-in-envelope",
    "Addresses in To or Cc that are no recipients",
    Severity.INFO,
    "RFC 5322 §3.6.3",
    why="They do not get this copy. Where each recipient gets one of its own that is right;"
    " else somebody was forgotten: To and Cc send nothing, RCPT TO does.",
    mend="Give all addresses of To, Cc and Bcc to the client as recipients.",
    bad=(ENVELOPE, LETTER.replace(b"Subject", b"Cc: Eve <eve@example.org>\r\nSubject")),
    good=(ENVELOPE, LETTER),
)


@on_message(HEADER_RCPT_NOT_IN_ENVELOPE)
def header_rcpt_not_in_envelope(mail: Mail) -> Iterator[Found]:
    recipients = {_key(address) for address in _forward_paths(mail)}
    if not recipients:
        return
    for name in ("to", "cc"):
        for each in mail.address_lists.get(name, ()):
            boxes = each.list.mailboxes
            left = [box.address for box in boxes if _key(box.address) not in recipients]
            if left:
                yield Found(_listed(left), each.field.start, each.field.end, each.field.name)


ENVELOPE_FROM_MISMATCH = Rule(
    "envelope-from-mismatch",
    "MAIL FROM is of another domain than From",
    Severity.INFO,
    "RFC 7489 §3.1.2",
    why="SPF then says nothing for DMARC, so the mail needs a DKIM signature of the domain in From."
    " Domains are compared without the Public Suffix List.",
    mend="Send bounces to an address below the domain in From, or sign with DKIM.",
    bad=(ENVELOPE, LETTER.replace(b"Ann <ann@example.org>", b"Ann <ann@example.com>")),
    good=(ENVELOPE, LETTER.replace(b"Ann <ann@example.org>", b"Ann <ann@news.example.org>")),
)


@on_message(ENVELOPE_FROM_MISMATCH)
def envelope_from_mismatch(mail: Mail) -> Iterator[Found]:
    reverse_path = mail.envelope.reverse_path if mail.envelope else None
    envelope_domain = organization(reverse_path or "")
    if not envelope_domain:
        return
    for each in mail.address_lists.get("from", ()):
        domains = {organization(mailbox.address) for mailbox in each.list.mailboxes} - {""}
        if domains and envelope_domain not in domains:
            detail = f"{envelope_domain}, not {_listed(sorted(domains))}"
            yield Found(detail, each.field.start, each.field.end, each.field.name)


def _all(mail: Mail) -> Iterator[Addresses]:
    for lists in mail.address_lists.values():
        yield from lists


def _forward_paths(mail: Mail) -> tuple[str, ...]:
    return mail.envelope.forward_paths if mail.envelope else ()


def _key(address: str) -> str:
    """For comparison: hardly any host tells local-parts apart by case, none by their quotes."""
    local, at, domain = address.lower().rpartition("@")
    quoted = _QUOTED.fullmatch(local)  # RFC 5321 section 4.1.2: "eve" is eve
    return (_ESCAPED.sub(r"\1", quoted[1]) if quoted else local) + at + domain


def _listed(addresses: Iterable[str]) -> str:
    """The first of them, and how many more there are."""
    every = list(addresses)
    more = len(every) - _SHOWN
    shown = ", ".join(" ".join(address.split())[:80] for address in every[:_SHOWN])
    return f"{shown} and {more} more" if more > 0 else shown

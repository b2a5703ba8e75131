"""Rules: what large receivers make of a message: DMARC, freemail, size."""

from collections.abc import Iterator

from mailtrap.envelope import Envelope, Path
from mailtrap.lint.checks import on_message
from mailtrap.lint.diagnostic import Found, Rule, Severity
from mailtrap.lint.domains import organization, organizational
from mailtrap.lint.mail import Mail
from mailtrap.lint.samples import ENVELOPE, LETTER
from mailtrap.lint.signatures import number

_SIGNATURE = (
    b"DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed; d=example.org; s=jan;\r\n"
    b" h=date:from:to; bh=YJC6sFHGk5paEfivUv71xLRk9l6/Mpywbes6g++OLys=;\r\n"
    b" b=" + b"A" * 43 + b"=\r\n"
)
_LARGE = Envelope(Path(b"<ann@example.org>", b"SIZE=30000000"), ENVELOPE.recipients)
# Their DMARC records, or their rules, are against others who send in their name.
_FREEMAIL = frozenset(
    {
        "aol.com",
        "gmail.com",
        "gmx.at",
        "gmx.ch",
        "gmx.com",
        "gmx.de",
        "gmx.net",
        "googlemail.com",
        "hotmail.co.uk",
        "hotmail.com",
        "hotmail.de",
        "hotmail.fr",
        "hotmail.it",
        "icloud.com",
        "live.com",
        "mac.com",
        "mail.ru",
        "me.com",
        "msn.com",
        "outlook.com",
        "outlook.de",
        "outlook.fr",
        "proton.me",
        "protonmail.com",
        "qq.com",
        "rocketmail.com",
        "web.de",
        "yahoo.ca",
        "yahoo.co.in",
        "yahoo.co.jp",
        "yahoo.co.uk",
        "yahoo.com",
        "yahoo.com.br",
        "yahoo.de",
        "yahoo.es",
        "yahoo.fr",
        "yahoo.it",
        "yandex.com",
        "yandex.ru",
        "ymail.com",
    }
)
_SAME = {"gmail.com", "googlemail.com"}
_LIMITS = (  # octets
    (10_240_000, "Postfix, by default"),
    (26_214_400, "Gmail"),
    (36_700_160, "OpenSMTPD, by default"),
    (37_748_736, "Exchange Online, by default"),
    (52_428_800, "Exim, by default"),
)

DMARC_ALIGNMENT = Rule(
    "dmarc-alignment",
    "Neither the DKIM signature nor MAIL FROM is of the domain in From",
    Severity.INFO,
    "RFC 7489 §3.1",
    why="DMARC fails whatever SPF and DKIM say, so receivers refuse the mail or take it for spam"
    " where the domain in From has a policy. Domains are compared without the Public Suffix List.",
    mend="Let the service that sends it sign with a key of your domain, or have From in its own.",
    bad=_SIGNATURE.replace(b"d=example.org", b"d=example.net") + LETTER,
    good=_SIGNATURE.replace(b"d=example.org", b"d=mail.example.org") + LETTER,
    elsewhere=(("Gmail", "550 5.7.26 where the domain has p=reject"),),
)


@on_message(DMARC_ALIGNMENT)
def dmarc_alignment(mail: Mail) -> Iterator[Found]:
    # Without a signature it is envelope-from-mismatch.
    signers = _signers(mail)
    if not signers:
        return
    sender = _sender(mail)
    for each in mail.address_lists.get("from", ()):
        domains = {organization(mailbox.address) for mailbox in each.list.mailboxes} - {""}
        if domains and not domains & {*signers, sender}:
            envelope = f" and MAIL FROM of {sender}" if sender else ""
            detail = f"d={', '.join(sorted(signers))[:120]}{envelope}, From of "
            place = (each.field.start, each.field.end, each.field.name)
            yield Found(detail + ", ".join(sorted(domains))[:120], *place)


FROM_FREEMAIL_IMPERSONATION = Rule(
    "from-freemail-impersonation",
    "From is of a freemail provider that did not send it",
    Severity.WARNING,
    "Email sender guidelines of Gmail",
    quote="Don't impersonate Gmail From: headers.",
    why="Providers such as Gmail and Yahoo tell receivers by DMARC to refuse what others send in"
    " their name. It is an info where MAIL FROM is of the same provider: its own server may be"
    " meant to send it.",
    mend="Put an address of your own domain into From, and that of the person into Reply-To.",
    bad=(ENVELOPE, LETTER.replace(b"Ann <ann@example.org>", b"Ann <ann@gmail.com>")),
    good=(
        ENVELOPE,
        LETTER.replace(b"To: Bob", b"Reply-To: Ann <ann@gmail.com>\r\nTo: Bob"),
    ),
    elsewhere=(("Gmail", "quarantines it by the DMARC record of gmail.com"),),
)


@on_message(FROM_FREEMAIL_IMPERSONATION)
def from_freemail_impersonation(mail: Mail) -> Iterator[Found]:
    sender = _sender(mail)
    for each in mail.address_lists.get("from", ()):
        for mailbox in each.list.mailboxes:
            domain = mailbox.address.rpartition("@")[2].lower()
            # How a file came nobody knows; nor, with no MAIL FROM, who sent a bounce.
            if domain in _FREEMAIL and sender and organizational(domain) not in _signers(mail):
                own = sender == organizational(domain) or {sender, domain} == _SAME
                place = (each.start + mailbox.start, each.start + mailbox.end)
                severity = Severity.INFO if own else None
                detail = f"{domain}, MAIL FROM of {sender[:120]}"
                yield Found(detail, *place, each.field.name, severity=severity)
                return


SIZE_LARGE = Rule(
    "size-large",
    "Larger than servers that many use take",
    Severity.INFO,
    "RFC 1870 §6.1",
    why="They answer 552, and the mail comes back. Base64 makes a file a third larger.",
    mend="Send a link instead of the file.",
    bad=(_LARGE, LETTER),
    good=(ENVELOPE, LETTER),
    elsewhere=(
        ("Postfix", "552 5.3.4, above 10 240 000 octets by default"),
        ("OpenSMTPD", "above 36 700 160 octets by default"),
        ("Gmail", "552 5.3.4, above 25 MB"),
        ("Exchange Online", "552, above 36 MB by default"),
    ),
)


@on_message(SIZE_LARGE)
def size_large(mail: Mail) -> Iterator[Found]:
    # Servers go by what MAIL declares, too, before any of it has come.
    sender = mail.envelope.sender if mail.envelope else None
    declared = sender.parameter("SIZE") if sender else None
    size = max(mail.size, number(declared.value if declared else None) or 0)
    refusing = [server for limit, server in _LIMITS if size > limit]
    if refusing:
        yield Found(f"{size} octets; too large for {'; '.join(refusing)}")


def _signers(mail: Mail) -> set[str]:
    """The organizational domains of the DKIM signatures."""
    return {organizational(each.domain) for each in mail.signatures if each.domain}


def _sender(mail: Mail) -> str:
    """The organizational domain of MAIL FROM; "" where that is empty or not known."""
    reverse_path = mail.envelope.reverse_path if mail.envelope else None
    return organization(reverse_path or "")

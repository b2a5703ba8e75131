"""Rules: the order of a transaction, and its recipients together."""

from collections.abc import Iterator

from mailtrap.lint.checks import on_command
from mailtrap.lint.diagnostic import Found, Rule, Severity
from mailtrap.lint.samples import Script
from mailtrap.lint.seen import Seen, mailbox_of
from mailtrap.lint.situations import MAIL, NO_MAIL, NO_RECIPIENTS, NO_TRANSACTION, RECIPIENTS, STRAY
from mailtrap.lint.syntax import MAIL_VERBS, shown
from mailtrap.session import Command
from mailtrap.terms import Terms

_EHLO = b"EHLO app.example.org\r\n"
_MAIL = b"MAIL FROM:<ann@example.org>\r\n"
_BOUNCE = b"MAIL FROM:<>\r\n"
_RCPT = b"RCPT TO:<bob@example.org>\r\n"
_RCPT_2 = b"RCPT TO:<eve@example.org>\r\n"
MANY = 100  # recipients that every server takes

NESTED_MAIL = Rule(
    "nested-mail",
    "MAIL in the middle of a transaction",
    Severity.ERROR,
    "RFC 5321 §4.1.4",
    quote="MAIL (or SEND, SOML, or SAML) MUST NOT be sent if a mail transaction is already open",
    why="Servers refuse it with 503, so the mail is not sent, or goes with the sender of another.",
    mend="Send RSET first where you give a transaction up, after an error for example.",
    bad=(_EHLO, _MAIL, _MAIL),
    good=(_EHLO, _MAIL, b"RSET\r\n", _MAIL),
    probes=("nested-mail",),
)


@on_command(NESTED_MAIL, *MAIL_VERBS, when=MAIL)
def nested_mail(seen: Seen, _command: Command) -> Iterator[Found]:
    if seen.transaction is not None and seen.transaction.mail is not None:
        transaction = seen.transaction
        count = len(transaction.recipients) + transaction.refused
        yield Found(f"after {count} RCPT" if count else "right after another MAIL")


RCPT_BEFORE_MAIL = Rule(
    "rcpt-before-mail",
    "RCPT without MAIL",
    Severity.ERROR,
    "RFC 5321 §3.3",
    quote=(
        "If a RCPT command appears without a previous MAIL command, the server MUST return a 503"
        ' "Bad sequence of commands" response.'
    ),
    why="Every server refuses it, so the recipient does not get the mail.",
    mend="Send MAIL first; once for each message, and again after RSET, EHLO and STARTTLS.",
    bad=(_EHLO, _RCPT),
    good=(_EHLO, _MAIL, _RCPT),
    probes=("rcpt-before-mail",),
)


@on_command(RCPT_BEFORE_MAIL, "RCPT", when=NO_TRANSACTION)
def rcpt_before_mail(seen: Seen, _command: Command) -> Iterator[Found]:
    # One is enough: the first makes a transaction without a sender.
    if not _is_mail_refused(seen):
        yield Found()


DATA_BEFORE_MAIL = Rule(
    "data-before-mail",
    "DATA without MAIL",
    Severity.ERROR,
    "RFC 5321 §3.3",
    quote="Mail transaction commands MUST be used in the order discussed above.",
    why="Servers refuse it with 503, and the mail is not sent.",
    mend="Send MAIL and RCPT first; again for each message, and after RSET, EHLO and STARTTLS.",
    bad=(_EHLO, b"DATA\r\n"),
    good=(_EHLO, _MAIL, _RCPT, b"DATA\r\n"),
    probes=("data-before-mail",),
)


@on_command(DATA_BEFORE_MAIL, "DATA", when=NO_MAIL)
def data_before_mail(seen: Seen, _command: Command) -> Iterator[Found]:
    if not _is_mail_refused(seen):
        yield Found()


DATA_NO_RCPT = Rule(
    "data-no-rcpt",
    "DATA without a recipient",
    Severity.ERROR,
    "RFC 5321 §3.3",
    quote=(
        "If there was no MAIL, or no RCPT, command, or all such commands were rejected, the server"
        ' MAY return a "command out of sequence" (503) or "no valid recipients" (554) reply in'
        " response to the DATA command."
    ),
    why="Servers refuse it with 503 or 554, and nobody gets the mail.",
    mend="Send a RCPT for each recipient; look for a list of recipients that is empty.",
    bad=(_EHLO, _MAIL, b"DATA\r\n"),
    good=(_EHLO, _MAIL, _RCPT, b"DATA\r\n"),
    probes=("data-no-rcpt",),
)


@on_command(DATA_NO_RCPT, "DATA", when=NO_RECIPIENTS)
def data_no_rcpt(seen: Seen, _command: Command) -> Iterator[Found]:
    transaction = seen.transaction
    if transaction is None or transaction.mail is None:
        return
    # Where all were refused, DATA may have been on its way: a client may send it along.
    if not transaction.refused:
        yield Found()


MESSAGE_AFTER_REFUSAL = Rule(
    "message-after-refusal",
    "A message was sent though DATA was refused",
    Severity.ERROR,
    "RFC 5321 §3.3",
    quote="message data MUST NOT be sent unless a 354 reply is received",
    why=(
        "The server takes each line of the message for a command: it answers 500 to most, closes"
        " after some, and does what the others say."
    ),
    mend="Check the reply to DATA, and send the message after 354 only.",
    bad=Script(
        (_EHLO, _MAIL, _RCPT, b"DATA\r\n", b"From: Ann <ann@example.org>\r\n\r\nHi Bob\r\n.\r\n"),
        terms=Terms(hostname="trap.test", require_tls=True),
    ),
    good=Script(
        (_EHLO, _MAIL, _RCPT, b"DATA\r\n", b"QUIT\r\n"),
        terms=Terms(hostname="trap.test", require_tls=True),
    ),
)


@on_command(MESSAGE_AFTER_REFUSAL, when=STRAY)
def message_after_refusal(seen: Seen, command: Command) -> Iterator[Found]:
    # Once, at the first line.
    if isinstance(seen.asked, Command) and seen.asked.verb == "DATA":
        code = seen.last_code_of["DATA"]
        yield Found(f"{shown(command.raw.rstrip())} after {code}", 0, len(command.raw))


DUPLICATE_RECIPIENT = Rule(
    "duplicate-recipient",
    "The same recipient twice",
    Severity.INFO,
    "RFC 5321 §3.3",
    why="Some servers deliver twice, others once; in LMTP each has a reply of its own.",
    mend="Make the list of recipients unique; someone may be in To and in Cc.",
    bad=(_EHLO, _MAIL, _RCPT, b"RCPT TO:<bob@EXAMPLE.org>\r\n"),
    good=(_EHLO, _MAIL, _RCPT, b"RCPT TO:<Bob@example.org>\r\n"),
)


@on_command(DUPLICATE_RECIPIENT, "RCPT", when=RECIPIENTS)
def duplicate_recipient(seen: Seen, command: Command) -> Iterator[Found]:
    assert seen.transaction is not None
    mailbox = mailbox_of(command.argument)
    if mailbox in seen.transaction.mailboxes:
        yield Found(shown(mailbox))


MANY_RECIPIENTS = Rule(
    "many-recipients",
    "More than 100 recipients in one transaction",
    Severity.INFO,
    "RFC 5321 §4.5.3.1.8",
    quote=(
        "A client that needs to deliver a message containing over 100 RCPT commands SHOULD be"
        ' prepared to transmit in 100-recipient "chunks" if the server declines to accept more'
        " than 100 recipients in a single message."
    ),
    why="A server need not take more than 100; it answers 452 to the others, for another try.",
    mend="Send the message in several transactions, or make sure that 452 to a RCPT does that.",
    bad=(_EHLO, _MAIL, *(b"RCPT TO:<r%d@example.org>\r\n" % n for n in range(101))),
    good=(_EHLO, _MAIL, *(b"RCPT TO:<r%d@example.org>\r\n" % n for n in range(100))),
    probes=("101 rcpts (last)", "1001 rcpts pipelined (tail)"),
    elsewhere=(("Gmail", "452 4.5.3, too many recipients, by its limits for sending"),),
)


@on_command(MANY_RECIPIENTS, "RCPT", when=RECIPIENTS)
def many_recipients(seen: Seen, _command: Command) -> Iterator[Found]:
    assert seen.transaction is not None
    if len(seen.transaction.recipients) == MANY:
        yield Found()


NULL_SENDER_MULTI_RCPT = Rule(
    "null-sender-multi-rcpt",
    "More than one recipient of mail from <>",
    Severity.INFO,
    "RFC 5321 §4.5.5",
    quote=(
        "All other types of messages (i.e., any message which is not required by a Standards-Track"
        " RFC to have a null reverse-path) SHOULD be sent with a valid, non-null reverse-path."
    ),
    why="<> is the sender of reports on one message, which go to one sender; spam looks like this.",
    mend="Give a sender that takes bounces, or send each report in a transaction of its own.",
    bad=(_EHLO, _BOUNCE, _RCPT, _RCPT_2),
    good=(_EHLO, _BOUNCE, _RCPT),
    elsewhere=(("Postfix with reject_multi_recipient_bounce", "550 5.5.3 Multi-recipient bounce"),),
)


@on_command(NULL_SENDER_MULTI_RCPT, "RCPT", when=RECIPIENTS)
def null_sender_multi_rcpt(seen: Seen, _command: Command) -> Iterator[Found]:
    transaction = seen.transaction
    if transaction is None or len(transaction.recipients) != 1:
        return
    if transaction.sender is not None and transaction.sender.raw == b"<>":
        yield Found()


def _is_mail_refused(seen: Seen) -> bool:
    """MAIL came and was refused: what was sent along with it, or after it, is another thing."""
    return seen.last_code_of.get("MAIL", 0) >= 400

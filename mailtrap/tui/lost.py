"""Mail that a session lost although it brought other mail: refused, or left unfinished.  Pure."""

from mailtrap.amounts import amount
from mailtrap.envelope import Envelope
from mailtrap.session import Session
from mailtrap.transactions import Transaction, transactions
from mailtrap.tui.causes import ended_by_rule
from mailtrap.tui.outcome import asked_for, by_rule, refused_with, unkept

_NOTHING = Envelope()


def lost(session: Session) -> list[Transaction]:
    """The transactions of which nothing was kept, though the client had begun to say whose mail
    it is; in order.  A client that used RSET gave up its transaction on purpose, unless nobody
    was left to send it to.
    """
    return [
        transaction
        for transaction in transactions(session.transcript, is_open=session.is_open)
        if (transaction.outcome in ("refused", "abandoned") or transaction.has_nobody)
        and transaction.message is None
        and asked_for(transaction) != _NOTHING
    ]


def what_came_of(session: Session, transaction: Transaction) -> str:
    """How it was lost, in a few words that are safe to show."""
    if transaction.outcome == "refused" and transaction.cause is not None:
        return refused_with(session, transaction.cause)
    if (rule := ended_by_rule(session)) and transactions(session.transcript)[-1] == transaction:
        return by_rule(rule, transaction.size, "")
    if transaction.size:
        return f"abandoned after {amount(transaction.size, 'octet')}"
    if transaction.cause is not None and transaction.has_nobody:
        return refused_with(session, transaction.cause)
    return "abandoned before its mail data"


def lost_data(session: Session, transaction: Transaction) -> bytes:
    """The octets of mail data that came in it; b"" for none."""
    if not transaction.size:
        return b""
    later = [t.begun for t in transactions(session.transcript) if t.begun > transaction.begun]
    return b"".join(
        entry.raw
        for entry in unkept(session)
        if entry.at >= transaction.begun and not (later and entry.at >= later[0])
    )

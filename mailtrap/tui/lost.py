"""Mail that a session lost although it brought other mail: refused, or left unfinished.  Pure."""

from mailtrap.envelope import Envelope
from mailtrap.session import Session
from mailtrap.transactions import Transaction, transactions
from mailtrap.tui.outcome import asked_for, first_line, unkept

_NOTHING = Envelope()


def lost(session: Session) -> list[Transaction]:
    """The transactions of which nothing was kept, though the client had begun to say whose mail
    it is; in order.  A client that used RSET gave up its transaction on purpose.
    """
    return [
        transaction
        for transaction in transactions(session.transcript, is_open=session.is_open)
        if transaction.outcome in ("refused", "abandoned")
        and transaction.message is None
        and asked_for(transaction) != _NOTHING
    ]


def what_came_of(transaction: Transaction) -> str:
    """How it was lost, in a few words that are safe to show."""
    if transaction.reply is not None:
        return first_line(transaction.reply)
    if transaction.size:
        return f"abandoned after {transaction.size:,} octets"
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

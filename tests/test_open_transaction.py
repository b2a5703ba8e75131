import pytest

from mailtrap.answers import say
from mailtrap.envelope import Path
from mailtrap.open_transaction import OpenTransaction
from mailtrap.session import Chunk
from tests.dialogues import START


@pytest.mark.parametrize(
    ("limit", "kept"),
    [(None, [b"one", b"two", b"three"]), (5, [b"one", b"tw", b""]), (0, [b"", b"", b""])],
)
def test_of_chunks_no_more_is_kept_than_the_limit_and_all_are_counted(
    limit: int | None, kept: list[bytes]
) -> None:
    transaction = OpenTransaction()

    for offset, octets in enumerate((b"one", b"two", b"three")):
        transaction.add(Chunk(START, octets, offset, size=len(octets)), limit)

    assert transaction.chunks == kept
    assert (transaction.size, transaction.offsets) == (11, [0, 1, 2])


@pytest.mark.parametrize(
    ("refused", "recipients", "replies"),
    [
        ("", [], (None, None)),
        ("RCPT", [Path(b"<bob@example.org>")], (None, None)),
        ("MAIL", [Path(b"<bob@example.org>")], ("503 5.5.1 MAIL was refused",) * 2),
        ("RCPT", [], ("554 5.5.1 no valid recipients", "503 5.5.1 no valid recipients")),
    ],
)
def test_mail_data_is_vain_where_a_rule_left_it_without_sender_or_recipient(
    refused: str, recipients: list[Path], replies: tuple[str | None, str | None]
) -> None:
    transaction = OpenTransaction(refused=refused, recipients=recipients)

    in_smtp = transaction.vain(per_recipient=False)
    in_lmtp = transaction.vain(per_recipient=True)

    assert (in_smtp, in_lmtp) == tuple(text and say(text) for text in replies)

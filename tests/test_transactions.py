import pytest

from mailtrap.session import Entry
from mailtrap.transactions import latest, transactions
from tests.dialogues import START, play


def test_a_client_that_drops_mid_data_leaves_an_abandoned_transaction() -> None:
    session = play("""
        S: 220 ready
        C: MAIL FROM:<ann@example.org>
        S: 250 ok
        C: RCPT TO:<bob@example.org>
        S: 250 ok
        C: DATA
        S: 354 go on
        C: half
    """)

    [transaction] = transactions(session.transcript)

    assert transaction.outcome == "abandoned"
    assert transaction.envelope.reverse_path == "ann@example.org"
    assert transaction.size == 6


def test_a_refused_recipient_is_not_in_the_envelope_and_its_reply_is_told() -> None:
    session = play("""
        S: 220 ready
        C: MAIL FROM:<ann@example.org>
        S: 250 ok
        C: RCPT TO:<nobody@example.org>
        S: 550 5.1.1 no such user
        C: RCPT TO:<bob@example.org>
        S: 250 ok
        C: DATA
        S: 354 go on
        C: .
        S: 250 kept
        C: QUIT
        S: 221 bye
    """)

    [transaction] = transactions(session.transcript)

    assert transaction.outcome == "kept"
    assert transaction.envelope.forward_paths == ("bob@example.org",)
    [(path, reply)] = transaction.refused
    assert (path.address, reply.code) == ("nobody@example.org", 550)


def test_each_way_to_end_a_transaction_has_its_outcome() -> None:
    session = play("""
        C: MAIL FROM:<reset@example.org>
        S: 250 ok
        C: RSET
        S: 250 ok
        C: MAIL FROM:<superseded@example.org>
        S: 250 ok
        C: MAIL FROM:<greeted@example.org>
        S: 250 ok
        C: EHLO again
        S: 250 ok
        C: MAIL FROM:<refused@example.org>
        S: 553 no
        C: MAIL FROM:<nodata@example.org>
        S: 250 ok
        C: DATA
        S: 554 no
        C: MAIL FROM:<notkept@example.org>
        S: 250 ok
        C: DATA
        S: 354 go on
        C: .
        S: 452 full
        C: DATA
        S: 354 go on
        C: .
        S: 250 kept
        C: MAIL FROM:<quit@example.org>
        S: 250 ok
        C: QUIT
        S: 221 bye
    """)

    found = [(t.envelope.reverse_path, t.outcome) for t in transactions(session.transcript)]

    assert found == [
        ("reset@example.org", "reset"),
        ("superseded@example.org", "abandoned"),
        ("greeted@example.org", "reset"),
        ("refused@example.org", "refused"),
        ("nodata@example.org", "refused"),
        ("notkept@example.org", "refused"),
        (None, "kept"),
        ("quit@example.org", "abandoned"),
    ]


def test_chunks_make_one_transaction() -> None:
    session = play("""
        C: MAIL FROM:<ann@example.org>
        S: 250 ok
        C: BDAT 4
        C: ab
        S: 250 ok
        C: BDAT 4 LAST
        C: cd
        S: 250 kept
    """)

    [transaction] = transactions(session.transcript)

    assert (transaction.outcome, transaction.size) == ("kept", 8)


def test_a_transaction_of_an_open_session_is_open() -> None:
    session = play("""
        C: MAIL FROM:<ann@example.org>
        S: 250 ok
    """)

    [transaction] = transactions(session.transcript, is_open=True)

    assert transaction.outcome == "open"


def test_a_session_without_mail_has_no_transactions() -> None:
    session = play("""
        S: 220 ready
        C: EHLO x
        S: 250 ok
        C: NOOP
        S: 250 ok
        C: QUIT
        S: 221 bye
    """)

    assert transactions(session.transcript) == ()


@pytest.mark.parametrize(
    "dialogue",
    [
        "C: NOOP",
        "C: RCPT TO:<bob@example.org>\nS: 503 MAIL first",
        "C: MAIL FROM:<a@example.org>\nS: 250 ok\nC: RSET\nS: 250 ok\nC: DATA\nS: 503 no",
        "C: MAIL FROM:<a@example.org>\nS: 250 ok\nC: MAIL FROM:<b@example.org>\nS: 503 twice",
        "C: MAIL FROM:<a@example.org>\nS: 250 ok\nC: RCPT TO:<b@example.org>\nS: 250 ok\nC: QUIT",
    ],
)
@pytest.mark.parametrize("is_open", [True, False])
def test_the_latest_is_the_last_of_all(dialogue: str, *, is_open: bool) -> None:
    transcript = play(dialogue).transcript

    [*_, last] = [None, *transactions(transcript, is_open=is_open)]

    assert latest(transcript, is_open=is_open) == last


def test_the_latest_of_many_is_found_without_reading_the_others() -> None:
    session = play("""
        C: MAIL FROM:<ann@example.org>
        S: 250 ok
        C: MAIL FROM:<bob@example.org>
        S: 503 twice
    """)
    read = list(session.transcript)
    read[0] = Entry(START)  # would make a difference to who reads all of it

    assert latest(read) == latest(session.transcript)

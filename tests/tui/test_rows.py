"""Rows: what a list says about a message or a session, safe to show."""

import pytest

from mailtrap.tui.rows import cell, has_attachment, message_row, session_row
from tests.tui.senders import Sender, a_trap, bring, titled


def test_a_message_has_a_row_with_author_recipients_subject_and_size() -> None:
    message = bring(
        a_trap(),
        titled("=?utf-8?q?Gr=C3=BC=C3=9Fe?=", "Ann <ann@example.org>"),
        sender=b"<bounces+1@example.org>",
        recipients=[b"<bob@example.org>", b"<eve@example.org>", b"<joe@example.org>"],
    )

    row = message_row(message, 7)

    assert (row.number, row.sender, row.recipients) == (7, "ann@example.org", "bob@example.org +2")
    assert (row.subject, row.size, row.unread) == ("Grüße", len(message.data), True)


def test_without_a_from_field_the_reverse_path_stands_for_the_author() -> None:
    message = bring(a_trap(), b"Subject: x\r\n\r\n", sender=b"<ann@example.org>")

    row = message_row(message, 1)

    assert row.sender == "ann@example.org"


def test_a_bounce_without_a_from_field_shows_the_null_reverse_path() -> None:
    message = bring(a_trap(), b"\r\nbody\r\n", sender=b"<>")

    row = message_row(message, 1)

    assert (row.sender, row.subject) == ("<>", "(no subject)")


def test_a_message_cut_off_at_the_size_limit_has_a_warning_mark() -> None:
    message = bring(a_trap(), titled("long") + b"x" * 500, max_size=200)

    row = message_row(message, 1)

    assert message.truncated
    assert "!" in row.marks


def test_smtputf8_and_attachments_have_marks() -> None:
    data = b"Subject: x\r\n\r\n--b\r\nContent-Disposition: attachment\r\n\r\n\r\n"

    message = bring(a_trap(), data, sender=b"<ann@example.org> SMTPUTF8")

    assert message_row(message, 1).marks == "A@"


def test_what_came_over_tls_has_a_mark() -> None:
    trap = a_trap()
    client = Sender(trap)
    mail = b"MAIL FROM:<ann@example.org>\r\nRCPT TO:<bob@example.org>\r\nDATA\r\n"
    client.send(mail).send(titled("clear") + b".\r\n")
    client.tls().send(mail).send(titled("secret") + b".\r\n")

    rows = [message_row(message, 1, client.session) for message in trap.messages]

    assert [row.marks for row in rows] == ["", "T"]
    assert session_row(Sender(trap).tls().leave(), 1).marks == "·T"


@pytest.mark.parametrize(
    ("part", "is_one"),
    [
        (b"Content-Disposition: attachment; filename=a.pdf", True),
        (b"content-disposition:attachment", True),
        (b"CONTENT-DISPOSITION:\r\n ATTACHMENT", True),
        (b'Content-Disposition: inline; filename="a.png"', True),
        (b"Content-Disposition: inline", False),
        (b"nothing about any disposition: attachment", False),
        (b"X-Position: attachment", False),
    ],
)
def test_a_part_with_a_disposition_or_file_name_counts_as_attachment(
    part: bytes,
    is_one: bool,  # noqa: FBT001 - pytest passes it by name
) -> None:
    data = b"Subject: x\r\n\r\n--b\r\n" + part + b"\r\n\r\nbody\r\n"

    assert has_attachment(data) is is_one


def test_what_a_terminal_would_obey_is_gone_from_a_cell() -> None:
    shown = cell("a\x1b]2;title\x07\x9b31m\u202eb\udce9\n")

    assert shown == "a␛]2;title␇\ufffd31m\ufffdb\ufffd␊"


def test_joiners_are_left_out_because_terminals_disagree_about_their_width() -> None:
    assert cell("\U0001f468\u200d\U0001f469 \u2764\ufe0f") == "\U0001f468\U0001f469 \u2764"


def test_skin_tones_are_left_out_because_terminals_disagree_about_their_width() -> None:
    assert cell("\U0001f44d\U0001f3fd \U0001f9d1\U0001f3ff\u200d\U0001f4bb") == (
        "\U0001f44d \U0001f9d1\U0001f4bb"
    )


def test_a_session_row_names_the_sender_and_what_came_of_it() -> None:
    client = Sender(a_trap())
    client.send(b"EHLO app.example.org\r\nMAIL FROM:<ann@example.org>\r\n")
    session = client.send(b"RCPT TO:<bob@example.org>\r\n").leave()

    row = session_row(session, 3)

    assert (row.kind, row.marks, row.size) == ("failed", "✗", None)
    assert (row.sender, row.recipients) == ("ann@example.org", "bob@example.org")
    assert row.subject == "left without mail, after RCPT"

import re
from pathlib import Path

import pytest

from mailtrap.testing import MailTrap, MailtrapError, Message
from tests.testing.posting import connected, post, post_raw, written


def test_everything_of_a_message_can_be_read(trap: MailTrap) -> None:
    sent = written(
        "Grüße",
        to='"Jones, Bob" <bob@example.org>',
        html='<p>See <a href="https://example.org/x?a=1&amp;b=2">here</a></p>',
        Cc="carl@example.org",
        Reply_To="help@example.org",
    )
    sent.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="bill.pdf")
    with connected(trap) as client:
        client.send_message(sent, "bounce@example.org", ["bob@example.org", "hidden@example.org"])

    message = trap.one()

    assert message.id == f"{message.session.id}-1"
    assert message.mail_from == "bounce@example.org"
    assert message.rcpt_to == ("bob@example.org", "hidden@example.org")
    assert message.envelope.reverse_path == "bounce@example.org"
    assert message.subject == "Grüße"
    assert message.from_ == "ann@example.org"
    assert message.to == ("bob@example.org",)
    assert message.to[0].name == "Jones, Bob"
    assert message.cc == ("carl@example.org",)
    assert message.bcc == ("hidden@example.org",)
    assert message.reply_to == ("help@example.org",)
    assert message.date is not None
    assert message.date.year == 2024
    assert message.message_id == "<1@example.org>"
    assert message.headers["reply-TO"] == "help@example.org"
    assert message.text == "Hello Bob.\n"
    assert message.html.text == "See here"
    assert message.link(text="here") == "https://example.org/x?a=1&b=2"
    [attachment] = message.attachments
    assert (attachment.filename, attachment.content) == ("bill.pdf", b"%PDF")
    assert message.inline == ()
    assert message.size == len(message.raw)
    assert not message.tls
    assert message.auth_user is None
    assert message.defects == ()
    assert message.email["Subject"] == "Grüße"
    assert repr(message) == "<Message 'Grüße' to bob@example.org, hidden@example.org>"


def test_the_octets_are_those_that_were_sent(trap: MailTrap) -> None:
    data = b"Subject: x\r\nX-Odd:\t tab \r\n\r\n.dot\r\n\xff\r\n"

    post_raw(trap, data)

    assert trap.one().raw == data


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\r\n",
        b'To: "\r\n\r\n',
        b"Date: nonsense\r\nContent-Type: multipart/mixed\r\n\r\n",
        b"Subject: =?utf-8?b?!!!?=\r\nFrom: <<>>,,;\r\n\r\n\xff\xfe",
        b"Content-Type: text/html; charset=nope\r\n\r\n<a href",
        b"Message-ID: <\xff>\r\nTo: a@[b, c\r\n\r\nx",
    ],
)
def test_reading_never_raises(trap: MailTrap, data: bytes) -> None:
    post_raw(trap, data)
    message = trap.one()

    names = [name for name in dir(Message) if isinstance(getattr(Message, name), property)]
    read = [getattr(message, name) for name in names]
    message.snapshot()

    assert len(read) > 20
    assert isinstance(message.html, str)
    assert message.attachments == ()


def test_an_image_that_the_html_shows_is_inline_and_no_attachment(trap: MailTrap) -> None:
    sent = written(html='<img src="cid:logo">')
    _, part = sent.iter_parts()
    part.add_related(b"PNG", "image", "png", cid="<logo>")
    with connected(trap) as client:
        client.send_message(sent)

    message = trap.one()

    [logo] = message.inline
    assert (logo.content_id, logo.content_type, logo.content) == ("logo", "image/png", b"PNG")
    assert message.attachments == ()


def test_headers_are_a_mapping_in_any_case_and_know_all_of_a_name(trap: MailTrap) -> None:
    post_raw(trap, b"Subject: x\r\nX-Tag: one\r\nx-tag: two\r\n\r\n")

    headers = trap.one().headers

    assert dict(headers) == {"Subject": "x", "X-Tag": "one"}
    assert headers.get_all("X-TAG") == ("one", "two")
    assert "x-TAG" in headers
    assert headers.get("X-None") is None


def test_the_wrong_number_of_links_lists_them_all(trap: MailTrap) -> None:
    post(trap, text="https://example.org/a and https://example.org/b\n")
    message = trap.one()

    with pytest.raises(AssertionError) as two:
        message.link()
    with pytest.raises(AssertionError) as none:
        message.link(text="Confirm", url=re.compile("token=.*"))

    assert str(two.value).startswith("2 links in <Message 'Welcome' to bob@example.org>; it has:\n")
    assert "no links with text 'Confirm', url /token=.*/" in str(none.value)
    assert "'https://example.org/b' -> https://example.org/b" in str(none.value)


def test_the_same_link_twice_is_one(trap: MailTrap) -> None:
    post(trap, html='<a href="https://example.org/a">A</a> <a href="https://example.org/a">B</a>')

    assert trap.one().link(url="example.org/a") == "https://example.org/a"


def test_the_code_is_the_one_a_person_sees(trap: MailTrap) -> None:
    post(trap, text="Your code is 493021, until 2031.\n")

    assert trap.one().code() == "493021"
    assert trap.one().codes() == ("493021",)


def test_without_a_code_the_text_is_shown(trap: MailTrap) -> None:
    post(trap, text="Nothing to see here.\nNor there.\n")

    with pytest.raises(AssertionError) as raised:
        trap.one().code()

    assert "no one-time code" in str(raised.value)
    assert "\nNothing to see here.\nNor there." in str(raised.value)


def test_a_header_that_is_not_there_is_told_with_what_is(trap: MailTrap) -> None:
    post(trap, X_Tag="sale")
    post_raw(trap, b"\r\nno header\r\n")
    message, bare = trap

    with pytest.raises(KeyError, match=r"there is no header 'X-Tga'; did you mean X-Tag\?"):
        _ = message.headers["X-Tga"]
    with pytest.raises(KeyError, match="there is no header 'X'; there are From, To, Subject, "):
        _ = message.headers["X"]
    with pytest.raises(KeyError, match="there is no header 'X'; there is none at all"):
        _ = bare.headers["X"]
    assert message.headers.get("X") is None
    assert "X" not in message.headers


def test_a_message_is_saved_to_a_file_or_into_a_directory(trap: MailTrap, tmp_path: Path) -> None:
    post(trap)
    message = trap.one()

    assert message.save(tmp_path / "x.eml").read_bytes() == message.raw
    assert message.save(tmp_path) == tmp_path / f"{message.id}.eml"


@pytest.mark.parametrize("name", ["../../evil.txt", "..", "/etc/evil.txt", "..\\evil.txt"])
def test_an_attachment_never_leaves_the_directory_it_is_saved_in(
    trap: MailTrap, tmp_path: Path, name: str
) -> None:
    sent = written()
    sent.add_attachment(b"evil", maintype="text", subtype="x", filename=name)
    with connected(trap) as client:
        client.send_message(sent)
    inside = tmp_path / "inside"
    inside.mkdir()

    saved = trap.one().attachments[0].save(inside)

    assert saved.parent == inside
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [saved]


def test_a_snapshot_is_the_same_for_each_sending(trap: MailTrap) -> None:
    for number in (1, 2):
        sent = written(html="<p>Hi</p>")
        sent.replace_header("Date", f"Mon, 0{number} Jan 2024 12:00:00 +0000")
        sent.replace_header("Message-ID", f"<{number}@example.org>")
        sent.set_boundary(f"=={number}==")
        with connected(trap) as client:
            client.send_message(sent)

    first, second = trap

    assert first.raw != second.raw
    assert first.snapshot() == second.snapshot()
    assert "Subject: Welcome" in first.snapshot()
    assert 'boundary="boundary-1"' in first.snapshot()
    assert "<p>Hi</p>" in first.snapshot()


def test_a_snapshot_of_an_answer_is_the_same_for_each_sending(trap: MailTrap) -> None:
    for n in (1, 2):
        sent = written(
            "Re: Order",
            text=f"You wrote in <{n}.b@example.org>.\n",
            In_Reply_To=f"<{n}.b@example.org>",
            References=f"<{n}.a@example.org> <{n}.b@example.org> <{n}@example.org>",
        )
        sent.replace_header("Message-ID", f"<{n}@example.org>")
        with connected(trap) as client:
            client.send_message(sent)

    first, second = trap

    assert first.snapshot() == second.snapshot()
    assert "In-Reply-To: <reference-1>\n" in first.snapshot()
    assert "References: <reference-2> <reference-1> <message-id>\n" in first.snapshot()
    assert "You wrote in <reference-1>." in first.snapshot()


def test_a_snapshot_differs_where_the_text_does(trap: MailTrap) -> None:
    post(trap, text="one\n")
    post(trap, text="two\n")

    first, second = trap

    assert first.snapshot() != second.snapshot()
    replaced: dict[str | re.Pattern[str], str] = {"one": "N", re.compile("tw."): "N"}
    assert first.snapshot(replace=replaced) == second.snapshot(replace=replaced)


def test_the_session_of_a_message_that_was_cleared_is_still_there(trap: MailTrap) -> None:
    post(trap)

    [message] = trap.clear()

    assert message.session.message_ids == (message.id,)


def test_the_session_of_a_message_that_is_not_kept_any_more_is_told(trap: MailTrap) -> None:
    post(trap)
    message = trap.one()
    assert not trap.sessions[0].is_open

    trap._catcher.trap.clear()

    with pytest.raises(MailtrapError, match=r"is not kept any more: .* too many came after it"):
        _ = message.session

from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrap.content import MAX_BODY, Content
from mailtrap.links import Link


def touch(content: Content) -> None:
    for field in content.fields:
        assert isinstance(field.text, str)
    assert isinstance(content.subject, str)
    assert content.text is None or isinstance(content.text, str)
    assert content.html is None or isinstance(content.html, str)
    assert content.attachments >= 0
    assert content.root is content.parts[0]
    assert all(0 <= each.start <= each.end <= len(content.data) for each in content.defects)
    assert all(content.codes)
    assert content.links is not None
    assert content.images is not None
    assert content.content_ids is not None
    assert content.limits is not None


PIECES = st.sampled_from(
    b'To: "\r\n|Subject: =?utf-8?q?=FF?=\r\n|=?x?b?!?=|Content-Type: multipart/mixed;'
    b" boundary=a\r\n|"
    b"\r\n\r\n|--a\r\n|--a--\r\n|Content-Type: text/plain; charset=nope\r\n|\0|\xff|\n|\r|"
    b"Content-Transfer-Encoding: base64\r\n|Content-Disposition: attachment; filename*=x''%\r\n|"
    b"Content-Type: message/rfc822\r\n|Content-Type: message/delivery-status\r\n|: x\r\n|:".split(
        b"|"
    )
)


@given(st.one_of(st.binary(max_size=300), st.lists(PIECES, max_size=30).map(b"".join)))
def test_any_octets_can_be_read(octets: bytes) -> None:
    touch(Content(octets))


@pytest.mark.parametrize(
    "octets",
    [
        b"Content-Type: multipart/mixed; boundary=a\r\n\r\n" + b"--a\r\n" * 5000,
        b"Content-Type: message/rfc822\r\n\r\n" * 2000,
        b"Subject: " + b"=?utf-8?q?x?= " * 20_000 + b"\r\n\r\n",
        b"X: y\r\n" * 100_000,
        b"Subject: " + b"=?a?q?x " * 30_000 + b"\r\n\r\n",  # the stdlib needs 40 s for it
        b"x" * 3_000_000,
    ],
)
def test_hostile_mail_can_be_read(octets: bytes) -> None:
    touch(Content(octets))


def test_fields_are_in_order_with_their_exact_octets() -> None:
    content = Content(
        b"B: 1\r\nA:2\r\n  more\t\r\nb : 3\r\nnot a field\r\nC: \xff\r\n\r\nD: body\r\n"
    )

    assert [(field.name, field.raw) for field in content.fields] == [
        ("B", b"1"),
        ("A", b"2\r\n  more"),
        ("b", b"3\r\nnot a field"),
        ("C", b"\xff"),
    ]
    assert content.field("a") == "2 more"
    assert content.field("b") == "1"
    assert content.field("none") == ""


def test_mail_data_without_header_section_has_no_fields() -> None:
    assert Content(b"\r\nSubject: body\r\n").fields == ()
    assert Content(b"").fields == ()


def test_encoded_words_and_raw_utf8_are_decoded() -> None:
    encoded = Content(b"Subject: =?iso-8859-1?q?caf=E9?=\r\n =?utf-8?b?4oKs?= end\r\n\r\n")
    raw = Content("Subject: grüße\r\n\r\n".encode())
    latin1 = Content(b"Subject: gr\xfc\xdfe\r\n\r\n")

    assert [c.subject for c in (encoded, raw, latin1)] == ["café€ end", "grüße", "grüße"]


def test_text_html_and_attachments_of_a_usual_mail() -> None:
    mail = EmailMessage()
    mail["Subject"] = "hi"
    mail.set_content("Grüße\n")
    mail.add_alternative("<p>Grüße</p>\n", subtype="html")
    mail.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="a.pdf")
    mail.add_attachment("notes", filename="notes.txt")

    content = Content(mail.as_bytes())

    assert content.text == "Grüße\n"
    assert content.html == "<p>Grüße</p>\n"
    assert content.attachments == 2


def test_a_charset_nobody_knows_falls_back_to_what_fits() -> None:
    head = b"Content-Type: text/plain; charset=x-none\r\n\r\n"

    assert Content(head + "é\r\n".encode()).text == "é\n"
    assert Content(head + b"\xe9\r\n").text == "é\n"


def test_mail_without_text_has_none() -> None:
    assert Content(b"Content-Type: image/png\r\n\r\nx").text is None
    assert Content(b"Content-Type: image/png\r\n\r\nx").html is None


RELATED = (
    b"Subject: 482913 is your code\r\n"
    b"Content-Type: multipart/related; boundary=b\r\n\r\n--b\r\n"
    b"Content-Type: multipart/alternative; boundary=c\r\n\r\n--c\r\n\r\n"
    b"Your code is 482913: https://e/1, or (see https://e/only).\r\n--c\r\n"
    b"Content-Type: text/html\r\n\r\n<style>p{color:#571204}</style><p>Your code is "
    b"<b>482</b><b>913</b> <a href='https://e/1'>Go</a><img src='cid:logo@e'>"
    b"<img src='https://e/open.gif' width=1>\r\n--c--\r\n--b\r\n"
    b"Content-Type: image/png\r\nContent-ID: <logo@e>\r\n\r\nx\r\n--b--\r\n"
)


def test_links_are_those_of_the_html_and_then_those_only_the_text_has() -> None:
    assert Content(RELATED).links == (
        Link("https://e/1", "Go"),
        Link("https://e/only", "https://e/only"),
    )


def test_a_code_that_is_seen_in_several_places_is_one() -> None:
    assert Content(RELATED).codes == ("482913",)


def test_images_lead_to_parts_by_content_id() -> None:
    content = Content(RELATED)

    logo, tracker = content.images
    assert content.content_ids[logo.cid or ""].path == "2"
    assert tracker.is_tracker


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("see https://e/a.", ["https://e/a"]),
        ("(https://e/a)", ["https://e/a"]),
        ("https://e/a_(b)", ["https://e/a_(b)"]),
        ("<https://e/a?b=c&d=e#f>,", ["https://e/a?b=c&d=e#f"]),
        ('"https://e/a"!', ["https://e/a"]),
        ("HTTPS://E/A mailto:a@b.", ["HTTPS://E/A", "mailto:a@b"]),
        ("https://e/a https://e/a", ["https://e/a"]),
        ("https:// http://. xhttps://e www.e", []),
    ],
)
def test_urls_of_text_end_before_the_punctuation(text: str, expected: list[str]) -> None:
    assert [link.href for link in Content(b"\r\n" + text.encode()).links] == expected


def test_a_message_that_is_attached_is_one_attachment_and_not_the_text() -> None:
    data = (
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
        b"Content-Type: text/html\r\n\r\n<p>hi\r\n--b\r\n"
        b"Content-Type: message/rfc822\r\nContent-Disposition: attachment\r\n\r\n"
        b"Content-Disposition: attachment\r\n\r\nforwarded\r\n--b--\r\n"
    )

    content = Content(data)

    assert (content.text, content.html, content.attachments) == (None, "<p>hi", 1)


def test_of_a_very_long_text_only_the_beginning_is_read_and_it_says_so() -> None:
    content = Content(b"\r\n" + b"x" * (MAX_BODY + 1))

    assert content.text is not None
    assert len(content.text) == MAX_BODY
    assert content.limits == (f"only {MAX_BODY:,} octets of part 1 are read as text",)


def test_asking_for_the_subject_cuts_no_parts() -> None:
    content = Content(RELATED)

    assert content.subject == "482913 is your code"
    assert set(vars(content)) == {"data", "header_end"}

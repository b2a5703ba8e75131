"""Borders of the rules of MIME bodies that their samples do not show."""

from base64 import b64encode
from email.message import EmailMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import SMTP, SMTPUTF8, Policy, default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrap.content import Content
from mailtrap.envelope import Envelope, Path
from mailtrap.lint.catalogue import RULES
from mailtrap.lint.diagnostic import Severity
from mailtrap.lint.mail import Mail
from mailtrap.lint.message import MAX_READ
from mailtrap.lint.samples import ENVELOPE, LETTER, Sample
from tests.lint.findings import findings, ids

CHAPTERS = (
    "MIME",
    "Boundaries",
    "Transfer encodings",
    "Base64 and quoted-printable",
    "Text and its charset",
    "Alternatives and images",
    "DKIM",
    "Lists",
    "Deliverability",
)
HEADER = LETTER.partition(b"Content-Type")[0]
QP = b"Content-Transfer-Encoding: quoted-printable\r\n"


def with_type(content_type: bytes, rest: bytes) -> bytes:
    """A letter with that Content-Type; ``rest`` are more fields, the blank line and a body."""
    return HEADER + b"Content-Type: " + content_type + b"\r\n" + rest


def found(data: bytes) -> set[str]:
    return ids((ENVELOPE, data), *CHAPTERS)


def bad(data: bytes, *envelopes: Envelope) -> list[tuple[str, str]]:
    """Errors and warnings of these chapters."""
    samples: list[Sample] = [(envelope, data) for envelope in envelopes] or [data, (ENVELOPE, data)]
    every = [each for sample in samples for each in findings(sample, *CHAPTERS)]
    return [(each.rule.id, each.detail) for each in every if each.severity != Severity.INFO]


@pytest.mark.parametrize("comment", [b"(a)", b"(a (b) c)", rb"(a \) (\( b))"])
def test_comments_may_hold_comments_and_quoted_pairs(comment: bytes) -> None:
    data = LETTER.replace(b"1.0", b"1." + comment + b"0 " + comment).replace(
        b"\r\n\r\n",
        b"\r\nContent-Transfer-Encoding: 7bit " + comment + b"\r\n"
        b"List-Unsubscribe: " + comment + b" <https://example.org/u(1>\r\n\r\n",
    )

    assert found(data) <= {"one-click-missing", "dkim-missing"}


EIGHT_BIT = (
    b"--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    b"\xc3\xbc\r\n--b--\r\n"
)


@pytest.mark.parametrize(
    ("fields", "body", "parts"),
    [
        (b"Content-Transfer-Encoding: 7bit\r\n", EIGHT_BIT, [""]),
        (b"Content-Transfer-Encoding: 8bit\r\n", EIGHT_BIT, []),
        (b"", EIGHT_BIT, []),  # as most write it
        (b"Content-Transfer-Encoding: 7bit\r\n", EIGHT_BIT.replace(b"\xc3\xbc", b"u"), []),
        (b"", EIGHT_BIT.replace(b"8bit", b"7bit"), ["1"]),
        (b"", b"--b\r\n\r\na\r\n" + EIGHT_BIT.replace(b"8bit", b"7bit"), ["2"]),
        (b"", b"--b\r\n\r\n\xc3\xbc\r\n" + EIGHT_BIT, ["1"]),
    ],
)
def test_a_multipart_that_says_7bit_holds_no_other_octets(
    fields: bytes, body: bytes, parts: list[str]
) -> None:
    data = with_type(b"multipart/mixed; boundary=b", fields + b"\r\n" + body)

    told = [each for each in findings(data) if each.rule.id == "cte-7bit-has-8bit"]

    assert [each.place.part for each in told] == parts
    assert all(data[each.place.start or 0] > 127 for each in told)


TEXTS = (
    "Hello Bob\n",
    "Grüße\n",
    "-- \nAnn \nFrom me\n.\n",
    "x" * 2000 + "\n",
    "ü" * 900,
    "日本語\n" * 30,
    "a=b =3D ?é\n",
)


@pytest.mark.parametrize("text", TEXTS)
def test_mail_that_python_makes_is_right(text: str) -> None:
    sender = Path(b"<ann@example.org>", b"BODY=8BITMIME SMTPUTF8")
    international = Envelope(sender, ENVELOPE.recipients)

    assert bad(of_python(text, default)) == []
    assert bad(of_python(text, SMTP)) == []
    assert bad(of_python(text, SMTPUTF8), international) == []


def of_python(text: str, policy: Policy) -> bytes:
    message = EmailMessage(policy=policy)
    message["From"] = "Ann <ann@example.org>"
    message["To"] = "Bob <bob@example.org>"
    message["Subject"] = "Grüße"
    message.set_content(text)
    message.add_alternative(f'<p>{text}</p><img src="cid:logo@example.org">', subtype="html")
    html = list(message.iter_parts())[1]
    assert isinstance(html, EmailMessage)
    html.add_related(b"GIF89a", "image", "gif", cid="<logo@example.org>", filename="bild ü.gif")
    message.add_attachment(bytes(range(256)), "application", "pdf", filename=f"{'Größe ' * 20}.pdf")
    message.add_attachment("a;ü\n", subtype="csv", filename="a.csv")
    inner = EmailMessage()
    inner.set_content(text)
    message.add_attachment(inner)
    return message.as_bytes()


@pytest.mark.parametrize("text", TEXTS)
def test_mail_of_the_old_classes_is_right(text: str) -> None:
    message = MIMEMultipart("alternative")
    message["From"] = "Ann <ann@example.org>"
    message.attach(MIMEText(text, "plain", "utf-8"))
    message.attach(MIMEText(f"<p>{text}</p>", "html", "utf-8"))

    assert bad(message.as_bytes()) == []
    assert bad(message.as_bytes().replace(b"\n", b"\r\n")) == []


def test_what_is_in_a_message_within_is_not_the_senders() -> None:
    inner = b"Content-Type: text\r\nContent-Transfer-Encoding: 12bit\r\n\r\n=\xff\r\n"
    data = with_type(b"message/rfc822", b"Content-Transfer-Encoding: 8bit\r\n\r\n" + inner)

    assert found(data) == set()


def test_what_was_not_read_is_not_missing() -> None:
    text = b"--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<img src=cid:a>\r\n"
    part = b"--b\r\nContent-Type: text/plain; charset=utf-8\r\n"
    part += b"Content-Transfer-Encoding: base64\r\n\r\n" + b"w7zDvMO8\r\n" * (MAX_READ // 10)
    data = with_type(b"multipart/mixed; boundary=b", b"\r\n" + text + part + b"--b--\r\n")

    assert len(data) > MAX_READ
    assert found(data) <= {"size-large"}


def test_a_boundary_behind_what_is_read_is_not_missing() -> None:
    data = with_type(b"multipart/mixed; boundary=b", b"\r\n" + b"x" * MAX_READ + b"\r\n--b--\r\n")

    assert found(data) == set()


@pytest.mark.parametrize(
    ("content_type", "flaws"),
    [
        (b'multipart/mixed; boundary="=_a:b/c ?(d)"', []),
        (b"multipart/mixed; boundary=----=_Part", ["'----=_Part' has no quotes"]),
        (b'multipart/mixed; boundary="a*b"', ["'*' is not allowed in it"]),
        (b'multipart/mixed; boundary="a "', ["ends with a blank"]),
    ],
)
def test_what_is_wrong_with_a_boundary_is_told(content_type: bytes, flaws: list[str]) -> None:
    data = with_type(content_type, b"\r\n")

    every = findings(data, "Boundaries")

    assert [each.detail for each in every if each.rule.id == "boundary-invalid"] == flaws


def test_the_boundary_of_a_message_within_may_break_the_one_it_is_in() -> None:
    inner = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\na\r\n--b--\r\n"
    part = b"\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n" + inner + b"--b--\r\n"
    data = with_type(b"multipart/mixed; boundary=b", part)

    assert "boundary-collision" in found(data)


@pytest.mark.parametrize(
    ("value", "severity"),
    [
        (b"BASE64", None),
        (b"base64 (of course)", None),
        (b"base64;", Severity.WARNING),
        (b"x-uuencode", Severity.WARNING),
        (b"7-bit", Severity.ERROR),
        (b"", Severity.ERROR),
    ],
)
def test_a_transfer_encoding_is_one_word(value: bytes, severity: Severity | None) -> None:
    data = with_type(b"application/pdf", b"Content-Transfer-Encoding: " + value + b"\r\n\r\nYQ==")

    every = [each for each in findings(data) if each.rule.id == "cte-unknown"]

    assert [each.severity for each in every] == ([severity] if severity else [])


def test_a_binary_part_is_not_told_of_where_nobody_knows_how_it_came() -> None:
    data = with_type(b"application/pdf", b"Content-Transfer-Encoding: binary\r\n\r\n\0")

    assert ids(data, "Transfer encodings") == set()
    assert ids((ENVELOPE, data), "Transfer encodings") == {"cte-binary-over-data"}


def test_lines_of_76_are_right_whatever_ends_them() -> None:
    for end in (b"\r\n", b"\n"):
        base64 = b"Content-Transfer-Encoding: base64\r\n\r\n" + b"A" * 76 + end
        assert found(with_type(b"application/pdf", base64)) == set()
        printable = QP + b"\r\n" + b"x" * 75 + b"=" + end + b"x" + end
        assert found(with_type(b"text/plain", printable)) == set()


@pytest.mark.parametrize(("length", "severity"), [(77, "info"), (78, "info"), (79, "warning")])
def test_what_python_breaks_late_is_an_info(length: int, severity: str) -> None:
    data = with_type(b"text/plain", QP + b"\r\n" + b"x" * length + b"\r\n")

    [each] = findings(data, "Base64 and quoted-printable")

    assert (each.rule.id, each.severity) == ("qp-long-line", Severity(severity))
    assert data[each.place.start : each.place.end] == b"x" * length


@pytest.mark.parametrize(
    ("content_type", "body", "expected"),
    [
        (b"text/plain; charset=utf-8", "grüße", set()),
        (b"text/plain", "grüße", {"charset-missing"}),
        (b"text/calendar", "grüße", set()),
        (b"text/plain; charset=us-ascii", "grüße", {"charset-mismatch"}),
        (b"text/plain; charset=utf8", "grüße", {"charset-unknown"}),
        (b"text/plain; charset=viscii", "grüße", set()),
        (b"text/plain; charset=windows-874", "ก", {"charset-mismatch"}),
        (b"application/json", "grüße", set()),
    ],
)
def test_a_charset_is_told_of_once(content_type: bytes, body: str, expected: set[str]) -> None:
    data = with_type(content_type, b"Content-Transfer-Encoding: 8bit\r\n\r\n" + body.encode())

    assert found(data) == expected


@pytest.mark.parametrize(
    ("charset", "octets", "severity"),
    [
        (b"iso-8859-1", b"\x80", "warning"),
        (b"iso-8859-15", b"\xa4", None),
        (b"windows-874", "ก".encode("cp874"), None),
        (b"gb2312", "镕".encode("gbk"), "info"),
        (b"utf-8", b"\xfc", "error"),
    ],
)
def test_what_readers_take_for_another_charset_is_less(
    charset: bytes, octets: bytes, severity: str | None
) -> None:
    fields = b"Content-Transfer-Encoding: 8bit\r\n\r\n"
    data = with_type(b"text/plain; charset=" + charset, fields + octets)

    every = findings(data, "Text and its charset")

    assert [each.severity for each in every] == ([Severity(severity)] if severity else [])


def test_a_name_in_the_old_form_beside_the_new_one_is_an_info() -> None:
    content_type = b'application/pdf; name="=?utf-8?q?=C3=BC?="'
    disposition = b"Content-Disposition: attachment; filename*=utf-8''%C3%BC\r\n\r\na"

    [each] = findings(with_type(content_type, disposition), "MIME")

    assert (each.rule.id, each.severity) == ("filename-encoded-word", Severity.INFO)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (b"filename*=utf-8''%FC", {"param-2231-bad"}),
        (b"filename*0*=utf-8''%FC; filename*1=x", {"param-2231-bad"}),
        (b"filename*0*=utf-8''%C3; filename*1*=%BC", set()),
        (b"filename*=iso-8859-1''%FC", set()),
    ],
)
def test_octets_that_are_not_of_the_charset_of_a_name_are_told_of(
    name: bytes, expected: set[str]
) -> None:
    disposition = b"Content-Disposition: attachment; " + name + b"\r\n\r\na"

    assert found(with_type(b"application/pdf", disposition)) == expected


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (b'<img src="cid:a@example.org">', set()),
        (b"<td background=cid:a@example.org>", set()),
        (b'<p style="background:url(cid:a%40example.org)">', set()),
        (b'<img srcset="cid:a@example.org 2x">', set()),
        (b"<p>cid:b@example.org</p><img src='cid:a@example.org'>", set()),
        (b"<img src='cid:b@example.org'>", {"cid-missing", "content-id-unused"}),
        (b"<p>hello</p>", {"content-id-unused"}),
        (b"<p>hello, a@example.org</p>", {"content-id-unused"}),
        (b"<p style='background:url(&quot;cid:a@example.org&quot;)'>", set()),
        (b"<style>p { background: url( 'cid:a@example.org' ) }</style>", set()),
        (b"<style>p { background: url(cid:b) }</style>", {"cid-missing", "content-id-unused"}),
        (b"<IMG SRC = 'Cid:a@example.org'>", set()),
        (b"<IMG SRC = 'Cid:b@example.org'>", {"cid-missing", "content-id-unused"}),
        (b"<img alt='a < b > c' src=cid:b>", {"cid-missing", "content-id-unused"}),
        (b"<img src='cid:&#" + b"9" * 5000 + b";'>", {"cid-missing", "content-id-unused"}),
        (b"<!-- <img src=cid:a@example.org> -->", set()),
        (b"<!--[if mso]><v:fill src='cid:b'/><![endif]-->", {"cid-missing", "content-id-unused"}),
        (b"<!--[if !mso]><!--><img src=cid:a@example.org><!--<![endif]-->", set()),
        (b"<!--[if !mso]> --><img src=cid:a@example.org><!-- <![endif]-->", set()),
    ],
)
def test_images_are_found_however_html_names_them(html: bytes, expected: set[str]) -> None:
    parts = b"\r\n--b\r\nContent-Type: text/html\r\n\r\n" + html + b"\r\n--b\r\nContent-Type: "
    parts += b"image/gif\r\nContent-ID: <a@example.org>\r\n\r\nGIF\r\n--b--\r\n"
    data = with_type(b"multipart/related; boundary=b", parts)

    assert found(data) - {"html-no-text"} == expected


@pytest.mark.parametrize(
    "html",
    [
        b"<p>hello</p><!-- header -->",
        b"<!-- old\r\n<img src=cid:a>\r\n-->",
        b"<!--[if !mso]><!--><p>cid:</p><!--<![endif]-->",
        b"<!-- never closed <img src=cid:a>",
        b"<p>write src=cid:a, or url(cid:a), or <img alt='x src=cid:a'></p>",
        b"<script>write('<img src=cid:a>')</script><title><img src=cid:a></title>",
    ],
)
@pytest.mark.parametrize("encoding", [b"7bit", b"base64"])
def test_what_html_does_not_load_is_not_missing(html: bytes, encoding: bytes) -> None:
    body = b64encode(html) if encoding == b"base64" else html
    fields = b"Content-Transfer-Encoding: " + encoding + b"\r\n\r\n"

    assert "cid-missing" not in found(with_type(b"text/html; charset=us-ascii", fields + body))


@pytest.mark.parametrize(
    "html",
    [
        b" src=cid:a",
        b"<img src=cid:a>",
        b"<!-- ",
        b"<!--[if x",
        b"<!--[if x]>",
        b"<![",
        b"<",
        b"</b>",
        b'<a b="',
        b"<style>url(",
        b"<style>url(cid:a)</style>",
        b"&#9",
    ],
)
def test_html_takes_time_like_its_size(html: bytes) -> None:
    data = with_type(b"text/html", b"\r\n<img src=cid:b>" + html * (MAX_READ // len(html)))

    assert "cid-missing" in found(data[:MAX_READ])


def test_html_with_its_images_is_behind_the_text() -> None:
    rich = b"--b\r\nContent-Type: multipart/related; boundary=c\r\n\r\n"
    rich += b"--c\r\nContent-Type: text/html\r\n\r\n<p>a</p>\r\n--c--\r\n"
    plain = b"--b\r\nContent-Type: text/plain\r\n\r\na\r\n"
    kind = b"multipart/alternative; boundary=b"

    assert found(with_type(kind, b"\r\n" + plain + rich + b"--b--\r\n")) == set()
    assert found(with_type(kind, b"\r\n" + rich + plain + b"--b--\r\n")) == {"alternative-order"}


@pytest.mark.parametrize("other", ["text/html", "text/calendar"])
def test_an_empty_text_is_told_with_what_is_beside_it(other: str) -> None:
    parts = f"\r\n--b\r\nContent-Type: {other}\r\n\r\nx\r\n--b\r\n\r\n\r\n--b--\r\n"
    data = with_type(b"multipart/alternative; boundary=b", parts.encode())

    [told] = [each for each in findings(data) if each.rule.id == "empty-alternative"]

    assert told.text == f"The plain text of an alternative is empty: beside {other}"


MESSAGES = [rule.bad for rule in RULES.values() if isinstance(rule.bad, bytes)]


@given(st.data())
def test_any_octets_can_be_read(data: st.DataObject) -> None:
    sample = data.draw(st.sampled_from(MESSAGES))
    at = data.draw(st.integers(0, len(sample)))
    octets = sample[:at] + data.draw(st.binary(max_size=20)) + sample[at + 1 :]

    for each in findings(octets):
        assert "\n" not in each.detail
        assert 0 <= (each.place.start or 0) <= (each.place.end or 0) <= len(octets)


def test_what_is_shared_is_read_once() -> None:
    mail = Mail(Content(LETTER), len(LETTER))

    assert mail.own_parts is mail.own_parts
    assert mail.content_fields is mail.content_fields


@pytest.mark.parametrize("version", [b"", b" ", b"1.1", b"2.0", b"1", b"1.0 and more", b"(1.0)"])
def test_another_version_of_mime_is_told(version: bytes) -> None:
    data = LETTER.replace(b"MIME-Version: 1.0", b"MIME-Version: " + version)

    assert "mime-version-missing" in ids(data)


@pytest.mark.parametrize("version", [b"1.0 (produced by x)", b"1.(a)0", b"(x) 1 . 0"])
def test_comments_and_blanks_in_the_version_of_mime_are_allowed(version: bytes) -> None:
    data = LETTER.replace(b"MIME-Version: 1.0", b"MIME-Version: " + version)

    assert "mime-version-missing" not in ids(data)


@pytest.mark.parametrize("blank", [b" ", b"\t"])
def test_a_blank_at_the_very_end_of_quoted_printable_is_told(blank: bytes) -> None:
    alone = with_type(b"text/plain", QP + b"\r\nhello" + blank)
    part = b"--b\r\nContent-Type: text/plain\r\n" + QP + b"\r\nhello" + blank + b"\r\n--b--\r\n"

    assert "qp-trailing-space" in ids(alone)
    assert "qp-trailing-space" in ids(with_type(b"multipart/mixed; boundary=b", b"\r\n" + part))

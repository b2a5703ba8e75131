import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrap.content import Content
from mailtrap.parts import Part


def part(*lines: str | bytes) -> Part:
    octets = (line.encode() if isinstance(line, str) else line for line in lines)
    return Content(b"\r\n".join(octets)).root


def told(it: Part) -> list[tuple[str, bytes]]:
    return [(defect.kind, it.data[defect.start : defect.end]) for defect in it.defects]


@pytest.mark.parametrize(
    ("field", "expected", "is_declared"),
    [
        ("Content-Type: Text/HTML; charset=utf-8", "text/html", True),
        ("Content-Type: text/html (a comment); x=y", "text/html", True),
        ("Content-Type:\r\n text/html", "text/html", True),
        ("Content-Type: html", "text/plain", False),
        ("Content-Type: ", "text/plain", False),
        ("X: y", "text/plain", False),
    ],
)
def test_the_content_type_is_that_of_rfc_2045(
    field: str,
    expected: str,
    is_declared: bool,  # noqa: FBT001 a parameter of the test
) -> None:
    it = part(field, "", "x")

    assert (it.content_type, it.type_is_declared) == (expected, is_declared)


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ('name="a;b.pdf"', "a;b.pdf"),
        (r'name="a\"b.pdf"', 'a"b.pdf'),
        ("name=my file.pdf", "my file.pdf"),
        ("name=a.pdf (the file)", "a.pdf"),
        ("NAME = a.pdf ; x=y", "a.pdf"),
        ('name="unclosed.pdf', "unclosed.pdf"),
        ("name*=utf-8'de'gr%C3%BC%C3%9Fe.pdf", "grüße.pdf"),
        ("name*0=gr; name*1=oss.pdf", "gross.pdf"),
        ("name*1=oss.pdf; name*0=gr", "gross.pdf"),
        ("name*0*=utf-8''gr%C3; name*1*=%BC%C3%9Fe; name*2=.pdf", "grüße.pdf"),
        ("name=old.pdf; name*=utf-8''n%C3%ABw.pdf", "nëw.pdf"),
        ("name==?utf-8?q?gr=C3=BC=C3=9Fe?=", "grüße"),
        ('name="=?utf-8?b?Z3LDvMOfZQ==?="', "grüße"),
        ("name=a.pdf; name=b.pdf", "a.pdf"),
    ],
)
def test_file_names_are_decoded_however_they_are_encoded(sent: str, expected: str) -> None:
    assert part(f"Content-Type: a/b; {sent}", "", "x").filename == expected
    disposition = sent.replace("name", "filename").replace("NAME", "FILENAME")
    assert part(f"Content-Disposition: attachment; {disposition}", "", "x").filename == expected


@pytest.mark.parametrize(
    "sent",
    ["name*0=a; name*2=c", "name*=utf-8''%zz", "name*=none''x", "name*=x", "junk", "a**=b"],
)
def test_parameters_that_cannot_be_read_are_told(sent: str) -> None:
    field = f"Content-Type: a/b; {sent}\r\n"

    assert told(part(field, "x")) == [("parameter", field.encode())]


def test_a_line_that_is_no_field_is_no_part_of_a_charset_but_may_have_lost_its_blanks() -> None:
    assert (
        part("Content-Type: text/plain; charset=utf-8", "X Tag: a", "A: b", "").charset == "utf-8"
    )
    assert part("Content-Type: text/plain;", "charset=utf-8", "A: b", "").charset == "utf-8"


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ("<a@b>", "a@b"),
        ("\r\n < a@b > ", "a@b"),
        ("(logo) <a@b> (of (all) sizes)", "a@b"),
        ("a@b", "a@b"),
        ("<a@b", "a@b"),
        ("<>", None),
        ("", None),
    ],
)
def test_a_content_id_is_what_is_in_the_brackets(sent: str, expected: str | None) -> None:
    assert part(f"Content-ID: {sent}", "", "x").content_id == expected


def test_what_a_part_says_of_itself() -> None:
    it = part(
        "Content-Type: image/png; X=Y",
        "Content-Disposition: INLINE; filename=a.png",
        "Content-ID: <a@b>",
        "Content-Transfer-Encoding: BASE64",
        "",
        "aGk=",
    )

    assert (it.disposition, it.filename, it.content_id) == ("inline", "a.png", "a@b")
    assert (it.encoding, it.raw, it.payload) == ("base64", b"aGk=", b"hi")
    assert (it.raw_parameters, dict(it.parameters)) == ((("x", b"Y"),), {"x": "Y"})
    assert it.is_attachment
    assert (it.charset, it.boundary, it.is_multipart, it.children) == (None, None, False, ())


@pytest.mark.parametrize(
    ("encoding", "body", "payload", "defects"),
    [
        ("base64", b"aGVsbG8=\r\n", b"hello", []),
        ("base64", b"aGVs\r\nbG8=", b"hello", []),
        ("base64;", b"aGVsbG8=", b"hello", []),
        ("base64", b"aGV!sbG8=", b"hello", [("base64-character", b"!")]),
        ("base64", b"aGVsbG8", b"hello", [("base64-padding", b"8")]),
        ("base64", b"aGVsbG8=aGk=", b"hellohi", [("base64-padding", b"=a")]),
        ("base64", b"a", b"", [("base64-padding", b"a")]),
        ("quoted-printable", b"a=3Db=\r\nc", b"a=bc", []),
        ("quoted-printable", b"a=3db= \t\r\nc=", b"a=bc", []),
        ("quoted-printable", b"1=2 =zz", b"1=2 =zz", [("quoted-printable-escape", b"=2 ")]),
        ("8bit", b"a=3D", b"a=3D", []),
        ("utf-8", b"a=3D", b"a=3D", [("transfer-encoding-unknown", b"")]),
    ],
)
def test_transfer_encodings_are_undone_tolerantly(
    encoding: str, body: bytes, payload: bytes, defects: list[tuple[str, bytes]]
) -> None:
    field = f"Content-Transfer-Encoding: {encoding}"
    it = part("Content-Type: a/b", field, "", body)

    assert it.payload == payload
    expected = [(kind, place or f"{field}\r\n".encode()) for kind, place in defects]
    assert told(it) == expected


@given(st.binary(max_size=200))
def test_base64_is_undone(octets: bytes) -> None:
    encoded = base64.encodebytes(octets)

    assert part("Content-Transfer-Encoding: base64", "", encoded).payload == octets


@pytest.mark.parametrize(
    ("charset", "body", "text", "kinds"),
    [
        ("utf-8", "é\r\n".encode(), "é\n", []),
        ("ISO-8859-1", b"\xe9", "é", []),
        ("iso-8859-1", b"\x80", "€", ["charset-mismatch"]),  # as browsers read it
        ("us-ascii", "é".encode(), "é", ["charset-mismatch"]),
        ("us-ascii", b"\xe9", "é", ["charset-mismatch"]),
        ("utf-8", b"a\xe9b", "a\ufffdb", ["charset-mismatch"]),  # as a receiver shows it
        ("x-none", "é".encode(), "é", ["charset-unknown"]),
        ("rot13", b"abc", "abc", ["charset-unknown"]),
        ("punycode", b"abc", "abc", ["charset-unknown"]),
        ("../x", b"abc", "abc", ["charset-unknown"]),
        ("iso-2022-jp", "日本".encode("iso-2022-jp"), "日本", []),
    ],
)
def test_text_is_in_the_charset_it_says_or_fits(
    charset: str, body: bytes, text: str, kinds: list[str]
) -> None:
    it = part(f"Content-Type: text/plain; charset={charset}", "", body)

    assert it.text == text
    assert [kind for kind, _ in told(it)] == kinds


def test_lines_that_are_no_fields_are_told() -> None:
    it = part("From mbox", "A: b", "no field", "C: d", "", "x")

    assert [each.name for each in it.fields] == ["A", "C"]
    assert told(it) == [("no-field", b"From mbox\r"), ("no-field", b"no field\r")]


def test_prose_ends_the_header_section() -> None:
    it = part("Subject: hi", "this is prose", "and more", "", "x")

    assert it.field("subject") == "hi"
    assert it.raw == b"this is prose\r\nand more\r\n\r\nx"
    assert told(it) == [("no-blank-line", b"")]


def test_a_body_that_begins_at_once_has_no_blank_line_before_it() -> None:
    assert told(part("this is prose", "and more")) == [("no-blank-line", b"")]
    assert told(part("", "this is prose")) == []


@given(st.binary(max_size=120))
def test_any_field_bodies_can_be_read(octets: bytes) -> None:
    it = part(b"Content-Type: " + octets, b"Content-Disposition: a;" + octets, b"", octets)

    for each in (it, *it.children):
        assert isinstance(each.text, str)
        assert isinstance(each.filename, str | None)
        assert isinstance(each.payload, bytes)
        assert all(isinstance(defect.detail, str) for defect in each.defects)

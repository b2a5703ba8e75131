import email
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrap.content import Content
from mailtrap.parts import Part
from mailtrap.structure import MAX_DEPTH, MAX_PARTS, structure


def lines(*given: str) -> bytes:
    return "".join(f"{line}\r\n" for line in given).encode()


def kinds(data: bytes) -> list[str]:
    return [defect.kind for defect in Content(data).defects]


MIXED = lines(
    "Content-Type: multipart/mixed; boundary=b",
    "",
    "preamble",
    "--b",
    "",
    "one",
    "--b",
    "Content-Type: multipart/alternative; boundary=c",
    "",
    "--c",
    "",
    "two",
    "--c",
    "Content-Type: text/html",
    "",
    "<p>three",
    "",
    "--c--",
    "",
    "--b--",
    "epilogue",
)


def test_parts_are_depth_first_with_the_specifiers_of_imap() -> None:
    content = Content(MIXED)

    assert [(part.path, part.content_type) for part in content.parts] == [
        ("", "multipart/mixed"),
        ("1", "text/plain"),
        ("2", "multipart/alternative"),
        ("2.1", "text/plain"),
        ("2.2", "text/html"),
    ]
    assert content.defects == ()
    assert content.limits == ()


def test_the_line_end_before_a_delimiter_belongs_to_the_delimiter() -> None:
    root, one, _, two, three = Content(MIXED).parts

    assert [part.raw for part in (one, two, three)] == [b"one", b"two", b"<p>three\r\n"]
    assert MIXED[one.start : one.end] == b"\r\none"
    assert MIXED[three.start : three.end] == b"Content-Type: text/html\r\n\r\n<p>three\r\n"
    assert (root.start, root.end) == (0, len(MIXED))


def test_a_message_that_is_not_multipart_has_the_one_part_1() -> None:
    [part] = Content(b"Subject: hi\r\n\r\nbody\r\n").parts

    assert (part.path, part.content_type, part.type_is_declared) == ("1", "text/plain", False)
    assert part.raw == b"body\r\n"


def test_a_message_in_a_message_is_read_and_numbered_as_imap_does() -> None:
    single = lines("Content-Type: message/rfc822", "", "Subject: inner", "", "hi")
    multi = lines("Content-Type: message/rfc822", "") + MIXED
    data = lines("Content-Type: multipart/mixed; boundary=o", "", "--o").join([b"", single])
    data += b"--o\r\n" + multi + b"--o--\r\n"

    parts = {part.path: part for part in Content(data).parts}

    assert list(parts) == ["", "1", "1.1", "2", "2.TEXT", "2.1", "2.2", "2.2.1", "2.2.2"]
    assert parts["1.1"].field("subject") == "inner"
    assert parts["1.1"].text == "hi"


def test_parts_of_a_digest_are_messages_unless_they_say_otherwise() -> None:
    data = lines(
        "Content-Type: multipart/digest; boundary=d",
        "",
        "--d",
        "",
        "Subject: a",
        "",
        "text",
        "--d",
        "Content-Type: text/plain",
        "",
        "contents",
        "--d--",
    )

    assert [(part.path, part.content_type) for part in Content(data).parts] == [
        ("", "multipart/digest"),
        ("1", "message/rfc822"),
        ("1.1", "text/plain"),
        ("2", "text/plain"),
    ]


def test_a_message_that_is_encoded_is_not_looked_into() -> None:
    data = lines(
        "Content-Type: message/rfc822", "Content-Transfer-Encoding: base64", "", "U3ViamVjdDogaGk="
    )

    [part] = Content(data).parts

    assert part.payload == b"Subject: hi"


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ("b", ["", "1", "2"]),  # the outer one counts, as for who cannot look inside
        ("bb", ["", "1", "1.1"]),
        ("b--", ["", "1"]),  # its delimiter is the last one of the outer one
    ],
)
def test_a_boundary_that_begins_with_that_of_the_parts_around_it(
    inner: str, expected: list[str]
) -> None:
    data = lines(
        "Content-Type: multipart/mixed; boundary=b",
        "",
        "--b",
        f"Content-Type: multipart/mixed; boundary={inner}",
        "",
        f"--{inner}",
        "",
        "one",
        f"--{inner}--",
        "--b--",
    )

    assert [part.path for part in Content(data).parts] == expected
    assert "boundary-collision" in kinds(data)


def test_a_delimiter_may_have_blanks_behind_it_and_nothing_else() -> None:
    data = lines(
        "Content-Type: multipart/mixed; boundary=b",
        "",
        "--b \t",
        "",
        "one",
        "--bad",
        "still one",
        "--b--  ",
    )

    [_, one] = Content(data).parts

    assert one.raw == b"one\r\n--bad\r\nstill one"
    [hint] = Content(data).defects
    assert (hint.kind, data[hint.start : hint.end]) == ("boundary-collision", b"--bad\r")


def test_bare_line_feeds_separate_as_well() -> None:
    data = MIXED.replace(b"\r\n", b"\n")

    assert [part.raw for part in Content(data).parts if not part.children] == [
        b"one",
        b"two",
        b"<p>three\n",
    ]


@pytest.mark.parametrize(
    ("data", "kind", "place"),
    [
        (b"Content-Type: multipart/mixed\r\n\r\nx", "boundary-missing", (0, 31)),
        (b"Content-Type: multipart/mixed; boundary=b\r\n\r\nx", "boundary-not-found", (0, 43)),
        (
            b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx",
            "boundary-not-closed",
            (53, 53),
        ),
    ],
)
def test_a_multipart_that_cannot_be_cut_says_so(
    data: bytes, kind: str, place: tuple[int, int]
) -> None:
    [defect] = Content(data).defects

    assert (defect.kind, (defect.start, defect.end)) == (kind, place)
    assert defect.path == ""


def test_parts_too_deep_are_not_cut_and_it_says_so() -> None:
    data = b"Content-Type: message/rfc822\r\n\r\n" * 60 + b"Subject: x\r\n\r\nx"

    content = Content(data)

    assert len(content.parts) == MAX_DEPTH + 1
    assert content.limits == (f"parts deeper than {MAX_DEPTH} levels are not cut",)


def test_too_many_parts_are_not_cut_and_it_says_so() -> None:
    head = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    data = head + b"--b\r\n\r\nx\r\n" * (MAX_PARTS + 5) + b"--b--\r\n"

    content = Content(data)

    assert len(content.parts) == MAX_PARTS
    assert [limit for limit in content.limits if f"more than {MAX_PARTS} parts" in limit]


PIECES = st.sampled_from(
    [
        *(f"Content-Type: {name}; boundary={b}\r\n" for name in
          ("multipart/mixed", "multipart/digest") for b in ("a", "b", "a--", "")),
        "Content-Type: message/rfc822\r\n",
        "Content-Type: text/plain; charset*=x; name*1=\r\n",
        "Content-Transfer-Encoding: base64\r\n",
        "--a\r\n", "--b\n", "--a--\r\n", "--b--", "--a----\r\n", "\r\n", "\n",
        "text", "=", " x\r\n",
    ]
)  # fmt: skip


@given(st.lists(PIECES, max_size=40).map("".join))
def test_the_parts_of_anything_lie_within_one_another_in_order(text: str) -> None:
    data = text.encode()

    content = Content(data)

    assert (content.root.start, content.root.end) == (0, len(data))
    assert len({part.path for part in content.parts}) == len(content.parts)
    for part in content.parts:
        assert part.start <= part.header_end <= part.body_start <= part.end
        position = part.body_start
        for child in part.children:
            assert position <= child.start <= child.end <= part.end
            position = child.end
    for defect in content.defects:
        assert 0 <= defect.start <= defect.end <= len(data)
        assert defect.detail.isascii()


class Counting(bytes):
    """Mail data that counts the octets its searches pass."""

    passed = 0

    def find(self, *args: Any) -> int:
        found = super().find(*args)
        start, *end = args[1:] or [0]
        Counting.passed += (found if found >= 0 else min([len(self), *end])) - start
        return found

    def __getitem__(self, key: Any) -> Any:
        found = super().__getitem__(key)
        Counting.passed += len(found) if isinstance(found, bytes) else 1
        return found


HOSTILE = {
    "parts without end": lambda n: (
        b"Content-Type: multipart/mixed; boundary=a\r\n\r\n" + b"--a\r\n\r\nx\r\n" * n
    ),
    "parts of header only": lambda n: (
        b"Content-Type: multipart/mixed; boundary=a\r\n\r\n" + b"--a\r\nX: y\r\n" * n
    ),
    "multiparts": lambda n: (
        b"Content-Type: multipart/mixed; boundary=a\r\n\r\n"
        + b"--a\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" * n
    ),
    "messages": lambda n: b"Content-Type: message/rfc822\r\n\r\n" * n,
    "lines of dashes": lambda n: (
        b"Content-Type: multipart/mixed; boundary=a\r\n\r\n" + b"--\r\n--ab\r\n" * n
    ),
    "a line of dashes": lambda n: (
        b"Content-Type: multipart/mixed; boundary=a\r\n\r\n" + b"--ab" * n
    ),
}


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
def test_the_work_grows_with_the_size_and_no_faster(hostile: Any) -> None:
    work = []

    for count in (2000, 4000):
        Counting.passed = 0
        structure(Counting(hostile(count)))
        work.append(Counting.passed)

    assert work[1] < 2.2 * work[0]


# Where the stdlib errs, or sees a part in what has none: message/external-body and
# message/delivery-status hold fields, not a message.
DIFFERENT = {
    "msg_15.txt", "msg_16.txt", "msg_36.txt", "msg_42.txt", "msg_43.txt",
}  # fmt: skip


def samples() -> list[Path]:
    found = find_spec("test.test_email")
    folders = (found.submodule_search_locations or []) if found else []
    return sorted(path for folder in folders for path in Path(folder, "data").glob("msg_*.txt"))


def of_stdlib(message: Any) -> Any:
    children = [of_stdlib(part) for part in message.get_payload()] if message.is_multipart() else []
    payload = None if message.is_multipart() else message.get_payload(decode=True)
    named = [name.rstrip() for name in message.keys()]  # noqa: SIM118 a message repeats names
    return message.get_content_type(), message.get_filename(), named, payload, children


def of_ours(part: Part) -> Any:
    payload = None if part.children else part.payload
    named = [each.name for each in part.fields]
    children = [of_ours(child) for child in part.children]
    return part.content_type, part.filename, named, payload, children


@pytest.mark.skipif(not samples(), reason="this Python comes without its own tests")
def test_the_samples_of_the_stdlib_are_read_as_the_stdlib_reads_them() -> None:
    different = {
        path.name
        for path in samples()
        if of_ours(Content(path.read_bytes()).root)
        != of_stdlib(email.message_from_bytes(path.read_bytes()))
    }

    assert different <= DIFFERENT

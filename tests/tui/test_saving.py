"""Saving: exact octets into a new file, never over or through one that is there."""

import errno
import os
from pathlib import Path

import pytest

from mailtrap.content import Content
from mailtrap.tui.file_names import part_name
from mailtrap.tui.saving import SaveError, TakenError, attachments, save, save_all, save_as, target

OCTETS = bytes(range(256)) + b"\r\n\n\r"
MIXED = b"""\
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: multipart/alternative; boundary=a

--a
Content-Type: text/plain

text
--a
Content-Type: text/html

<p>html
--a--
--b
Content-Type: text/plain
Content-Disposition: attachment; filename="../notes.txt"

notes
--b
Content-Type: text/plain
Content-Disposition: attachment; filename="notes.txt"
Content-Transfer-Encoding: base64

AAEC
--b
Content-Type: image/png
Content-ID: <logo@x>

png
--b
Content-Type: message/rfc822

Subject: inner
Content-Type: multipart/mixed; boundary=c

--c
Content-Disposition: attachment; filename=inner.txt

inner
--c--
--b--
""".replace(b"\n", b"\r\n")


def test_a_file_has_exactly_the_octets(tmp_path: Path) -> None:
    save(tmp_path / "a.eml", OCTETS)

    assert (tmp_path / "a.eml").read_bytes() == OCTETS


def test_a_file_that_is_there_is_left_alone_and_a_free_name_proposed(tmp_path: Path) -> None:
    path = tmp_path / "a.b.eml"
    path.write_bytes(b"mine")
    (tmp_path / "a.b-1.eml").touch()

    with pytest.raises(TakenError, match="is there already") as caught:
        save(path, OCTETS)

    assert caught.value.free == tmp_path / "a.b-2.eml"
    assert path.read_bytes() == b"mine"


@pytest.mark.parametrize("exists", [True, False])
def test_a_link_is_not_followed(tmp_path: Path, exists: bool) -> None:  # noqa: FBT001 - by name
    goal = tmp_path / "goal"
    if exists:
        goal.write_bytes(b"mine")
    (tmp_path / "a.eml").symlink_to(goal)

    with pytest.raises(TakenError):
        save(tmp_path / "a.eml", OCTETS)

    assert goal.read_bytes() == b"mine" if exists else not goal.exists()


def test_what_went_wrong_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(SaveError, match=r"cannot save .*/no/a: there is no directory .*/no"):
        save(tmp_path / "no" / "a", OCTETS)
    with pytest.raises(SaveError, match=r"cannot save .*: File name too long"):
        save(tmp_path / ("x" * 300), OCTETS)
    with pytest.raises(SaveError, match=r"cannot save .*: embedded null"):
        save(tmp_path / "a\0b", OCTETS)


def test_nothing_is_left_of_a_file_that_could_not_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = os.fdopen

    def full(descriptor: int, mode: str) -> object:
        opened(descriptor, mode).close()
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fdopen", full)

    with pytest.raises(SaveError, match="No space left on device"):
        save(tmp_path / "a", OCTETS)
    assert list(tmp_path.iterdir()) == []


def test_a_directory_gets_the_proposed_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "mails").mkdir()

    assert target("~/mails", "a.eml") == tmp_path / "mails" / "a.eml"
    assert target("new/", "a.eml") == Path("new/a.eml")
    assert target(" b.eml ", "a.eml") == Path("b.eml")
    assert save_as("~/mails", "a.eml", lambda: OCTETS) == tmp_path / "mails" / "a.eml"


def test_attachments_are_all_parts_but_the_text_and_a_message_is_one() -> None:
    parts = attachments(Content(MIXED))

    assert [part.content_type for part in parts] == [
        "text/plain",
        "text/plain",
        "image/png",
        "message/rfc822",
    ]
    assert attachments(Content(b"Subject: x\r\n\r\ntext")) == []
    assert len(attachments(Content(b"Content-Type: application/pdf\r\n\r\nx"))) == 1


def test_all_attachments_are_saved_under_names_of_their_own(tmp_path: Path) -> None:
    parts = attachments(Content(MIXED))
    files = [(part_name(part), lambda part=part: part.payload) for part in parts]

    written = save_all(str(tmp_path), files)

    assert [path.name for path in written] == [
        "notes.txt",
        "notes-1.txt",
        "part-4.png",
        "part-5.eml",
    ]
    assert (tmp_path / "notes.txt").read_bytes() == b"notes"
    assert (tmp_path / "notes-1.txt").read_bytes() == b"\0\1\2"
    assert (tmp_path / "part-5.eml").read_bytes().startswith(b"Subject: inner\r\n")
    assert sorted(tmp_path.iterdir()) == sorted(written)

"""A maildir on the screen: what differs from mail in memory."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from mailtrap.errors import StoreError
from mailtrap.events import SessionsFound
from mailtrap.message import Message
from mailtrap.stores.attached import AttachedMaildir
from mailtrap.tui.endpoints import Endpoints
from mailtrap.tui.status import shown_path
from tests.stores.followers import attached, writing
from tests.tui.pilots import Stage, play
from tests.tui.senders import NOON, Sender, a_trap, bring, titled


def viewer(path: Path) -> Endpoints:
    return Endpoints(maildir=path)


@contextmanager
def filled(path: Path, *subjects: str) -> Iterator[AttachedMaildir]:
    """A maildir with messages and a session without any, attached, and all of it found."""
    with writing(path) as trap:
        for subject in subjects:
            bring(trap, titled(subject))
        Sender(trap, at=NOON + timedelta(hours=1)).send(b"HELO probe\r\n").leave()
        with attached(path) as (maildir, ear):
            ear.until(lambda: len(maildir.sessions) == len(subjects) + 1)
            assert {type(event) for event in ear.events} == {SessionsFound}
            yield maildir


def names(path: Path, folder: str) -> list[str]:
    return sorted(each.name for each in (path / folder).iterdir())


def test_it_shows_the_maildir_its_messages_and_its_sessions(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        text = stage.text()
        assert "one" in text
        assert "two" in text
        assert "left after HELO probe" in text
        assert f" ● {tmp_path}   2 messages, 2 new" in text
        assert "in memory" not in text
        await stage.press("G", "e")
        assert "C: EHLO app.example.org" in stage.text()

    with filled(tmp_path, "one", "two") as maildir:
        play(maildir, scene, endpoints=viewer(tmp_path), size=(140, 24))


def test_mail_that_another_process_takes_appears(tmp_path: Path) -> None:
    with writing(tmp_path) as trap, attached(tmp_path) as (maildir, _):

        async def scene(stage: Stage) -> None:
            assert "Waiting for mail in this maildir" in stage.text()
            assert f"mailtrap serve --maildir {tmp_path}" in stage.text()
            bring(trap, titled("new"))
            await stage.until(lambda: "This is new." in stage.text())
            client = Sender(trap).send(b"HELO app\r\n")
            await stage.until(lambda: "1 session open" in stage.text())
            client.leave()
            await stage.until(lambda: "left after HELO app" in stage.text())

        play(maildir, scene, endpoints=viewer(tmp_path), size=(140, 24))


def test_what_is_read_and_deleted_here_is_so_for_all(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("G", "enter", "h", "d")
        assert len(names(tmp_path, "cur")) == 1
        assert names(tmp_path, "cur")[0].endswith(":2,S")
        await stage.press("Z", "u")
        assert not names(tmp_path, "cur")[0].endswith("S")
        await stage.press("d")

    with filled(tmp_path, "one", "two") as maildir:
        [kept] = [message.id for message in maildir.messages if b"two" in message.head(30)]
        play(maildir, scene, endpoints=viewer(tmp_path))
        assert [message.id for message in maildir.messages] == [kept]
        assert names(tmp_path, "mailtrap/messages") == [f"{kept}.json"]


def test_it_is_left_without_a_question_and_nothing_is_lost(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        await stage.pilot.press("q")
        await stage.pilot.pause()

    with filled(tmp_path, "one") as maildir:
        app = play(maildir, scene, endpoints=viewer(tmp_path))
        assert app.return_code == 0
        assert app.return_value == 0
        assert len(maildir.messages) == 1


def test_everything_is_deleted_when_asked_twice(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("D", "D")
        await stage.until(lambda: "Waiting for mail in this maildir" in stage.text())

    with filled(tmp_path, "one", "two") as maildir:
        play(maildir, scene, endpoints=viewer(tmp_path))
    for folder in ("new", "cur", "mailtrap/messages", "mailtrap/sessions"):
        assert names(tmp_path, folder) == []


def test_a_message_that_cannot_be_deleted_comes_back_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_self: object, _ids: object) -> list[Message]:
        raise StoreError("cannot remove it: Read-only file system")

    async def scene(stage: Stage) -> None:
        await stage.press("G", "d")
        assert len(stage.app.listing.rows) == 2
        stage.app._finish_deletion()
        await stage.settled()
        assert "one" in [row.subject for row in stage.app.listing.rows]
        await stage.until(lambda: "Read-only file system" in stage.text())
        stage.app.clear_notifications()
        await stage.until(lambda: "Read-only file system" not in stage.text())
        await stage.press("D", "D")
        await stage.until(lambda: "Read-only file system" in stage.text())

    with filled(tmp_path, "one", "two") as maildir:
        monkeypatch.setattr("mailtrap.stores.index.Index.remove", refuse)
        play(maildir, scene, endpoints=viewer(tmp_path), size=(100, 40))


def test_a_directory_that_is_gone_is_told_in_the_status(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        assert "● smtp" in stage.text()
        trouble.append("it is not there")
        await stage.until(lambda: f"✗ {tmp_path}: it is not there" in stage.text())
        trouble.clear()
        await stage.until(lambda: f"in {tmp_path}" in stage.text())

    trouble: list[str] = []
    endpoints = Endpoints([("127.0.0.1", 1025)], maildir=tmp_path)
    trap = a_trap()
    bring(trap)
    play(
        trap,
        scene,
        endpoints=endpoints,
        size=(160, 24),
        trouble=lambda: trouble[0] if trouble else "",
    )


def test_mail_of_strangers_says_what_is_known_of_it(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        text = stage.text()
        assert "Ann <ann@example.org> · 74 octets · " in text
        assert "envelope not known" in text
        assert "session" not in text.partition("Text")[0]
        await stage.press("e")
        assert "is not known: it came into the maildir as it is" in stage.text()
        await stage.press("i")
        assert "How this message came is not known" in " ".join(stage.text().split())

    for folder in ("tmp", "new", "cur"):
        (tmp_path / folder).mkdir()
    mail = b"From: Ann <ann@example.org>\r\nTo: Bob <bob@example.org>\r\nSubject: hi\r\n\r\nx\r\n"
    (tmp_path / "new/1700000000.1.host").write_bytes(mail)
    with attached(tmp_path) as (maildir, _):
        play(maildir, scene, endpoints=viewer(tmp_path), size=(80, 60))


def test_a_path_below_home_is_written_as_people_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ann")

    assert shown_path(Path("/home/ann/mail")) == "~/mail"
    assert shown_path(Path("/srv/\x1bmail")) == "/srv/␛mail"
    assert os.environ["HOME"] == "/home/ann"

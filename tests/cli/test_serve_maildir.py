"""``mailtrap serve --maildir``: what is on the command line and what is left on disk."""

import signal
import subprocess
from contextlib import ExitStack
from pathlib import Path

import pytest

from mailtrap.stores.log_files import session_ids, session_in
from mailtrap.stores.maildir import MaildirStore
from tests.cli.test_serve import MAILTRAP, mailtrap, send, serving
from tests.stores.waiting import eventually
from tests.support import Client


def test_the_first_line_names_the_maildir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with serving("--maildir=a/mail") as served:
        assert served.ready["maildir"] == str(tmp_path / "a" / "mail")
        send(served.port)

    assert [m.envelope.reverse_path for m in MaildirStore("a/mail")] == ["a@example.org"]


def test_the_environment_can_name_the_maildir(tmp_path: Path) -> None:
    with serving(MAILTRAP_MAILDIR=str(tmp_path / "mail"), MAILTRAP_FSYNC="1") as served:
        assert served.ready["maildir"] == str(tmp_path / "mail")
        send(served.port)
        assert len(list((tmp_path / "mail" / "new").iterdir())) == 1


def test_without_a_maildir_there_is_none() -> None:
    with serving() as served:
        assert served.ready["maildir"] is None


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_server_that_is_stopped_leaves_nothing_open(
    tmp_path: Path, number: signal.Signals
) -> None:
    options = (f"--maildir={tmp_path}", "--level=none")
    with serving(*options) as served, Client(served.port) as client:
        client.data().say(b"kept\r\n.\r\n")

        assert served.stop(number) == (0, "")

    assert list((tmp_path / "mailtrap" / "servers").iterdir()) == []
    [session_id] = session_ids(tmp_path)
    session = session_in(tmp_path, session_id)
    assert session is not None
    assert session.reason == "stopped"
    assert session.message_ids == (f"{session_id}-1",)


def test_two_servers_share_a_maildir(tmp_path: Path) -> None:
    option = f"--maildir={tmp_path}"
    with serving(option) as first, serving(option) as second:
        for served in (first, second, first):
            send(served.port)

        store = MaildirStore(tmp_path)
        assert len(store) == 3
        assert len({message.session for message in store}) == 3
        eventually(lambda: reasons(tmp_path, store) == ["quit"] * 3)
        store.close()


def reasons(path: Path, store: MaildirStore) -> list[str | None]:
    sessions = [session_in(path, message.session) for message in store]
    return [session.reason if session else None for session in sessions]


def test_what_is_older_than_max_age_goes_by_itself(tmp_path: Path) -> None:
    with serving(f"--maildir={tmp_path}", "--max-age=1s") as served:
        send(served.port)
        assert len(list((tmp_path / "new").iterdir())) == 1

        eventually(lambda: not list((tmp_path / "new").iterdir()))
        eventually(lambda: not session_ids(tmp_path))
        assert list((tmp_path / "mailtrap" / "messages").iterdir()) == []
        send(served.port)


def test_limits_hold_for_a_maildir_where_they_are_given(tmp_path: Path) -> None:
    with serving(f"--maildir={tmp_path}", "--max-messages=2") as served:
        for _ in range(3):
            send(served.port)

        assert len(list((tmp_path / "new").iterdir())) == 2


@pytest.mark.parametrize("option", ["--fsync", "--max-age=3d"])
def test_options_of_a_maildir_need_one(option: str) -> None:
    done = mailtrap("serve", option)

    assert done.returncode == 2
    assert f"{option.partition('=')[0]} is of no use without --maildir" in done.stderr


def test_a_maildir_that_cannot_be_made_is_told_with_its_path(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")

    done = mailtrap("serve", "--port=0", "--maildir", str(tmp_path / "file" / "mail"))

    assert (done.returncode, done.stdout) == (69, "")
    assert (
        f"cannot make the maildir '{tmp_path}/file/mail': Not a directory; a file is in the way"
        in done.stderr
    )
    assert "Traceback" not in done.stderr


def test_a_maildir_of_another_format_is_told_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mailtrap").mkdir()
    (tmp_path / "mailtrap" / "format").write_text("mailtrap maildir 99\n")

    done = mailtrap("serve", "--port=0", f"--maildir={tmp_path}")

    assert done.returncode == 69
    assert "'mailtrap maildir 1'" in done.stderr
    assert "'mailtrap maildir 99'" in done.stderr
    assert [each.name for each in tmp_path.iterdir()] == ["mailtrap"]


def test_for_people_the_first_line_says_where_mail_is_kept(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [*MAILTRAP, "serve", "--port=0", f"--maildir={tmp_path}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    said = process.stderr.readline()
    process.terminate()
    process.communicate()
    assert f"mail is kept in {tmp_path}; Ctrl+C stops" in said


def test_mail_is_kept_where_clients_have_taken_all_files_there_can_be(tmp_path: Path) -> None:
    options = (f"--maildir={tmp_path}", "--level=none")
    with serving(*options, shell="ulimit -n 40; exec ") as served, ExitStack() as stack:
        clients = [stack.enter_context(Client(served.port)) for _ in range(60)]

        assert clients[0].data().say(b"kept\r\n.\r\n").startswith(b"250 ")
        assert clients[1].data().say(b"kept, too\r\n.\r\n").startswith(b"250 ")
        code, errors = served.stop()

    assert (code, errors.count("\n")) == (0, 1)
    assert "too many open files" in errors
    assert [m.data for m in MaildirStore(tmp_path)] == [b"kept\r\n", b"kept, too\r\n"]

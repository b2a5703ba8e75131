"""smtp-source of Postfix, which sends much at once."""

from pathlib import Path

import pytest

from mailtrap.session import MailData
from tests.clients.programs import Runner, program
from tests.clients.samples import LF_MAIL, MAIL
from tests.clients.scene import Scene, replies_to, scene, verbs


@pytest.fixture(name="smtp_source")
def fixture_smtp_source() -> str:
    return program("smtp-source", "apt install postfix, or dnf install postfix")


def options(at: Scene, *more: str) -> list[str]:
    names = ("-M", "client.test", "-f", "Ann.B@example.org", "-t", "Bob@example.org")
    return [*names, *more, f"{at.host}:{at.port}"]


def test_smtp_source_sends_a_file_that_is_kept_as_sent(
    smtp_source: str, run: Runner, tmp_path: Path
) -> None:
    letter = tmp_path / "letter.eml"
    letter.write_bytes(LF_MAIL)
    with scene() as at:
        run(smtp_source, *options(at, "-F", str(letter)))

        message = at.message()
        session = at.session()

    assert message.data.startswith(MAIL)
    assert message.envelope.reverse_path == "Ann.B@example.org"
    assert message.envelope.forward_paths == ("Bob@example.org",)
    assert verbs(session) == ["HELO", "MAIL", "RCPT", "DATA", "QUIT"]
    assert session.client_name == "client.test"
    assert session.reason == "quit"


def test_line_ends_that_smtp_source_doubles_stay_doubled(
    smtp_source: str, run: Runner, tmp_path: Path
) -> None:
    letter = tmp_path / "letter.eml"
    letter.write_bytes(MAIL)
    with scene() as at:
        run(smtp_source, *options(at, "-F", str(letter)))

        message = at.message()

    # It ends each line of the file with CRLF, and takes a CR for a part of the line.
    assert message.data.startswith(MAIL.replace(b"\r\n", b"\r\r\n"))


def test_many_sessions_of_smtp_source_at_once_are_each_kept_as_sent(
    smtp_source: str, run: Runner
) -> None:
    with scene() as at:
        run(smtp_source, *options(at, "-s", "10", "-m", "100", "-l", "5000"))

        messages = at.kept_as_sent()
        sessions = at.sessions()

    assert len(messages) == 100
    assert len({message.data for message in messages}) == 100
    assert {session.reason for session in sessions} == {"quit"}


def test_large_mail_of_smtp_source_in_one_session_is_kept_as_sent(
    smtp_source: str, run: Runner
) -> None:
    with scene() as at:
        run(smtp_source, *options(at, "-d", "-m", "5", "-l", "2000000"))

        messages = at.kept_as_sent()
        session = at.session()

    assert len(messages) == 5
    assert all(message.size > 1_900_000 for message in messages)
    assert verbs(session).count("MAIL") == 5


def test_smtp_source_speaks_lmtp_and_hears_of_each_recipient(smtp_source: str, run: Runner) -> None:
    with scene() as at:
        run(smtp_source, *options(at, "-L", "-d", "-m", "2", "-r", "3"))

        messages = at.kept_as_sent()
        session = at.session()

    assert [len(message.envelope.recipients) for message in messages] == [3, 3]
    assert verbs(session)[0] == "LHLO"
    assert replies_to(session, MailData) == [[250] * 3, [250] * 3]
    assert session.reason == "quit"

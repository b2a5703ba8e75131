"""Several servers and several viewers of one maildir, in processes of their own."""

import json
import smtplib
import threading
from contextlib import ExitStack
from pathlib import Path

from mailtrap.events import EntriesRecorded, MessageReceived, SessionClosed, SessionOpened
from tests.stores.followers import Ear, attached
from tests.stores.servers import serving
from tests.support import Client

MESSAGES = 150  # of each client


def send(port: int, ids: list[str]) -> None:
    """Send messages, a new connection for every tenth; keeps the ids the server gave."""
    for first in range(0, MESSAGES, 10):
        with smtplib.SMTP("127.0.0.1", port, "client.test") as client:
            for number in range(first, first + 10):
                client.mail("ann@example.org")
                client.rcpt("bob@example.org")
                _, text = client.data(b"Subject: %d\r\n\r\nhello\r\n" % number)
                ids.append(text.decode().split()[-1])


def told_in_order(ear: Ear) -> None:
    """Of each session its opening, its entries, its messages and its end came in that order."""
    stage: dict[str, str] = {}
    for event in ear.events:
        match event:
            case SessionOpened(session):
                assert session.id not in stage
                stage[session.id] = "open"
            case EntriesRecorded(session_id, _):
                assert stage[session_id] == "open"
            case MessageReceived(message):
                assert stage[message.session] == "open"
            case SessionClosed(session):
                assert stage[session.id] == "open"
                stage[session.id] = "closed"
    assert set(stage.values()) == {"closed"}


def test_every_viewer_ends_with_all_that_two_servers_took(tmp_path: Path) -> None:
    with ExitStack() as stack:
        ports = [stack.enter_context(serving(tmp_path))[1] for _ in range(2)]
        viewers = [stack.enter_context(attached(tmp_path)) for _ in range(3)]
        ids: list[str] = []
        clients = [threading.Thread(target=send, args=(port, ids)) for port in ports * 2]
        for client in clients:
            client.start()
        for client in clients:
            client.join()

        assert len(ids) == len(set(ids)) == 4 * MESSAGES
        sessions = 4 * MESSAGES // 10
        for _, ear in viewers:
            ear.until(lambda: len(ear.all(SessionClosed)) == sessions, "the end of all")  # noqa: B023 now
            assert sorted(ear.received()) == sorted(ids)
            told_in_order(ear)
        late, _ = stack.enter_context(attached(tmp_path))
        for maildir, _ in [*viewers, (late, None)]:
            assert sorted(message.id for message in maildir.messages) == sorted(ids)
        (one, _), (other, ear), _ = viewers
        one.mark(ids[:50], read=True)
        one.remove(ids[50:100])
        left = {*ids[:50], *ids[100:]}
        ear.until(lambda: {message.id for message in other.messages} == left, "the deletion")
        ear.until(lambda: all(map(other.is_read, ids[:50])), "the marks")
        assert not any(map(other.is_read, ids[100:]))


def test_the_open_session_of_a_server_that_is_killed_is_lost_and_mended_by_the_next(
    tmp_path: Path,
) -> None:
    with serving(tmp_path) as (server, port), attached(tmp_path) as (maildir, ear):
        client = Client(port).greeted()
        session_id = ear.first(SessionOpened).session.id
        ear.until(lambda: ear.all(EntriesRecorded))
        server.kill()

        assert ear.first(SessionClosed).session.reason == "lost"
        client.socket.close()
        with serving(tmp_path):
            session = maildir.session(session_id)
            assert session is not None
            assert session.reason == "lost"
            log = (tmp_path / "mailtrap/sessions" / f"{session_id}.jsonl").read_bytes()
            assert json.loads(log.splitlines()[-1])["reason"] == "lost"
        assert len(ear.all(SessionClosed)) == 1

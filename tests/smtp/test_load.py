"""Many clients at once: nothing lost, nothing twice, order kept."""

import smtplib
from concurrent.futures import ThreadPoolExecutor

from tests.support import Running, running

CLIENTS, EACH = 200, 20


def send_many(server: Running, client: int) -> list[bool]:
    """Send over one connection; after each ``sendmail``: is the message there?"""
    there = []
    with smtplib.SMTP("127.0.0.1", server.port, "client.test", timeout=60) as smtp:
        for number in range(EACH):
            smtp.sendmail(
                f"c{client}@example.org",
                "b@example.org",
                f"Subject: {client}-{number}\r\n\r\nhi\r\n",
            )
            there.append(
                any(
                    message.data.startswith(b"Subject: %d-%d\r\n" % (client, number))
                    for message in reversed(server.trap.messages)
                )
            )
    return there


def test_200_parallel_clients_lose_nothing_and_see_their_mail_kept_when_sendmail_returns() -> None:
    with running() as server:
        with ThreadPoolExecutor(CLIENTS) as pool:
            there = list(pool.map(lambda client: send_many(server, client), range(CLIENTS)))

        messages = server.trap.messages
        sessions = server.trap.sessions

    assert all(all(seen) for seen in there)
    assert len(messages) == CLIENTS * EACH
    assert len({message.data for message in messages}) == CLIENTS * EACH
    assert len({message.id for message in messages}) == CLIENTS * EACH
    by_session: dict[str, list[bytes]] = {}
    for message in messages:
        by_session.setdefault(message.session, []).append(message.data)
    assert len(by_session) == CLIENTS
    for datas in by_session.values():
        numbers = [int(data.split(b"\r\n")[0].split(b"-")[1]) for data in datas]
        assert numbers == list(range(EACH))
    for session in sessions:
        assert session.message_ids == tuple(f"{session.id}-{n + 1}" for n in range(EACH))

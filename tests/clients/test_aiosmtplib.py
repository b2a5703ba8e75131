"""aiosmtplib, the client of asyncio programs."""

import asyncio

import aiosmtplib

from tests.clients.samples import MAIL
from tests.clients.scene import Scene, assert_masked, parameters, scene
from tests.support import WAIT


def smtp(at: Scene) -> aiosmtplib.SMTP:
    return aiosmtplib.SMTP(
        hostname=at.host, port=at.port, local_hostname="client.test", timeout=WAIT
    )


def test_aiosmtplib_sends_mail_that_is_kept_as_sent() -> None:
    async def send(at: Scene) -> None:
        async with smtp(at) as client:
            await client.sendmail(
                "Ann.B@example.org",
                ["Bob@example.org", "cy@example.org"],
                MAIL,
                mail_options=["RET=FULL", "ENVID=Aa1"],
                rcpt_options=["NOTIFY=NEVER"],
            )

    with scene() as at:
        asyncio.run(send(at))

        message = at.message()
        session = at.session()

    assert message.data == MAIL
    assert message.envelope.reverse_path == "Ann.B@example.org"
    assert {b"RET=FULL", b"ENVID=Aa1"} <= set(parameters(message.envelope.sender))
    assert message.envelope.forward_paths == ("Bob@example.org", "cy@example.org")
    assert [parameters(path) for path in message.envelope.recipients] == [[b"NOTIFY=NEVER"]] * 2
    assert session.client_name == "client.test"
    assert session.reason == "quit"


def test_aiosmtplib_logs_in_and_its_password_is_masked() -> None:
    async def send(at: Scene) -> None:
        async with smtp(at) as client:
            await client.login("ann", "s3cret")
            await client.sendmail("ann@example.org", ["bob@example.org"], MAIL)

    with scene() as at:
        asyncio.run(send(at))

        at.message()
        session = at.session()

    assert session.authenticated is not None
    assert session.authenticated.identity == "ann"
    assert session.authenticated.secret == "s3cret"
    assert_masked(session, "s3cret")


def test_many_aiosmtplib_clients_at_once_are_each_kept_as_sent() -> None:
    letters = [b"Subject: %d\r\n\r\n.%s\r\n" % (n, b"x" * n * 1000) for n in range(20)]

    async def send(at: Scene, letter: bytes) -> None:
        async with smtp(at) as client:
            await client.sendmail("ann@example.org", ["bob@example.org"], letter)

    async def send_all(at: Scene) -> None:
        await asyncio.gather(*(send(at, letter) for letter in letters))

    with scene() as at:
        asyncio.run(send_all(at))

        messages = at.kept_as_sent()
        sessions = at.sessions()

    assert sorted(message.data for message in messages) == sorted(letters)
    assert [session.reason for session in sessions] == ["quit"] * len(letters)

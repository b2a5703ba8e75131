"""msmtp, a sendmail that asks for delivery status notifications (RFC 3461)."""

import pytest

from tests.clients.programs import Runner, program
from tests.clients.samples import LF_MAIL, MAIL
from tests.clients.scene import Scene, assert_masked, parameters, scene


@pytest.fixture(name="msmtp")
def fixture_msmtp() -> str:
    return program("msmtp", "apt install msmtp, or brew install msmtp")


def options(at: Scene) -> list[str]:
    return [
        *(f"--host={at.host}", f"--port={at.port}", "--domain=client.test", "--tls=off"),
        "--from=Ann.B@example.org",
    ]


def test_the_dsn_options_of_msmtp_are_kept_with_each_path(msmtp: str, run: Runner) -> None:
    with scene() as at:
        dsn = ("--dsn-return=headers", "--dsn-notify=success,failure,delay")
        to = ("Bob@example.org", "cy@example.org")
        run(msmtp, *options(at), "--auth=off", *dsn, *to, stdin=LF_MAIL)

        message = at.message()
        session = at.session()

    # It adds header fields, and mends line ends.
    assert message.data.endswith(MAIL)
    assert message.envelope.reverse_path == "Ann.B@example.org"
    assert parameters(message.envelope.sender) == [b"RET=HDRS"]
    assert message.envelope.forward_paths == ("Bob@example.org", "cy@example.org")
    for path in message.envelope.recipients:
        assert parameters(path) == [b"NOTIFY=SUCCESS,FAILURE,DELAY"]
    assert session.client_name == "client.test"
    assert session.reason == "quit"


def test_msmtp_logs_in_with_plain_and_its_password_is_masked(msmtp: str, run: Runner) -> None:
    with scene() as at:
        login = ("--auth=plain", "--user=ann", "--passwordeval=printf %s s3cret")
        run(msmtp, *options(at), *login, "bob@example.org", stdin=LF_MAIL)

        at.message()
        session = at.session()

    assert session.authenticated is not None
    assert session.authenticated.mechanism == "PLAIN"
    assert session.authenticated.identity == "ann"
    assert session.authenticated.secret == "s3cret"
    assert_masked(session, "s3cret")
    assert session.reason == "quit"

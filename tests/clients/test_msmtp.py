"""msmtp, a sendmail that asks for delivery status notifications (RFC 3461)."""

import pytest

from mailtrap.session import AuthenticationFailed
from tests.clients.programs import Runner, missing, output, program
from tests.clients.samples import LF_MAIL, MAIL
from tests.clients.scene import Scene, assert_masked, parameters, scene
from tests.support import entries_of


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


def login_by(msmtp: str, mechanism: str, password: str) -> list[str]:
    """Options to log in as ann; skips where msmtp was built without the mechanism."""
    name = mechanism.lower()
    if name not in output(msmtp, "--version").split():
        missing(f"msmtp with {name}", "apt install msmtp, which is built with GNU SASL")
    return [f"--auth={name}", "--user=ann", f"--passwordeval=printf %s {password}"]


@pytest.mark.parametrize("mechanism", ["SCRAM-SHA-1", "SCRAM-SHA-256"])
def test_msmtp_and_the_server_prove_to_each_other_that_they_know_the_password(
    mechanism: str, msmtp: str, run: Runner
) -> None:
    with scene(users={"ann": "s3cret"}) as at:
        login = login_by(msmtp, mechanism, "s3cret")
        run(msmtp, *options(at), *login, "bob@example.org", stdin=LF_MAIL)

        at.message()
        session = at.session()

    assert session.authenticated is not None
    assert (session.authenticated.mechanism, session.authenticated.identity) == (mechanism, "ann")
    assert_masked(session, "s3cret")


@pytest.mark.parametrize("mechanism", ["SCRAM-SHA-1", "SCRAM-SHA-256", "PLAIN"])
def test_msmtp_with_a_wrong_password_is_told_535(mechanism: str, msmtp: str, run: Runner) -> None:
    with scene(users={"ann": "s3cret"}) as at:
        login = login_by(msmtp, mechanism, "hunter2")
        said = run.fails(msmtp, *options(at), *login, "bob@example.org", stdin=LF_MAIL)

        session = at.session()

    assert "535 5.7.8 authentication credentials invalid" in said
    [failed] = entries_of(session, AuthenticationFailed)
    assert (failed.mechanism, failed.identity) == (mechanism, "ann")
    assert_masked(session, "hunter2")

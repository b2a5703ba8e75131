"""curl, which sends a file as it is."""

from pathlib import Path

import pytest

from mailtrap.session import AuthenticationFailed
from tests.clients.programs import Runner, program
from tests.clients.samples import LF_MAIL, MAIL
from tests.clients.scene import Scene, assert_masked, parameters, scene, verbs
from tests.support import entries_of


@pytest.fixture(name="curl")
def fixture_curl() -> str:
    return program("curl", "apt install curl, or brew install curl")


@pytest.fixture(name="letter")
def fixture_letter(tmp_path: Path) -> Path:
    return tmp_path / "letter.eml"


def options(at: Scene, letter: Path) -> list[str]:
    return [
        *("-q", "--silent", "--show-error", "--noproxy", "*"),
        *("--mail-from", "Ann.B@example.org", "--mail-rcpt", "Bob@example.org"),
        *("--upload-file", str(letter), f"smtp://{at.host}:{at.port}/client.test"),
    ]


def test_curl_sends_mail_that_is_kept_as_sent(curl: str, run: Runner, letter: Path) -> None:
    letter.write_bytes(MAIL)
    with scene() as at:
        run(curl, *options(at, letter))

        message = at.message()
        session = at.session()

    assert message.data == MAIL
    assert message.envelope.reverse_path == "Ann.B@example.org"
    assert message.envelope.forward_paths == ("Bob@example.org",)
    assert parameters(message.envelope.sender) == [b"SIZE=%d" % len(MAIL)]
    assert session.client_name == "client.test"
    assert verbs(session) == ["EHLO", "MAIL", "RCPT", "DATA", "QUIT"]
    assert session.reason == "quit"


def test_bare_line_feeds_that_curl_sends_stay_bare(curl: str, run: Runner, letter: Path) -> None:
    letter.write_bytes(LF_MAIL)
    with scene() as at:
        run(curl, *options(at, letter))

        message = at.message()
        session = at.session()

    # Lone dots between line feeds are content: only CRLF.CRLF ends mail data.  The CRLF of
    # that end belongs to the mail data (RFC 5321 section 4.1.1.4).
    assert message.data == LF_MAIL + b"\r\n"
    assert session.reason == "quit"


def test_bare_line_feeds_that_curl_mends_are_kept_mended(
    curl: str, run: Runner, letter: Path
) -> None:
    letter.write_bytes(LF_MAIL)
    with scene() as at:
        run(curl, *options(at, letter), "--crlf")

        message = at.message()

    assert message.data == MAIL


@pytest.mark.parametrize("initial", [[], ["--sasl-ir"]], ids=["asked", "at-once"])
@pytest.mark.parametrize("mechanism", ["XOAUTH2", "OAUTHBEARER"])
def test_curl_logs_in_with_a_token_that_is_masked(
    mechanism: str, initial: list[str], curl: str, run: Runner, letter: Path
) -> None:
    letter.write_bytes(MAIL)
    # curl prefers OAUTHBEARER, whatever --login-options says, so one mechanism is offered.
    with scene(ehlo_add=(f"AUTH {mechanism}",)) as at:
        token = ("--user", "ann@example.org", "--oauth2-bearer", "t0ken.of-ann")
        run(curl, *options(at, letter), *token, *initial)

        message = at.message()
        session = at.session()

    assert message.data == MAIL
    assert session.authenticated is not None
    assert session.authenticated.mechanism == mechanism
    assert session.authenticated.identity == "ann@example.org"
    assert session.authenticated.secret == "t0ken.of-ann"
    assert_masked(session, "t0ken.of-ann")
    assert session.reason == "quit"


@pytest.mark.parametrize("mechanism", ["XOAUTH2", "OAUTHBEARER", "PLAIN", "CRAM-MD5"])
@pytest.mark.parametrize(("password", "passes"), [("s3cret", True), ("hunter2", False)])
def test_curl_passes_with_the_right_password_only(
    password: str, mechanism: str, curl: str, run: Runner, letter: Path, *, passes: bool
) -> None:
    letter.write_bytes(MAIL)
    with scene(users={"ann": "s3cret"}, ehlo_add=(f"AUTH {mechanism}",)) as at:
        given = ["--user", f"ann:{password}"]
        if mechanism in ("XOAUTH2", "OAUTHBEARER"):
            given = ["--user", "ann", "--oauth2-bearer", password]
        ended = run if passes else run.fails
        ended(curl, *options(at, letter), *given)

        session = at.session()

    assert (session.authenticated is not None) == passes
    failed = [entry.mechanism for entry in entries_of(session, AuthenticationFailed)]
    assert failed == ([] if passes else [mechanism])
    assert_masked(session, password)

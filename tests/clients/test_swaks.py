"""swaks, the Swiss army knife of SMTP."""

from pathlib import Path

import pytest

from mailtrap.faults.policy import Policy
from mailtrap.session import (
    AuthenticationFailed,
    Command,
    Credentials,
    MailData,
    Remark,
    Reply,
    RuleApplied,
)
from tests.clients.programs import Runner, program
from tests.clients.samples import MAIL
from tests.clients.scene import (
    Scene,
    assert_masked,
    commands,
    replies_to,
    scene,
    verbs,
)
from tests.support import entries_of


@pytest.fixture(name="swaks")
def fixture_swaks() -> str:
    return program("swaks", "apt install swaks, or brew install swaks")


def options(at: Scene, *to: str) -> list[str]:
    return [
        *("--server", at.host, "--port", str(at.port), "--ehlo", "client.test"),
        *("--from", "Ann.B@example.org", "--to", ",".join(to)),
    ]


def test_swaks_sends_mail_that_is_kept_as_sent(swaks: str, run: Runner, tmp_path: Path) -> None:
    letter = tmp_path / "letter.eml"
    letter.write_bytes(MAIL)
    with scene() as at:
        run(swaks, *options(at, "Bob@example.org"), "--data", f"@{letter}")

        message = at.message()
        session = at.session()

    assert message.data.startswith(MAIL)
    assert message.envelope.reverse_path == "Ann.B@example.org"
    assert message.envelope.forward_paths == ("Bob@example.org",)
    assert commands(session)[:2] == [b"EHLO client.test", b"MAIL FROM:<Ann.B@example.org>"]
    assert session.client_name == "client.test"
    assert session.reason == "quit"


def test_swaks_logs_in_with_login_and_its_password_is_masked(swaks: str, run: Runner) -> None:
    with scene() as at:
        login = ("--auth", "LOGIN", "--auth-user", "ann", "--auth-password", "s3cret pass")
        run(swaks, *options(at, "bob@example.org"), *login)

        at.message()
        session = at.session()

    assert session.authenticated is not None
    assert session.authenticated.mechanism == "LOGIN"
    assert session.authenticated.identity == "ann"
    assert session.authenticated.secret == "s3cret pass"
    assert replies_to(session, Credentials) == [[334], [235]]
    assert_masked(session, "s3cret pass")
    assert session.reason == "quit"


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN", "CRAM-MD5"])
def test_swaks_passes_with_the_right_password_of_a_user(
    mechanism: str, swaks: str, run: Runner
) -> None:
    with scene(users={"ann": "s3cret"}, ehlo_add=(f"AUTH {mechanism}",)) as at:
        login = ("--auth", mechanism, "--auth-user", "ann", "--auth-password", "s3cret")
        run(swaks, *options(at, "bob@example.org"), *login)

        at.message()
        session = at.session()

    assert session.authenticated is not None
    assert (session.authenticated.mechanism, session.authenticated.identity) == (mechanism, "ann")
    assert_masked(session, "s3cret")


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN", "CRAM-MD5"])
def test_swaks_with_a_wrong_password_is_told_535(mechanism: str, swaks: str, run: Runner) -> None:
    with scene(users={"ann": "s3cret"}, ehlo_add=(f"AUTH {mechanism}",)) as at:
        login = ("--auth", mechanism, "--auth-user", "ann", "--auth-password", "hunter2")
        said = run.fails(swaks, *options(at, "bob@example.org"), *login)

        session = at.session()

    assert "535 5.7.8 authentication credentials invalid" in said
    [failed] = entries_of(session, AuthenticationFailed)
    assert (failed.mechanism, failed.identity) == (mechanism, "ann")
    assert_masked(session, "hunter2")


def test_swaks_speaks_lmtp_and_hears_one_reply_for_each_of_two_recipients(
    swaks: str, run: Runner, tmp_path: Path
) -> None:
    letter = tmp_path / "letter.eml"
    letter.write_bytes(MAIL)
    with scene() as at:
        to = options(at, "bob@example.org", "cy@example.org")
        said = run(swaks, *to, "--protocol", "LMTP", "--data", f"@{letter}")

        message = at.message()
        session = at.session()

    assert message.data.startswith(MAIL)
    assert message.envelope.forward_paths == ("bob@example.org", "cy@example.org")
    assert verbs(session)[0] == "LHLO"
    assert replies_to(session, MailData) == [[250, 250]]
    assert said.count(f"250 2.0.0 kept as {message.id}") == 2
    assert session.reason == "quit"


def test_swaks_pipelines_and_hears_each_reply_in_its_turn(swaks: str, run: Runner) -> None:
    with scene() as at:
        run(swaks, *options(at, "bob@example.org", "cy@example.org"), "--pipeline")

        message = at.message()
        session = at.session()

    assert message.envelope.forward_paths == ("bob@example.org", "cy@example.org")
    assert verbs(session) == ["EHLO", "MAIL", "RCPT", "RCPT", "DATA", "QUIT"]
    assert replies_to(session, Command) == [[250], [250], [250], [250], [354], [221]]
    # Everything up to DATA had come before the reply to MAIL went out.
    [data] = [c for c in entries_of(session, Command) if c.verb == "DATA"]
    to_mail = entries_of(session, Reply)[2]
    assert to_mail.received == data.offset + len(data.raw)
    assert session.reason == "quit"


# swaks exits with another code for each moment that fails (its manual, EXIT CODES).
@pytest.mark.parametrize(
    ("recipient", "code", "said"),
    [
        ("550@fault.test", 24, "<** 550 5.1.1 no such user here"),
        ("451-4.7.1@fault.test", 24, "<** 451 4.7.1 try again later"),
        ("unknown@fault.test", 24, "<** 550 5.1.1 no such user here"),
        ("full@fault.test", 24, "<** 452 4.2.2 mailbox full"),
        ("greylist@fault.test", 24, "<** 451 4.7.1 greylisted, try again later"),
        ("data-552@fault.test", 26, "<** 552 5.3.4 message size exceeds the limit"),
        ("drop@fault.test", 6, "*** Remote host closed connection unexpectedly."),
        ("reset@fault.test", 6, "*** Remote host closed connection unexpectedly."),
        ("delay50ms@fault.test", 0, "<-  250 2.1.5 recipient ok"),
    ],
)
def test_swaks_that_sends_to_a_magic_recipient_sees_the_fault_it_names(
    recipient: str, code: int, said: str, swaks: str, run: Runner
) -> None:
    with scene(policy=Policy()) as at:
        ended, output = run.ended(swaks, *options(at, recipient))

        session = at.session()

    assert (ended, said in output) == (code, True), output
    [applied] = entries_of(session, RuleApplied)
    assert applied.name == recipient


def test_swaks_that_misspells_a_magic_recipient_sends_its_mail_and_the_transcript_helps(
    swaks: str, run: Runner
) -> None:
    with scene(policy=Policy()) as at:
        run(swaks, *options(at, "graylist@fault.test"))

        assert at.message().envelope.forward_paths == ("graylist@fault.test",)
        [remark] = entries_of(at.session(), Remark)

    assert "is no magic recipient" in remark.text
    assert "did you mean greylist?" in remark.text

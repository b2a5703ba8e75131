"""nodemailer, the client of Node.js programs."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from mailtrap.session import MailData
from tests.clients.programs import Runner, node_environ, program
from tests.clients.samples import LF_MAIL, MAIL
from tests.clients.scene import Scene, assert_masked, parameters, replies_to, scene, verbs

SEND = """
    const [host, port, options, letter] = process.argv.slice(1);
    require("nodemailer")
      .createTransport({ host, port: +port, name: "client.test", ...JSON.parse(options) })
      .sendMail(JSON.parse(letter))
      .catch((error) => { console.error(error); process.exit(1); });
"""


@pytest.fixture(name="node", scope="module")
def fixture_node() -> str:
    return program("node", "apt install nodejs, or brew install node")


@pytest.fixture(name="environ", scope="module")
def fixture_environ(node: str) -> Mapping[str, str]:
    return node_environ(node)


def script(at: Scene, options: Mapping[str, Any], letter: Mapping[str, Any]) -> list[str]:
    return ["-e", SEND, at.host, str(at.port), json.dumps(options), json.dumps(letter)]


def raw(**envelope: Any) -> dict[str, Any]:
    return {"envelope": envelope, "raw": LF_MAIL.decode()}


def test_nodemailer_sends_mail_and_dsn_parameters_that_are_kept_as_sent(
    node: str, environ: Mapping[str, str], run: Runner
) -> None:
    dsn = {
        "id": "Qq+314",
        "return": "headers",
        "notify": ["success", "delay"],
        "recipient": "Bob.Orig@Example.ORG",
    }
    letter = raw(**{"from": "Ann.B@example.org", "to": ["Bob@example.org"], "dsn": dsn})
    with scene() as at:
        run(node, *script(at, {}, letter), environ=environ)

        message = at.message()
        session = at.session()

    assert message.data == MAIL
    assert message.envelope.reverse_path == "Ann.B@example.org"
    assert parameters(message.envelope.sender) == [b"RET=HDRS", b"ENVID=Qq+2B314"]
    assert message.envelope.forward_paths == ("Bob@example.org",)
    assert parameters(message.envelope.recipients[0]) == [
        b"NOTIFY=SUCCESS,DELAY",
        b"ORCPT=rfc822;Bob.Orig@Example.ORG",
    ]
    assert session.client_name == "client.test"
    # It never says QUIT: it hangs up once it has heard that the mail is taken.
    assert "QUIT" not in verbs(session)
    assert session.reason == "eof"


def test_nodemailer_composes_mail_with_an_attachment_that_is_kept_as_sent(
    node: str, environ: Mapping[str, str], run: Runner
) -> None:
    letter = {
        "from": "Jörg <jörg@example.org>",
        "to": "zoë@exämple.org",
        "subject": "grüße",
        "text": ".\n..\n.dot\n",
        "html": "<p>ünïcödé</p>",
        "attachments": [{"filename": "naïve.bin", "content": ".\r\n" * 5000}],
    }
    with scene() as at:
        run(node, *script(at, {}, letter), environ=environ)

        message = at.message()

    assert b"\r\n..\r\n.dot\r\n" in message.data
    assert b"SMTPUTF8" in parameters(message.envelope.sender)
    assert message.envelope.reverse_path == "jörg@example.org"
    [path] = message.envelope.forward_paths
    assert path.startswith("zoë@")


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN", "XOAUTH2"])
def test_nodemailer_logs_in_and_its_secret_is_masked(
    mechanism: str, node: str, environ: Mapping[str, str], run: Runner
) -> None:
    options: dict[str, Any] = {
        "authMethod": mechanism,
        "auth": {"user": "ann@example.org", "pass": "s3cret"},
    }
    if mechanism == "XOAUTH2":
        auth = {"type": "OAuth2", "user": "ann@example.org", "accessToken": "s3cret"}
        options = {"auth": auth}
    letter = raw(**{"from": "ann@example.org", "to": ["bob@example.org"]})
    with scene() as at:
        run(node, *script(at, options, letter), environ=environ)

        message = at.message()
        session = at.session()

    assert message.data == MAIL
    assert session.authenticated is not None
    assert session.authenticated.mechanism == mechanism
    assert session.authenticated.identity == "ann@example.org"
    assert session.authenticated.secret == "s3cret"
    assert_masked(session, "s3cret")


def test_nodemailer_speaks_lmtp_and_hears_of_each_recipient(
    node: str, environ: Mapping[str, str], run: Runner
) -> None:
    letter = raw(**{"from": "ann@example.org", "to": ["bob@example.org", "cy@example.org"]})
    with scene() as at:
        run(node, *script(at, {"lmtp": True}, letter), environ=environ)

        message = at.message()
        session = at.session()

    assert message.data == MAIL
    assert message.envelope.forward_paths == ("bob@example.org", "cy@example.org")
    assert verbs(session)[0] == "LHLO"
    assert replies_to(session, MailData) == [[250, 250]]

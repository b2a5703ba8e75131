"""Net::SMTP of Perl, which knows DSN and BDAT."""

import pytest

from mailtrap.session import Chunk
from tests.clients.programs import Runner, missing, program, works
from tests.clients.samples import LF_MAIL, MAIL
from tests.clients.scene import Scene, parameters, replies_to, scene, verbs

INSTALL = "apt install perl, or dnf install perl-libnet"
START = """
    use strict; use warnings; use Net::SMTP;
    binmode STDIN;
    my ($host, $port) = @ARGV;
    my $smtp = Net::SMTP->new($host, Port => $port, Hello => 'client.test', Timeout => 30)
        or die $@;
"""


@pytest.fixture(name="perl")
def fixture_perl() -> str:
    perl = program("perl", INSTALL)
    if not works(perl, "-MNet::SMTP", "-e", "1"):
        missing("Net::SMTP for Perl", INSTALL)
    return perl


def script(at: Scene, text: str) -> list[str]:
    return ["-e", START + text, at.host, str(at.port)]


def test_net_smtp_sends_mail_and_dsn_parameters_that_are_kept_as_sent(
    perl: str, run: Runner
) -> None:
    with scene() as at:
        send = """
            $smtp->mail('Ann.B@example.org', Bits => 8, Return => 'HDRS', Envelope => 'Qq+314')
                or die $smtp->message;
            $smtp->recipient('Bob@example.org', 'cy@example.org',
                { Notify => ['SUCCESS', 'DELAY'], ORcpt => 'rfc822;Bob@Example.ORG' })
                or die $smtp->message;
            $smtp->data or die $smtp->message;
            while (<STDIN>) { $smtp->datasend($_) or die $smtp->message; }
            $smtp->dataend or die $smtp->message;
            $smtp->quit or die $smtp->message;
        """
        run(perl, *script(at, send), stdin=LF_MAIL)

        message = at.message()
        session = at.session()

    assert message.data == MAIL
    assert message.envelope.reverse_path == "Ann.B@example.org"
    assert set(parameters(message.envelope.sender)) == {
        b"BODY=8BITMIME",
        b"RET=HDRS",
        b"ENVID=Qq+2B314",
    }
    assert message.envelope.forward_paths == ("Bob@example.org", "cy@example.org")
    for path in message.envelope.recipients:
        assert parameters(path) == [b"NOTIFY=SUCCESS,DELAY", b"ORCPT=rfc822;Bob@Example.ORG"]
    assert session.client_name == "client.test"
    assert session.reason == "quit"


def test_net_smtp_sends_chunks_that_are_kept_to_the_octet(perl: str, run: Runner) -> None:
    with scene() as at:
        send = r"""
            $smtp->mail('ann@example.org', Bits => 'binary') or die $smtp->message;
            $smtp->recipient('bob@example.org') or die $smtp->message;
            $smtp->bdat("Subject: chunks\r\n\r\n.\r\n\0\xff") or die $smtp->message;
            $smtp->bdat("") or die $smtp->message;
            $smtp->bdatlast("\n.\r\r\n.\r\nRSET\r\n") or die $smtp->message;
            $smtp->quit or die $smtp->message;
        """
        run(perl, *script(at, send))

        message = at.message()
        session = at.session()

    assert message.data == b"Subject: chunks\r\n\r\n.\r\n\0\xff\n.\r\r\n.\r\nRSET\r\n"
    assert parameters(message.envelope.sender) == [b"BODY=BINARYMIME"]
    assert verbs(session) == ["EHLO", "MAIL", "RCPT", "BDAT", "BDAT", "BDAT", "QUIT"]
    assert replies_to(session, Chunk) == [[250], [250], [250]]
    assert session.reason == "quit"

"""Other programs that read the maildir a server writes: mutt, and Dovecot with its IMAP."""

import email
import imaplib
import os
import shlex
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from mailtrap.content import Content
from mailtrap.message import Message
from mailtrap.stores.maildir import MaildirStore
from tests.clients.programs import missing, program
from tests.clients.samples import MAIL, ORDINARY
from tests.stores.privileges import NOBODY
from tests.support import Running, running
from tests.test_terminal import Terminal, terminal

IMAP = Path("/usr/lib/dovecot/imap")
DOVECOT = """\
mail_location = maildir:{mail}:CONTROL={home}/control:INDEX=MEMORY
mail_uid = {uid}
mail_gid = {gid}
first_valid_uid = 1
ssl = no
log_path = {home}/log
base_dir = {home}/base
state_dir = {home}/state
stats_writer_socket_path =
namespace inbox {{
  inbox = yes
}}
"""
MUTTRC = """\
set folder = {mail}
set mbox_type = Maildir
set sort = mailbox-order
set index_format = "%4C|%Z|%s"
set header_cache =
set mark_old = no
set mail_check = 1
set timeout = 1
set charset = utf-8
set quit = yes
set copy = no
set move = no
set markers = no
set confirmappend = no
set delete = yes
unset help
"""
# Octets of every value, which no line end and no charset may change.
ATTACHED = bytes(range(256)) * 40


def with_attachment() -> bytes:
    made = EmailMessage(policy=SMTP_POLICY)
    made["From"], made["To"] = "Ann <ann@example.org>", "Bob <bob@example.org>"
    made["Subject"] = "Grüße mit Anhang"
    made.set_content("Schöne Grüße\r\n.\r\nund ein Punkt\r\n")
    made.add_attachment(ATTACHED, maintype="application", subtype="x-octets", filename="all.bin")
    return made.as_bytes()


SENT = (
    ORDINARY,
    with_attachment(),
    MAIL,
    b"Subject: bare\n\nline\nends\n",
    b"no header at all\r\n",
)


def send(server: Running, *mails: bytes) -> None:
    with server.client() as client:
        client.greeted()
        for data in mails:
            client.codes(b"MAIL FROM:<ann@example.org>\r\n", b"RCPT TO:<bob@example.org>\r\n")
            client.codes(b"BDAT %d LAST\r\n%s" % (len(data), data))


# Dovecot


@pytest.fixture
def home() -> Iterator[Path]:
    """A directory that whoever Dovecot runs as can reach; it refuses to run as root."""
    if not IMAP.exists():
        missing("Dovecot's imap", "apt install dovecot-imapd")
    with TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@contextmanager
def imap(home: Path, mail: Path) -> Iterator[imaplib.IMAP4]:
    """Dovecot over that maildir, logged in already."""
    uid, gid = (NOBODY, NOBODY) if os.geteuid() == 0 else (os.getuid(), os.getgid())
    settings = home / "dovecot.conf"
    settings.write_text(DOVECOT.format(mail=mail, home=home, uid=uid, gid=gid))
    become = ""
    if os.geteuid() == 0:
        program("setpriv", "apt install util-linux")
        become = f"setpriv --reuid={uid} --regid={gid} --clear-groups "
        for each in (home, *home.rglob("*")):
            os.chown(each, uid, gid)
    command = f"cd / && HOME={home} USER=bob exec {become}{IMAP} -c {shlex.quote(str(settings))}"
    connection = imaplib.IMAP4_stream(f"sh -c {shlex.quote(command)}")
    try:
        assert connection.state == "AUTH", connection.welcome
        yield connection
    finally:
        connection.shutdown()


def selected(connection: imaplib.IMAP4) -> list[int]:
    """The numbers of the messages of the inbox."""
    connection.select()
    connection.noop()  # Dovecot shows what is of this very second only when it looks again
    _, [found] = connection.search(None, "ALL")
    return list(map(int, found.split()))


def fetched(connection: imaplib.IMAP4, number: int, what: str) -> bytes:
    _, [answer, *_] = connection.fetch(str(number), f"({what})")
    assert isinstance(answer, tuple)
    octets: bytes = answer[1]
    return octets


def same_lines(octets: bytes) -> bytes:
    """As IMAP has it: each line ends in <CR><LF> (RFC 3501 section 2.2: a text is lines)."""
    return octets.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def parts_of(data: bytes) -> list[tuple[str, str | None, Any]]:
    """(type, file name, content) of each part, as the library of Python reads it."""
    read = email.message_from_bytes(data, policy=SMTP_POLICY)
    leaves = [part for part in read.walk() if not part.is_multipart()]
    return [
        (part.get_content_type(), part.get_filename(), part.get_payload(decode=True))
        for part in leaves
    ]


def our_parts_of(message: Message) -> list[tuple[str, str | None, bytes]]:
    parts = [part for part in Content(message.data).parts if not part.is_multipart]
    return [(part.content_type, part.filename, part.payload) for part in parts]


def test_dovecot_shows_what_we_show(home: Path) -> None:
    store = MaildirStore(home / "mail")
    with running(store=store) as server:
        send(server, *SENT)
        ours = list(store)

        with imap(home, home / "mail") as connection:
            assert selected(connection) == list(range(1, len(SENT) + 1))
            for number, (message, sent) in enumerate(zip(ours, SENT, strict=True), 1):
                assert message.data == sent
                theirs = fetched(connection, number, "BODY.PEEK[]")
                assert theirs == same_lines(sent)
                assert Content(theirs).subject == Content(sent).subject
            for number in (1, 2):
                theirs = fetched(connection, number, "BODY.PEEK[]")
                assert parts_of(theirs) == our_parts_of(ours[number - 1])
            assert our_parts_of(ours[1])[1] == ("application/x-octets", "all.bin", ATTACHED)


def test_dovecot_takes_nothing_of_ours_for_a_folder(home: Path) -> None:
    store = MaildirStore(home / "mail")
    with running(store=store) as server:
        send(server, ORDINARY)

        with imap(home, home / "mail") as connection:
            _, folders = connection.list()

    assert folders == [b'(\\HasNoChildren) "." INBOX']


def test_marks_and_removals_of_dovecot_are_ours_and_the_other_way_round(home: Path) -> None:
    store = MaildirStore(home / "mail")
    with running(store=store) as server:
        send(server, *SENT[:3])
        first, second, third = (message.id for message in server.trap.messages)
        server.trap.mark([first], read=True)

        with imap(home, home / "mail") as connection:
            selected(connection)
            _, [seen] = connection.search(None, "SEEN")
            assert seen == b"1"
            connection.store("1", "-FLAGS", r"\Seen")
            connection.store("2", "+FLAGS", r"(\Seen \Flagged)")
            connection.store("3", "+FLAGS", r"\Deleted")
            connection.expunge()

            assert server.trap.message(third) is None
            assert [server.trap.is_read(each) for each in (first, second)] == [False, True]
            message = server.trap.message(second)
            assert message is not None
            assert message.data == SENT[1]
            assert message.envelope.forward_paths == ("bob@example.org",)


def test_dovecot_hears_of_mail_that_comes_while_it_looks(home: Path) -> None:
    store = MaildirStore(home / "mail")
    with running(store=store) as server:
        send(server, ORDINARY)
        with imap(home, home / "mail") as connection:
            assert selected(connection) == [1]

            send(server, MAIL)
            if os.geteuid() == 0:
                for file in (home / "mail" / "new").iterdir():
                    os.chown(file, NOBODY, NOBODY)
            connection.noop()

            _, [found] = connection.search(None, "ALL")
            assert found == b"1 2"
            assert fetched(connection, 2, "BODY.PEEK[]") == MAIL


# mutt


@contextmanager
def mutt(path: Path, mail: Path) -> Iterator[Terminal]:
    """mutt on that maildir, with nothing of the user's settings."""
    found = program("mutt", "apt install mutt, or brew install mutt")
    if shutil.which("tmux") is None:
        missing("tmux", "apt install tmux, or brew install tmux")
    (path / "muttrc").write_text(MUTTRC.format(mail=mail))
    with terminal(path, (100, 30)) as opened:
        words = [found, "-n", "-F", str(path / "muttrc"), "-f", str(mail)]
        opened.run(f"env HOME={shlex.quote(str(path))} LC_ALL=C.UTF-8 {shlex.join(words)}")
        yield opened


def test_mutt_shows_what_we_show(tmp_path: Path) -> None:
    store = MaildirStore(tmp_path / "mail")
    with running(store=store) as server:
        send(server, *SENT[:3])
        with mutt(tmp_path, tmp_path / "mail") as shown:
            screen = shown.until_shown("3|")
            for number, sent in enumerate(SENT[:3], 1):
                subject = Content(sent).subject
                assert any(
                    line.strip().startswith(f"{number}|") and line.rstrip().endswith(f"|{subject}")
                    for line in screen.splitlines()
                ), screen

            shown.keys("2", "Enter", "Enter")
            shown.until_shown("und ein Punkt")
            shown.keys("v")
            shown.until_shown("all.bin")
            shown.keys("Down", "s")
            shown.until_shown("Save to file: ")
            shown.keys("C-u")
            shown.run(str(tmp_path / "saved"))
            shown.until(lambda _: (tmp_path / "saved").exists(), "the file")
            shown.until_shown("Attachment saved")
            shown.keys("q", "i")
            send(server, b"Subject: a late one\r\n\r\nhi\r\n")
            shown.until_shown("a late one")
            shown.keys("q")
            shown.until_shown("4 kept")

        first, second, *_ = server.trap.messages
        assert (tmp_path / "saved").read_bytes() == our_parts_of(second)[1][2] == ATTACHED
        assert first.data == ORDINARY
        assert second.data == SENT[1]
        assert [server.trap.is_read(each.id) for each in (first, second)] == [False, True]

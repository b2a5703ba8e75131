"""A Postfix that sends all its mail to one port, in a directory that is gone afterwards.

It listens on no port, and touches no queue and no setting of a Postfix that the machine runs.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.clients.programs import Runner, cannot, output, program
from tests.support import WAIT

INSTALL = "apt install postfix, or dnf install postfix"

# Seconds where Postfix's defaults are minutes: a test cannot wait for those.
MAIN = """\
compatibility_level = 3.6
queue_directory = {home}/queue
data_directory = {home}/data
maillog_file = /dev/stdout
myhostname = postfix.test
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = loopback-only
inet_protocols = ipv4
alias_maps =
alias_database =
local_recipient_maps =
fast_flush_domains =
smtp_host_lookup = native
relayhost = [127.0.0.1]:{port}
transport_maps = inline:{{ {{ may.test = may:[localhost]:{port} }}, {{ verify.test = \
verify:[localhost]:{port} }}, {{ secure.test = secure:[localhost]:{port} }}, {{ default-ca.test \
= default-ca:[localhost]:{port} }} }}
smtp_tls_loglevel = 1
queue_run_delay = 1s
minimal_backoff_time = 1s
maximal_backoff_time = 1s
"""
# Without chroot, which the directory is not made for.
MASTER = """\
postlog unix-dgram n - n - 1 postlogd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
scache unix - - n - 1 scache
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
smtp unix - - n - - smtp
may unix - - n - - smtp -o smtp_tls_security_level=may
verify unix - - n - - smtp -o smtp_tls_security_level=verify -o smtp_tls_CAfile={ca}
secure unix - - n - - smtp -o smtp_tls_security_level=secure -o smtp_tls_CAfile={ca}
 -o smtp_tls_secure_cert_match=localhost
default-ca unix - - n - - smtp -o smtp_tls_security_level=verify
"""


class Postfix:
    """What it logs, and a way to hand it mail."""

    def __init__(self, process: subprocess.Popen[str], sendmail: str, home: Path) -> None:
        self._process = process
        self._home = home
        self._sendmail = [sendmail, "-C", str(home / "config")]
        self._lines: list[str] = []
        self._more = threading.Condition()
        self._reader = threading.Thread(target=self._read, name="postfix-log", daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with self._more:
                self._lines.append(line)
                self._more.notify_all()

    @property
    def log(self) -> str:
        """All that it has logged."""
        with self._more:
            return "".join(self._lines)

    def until_logged(self, text: str, since: str = "") -> str:
        """The first line with that text, behind the log as it was; waits for it."""

        def found() -> str:
            return next((line for line in self._lines[since.count("\n") :] if text in line), "")

        with self._more:
            self._more.wait_for(found, WAIT)
            return found() or self._missed(text)

    def _missed(self, text: str) -> str:
        raise AssertionError(f"Postfix did not log {text!r} but:\n{''.join(self._lines)}")

    def submit(self, run: Runner, letter: bytes, recipient: str) -> None:
        """Hand it mail of ann@example.org."""
        run(*self._sendmail, "-i", "-f", "ann@example.org", recipient, stdin=letter)

    def stop(self) -> None:
        """End it and what it has started."""
        # The process is a shell that waits for Postfix, unless that could not start.
        with suppress(FileNotFoundError, ProcessLookupError):
            os.kill(int((self._home / "queue/pid/master.pid").read_text()), signal.SIGTERM)
        self._process.wait(WAIT)
        self._reader.join()
        assert self._process.stdout is not None
        self._process.stdout.close()


@contextmanager
def postfix(port: int, ca: Path) -> Iterator[Postfix]:
    """A Postfix for the length of a block; ``ca``: the file that some transports trust."""
    postfix, sendmail, postconf = (
        program(name, INSTALL) for name in ("postfix", "sendmail", "postconf")
    )
    if os.geteuid() != 0:
        cannot("only root can start Postfix; to run this test be root, in a container perhaps")
    # Not in pytest's directory, which only its owner may enter: Postfix has users of its own.
    with tempfile.TemporaryDirectory(prefix="mailtrap-postfix-") as directory:
        home = Path(directory)
        home.chmod(0o755)
        config = home / "config"
        config.mkdir()
        (home / "queue").mkdir()
        (home / "data").mkdir()
        shutil.chown(home / "data", output(postconf, "-dh", "mail_owner").strip())
        (config / "main.cf").write_text(MAIN.format(home=home, port=port))
        (config / "master.cf").write_text(MASTER.format(ca=ca))
        process = subprocess.Popen(
            [postfix, "-c", str(config), "start-fg"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        running = Postfix(process, sendmail, home)
        try:
            running.until_logged("daemon started")
            yield running
        finally:
            running.stop()

"""The certificates of all traps of a process, and the files that clients trust.

One CA for the process: to make one takes a tenth of a second, and files that an application has
read stay good for each server that it meets.
"""

import atexit
import os
import shutil
import ssl
import tempfile
from functools import cache
from pathlib import Path
from threading import RLock

from mailtrap.smtp.certificates import Certificates


class Authority:
    """Throwaway certificates for localhost, and their CA in files."""

    def __init__(self) -> None:
        self._pid = os.getpid()
        self._lock = RLock()  # a file is there before it is whole
        self._directory = Path(tempfile.mkdtemp(prefix="mailtrap-"))
        self.certificates = Certificates(ca_file=self._directory / "ca.pem")
        atexit.register(self._remove)

    @property
    def ca(self) -> Path:
        """The CA in PEM."""
        path = self._directory / "ca.pem"
        with self._lock:
            if not path.exists():
                self.certificates.context()
                self.certificates.write_ca()
        return path

    @property
    def bundle(self) -> Path:
        """The CAs that this machine trusts, and ours: what SSL_CERT_FILE takes."""
        path = self._directory / "bundle.pem"
        with self._lock:
            if not path.exists():
                path.write_bytes(_of_system() + self.ca.read_bytes())
        return path

    def context(self) -> ssl.SSLContext:
        """For clients: verifies, and trusts our CA alone."""
        return ssl.create_default_context(cafile=self.ca)

    def _remove(self) -> None:
        # A forked child that ends runs this, too, while its parent still needs the files.
        if os.getpid() == self._pid:
            shutil.rmtree(self._directory, ignore_errors=True)


_FIRST = RLock()


def authority() -> Authority:
    """That of this process, made when it is first asked for."""
    with _FIRST:
        return _only_one()


@cache
def _only_one() -> Authority:
    return Authority()


def _of_system() -> bytes:
    """The CAs of this machine in PEM, as far as they are in one file, or loaded from many."""
    paths = ssl.get_default_verify_paths()
    for name in (os.environ.get(paths.openssl_cafile_env), paths.cafile):
        if name and Path(name).is_file():
            return Path(name).read_bytes().rstrip() + b"\n"
    loaded = ssl.create_default_context().get_ca_certs(binary_form=True)
    return b"".join(ssl.DER_cert_to_PEM_cert(each).encode() for each in loaded)

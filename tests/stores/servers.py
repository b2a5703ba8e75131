"""A server in a process of its own that writes a maildir."""

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def serving(directory: Path) -> Iterator[tuple["subprocess.Popen[bytes]", int]]:
    """``mailtrap serve`` into that maildir, and its port."""
    command = [sys.executable, "-m", "mailtrap", "serve", "--json", "--level", "none"]
    with subprocess.Popen(
        [*command, "--port", "0", "--host", "127.0.0.1", "--maildir", str(directory)],
        stdout=subprocess.PIPE,
    ) as server:
        try:
            assert server.stdout is not None
            ready = json.loads(server.stdout.readline())
            threading.Thread(target=server.stdout.read, daemon=True).start()
            yield server, ready["listeners"][0]["port"]
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(20)

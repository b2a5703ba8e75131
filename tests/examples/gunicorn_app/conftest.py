import os
import signal
import socket
import subprocess
import sys

import pytest


@pytest.fixture(scope="session")
def gunicorn():
    """Its process, and the address of its site: two workers that it forks once all is loaded."""
    with socket.create_server(("127.0.0.1", 0)) as listener:  # takes requests from here on
        bind = f"fd://{listener.fileno()}"
        command = [sys.executable, "-m", "gunicorn", "--preload", "-w2", "-b", bind, "shop:app"]
        process = subprocess.Popen(command, pass_fds=[listener.fileno()], start_new_session=True)
        yield process, "http://{}:{}".format(*listener.getsockname())
    os.killpg(process.pid, signal.SIGTERM)
    process.wait()

import os
import signal
import subprocess
import sys
import tempfile

import pytest

QUEUE = tempfile.TemporaryDirectory()
os.environ.update(CELERY_CONFIG_MODULE="celery_for_tests", QUEUE=QUEUE.name)


@pytest.fixture(scope="session")
def worker():
    """A worker that forks, for all tests; each test sees the mail that it has asked for."""
    command = [sys.executable, "-m", "celery", "-A", "shop", "worker", "--pool=prefork", "-c2"]
    process = subprocess.Popen(command, start_new_session=True)
    yield process
    os.killpg(process.pid, signal.SIGKILL)  # to end in good order takes it five seconds
    process.wait()

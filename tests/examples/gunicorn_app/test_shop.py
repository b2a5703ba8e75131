import os
import re
import urllib.request

import pytest


@pytest.mark.parametrize("to", ["bob@example.org", "carl@example.org"])
def test_a_worker_sends(mailtrap, gunicorn, to):
    process, site = gunicorn

    with urllib.request.urlopen(f"{site}/sign-up?to={to}", timeout=30) as response:
        assert response.read() == b"Look into your mail.\n"

    mail = mailtrap.one(to=to, subject="Welcome")
    # One that gunicorn has forked.
    [sender] = re.findall(r"process (\d+)", mail.text)
    assert int(sender) not in (os.getpid(), process.pid)

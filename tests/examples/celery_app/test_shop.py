import os
import re

import pytest
import shop


@pytest.fixture
def eager():
    """Tasks run where they are called."""
    shop.app.conf.task_always_eager = True
    yield
    shop.app.conf.task_always_eager = False


@pytest.mark.usefixtures("eager")
def test_the_task(mailtrap):
    shop.welcome.delay("bob@example.org")

    assert mailtrap.one(to="bob@*", subject="Welcome").text == f"Sent by process {os.getpid()}.\n"


@pytest.mark.parametrize("to", ["bob@example.org", "carl@example.org"])
def test_a_worker(mailtrap, worker, to):
    shop.welcome.delay(to)

    mail = mailtrap.wait_for(subject="Welcome", timeout=30)
    assert mail.to == (to,)
    # A child of the worker has sent it.
    [sender] = re.findall(r"process (\d+)", mail.text)
    assert int(sender) not in (os.getpid(), worker.pid)


@pytest.mark.usefixtures("worker")
def test_a_worker_tries_again(mailtrap):
    mailtrap.greylist("bob@*")

    shop.welcome.delay("bob@example.org")

    assert mailtrap.wait_for(timeout=30).to == ("bob@example.org",)

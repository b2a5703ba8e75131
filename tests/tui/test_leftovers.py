"""The end of a process whose terminal went away."""

import subprocess
import sys
from textwrap import dedent

import pytest

from mailtrap.tui.leftovers import THREADS, end_despite_them

LEFT = """
    import threading
    from mailtrap.tui.leftovers import end_despite_them

    threading.Thread(target=threading.Event().wait, name={name!r}).start()
    print("tidied up", flush=True)
    end_despite_them(129)
"""


@pytest.mark.parametrize("name", THREADS)
def test_the_process_ends_though_a_thread_of_textual_reads_on(name: str) -> None:
    script = dedent(LEFT.format(name=name))

    ended = subprocess.run(
        [sys.executable, "-c", script], timeout=30, check=False, capture_output=True
    )

    assert (ended.returncode, ended.stdout, ended.stderr) == (129, b"tidied up\n", b"")


def test_nothing_happens_where_nothing_is_left() -> None:
    end_despite_them(129)

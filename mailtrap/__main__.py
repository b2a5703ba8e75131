"""``mailtrap`` and ``python -m mailtrap``: begins with as little as can be."""

import signal
import sys


def main() -> int:
    """Run a command; returns the exit code."""
    # Ctrl+C in the middle of an import would be a traceback, or another error.
    usual = signal.getsignal(signal.SIGINT)
    if usual is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from mailtrap import cli

    signal.signal(signal.SIGINT, usual)
    return cli.main()


if __name__ == "__main__":
    sys.exit(main())

"""The driver of Textual, drawing pictures as well, and hearing keys only.  Not for Windows."""

import os
import select
import signal
from codecs import getincrementaldecoder

from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver

from mailtrap.tui.canvas import Canvas
from mailtrap.tui.key_parser import KeyParser

_TICK = 0.1  # seconds until an escape was the key, and what was begun is no answer


def terminal_driver(canvas: Canvas, said: bytes) -> type[Driver]:
    """One that writes what that canvas makes of it; ``said`` came from the terminal before."""

    class TerminalDriver(LinuxDriver):
        is_started = False

        def start_application_mode(self) -> None:
            if self.is_started:  # stopped by kill -STOP, and meanwhile somebody else's
                if os.tcgetpgrp(self.fileno) != os.getpgrp():
                    os.kill(os.getpid(), signal.SIGSTOP)  # it still is
                    return
                self.suspend_application_mode()  # else there would be two of each thread
                self._must_signal_resume = True
            self.is_started = True
            super().start_application_mode()  # type: ignore[no-untyped-call]  # Textual types it not

        def run_input_thread(self) -> None:
            nonlocal said
            parser = KeyParser(debug=self._debug)
            # Textual's own would end the app where octets are not UTF-8.
            decode = getincrementaldecoder("utf-8")("replace").decode
            octets, said = said, b""
            while not self.exit_event.is_set():
                for event in (*parser.feed(decode(octets)), *parser.tick()):
                    self.process_message(event)
                is_readable = select.select([self.fileno], [], [], _TICK)[0]
                octets = os.read(self.fileno, 4096) if is_readable else b""

        def write(self, data: str) -> None:
            super().write(canvas.drawn(data))

        def stop_application_mode(self) -> None:
            # Before the screen is another: the terminal keeps the pictures of each by itself.
            super().write(canvas.emptied())
            super().stop_application_mode()
            self.is_started = False

    return TerminalDriver

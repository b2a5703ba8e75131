"""The driver of Textual, drawing pictures as well.  Not for Windows."""

from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver

from mailtrap.tui.canvas import Canvas


def drawing_driver(canvas: Canvas) -> type[Driver]:
    """One that writes what that canvas makes of it."""

    class DrawingDriver(LinuxDriver):
        def write(self, data: str) -> None:
            super().write(canvas.drawn(data))

        def stop_application_mode(self) -> None:
            # Before the screen is another: the terminal keeps the pictures of each by itself.
            super().write(canvas.emptied())
            super().stop_application_mode()

    return DrawingDriver

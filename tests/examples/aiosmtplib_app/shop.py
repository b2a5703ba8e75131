"""A shop that sends with aiosmtplib, in a task of its own."""

import asyncio
import secrets
from email.message import EmailMessage

import aiosmtplib


class Shop:
    def __init__(self, **server):
        self.server = server
        self.codes = {}
        self.tasks = set()

    def sign_in(self, address):
        """Send a code, and do not make the visitor wait for it."""
        self.codes[address] = f"{secrets.randbelow(10**6):06}"
        message = EmailMessage()
        message["From"], message["To"] = "shop@example.org", address
        message["Subject"] = "Your code"
        message.set_content(f"Your code is {self.codes[address]}.\n")
        task = asyncio.create_task(aiosmtplib.send(message, **self.server))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def is_right(self, address, code):
        return self.codes.get(address) == code

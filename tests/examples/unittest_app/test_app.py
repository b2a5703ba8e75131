import smtplib
import unittest

from mailtrap.testing import MailTrap


class TestMail(unittest.TestCase):
    def setUp(self):
        self.trap = self.enterContext(MailTrap())

    def test_welcome(self):
        with smtplib.SMTP(self.trap.host, self.trap.port) as client:
            client.sendmail("ann@example.org", ["bob@example.org"], "Subject: Welcome\n\nHello")

        self.assertEqual(self.trap.one(to="bob@*").subject, "Welcome")
        self.assertEqual(self.trap.count, 1)


class TestAsync(unittest.IsolatedAsyncioTestCase):
    async def test_welcome(self):
        import asyncio

        async with MailTrap() as trap:

            def send():
                with smtplib.SMTP(trap.host, trap.port) as client:
                    client.sendmail("ann@example.org", ["bob@example.org"], "Subject: Hi\n\n")

            sending = asyncio.create_task(asyncio.to_thread(send))
            self.assertEqual((await trap.async_wait_for(timeout=10)).subject, "Hi")
            await sending

import aiosmtplib
import pytest
from shop import Shop


@pytest.fixture
def shop(mailtrap):
    return Shop(hostname=mailtrap.host, port=mailtrap.port)


@pytest.mark.asyncio
async def test_sign_in(mailtrap, shop):
    shop.sign_in("bob@example.org")

    mail = await mailtrap.async_wait_for(to="bob@example.org", timeout=10)
    assert shop.is_right("bob@example.org", mail.code())


@pytest.mark.asyncio
async def test_many_at_once(mailtrap, shop):
    addresses = [f"{number}@example.org" for number in range(20)]
    async with mailtrap.expect(count=20, subject="Your code", timeout=10) as expected:
        for address in addresses:
            shop.sign_in(address)

    assert {mail.to[0]: mail.code() for mail in expected.messages} == shop.codes


@pytest.mark.asyncio
async def test_nobody_there(mailtrap, shop):
    mailtrap.unknown_user("bob@*")

    shop.sign_in("bob@example.org")

    [task] = shop.tasks
    with pytest.raises(aiosmtplib.SMTPRecipientsRefused):
        await task

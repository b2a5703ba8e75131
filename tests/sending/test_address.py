import pytest

from mailtrap.errors import UsageError
from mailtrap.sending.address import ServerAddress, read_address


@pytest.mark.parametrize(
    ("environ", "options", "address"),
    [
        ({}, {}, ServerAddress("localhost", 1025)),
        ({"MAILTRAP_PORT": "2525"}, {}, ServerAddress("localhost", 2525)),
        ({"MAILTRAP_HOST": "box", "MAILTRAP_PORT": "2525"}, {}, ServerAddress("box", 2525)),
        ({"MAILTRAP_HOST": "0.0.0.0"}, {}, ServerAddress("127.0.0.1", 1025)),
        ({"MAILTRAP_HOST": "::"}, {}, ServerAddress("::1", 1025)),
        ({"MAILTRAP_HOST": "box, other"}, {}, ServerAddress("box", 1025)),
        ({"MAILTRAP_PORT": "2525"}, {"port": "26"}, ServerAddress("localhost", 26)),
        ({"MAILTRAP_URL": "smtp://box:26", "MAILTRAP_PORT": "9"}, {}, ServerAddress("box", 26)),
        ({"MAILTRAP_URL": "smtp://box:26"}, {"host": "h"}, ServerAddress("h", 1025)),
        ({"MAILTRAP_URL": "smtp://box"}, {"url": "smtp://h"}, ServerAddress("h", 1025)),
        ({}, {"url": "smtps://h:465/"}, ServerAddress("h", 465, "smtps")),
        (
            {},
            {"url": "smtp+starttls://a%40b:p%3Aw@[::1]:25"},
            ServerAddress("::1", 25, "starttls", "a@b", "p:w"),
        ),
    ],
)
def test_options_win_over_the_url_and_that_over_host_and_port_of_the_environment(
    environ: dict[str, str], options: dict[str, str], address: ServerAddress
) -> None:
    assert read_address(environ, **options) == address


@pytest.mark.parametrize(
    ("environ", "options", "sentence"),
    [
        ({}, {"port": "x"}, "--port: 'x' is not a port; give a number from 1 to 65535"),
        ({"MAILTRAP_PORT": "0"}, {}, "MAILTRAP_PORT: '0' is not a port"),
        ({}, {"url": "http://h"}, "--url: 'http://h' names no SMTP server; write smtp://user"),
        ({"MAILTRAP_URL": "h:25"}, {}, "MAILTRAP_URL: 'h:25' names no SMTP server"),
        ({}, {"url": "smtp://h:x"}, "--url: 'smtp://h:x' is no URL"),
        ({}, {"url": "smtp://[h"}, "--url: 'smtp://[h' is no URL"),
    ],
)
def test_what_is_no_address_is_told_with_its_source(
    environ: dict[str, str], options: dict[str, str], sentence: str
) -> None:
    with pytest.raises(UsageError) as caught:
        read_address(environ, **options)

    assert str(caught.value).startswith(sentence)

"""The preview server: only for who knows the address, and with what keeps a page in its place."""

import socket
import threading
from collections.abc import Iterator
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from mailtrap.preview import MOST, Preview


@pytest.fixture(name="preview")
def fixture_preview() -> Iterator[Preview]:
    preview = Preview()
    yield preview
    preview.close()


def asked(
    url: str, *, host: str | None = None, path: str | None = None, method: str = "GET"
) -> tuple[int, dict[str, str], bytes]:
    parts = urlsplit(url)
    assert parts.port
    connection = HTTPConnection("127.0.0.1", parts.port, timeout=10)
    connection.request(method, path or parts.path, headers={"Host": host or parts.netloc})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, dict(answer.getheaders()), body


def test_a_page_is_served_with_its_policy(preview: Preview) -> None:
    url = preview.add("<p>Grüße".encode(), "default-src 'none'")

    status, headers, body = asked(url)

    assert (status, body.decode()) == (200, "<p>Grüße")
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert headers["Content-Security-Policy"] == "default-src 'none'"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert "Python" not in headers["Server"]


def test_each_page_has_an_address_nobody_can_guess(preview: Preview) -> None:
    first, second = preview.add(b"1", ""), preview.add(b"2", "")

    assert first != second
    assert len(urlsplit(first).path.strip("/")) == 22  # 128 bits in base64
    assert asked(first)[2] == b"1"
    assert asked(second)[2] == b"2"


@pytest.mark.parametrize("path", ["/", "/favicon.ico", "/../", "/AAAAAAAAAAAAAAAAAAAAAA/"])
def test_other_addresses_have_nothing(preview: Preview, path: str) -> None:
    url = preview.add(b"secret", "")

    status, _, body = asked(url, path=path)

    assert status == 404
    assert b"secret" not in body


@pytest.mark.parametrize("host", ["evil.example.org", "evil.example.org:{port}", "127.0.0.1", " "])
def test_a_name_that_resolves_to_us_gets_nothing(preview: Preview, host: str) -> None:
    url = preview.add(b"secret", "")

    status, _, body = asked(url, host=host.format(port=preview.port))

    assert status == 404
    assert b"secret" not in body


def test_localhost_is_a_name_for_us(preview: Preview) -> None:
    url = preview.add(b"page", "")

    assert asked(url, host=f"localhost:{preview.port}")[2] == b"page"


def test_only_reading_is_allowed(preview: Preview) -> None:
    url = preview.add(b"page", "")

    assert asked(url, method="POST")[0] == 501
    assert asked(url, method="HEAD")[::2] == (200, b"")


def test_it_listens_on_this_machine_only_and_from_the_first_page_on(preview: Preview) -> None:
    assert preview.port == 0

    url = preview.add(b"page", "")

    assert url.startswith(f"http://127.0.0.1:{preview.port}/")
    assert sum(t.name == "mailtrap-preview" for t in threading.enumerate()) == 1


def test_old_pages_make_room(preview: Preview) -> None:
    urls = [preview.add(b"%d" % number, "") for number in range(MOST + 1)]

    assert asked(urls[0])[0] == 404
    assert asked(urls[1])[0] == 200


def test_once_closed_it_takes_no_more() -> None:
    preview = Preview()
    preview.add(b"page", "")
    port = preview.port

    preview.close()

    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), 10)
    preview.close()

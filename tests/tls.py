"""The client's end of TLS for tests that care for each octet."""

import socket
import ssl


def handshake(plain: socket.socket, context: ssl.SSLContext) -> ssl.SSLSocket:
    """TLS on a connected socket, which it takes over."""
    return context.wrap_socket(plain, server_hostname="localhost", suppress_ragged_eofs=False)

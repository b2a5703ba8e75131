"""Small images, drawn here: nobody's logo.  Pure."""

import struct
import zlib


def png(width: int, height: int, *, alpha: int = 255) -> bytes:
    """An image: red above, blue below."""
    red, blue = bytes((255, 0, 0, alpha)), bytes((0, 0, 255, alpha))
    rows = b"".join(b"\0" + (red if y < height // 2 else blue) * width for y in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    parts = _chunk(b"IHDR", head), _chunk(b"IDAT", zlib.compress(rows)), _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    checksum = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)

"""File systems that are full, read-only or gone: real ones, where whoever runs may mount them."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def mount(*words: object) -> None:
    """Mount something, or skip the test where that is not permitted."""
    try:
        done = subprocess.run(
            ["mount", *map(str, words)], capture_output=True, text=True, check=False
        )
    except OSError as error:
        pytest.skip(f"there is no mount: {error}")
    if done.returncode:
        pytest.skip(f"mounting is not permitted here: {done.stderr.strip()}")


def unmount(path: Path) -> None:
    """Take it away, whoever still uses it."""
    subprocess.run(["umount", "--lazy", str(path)], capture_output=True, check=False)


@contextmanager
def small(path: Path, size: str) -> Iterator[Path]:
    """A file system of that size, in memory."""
    path.mkdir()
    mount("-t", "tmpfs", "-o", f"size={size},mode=0755", "tmpfs", path)
    try:
        yield path
    finally:
        unmount(path)


@contextmanager
def read_only(path: Path) -> Iterator[None]:
    """That directory can only be read, for the length of a block."""
    mount("--bind", path, path)
    try:
        mount("-o", "remount,bind,ro", path)
        yield
    finally:
        unmount(path)


@contextmanager
def bound(what: Path, where: Path) -> Iterator[None]:
    """A directory is another one, for the length of a block."""
    mount("--bind", what, where)
    try:
        yield
    finally:
        unmount(where)

"""A PostgreSQL of its own for tests, from the system's package."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PASSWORD = "s3cr&t pass"
IN_URL = "s3cr%26t%20pass"


def program(name: str) -> str | None:
    """Where Debian puts what is not for everybody's path."""
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return str(versions[-1]) if versions else shutil.which(name)


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def installed() -> bool:
    """Whether there is a server to start."""
    return program("initdb") is not None and program("postgres") is not None


@contextmanager
def started() -> Iterator[str]:
    """The URL of an empty database, with user and password, while its server runs."""
    initdb, server = program("initdb"), program("postgres")
    assert initdb is not None
    assert server is not None
    # It refuses to run as root, and its user must reach the folder.
    user = "nobody" if os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory(prefix="groupbuy-pg-", dir="/tmp") as name:
        folder = Path(name)
        (folder / "password").write_text(PASSWORD, encoding="utf-8")
        if user is not None:
            found = pwd.getpwnam(user)
            for path in (folder, folder / "password"):
                os.chown(path, found.pw_uid, found.pw_gid)
        access = ["-U", "sales", "-A", "scram-sha-256", f"--pwfile={folder / 'password'}"]
        data, port = str(folder / "data"), free_port()
        made = subprocess.run(
            [initdb, "-D", data, *access, "-E", "UTF8", "--no-locale", "--no-sync"],
            user=user, cwd=folder, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert made.returncode == 0, made.stderr
        settings = ["listen_addresses=127.0.0.1", f"port={port}", "fsync=off", "max_connections=9"]
        options = [part for each in settings for part in ("-c", each)]
        with (folder / "log").open("wb") as log:
            running = subprocess.Popen(
                [server, "-D", data, "-k", name, *options],
                user=user, cwd=folder, stdout=log, stderr=log,
            )  # fmt: skip
        try:
            for _ in range(600):
                with socket.socket() as sock:
                    if sock.connect_ex(("127.0.0.1", port)) == 0:
                        break
                assert running.poll() is None, (folder / "log").read_text()
                time.sleep(0.05)
            yield f"postgresql://sales:{IN_URL}@127.0.0.1:{port}/postgres"
        finally:
            running.terminate()
            running.wait(60)

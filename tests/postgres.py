"""A real PostgreSQL for tests: Debian's programs, a folder of its own, a Unix socket and nothing else."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Final

PROGRAMS: Final = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
MISSING: Final = "needs PostgreSQL's programs in /usr/lib/postgresql (Debian: apt-get install postgresql)"
PORT: Final = 5432  # names the socket's file; no network port is opened


class Postgres:
    """A server that tests may stop, start and kill. Durable as in production: fsync is on."""

    def __init__(self) -> None:
        # Not pytest's folder: the server does not run as root, and a socket's path must be short.
        self.folder = Path(tempfile.mkdtemp(prefix="tst-pg-"))
        self._user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        if os.geteuid() == 0:
            shutil.chown(self.folder, self._user)
        self._data = self.folder / "data"
        self._databases = 0
        self._run("initdb", "--auth=trust", "--username=turnstile", "--encoding=UTF8", "--locale=C.UTF-8", "-N")
        self.start()

    @property
    def pid(self) -> int:
        """Process id of the server."""
        return int((self._data / "postmaster.pid").read_text().splitlines()[0])

    def start(self) -> None:
        options = f"-c listen_addresses='' -c unix_socket_directories={self.folder} -c port={PORT}"
        self._run("pg_ctl", "start", "--wait", "--silent", "--log", str(self.folder / "log"), "-o", options)

    def stop(self, mode: str = "fast") -> None:
        """End it: ``fast``, or ``immediate`` as after a crash."""
        self._run("pg_ctl", "stop", "--wait", "--silent", "--mode", mode)

    def freeze(self) -> None:
        """Let it stand still, with its connections open, until :meth:`thaw`."""
        for pid in self._processes():
            os.kill(pid, signal.SIGSTOP)

    def thaw(self) -> None:
        for pid in self._processes():
            os.kill(pid, signal.SIGCONT)

    def close(self) -> None:
        self.stop("immediate")
        shutil.rmtree(self.folder)

    def new_database(self) -> str:
        """Make an empty database and return its URL."""
        self._databases += 1
        name = f"test{self._databases}"
        self._run("createdb", "--host", str(self.folder), "--port", str(PORT), "--username", "turnstile", name)
        return f"postgresql://turnstile@/{name}?host={self.folder}&port={PORT}"

    def _processes(self) -> list[int]:
        main = self.pid
        children = Path(f"/proc/{main}/task/{main}/children").read_text().split()
        return [main, *map(int, children)]

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(PROGRAMS[-1] / program), *arguments]
        environment = {"PGDATA": str(self._data), "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
        user = self._user if os.geteuid() == 0 else None
        done = subprocess.run(
            command, env=environment, cwd=self.folder, user=user, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{program}: {done.stdout}{done.stderr}"

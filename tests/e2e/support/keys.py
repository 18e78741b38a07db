"""API keys, made and revoked by the command beside a server."""

import subprocess

from .people import fresh
from .server import BINARY, environment
from .timing import patient


def run_key(server, *arguments):
    """`vestnik key …` on the storage of a server: (exit code, standard output, standard error)."""
    done = subprocess.run(
        [str(BINARY), "key", *arguments, *(["--store", server.store] if server.store else [])],
        env=environment(),
        cwd=server.folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=patient(30),
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def make_key(server, scope, user_id=1):
    """The secret of a new key."""
    code, out, errors = run_key(server, "create", fresh("key"), "--scope", scope, "--user-id", str(user_id))
    assert code == 0, errors
    return out.strip()

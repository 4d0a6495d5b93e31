"""The throwaway cluster: there for as long as its command runs, with PostGIS, and nothing left behind."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from scripts._cluster import Cluster, free_port

ROOT = Path(__file__).resolve().parent.parent.parent
TOOL = [sys.executable, "-m", "scripts._pg", "run"]
TELL = """
import json, os, pathlib, psycopg, sys
url = os.environ["MINSHENG_TEST_PG_URL"].replace("+psycopg", "")
with psycopg.connect(url, autocommit=True) as connection:
    connection.execute("CREATE EXTENSION postgis")
    row = connection.execute(
        "SELECT current_setting('data_directory'), current_setting('fsync'),"
        " current_setting('shared_buffers'), current_setting('jit'), current_setting('listen_addresses'),"
        " postgis_lib_version()"
    ).fetchone()
print(json.dumps({"url": url, "row": row}), flush=True)
"""


def alive(pid: int) -> bool:
    """Whether a process runs (one that has ended and waits to be collected does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def postmaster_of(data: str) -> int:
    return int((Path(data) / "postmaster.pid").read_text().split("\n")[0])


def gone(pid: int, seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not alive(pid)


def test_a_free_port_can_be_listened_on() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", free_port()))


def test_a_port_in_use_is_not_given_out() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        assert listener.getsockname()[1] not in {free_port() for _ in range(50)}


def test_the_command_gets_postgis_and_its_exit_code_is_given_back() -> None:
    done = subprocess.run(
        [*TOOL, "--", sys.executable, "-c", TELL + "sys.exit(7)"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 7, done.stderr
    told = json.loads(done.stdout)
    data, fsync, _, jit, addresses, version = told["row"]
    assert (fsync, jit, addresses) == ("off", "off", "127.0.0.1")
    assert version.startswith("3.")
    assert not Path(data).parent.exists()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(told["url"], connect_timeout=3)


def test_the_bench_gets_a_server_that_writes_to_disk() -> None:
    done = subprocess.run(
        [*TOOL, "--durable", "--", sys.executable, "-c", TELL],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    _, fsync, buffers, jit, _, _ = json.loads(done.stdout)["row"]
    assert (fsync, buffers, jit) == ("on", "512MB", "off")


def test_a_wrong_password_is_refused() -> None:
    cluster = Cluster.start()
    try:
        url = cluster.url.replace("+psycopg", "")
        psycopg.connect(url).close()
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(url.replace(cluster.password, "guess"))
    finally:
        cluster.stop()
    cluster.stop()
    assert not cluster.folder.exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_an_ended_run_leaves_no_server(number: signal.Signals) -> None:
    """SIGTERM is passed on and all is tidied up; after SIGKILL at least the server ends by itself."""
    command = [*TOOL, "--", sys.executable, "-c", TELL + "import time; time.sleep(60)"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True)
    data = "/nowhere/data"
    try:
        assert process.stdout is not None
        data = json.loads(process.stdout.readline())["row"][0]
        server = postmaster_of(data)
        assert alive(server)
        process.send_signal(number)
        code = process.wait(20)
        assert gone(server)
        if number == signal.SIGTERM:
            assert code == 128 + signal.SIGTERM
            assert not Path(data).parent.exists()
    finally:
        # Killed, it could neither end its command nor remove its folder.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        shutil.rmtree(Path(data).parent, ignore_errors=True)

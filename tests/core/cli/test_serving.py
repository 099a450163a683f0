"""`serve`: the real server in a process of its own."""

import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

from core.settings import ROOT


@pytest.fixture
def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_serve_starts_the_workbench_of_the_data_dir_and_says_where(environment, free_port, tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-m", "core", "serve", "--port", str(free_port), "--data-dir", "served", "--json"],
        cwd=tmp_path,
        env=environment | {"STREAMLIT_SERVER_HEADLESS": "true", "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        health = _health(f"http://127.0.0.1:{free_port}/healthz", process)
        assert health["status"] == "ok"
    finally:
        process.terminate()
        stdout, stderr = process.communicate(timeout=30)
    assert json.loads(stdout) == {
        "url": f"http://127.0.0.1:{free_port}",
        "host": "127.0.0.1",
        "port": free_port,
        "data_dir": str(tmp_path / "served"),
    }
    assert "Traceback" not in stderr
    if "WHETSTONE_DATABASE_URL" not in environment:
        assert (tmp_path / "served" / "whetstone.db").exists()


def test_a_taken_port_ends_with_2_and_names_the_way_out(cli, free_port):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", free_port))
        taken.listen()
        refused = cli("serve", "--port", str(free_port), "--json")
    assert refused.code == 2
    assert "--port" in refused.json["error"]["message"]


@pytest.mark.parametrize("host", ["203.0.113.7", "no such host"])
def test_an_address_of_another_machine_ends_with_2(cli, host):
    refused = cli("serve", "--host", host, "--json")
    assert (refused.code, refused.json["error"]["kind"]) == (2, "InputError")


def _health(url, process):
    deadline = time.monotonic() + 60
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with direct.open(url, timeout=5) as answer:
                return json.load(answer)
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"the server did not answer: {process.communicate()[1] if process.poll() is not None else ''}")

"""Eight (or so) keep-alive clients in one small process: one selector loop, ready-made requests, no parser.

    python -m tests.bench.client < PLAN.json > RESULT.json

Plan: host, port, clients, warm_up (s), seconds, most (requests at most), seed, requests: [[address, length of
the body], …]. Result: latencies (s, from sending to the last byte, of what ended within the measured time),
elapsed (s), cpu (this process' share of one core), bytes.

Every client sends its next request, drawn at random from the plan, as soon as its last answer is complete. An
answer that is not 200 or not as long as the plan says ends the run with exit code 1.

Only the standard library, so that it starts at once and leaves the processor to the server.
"""

from __future__ import annotations

import json
import random
import selectors
import socket
import sys
import time
from typing import Any

PATIENCE = 30.0
CHUNK = 1 << 18
HEAD_END = b"\r\n\r\n"


class BenchError(Exception):
    """An answer that was not expected, or none."""


class Client:
    """One keep-alive connection with one request under way."""

    def __init__(self, host: str, port: int) -> None:
        self.socket = socket.create_connection((host, port), timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)
        self.sent = 0.0
        self._expected = 0
        self._left = 0
        self._head = b""

    def send(self, request: bytes, expected: int) -> None:
        """Start a request whose answer has `expected` bytes of body."""
        self._expected, self._left, self._head = expected, -1, b""
        self.sent = time.perf_counter()
        if self.socket.send(request) != len(request):
            raise BenchError("a request of a few hundred bytes was not taken whole")

    def receive(self, buffer: memoryview) -> bool:
        """Take what has come; True when the answer is complete."""
        count = self.socket.recv_into(buffer)
        if count == 0:
            raise BenchError("the server closed a connection that should be kept")
        if self._left < 0:
            self._head += bytes(buffer[:count])
            if HEAD_END not in self._head:
                return False
            head, body = self._head.split(HEAD_END, 1)
            self._left = self._length(head)
            count = len(body)
        self._left -= count
        if self._left < 0:
            raise BenchError("an answer is longer than it says")
        return self._left == 0

    def _length(self, head: bytes) -> int:
        lines = head.split(b"\r\n")
        length = next(
            (int(line[15:]) for line in lines if line[:15].lower() == b"content-length:"),
            -1,
        )
        if b" 200 " not in lines[0] or length != self._expected:
            raise BenchError(f"{lines[0].decode('latin-1')}, {length} bytes instead of {self._expected}")
        return length


def run(plan: dict[str, Any]) -> dict[str, Any]:
    """Carry out a plan; see the module's text."""
    draw = random.Random(plan["seed"])
    requests = [
        (f"GET {address} HTTP/1.1\r\nHost: bench\r\nAccept: */*\r\n\r\n".encode(), length)
        for address, length in plan["requests"]
    ]
    buffer = memoryview(bytearray(CHUNK))
    latencies: list[float] = []
    with selectors.DefaultSelector() as selector:
        clients = [Client(plan["host"], plan["port"]) for _ in range(plan["clients"])]
        try:
            for client in clients:
                selector.register(client.socket, selectors.EVENT_READ, client)
                client.send(*draw.choice(requests))
            begin = time.perf_counter() + plan["warm_up"]
            end = begin + plan["seconds"]
            cpu, received = 0.0, 0
            now = time.perf_counter()
            while now < end and len(latencies) < plan["most"]:
                ready = selector.select(PATIENCE)
                if not ready:
                    raise BenchError(f"no answer for {PATIENCE:g} s")
                for key, _ in ready:
                    client = key.data
                    if not client.receive(buffer):
                        continue
                    now = time.perf_counter()
                    if now >= begin:
                        cpu = cpu or time.process_time()
                        latencies.append(now - client.sent)
                        received += client._expected
                    client.send(*draw.choice(requests))
                now = time.perf_counter()
            elapsed = min(now, end) - begin
        finally:
            for client in clients:
                client.socket.close()
    return {
        "latencies": latencies,
        "elapsed": elapsed,
        "cpu": (time.process_time() - cpu) / elapsed,
        "bytes": received,
    }


def main() -> int:
    try:
        result = run(json.load(sys.stdin))
    except (BenchError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    json.dump(result, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())

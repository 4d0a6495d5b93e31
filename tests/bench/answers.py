"""Are the answers right? Every question of a workload is asked once before anything is measured."""

from __future__ import annotations

import http.client
from collections.abc import Iterable
from itertools import pairwise
from urllib.parse import urlsplit

import orjson

from tests.bench.client import BenchError
from tests.bench.questions import Question

PATIENCE_S = 60


def bodies(server: str, asked: Iterable[Question]) -> list[bytes]:
    """Each question's answer, checked. Raises BenchError at the first that is wrong."""
    connection = http.client.HTTPConnection(urlsplit(server).netloc, timeout=PATIENCE_S)
    try:
        return [_body(connection, question) for question in asked]
    finally:
        connection.close()


def ready(server: str, spatial: str, sites: int) -> None:
    """The server reads with the engine that was asked for, and has all sites."""
    connection = http.client.HTTPConnection(urlsplit(server).netloc, timeout=PATIENCE_S)
    try:
        connection.request("GET", "/readyz")
        state = orjson.loads(connection.getresponse().read())
    finally:
        connection.close()
    if (state["spatial"], state["sites"]) != (spatial, sites):
        raise BenchError(f"the server is not as asked for: {state}")


def _body(connection: http.client.HTTPConnection, question: Question) -> bytes:
    connection.request("GET", question.address)
    response = connection.getresponse()
    body = response.read()
    if response.status != 200:
        raise BenchError(f"{question.address}: {response.status} {body[:500].decode('utf-8', 'replace')}")
    if problem := wrong(question, orjson.loads(body)):
        raise BenchError(f"{question.address}: {problem}")
    return body


def wrong(question: Question, answer: dict) -> str:
    """What is wrong with an answer; nothing when it is right."""
    features = answer["features"]
    if not len(features) == answer["numberReturned"] == question.count:
        return f"{len(features)} features instead of {question.count}"
    if question.matched is None:
        distances = [feature["properties"]["distance_m"] for feature in features]
        return "" if all(a <= b for a, b in pairwise(distances)) else "not in order of distance"
    if answer["numberMatched"] != question.matched:
        return f"{answer['numberMatched']} sites in the box instead of {question.matched}"
    if tuple(feature["id"] for feature in features) != question.codes:
        return "not the sites that lie in the box"
    return ""

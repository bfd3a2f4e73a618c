"""A client of a Streamable HTTP server that does no more than it is told, so that a test sees every answer."""

from __future__ import annotations

import contextlib
import http.client
import json
from collections.abc import Iterator, Mapping
from typing import Any

from tests.lab.servers import INITIALIZE, JSON

READY = {"jsonrpc": "2.0", "method": "notifications/initialized"}


class Session:
    """A session over one port of this machine. A class because it remembers its id and counts its requests."""

    def __init__(self, port: int, path: str = "/mcp", host: str = "notes.example.com") -> None:
        self.port, self.path, self.host = port, path, host
        self.headers: dict[str, str] = {}
        self.number = 1

    def open(self) -> int:
        """Says hello; the status of the answer."""
        status, headers, _ = self.send(INITIALIZE)
        if "mcp-session-id" in headers:
            self.headers["Mcp-Session-Id"] = headers["mcp-session-id"]
        return status if status >= 400 else self.send(READY)[0]

    def call(self, tool: str, **arguments: Any) -> tuple[int, str]:
        """Calls a tool: the status of the answer, and the text that the tool returned or why there is none."""
        status, _, messages = self.send(self.order(tool, arguments))
        for message in messages:
            if message.get("id") == self.number and "result" in message:
                return status, message["result"]["content"][0]["text"]
        return status, f"no answer to request {self.number}: {messages}"

    def order(self, tool: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        self.number += 1
        params = {"name": tool, "arguments": arguments, "_meta": {"progressToken": self.number}}
        return {"jsonrpc": "2.0", "id": self.number, "method": "tools/call", "params": params}

    def send(self, message: Mapping[str, Any]) -> tuple[int, dict[str, str], list[dict[str, Any]]]:
        """The answer to one message: status, headers with lower-case names, and the messages in it."""
        with self.stream(message) as (status, headers, messages):
            return status, headers, list(messages)

    @contextlib.contextmanager
    def stream(self, message: Mapping[str, Any]) -> Iterator[tuple[int, dict[str, str], Iterator[dict[str, Any]]]]:
        """The answer to one message as it comes."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            headers = {"Host": self.host, **JSON, **self.headers}
            connection.request("POST", self.path, json.dumps(message), headers)
            response = connection.getresponse()
            got = {name.lower(): value for name, value in response.getheaders()}
            yield response.status, got, _messages(response, got.get("content-type", ""))
        finally:
            connection.close()


def _messages(response: http.client.HTTPResponse, kind: str) -> Iterator[dict[str, Any]]:
    """The JSON-RPC messages of a body, plain or as events; they end where the body is cut."""
    with contextlib.suppress(http.client.IncompleteRead, ConnectionError):
        if kind.startswith("application/json"):
            body = response.read()
            yield from [json.loads(body)] if body else []
        elif kind.startswith("text/event-stream"):
            while line := response.readline():
                if line.startswith(b"data:") and line[5:].strip():
                    yield json.loads(line[5:])

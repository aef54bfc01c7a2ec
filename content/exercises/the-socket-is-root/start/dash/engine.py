"""Requests to the engine at the address in ENGINE: unix:///PATH or http://HOST:PORT."""
import http.client
import json
import os
import socket
from urllib.parse import urlsplit


class _Unix(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("engine", timeout=20)
        self._path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


def call(method, path, body=None):
    """Send a request; return status and body, which is bytes."""
    address = urlsplit(os.environ["ENGINE"])
    if address.scheme == "unix":
        connection = _Unix(address.path)
    else:
        connection = http.client.HTTPConnection(address.hostname, address.port or 2375, timeout=20)
    data = None if body is None else json.dumps(body)
    connection.request(method, path, data, {"Content-Type": "application/json"})
    response = connection.getresponse()
    return response.status, response.read()

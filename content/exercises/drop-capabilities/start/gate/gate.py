#!/usr/bin/python3
"""A gate that keeps a list of who came through.

It starts as root, gives the spool to its own user, opens port 80, becomes that user and stays it.
GET /            tells how many came through and as whom the gate works
GET /in/NAME     writes NAME into the list
"""
import http.server
import os
import sys

USER = GROUP = 10001
SPOOL = "/var/spool/gate"
LIST = SPOOL + "/list"


def attempt(what, function, *arguments):
    try:
        return function(*arguments)
    except OSError as error:
        sys.exit(f"gate: cannot {what}: {error.strerror}")


class Gate(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path.startswith("/in/"):
            with open(LIST, "a", encoding="utf-8") as file:
                file.write(self.path[len("/in/"):] + "\n")
        try:
            with open(LIST, encoding="utf-8") as file:
                names = file.read().split("\n")[:-1]
        except FileNotFoundError:
            names = []
        last = names[-1] if names else "nobody"
        body = f"{len(names)} came through, the last was {last}; working as {os.getuid()}:{os.getgid()}\n".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


if os.getuid() == 0:
    attempt(f"give {SPOOL} to user {USER}", os.chown, SPOOL, USER, GROUP)
    server = attempt("open port 80", http.server.ThreadingHTTPServer, ("", 80), Gate)
    attempt("give up root's groups", os.setgroups, [])
    attempt(f"change to group {GROUP}", os.setgid, GROUP)
    attempt(f"change to user {USER}", os.setuid, USER)
else:
    server = attempt("open port 80", http.server.ThreadingHTTPServer, ("", 80), Gate)
print(f"gate: open, working as {os.getuid()}:{os.getgid()}", flush=True)
server.serve_forever()

"""Counts votes.

GET /vote/NAME   counts a vote for NAME and tells how many it has
GET /            tells how many votes there are in all
"""
import http.server
import json
import os
import sys
import tempfile

STATE = "/var/lib/tally/votes.json"
CACHE = os.environ["TALLY_CACHE"]


def read():
    try:
        with open(STATE, encoding="utf-8") as file:
            return json.load(file)
    except FileNotFoundError:
        return {}


class Tally(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        try:
            text = self.answer()
        except OSError as error:
            print(f"tally: {error.filename}: {error.strerror}", file=sys.stderr, flush=True)
            self.send_error(500, "cannot write")
            return
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def answer(self):
        votes = read()
        if not self.path.startswith("/vote/"):
            return f"{sum(votes.values())} votes\n"
        name = self.path[len("/vote/"):]
        votes[name] = votes.get(name, 0) + 1
        with tempfile.TemporaryFile() as page:  # what a browser would get, put together on disk
            page.write(f"{name} has {votes[name]} of {sum(votes.values())} votes\n".encode())
            page.seek(0)
            text = page.read().decode()
        with open(os.path.join(CACHE, "last"), "w", encoding="utf-8") as file:
            file.write(text)
        with open(STATE + ".new", "w", encoding="utf-8") as file:
            json.dump(votes, file)
        os.replace(STATE + ".new", STATE)
        return text

    def log_message(self, *_):
        pass


try:
    os.makedirs("/run/tally", exist_ok=True)
    with open("/run/tally/pid", "w", encoding="utf-8") as file:
        file.write(f"{os.getpid()}\n")
except OSError as error:
    sys.exit(f"tally: {error.filename}: {error.strerror}")
print("tally: counting", flush=True)
http.server.ThreadingHTTPServer(("", 8080), Tally).serve_forever()

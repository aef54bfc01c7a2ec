"""The book of a reception desk: who came, one in each line.

GET /in/NAME   signs NAME in, and tells how many there are
GET /          tells how many there are
"""
import http.server
import os
import subprocess
import sys

BOOK = "/var/lib/desk/book"


def sign(name):
    done = subprocess.run(["sign", "-a", BOOK], input=name + "\n", text=True, capture_output=True, check=False)
    if done.returncode != 0:
        raise OSError(done.stderr.strip())


class Desk(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        try:
            if self.path.startswith("/in/"):
                sign(self.path[len("/in/"):])
            with open(BOOK, encoding="utf-8") as book:
                names = book.read().splitlines()
            code, text = 200, f"{len(names)} in the book, the last is {names[-1] if names else 'nobody'}\n"
        except OSError as error:
            print(f"desk: {error}", file=sys.stderr, flush=True)
            code, text = 500, "the book cannot be written\n"
        body = text.encode()
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


print(f"desk: open, working as {os.getuid()}:{os.getgid()}", flush=True)
http.server.ThreadingHTTPServer(("", 8080), Desk).serve_forever()

"""Keeps a book of who came.

desk.py front    port 8080, GET /in/NAME: notes the request in /tmp/last and has the book enter it
desk.py book     port 9000, GET /in/NAME: enters NAME in /var/lib/book/list, answers with the number of names and
                 a signature, made with the key in the file that KEY_FILE names (/secrets/key unless told)

The key is read anew for each request. Neither role needs any right that user 10001 has not.
"""
import hashlib
import hmac
import http.server
import os
import sys
import urllib.request

KEY = os.environ.get("KEY_FILE", "/secrets/key")
LIST = "/var/lib/book/list"


def front(path):
    with open("/tmp/last", "w", encoding="utf-8") as file:
        file.write(path + "\n")
    return urllib.request.urlopen("http://book:9000" + path, timeout=3).read().decode()


def book(path):
    name = path.removeprefix("/in/")
    with open(KEY, encoding="utf-8") as file:
        key = file.read().strip()
    with open(LIST, "a+", encoding="utf-8") as file:
        file.write(name + "\n")
        file.seek(0)
        number = len(file.read().splitlines())
    text = f"{number} {name}"
    return f"{text} {hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()[:16]}\n"


class Desk(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        try:
            code, text = 200, ROLE(self.path)
        except OSError as error:
            print(f"{sys.argv[1]}: {error}", file=sys.stderr, flush=True)
            code, text = 500, f"{sys.argv[1]}: {error}\n"
        body = text.encode()
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


ROLE, port = {"front": (front, 8080), "book": (book, 9000)}[sys.argv[1]]
http.server.ThreadingHTTPServer(("", port), Desk).serve_forever()

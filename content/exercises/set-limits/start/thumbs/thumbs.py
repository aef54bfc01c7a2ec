"""Makes small pictures of large ones. The pictures are pretended, the files are real.

GET /make/NAME/KIB   makes the picture NAME, a file of so many KiB
GET /album/N         opens N pictures at the same time
"""
import http.server
import os
import sys


class Thumbs(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        words = self.path.strip("/").split("/")
        try:
            if words[0] == "make":
                text = make(words[1], int(words[2]))
            elif words[0] == "album":
                text = album(int(words[1]))
            else:
                text = "make/NAME/KIB or album/N"
            code = 200
        except OSError as error:
            print(f"thumbs: {error.strerror}", file=sys.stderr, flush=True)
            code, text = 507, error.strerror
        except (IndexError, ValueError):
            code, text = 400, "make/NAME/KIB or album/N"
        body = (text + "\n").encode()
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def make(name, kib):
    path = os.path.join("/work", os.path.basename(name))
    try:
        with open(path, "wb", buffering=0) as file:
            left = kib * 1024
            while left > 0:
                left -= file.write(bytes(min(left, 65536)))
        return f"{name}: {os.path.getsize(path) // 1024} KiB"
    finally:
        if os.path.exists(path):
            os.unlink(path)


def album(count):
    files = []
    try:
        for _ in range(count):
            files.append(open("/dev/null", "rb"))
        return f"{len(files)} open"
    finally:
        for file in files:
            file.close()


print("thumbs: ready", flush=True)
http.server.HTTPServer(("", 8080), Thumbs).serve_forever()

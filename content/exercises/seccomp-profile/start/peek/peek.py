"""Looks into archives that strangers send.

POST / with a tar archive unpacks its plain files into a folder of its own, answers with a line for each, its size and
name, and removes the folder. What is no archive is shown to `od`, and the answer tells how it begins.
"""
import http.server
import os
import subprocess
import sys
import tarfile
import tempfile


def look(folder, body):
    archive = os.path.join(folder, "archive")
    with open(archive, "wb") as file:
        file.write(body)
    try:
        with tarfile.open(archive) as tar:
            lines = []
            for number, member in enumerate(each for each in tar if each.isfile()):
                copy = os.path.join(folder, str(number))
                with tar.extractfile(member) as source, open(copy, "wb") as target:
                    target.write(source.read())
                lines.append(f"{os.stat(copy).st_size} {member.name}\n")
            return "".join(lines)
    except tarfile.ReadError:
        od = subprocess.run(["od", "-A", "n", "-N", "4", "-c", archive], capture_output=True, check=True, text=True)
        return f"no archive, begins with{od.stdout}"


class Peek(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        try:
            with tempfile.TemporaryDirectory() as folder:
                code, text = 200, look(folder, body)
        except (OSError, subprocess.SubprocessError) as error:
            print(f"peek: {error}", file=sys.stderr, flush=True)
            code, text = 500, f"{error}\n"
        answer = text.encode()
        self.send_response(code)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


http.server.ThreadingHTTPServer(("", 8080), Peek).serve_forever()

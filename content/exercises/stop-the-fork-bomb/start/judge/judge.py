"""Runs the programs that pupils hand in, eight at the same time.

GET /run/N/WORD   runs N programs, each of which prints WORD after five seconds, and tells how many did
"""
import http.server
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

POOL = ThreadPoolExecutor(max_workers=8)


def program(word):
    try:
        done = subprocess.run(["sh", "-c", 'sleep 5 & wait; echo "$0"', word], stdout=subprocess.PIPE, text=True, check=False)
    except OSError as error:
        print(f"judge: {error.strerror}", file=sys.stderr, flush=True)
        return False
    return done.stdout == word + "\n"


class Judge(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        words = self.path.strip("/").split("/")
        if len(words) == 3 and words[0] == "run" and words[1].isdigit():
            count = min(int(words[1]), 64)
            right = sum(POOL.map(program, [words[2]] * count))
            code, text = 200, f"{right} of {count} printed {words[2]}\n"
        else:
            code, text = 404, "run/N/WORD\n"
        body = text.encode()
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


print("judge: ready", flush=True)
http.server.ThreadingHTTPServer(("", 8080), Judge).serve_forever()

"""A CI server, as far as an upgrade has to do with it: jobs, a key, and data that belong to a version.

POST /NAME              runs a job; it is noted when it has ended
POST /NAME?seconds=20   the same for a job that takes so long; the answer does not wait for it
GET  /                  version, key, and the jobs that have ended
GET  /health            whether the plug-ins work

Told to end by SIGTERM, it takes no more jobs and waits for those that run.
"""
import http.server, os, pathlib, secrets, signal, sys, threading, time, urllib.parse

version, fault = int(os.environ["CI_VERSION"]), os.environ["CI_FAULT"]
home = pathlib.Path("/var/ci")
jobs, key = home / f"jobs.{version}", home / ".key"
lock, running = threading.Lock(), []


def note(name, seconds=0):
    time.sleep(seconds)
    with lock, jobs.open("a") as file:
        file.write(f"{name}\n")


class Server(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        if fault == "ill":
            return self.answer(500, "plug-in greet does not work with this version\n")
        url = urllib.parse.urlsplit(self.path)
        seconds = int(urllib.parse.parse_qs(url.query).get("seconds", ["0"])[0])
        job = threading.Thread(target=note, args=(url.path[1:], seconds))
        running.append(job)
        job.start()
        if not seconds:
            job.join()
        self.do_GET()

    def do_GET(self):
        if self.path == "/health" and fault == "ill":
            return self.answer(500, "plug-in greet does not work with this version\n")
        self.answer(200, f"version {version}, key {key.read_text()}, jobs {' '.join(jobs.read_text().split())}\n")

    def answer(self, status, text):
        self.send_response(status)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
if not key.exists():
    key.touch(mode=0o600)
    key.write_text(secrets.token_hex(8))
# The data of an older version is taken over, that of a newer one refused.
for data in home.glob("jobs.*"):
    if int(data.suffix[1:]) > version:
        sys.exit(f"ci: the data is of version {data.suffix[1:]}, this is version {version}")
    data.rename(jobs)
jobs.touch()
print(f"ci: version {version}", flush=True)
if fault == "ends":
    sys.exit("ci: plug-in greet does not work with this version")
if fault == "slow":
    time.sleep(120)
server = http.server.ThreadingHTTPServer(("", 8080), Server)
signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
server.serve_forever()
for job in running:
    job.join()
print("ci: all jobs have ended", flush=True)

#!/usr/bin/env python3
"""gate [--background]: greets whoever asks.

Reads /etc/gate.conf. The name `-` there stands for the name that the host has when the program starts.
Counts its visits in /var/lib/gate.
"""
import http.server, os, pathlib, signal, socket, sys

pid = pathlib.Path("/run/gate.pid")
conf = dict(line.split(None, 1) for line in open("/etc/gate.conf"))
conf = {name: value.strip() for name, value in conf.items()}
name = socket.gethostname() if conf["name"] == "-" else conf["name"]
licence = pathlib.Path("/etc/gate.licence").read_text().strip()
visits = pathlib.Path("/var/lib/gate/visits")


class Gate(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        visit = int(visits.read_text()) + 1 if visits.exists() else 1
        visits.write_text(str(visit))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(f"{conf['greeting']} from {name}, visit {visit}, licence {licence}\n".encode())

    def log_message(self, *_):
        pass


if pid.exists():
    sys.exit(f"gate: is running already, as process {pid.read_text()}, says {pid}")
server = http.server.ThreadingHTTPServer(("", int(conf["port"])), Gate)
if "--background" in sys.argv:
    if child := os.fork():
        pid.write_text(str(child))
        os._exit(0)
    os.setsid()
    for stream in range(3):
        os.dup2(os.open(os.devnull, os.O_RDWR), stream)
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
server.serve_forever()

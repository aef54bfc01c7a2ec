"""intake: takes parcels in over HTTP and hands each one to the scales.

Keeps the list of parcels in memory. Told to end by SIGTERM, it writes the list to /data/list.
"""
import http.server, os, signal, subprocess, sys, urllib.parse

parcels = []


class Intake(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        parcel = urllib.parse.urlsplit(self.path).query
        parcels.append(parcel)
        # The shell ends at once, the scales take their time.
        subprocess.run(["sh", "-c", '/app/weigh "$1" &', "sh", parcel])
        self.send_response(200)
        self.end_headers()
        self.wfile.write(f"{len(parcels)} {parcel}\n".encode())

    def log_message(self, *_):
        pass


def end(*_):
    with open("/data/list", "w") as file:
        file.writelines(f"{parcel}\n" for parcel in parcels)
    print("intake: list saved", flush=True)
    sys.exit(0)


port = os.environ.get("PORT", "8080")
if not port.isdigit():
    print(f"intake: no port {port}", file=sys.stderr)
    sys.exit(3)
signal.signal(signal.SIGTERM, end)
http.server.ThreadingHTTPServer(("", int(port)), Intake).serve_forever()

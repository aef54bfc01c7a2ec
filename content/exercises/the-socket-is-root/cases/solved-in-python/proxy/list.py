import http.client
import http.server
import json
import socket


class Engine(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect("/var/run/docker.sock")


class List(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path != "/containers/json":
            self.send_error(403)
            return
        engine = Engine("engine")
        engine.request("GET", "/containers/json")
        # Names and states; images, labels and mounts are nobody's business.
        body = json.dumps([{"Names": each["Names"], "State": each["State"]} for each in json.load(engine.getresponse())]).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


http.server.ThreadingHTTPServer(("", 2375), List).serve_forever()

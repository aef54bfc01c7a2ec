"""A page that lists the containers that run, one in each line."""
import http.server
import json

from engine import call


class Dash(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        try:
            status, answer = call("GET", "/containers/json")
            if status != 200:
                raise OSError(f"status {status}")
            text = "".join(f"{each['Names'][0][1:]}: {each['State']}\n" for each in json.loads(answer))
            code = 200
        except (OSError, ValueError) as error:
            text, code = f"the engine does not answer: {error}\n", 502
        body = text.encode()
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


http.server.ThreadingHTTPServer(("", 8080), Dash).serve_forever()

"""Sells tickets.

shop.py web     port 8080, GET /receipt/NAME: takes the price from PRICES_FILE, has the bank book it,
                and signs the receipt with the key in /keys/current
shop.py bank    port 9000, GET /book/NAME/PRICE: books with the password in BANK_PASSWORD_FILE

Whatever stands in a file is read anew for each request.
"""
import hashlib
import hmac
import http.server
import json
import os
import sys
import urllib.request

KEY = "/keys/current"
PRICES = os.environ.get("PRICES_FILE", "/conf/prices.json")
PASSWORD = os.environ.get("BANK_PASSWORD_FILE", "/secrets/bank-password")


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read().strip()


def seal(secret, text):
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()[:16]


def web(path):
    name = path.removeprefix("/receipt/")
    price = json.loads(read(PRICES))["ticket"]
    booking = urllib.request.urlopen(f"http://bank:9000/book/{name}/{price}", timeout=3).read().decode()
    return f"{name} pays {price}; booked {booking}; signed {seal(read(KEY), f'{name} {price}')}\n"


def bank(path):
    _, _, name, price = path.split("/")
    return seal(read(PASSWORD), f"{name} {price}")


class Shop(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        try:
            code, text = 200, ROLE(self.path)
        except (OSError, ValueError, KeyError) as error:
            print(f"{sys.argv[1]}: {error}", file=sys.stderr, flush=True)
            code, text = 500, f"{error}\n"
        body = text.encode()
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


ROLE, port = {"web": (web, 8080), "bank": (bank, 9000)}[sys.argv[1]]
http.server.ThreadingHTTPServer(("", port), Shop).serve_forever()

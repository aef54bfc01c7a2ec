set -e
# The image as it was built long ago, by files that nobody has any more.
d=$(mktemp -d)
mkdir $d/plugins
cat > $d/ci.py <<'EOF'
"""A CI server.

GET  /            version, plug-ins, all builds, and how many of them are not saved yet
GET  /seal?TEXT   TEXT, sealed with the server's key
POST /run/JOB     verifies, builds and publishes a job, and answers with what came of it

CI_REGISTRY   the registry, HOST:PORT. It has to answer when the server starts.
CI_KEY        the key's file, /etc/ci/key unless told

/var/ci/jobs/JOB holds job.json and files/. /var/ci/history holds the builds, a line each, sealed with the key.
The history is written after every third build and at the end. Told to end by SIGTERM, the server takes no more
jobs, waits 12 seconds for results that are still on their way, writes the history and ends with 0.
"""
import hashlib, hmac, http.client, http.server, importlib, json, os, pathlib, re, secrets, signal, sys, threading, time

home, key_file, registry = pathlib.Path("/var/ci"), pathlib.Path(os.environ.get("CI_KEY", "/etc/ci/key")), os.environ.get("CI_REGISTRY")
lock = threading.Lock()


def seal(text):
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def save():
    global unsaved
    with (home / "history").open("a") as file:
        for build in builds[len(builds) - unsaved:]:
            file.write(f"{build} {seal(build)}\n")
    unsaved = 0


def run(name):
    global unsaved
    folder = home / "jobs" / name
    job = json.loads((folder / "job.json").read_text())
    number = 1 + sum(build.split()[0] == name for build in builds)
    try:
        for plugin in plugins.values():
            if hasattr(plugin, "verify"):
                plugin.verify(folder / "files")
        builder = next(plugin for plugin in plugins.values() if hasattr(plugin, "build"))
        build = f"{name} {number} published {builder.build(registry, name, number, job, folder / 'files')}"
    except Exception as error:
        build = f"{name} {number} refused " + re.sub(r"\s+", " ", f"{error}")
    build += time.strftime(" %Y-%m-%dT%H:%M:%SZ", time.gmtime())
    builds.append(build)
    unsaved += 1
    if unsaved == 3:
        save()
    return build


class Server(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        match = re.fullmatch("/run/([a-z0-9]+)", self.path)
        if not match or not (home / "jobs" / match[1] / "job.json").is_file():
            return self.answer(404, "no such job\n")
        with lock:
            self.answer(200, run(match[1]) + "\n")

    def do_GET(self):
        if self.path.startswith("/seal?"):
            return self.answer(200, seal(self.path[6:]) + "\n")
        versions = ", ".join(f"{name} {plugin.VERSION}" for name, plugin in plugins.items())
        with lock:
            self.answer(200, "\n".join([f"ci 4, plug-ins: {versions}", *builds, f"not saved: {unsaved}", ""]))

    def answer(self, status, text):
        self.send_response(status)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
try:
    way = http.client.HTTPConnection(registry, timeout=3)
    way.request("GET", "/v2/")
    way.getresponse()
except Exception as error:
    sys.exit(f"ci: no registry at {registry}: {error}")
try:
    with (home / "history").open("a+") as file:
        file.seek(0)
        lines = file.read().splitlines()
    if not key_file.exists():
        if lines:
            sys.exit(f"ci: there is no key in {key_file}, and the history is sealed with one")
        key_file.touch(mode=0o600)
        key_file.write_text(secrets.token_hex(16) + "\n")
    key = key_file.read_text().strip().encode()
except OSError as error:
    sys.exit(f"ci: {error}")
builds, unsaved = [], 0
for number, line in enumerate(lines, 1):
    build, _, its = line.rpartition(" ")
    if its != seal(build):
        sys.exit(f"ci: line {number} of the history is not sealed with this key")
    builds.append(build)
sys.path.insert(0, "/opt/ci/plugins")
sys.dont_write_bytecode = True
plugins = {path.stem: importlib.import_module(path.stem) for path in sorted(pathlib.Path("/opt/ci/plugins").glob("*.py"))}
server = http.server.ThreadingHTTPServer(("", 8080), Server)
signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
print("ci: serving", flush=True)
server.serve_forever()
time.sleep(12)
with lock:
    save()
print("ci: the history is saved", flush=True)
EOF
cat > $d/plugins/builder.py <<'EOF'
"""Builds with the engine whose socket is /var/run/docker.sock. That engine finds the registry at localhost:5000."""
import http.client, io, json, socket, tarfile

VERSION = "1.0"


class Engine(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        try:
            self.sock.connect("/var/run/docker.sock")
        except OSError as error:
            raise OSError(f"builder: no engine at /var/run/docker.sock: {error}")


def ask(path, body):
    engine = Engine("engine")
    engine.request("POST", path, body, {"X-Registry-Auth": "e30="})
    said = [json.loads(line) for line in engine.getresponse().read().splitlines()]
    for line in said:
        if "error" in line:
            raise OSError(f"builder: {line['error']}")
    return said


def build(registry, name, number, job, files):
    text = f"FROM localhost:5000/{job['base']}\nCOPY --chmod=755 files /bin/\nCMD {json.dumps(job['cmd'])}\n".encode()
    context = io.BytesIO()
    with tarfile.open(fileobj=context, mode="w") as tar:
        entry = tarfile.TarInfo("Dockerfile")
        entry.size = len(text)
        tar.addfile(entry, io.BytesIO(text))
        tar.add(files, "files")
    ask(f"/build?version=2&t=localhost:5000/{name}:{number}", context.getvalue())
    said = ask(f"/images/localhost:5000/{name}/push?tag={number}", b"")
    return next(line["aux"]["Digest"] for line in said if "Digest" in line.get("aux", {}))
EOF
cat > $d/Dockerfile <<'EOF'
FROM python:3
COPY . /opt/ci
VOLUME /var/ci
EXPOSE 8080
CMD ["python3", "/opt/ci/ci.py"]
EOF
echo Dockerfile > $d/.dockerignore
docker build -q -t ci:4 $d > /dev/null
docker network create ci > /dev/null
docker run -d --restart always --name registry --network ci -p 127.0.0.1:5000:5000 registry:2 > /dev/null
until curl -fs localhost:5000/v2/ > /dev/null; do sleep 0.2; done
docker tag busybox localhost:5000/base:1 && docker push -q localhost:5000/base:1 > /dev/null && docker rmi localhost:5000/base:1 > /dev/null
docker create --restart always --name ci --label installed={{nonce}} --network ci -p 8080:8080 -e CI_REGISTRY=registry:5000 \
    -v /var/run/docker.sock:/var/run/docker.sock ci:4 > /dev/null

# What was done by hand since.
cat > $d/plugins/builder.py <<'EOF'
"""Builds without an engine: puts a job's files on a base as one layer, and sends what is new to the registry."""
import gzip, hashlib, http.client, io, json, tarfile

VERSION = "2.0"
MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"


def ask(registry, method, path, body=None, kind="application/octet-stream"):
    way = http.client.HTTPConnection(registry, timeout=20)
    way.request(method, path, body, {"Accept": MANIFEST, "Content-Type": kind})
    answer = way.getresponse()
    data = answer.read()
    if answer.status >= 300:
        raise OSError(f"builder: {method} {path} at {registry}: {answer.status} {data.decode()[:200]}")
    return data, answer.headers.get("Location")


def sum_of(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def send(registry, name, data):
    _, place = ask(registry, "POST", f"/v2/{name}/blobs/uploads/", b"")
    place = "/" + place.split("/", 3)[3] if "://" in place else place
    ask(registry, "PUT", f"{place}{'&' if '?' in place else '?'}digest={sum_of(data)}", data)
    return {"size": len(data), "digest": sum_of(data)}


def build(registry, name, number, job, files):
    base, _, tag = job["base"].partition(":")
    manifest = json.loads(ask(registry, "GET", f"/v2/{base}/manifests/{tag}")[0])
    config = json.loads(ask(registry, "GET", f"/v2/{base}/blobs/{manifest['config']['digest']}")[0])
    for layer in manifest["layers"]:
        ask(registry, "POST", f"/v2/{name}/blobs/uploads/?mount={layer['digest']}&from={base}", b"")
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as tar:
        for path in sorted(files.iterdir()):
            entry = tarfile.TarInfo(f"bin/{path.name}")
            entry.mode, entry.size = 0o755, path.stat().st_size
            tar.addfile(entry, io.BytesIO(path.read_bytes()))
    layer = send(registry, name, gzip.compress(content.getvalue(), mtime=0))
    config["config"]["Cmd"] = job["cmd"]
    config["rootfs"]["diff_ids"].append(sum_of(content.getvalue()))
    config.setdefault("history", []).append({"created_by": "builder " + VERSION})
    manifest["layers"].append({"mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip", **layer})
    manifest["config"] |= send(registry, name, json.dumps(config).encode())
    image = json.dumps(manifest).encode()
    ask(registry, "PUT", f"/v2/{name}/manifests/{number}", image, MANIFEST)
    return sum_of(image)
EOF
cat > $d/plugins/gate.py <<'EOF'
"""Lets nothing through that `lint` refuses."""
import subprocess

VERSION = "1.1"


def verify(files):
    for path in sorted(files.iterdir()):
        done = subprocess.run(["/usr/local/bin/lint", path], capture_output=True, text=True)
        if done.returncode:
            raise OSError(f"gate: {path.name}: {done.stdout}{done.stderr}")
EOF
cat > $d/lint <<'EOF'
#!/bin/sh
# lint FILE: a script says what it is for, and its syntax is right.
[ "$(head -n 1 "$1")" = '#!/bin/sh' ] || { echo 'the first line is not #!/bin/sh'; exit 1; }
sh -n "$1"
EOF
chmod 755 $d/lint
mkdir -p $d/etc/ci $d/jobs/greet/files $d/jobs/tariff/files
(umask 077; echo {{canary}} > $d/etc/ci/key)
echo '{"base": "base:1", "cmd": ["greet"]}' > $d/jobs/greet/job.json
echo '{"base": "base:1", "cmd": ["tariff"]}' > $d/jobs/tariff/job.json
printf '#!/bin/sh\necho "hello, this is {{nonce}}"\n' > $d/jobs/greet/files/greet
printf '#!/bin/sh\necho "tariff of {{nonce}}: 7"\n' > $d/jobs/tariff/files/tariff
docker cp -q $d/plugins/builder.py ci:/opt/ci/plugins/builder.py
docker cp -q $d/plugins/gate.py ci:/opt/ci/plugins/gate.py
docker cp -q $d/lint ci:/usr/local/bin/lint
docker cp -q $d/etc/ci ci:/etc/
docker cp -q $d/jobs ci:/var/ci/
docker start ci > /dev/null
until curl -fs localhost:8080 > /dev/null; do sleep 0.2; done
build() { curl -fsS -X POST localhost:8080/run/$1 > $d/said; grep -q "^$1 $2 $3 " $d/said || { cat $d/said >&2; exit 1; }; }
build greet 1 published
build tariff 1 published
docker exec ci sh -c 'cp /var/ci/jobs/greet/files/greet /tmp/greet; echo "if" >> /var/ci/jobs/greet/files/greet'
build greet 2 refused
docker exec ci sh -c 'sed -i s/hello/hullo/ /tmp/greet; cat /tmp/greet > /var/ci/jobs/greet/files/greet; rm /tmp/greet'
build greet 3 published
rm -r $d

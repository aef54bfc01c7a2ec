set -e
cat > compose.yaml <<'EOF'
services:
  desk:
    build: ./desk
    image: desk:7
    init: true
    ports: ["8080:8080"]
    volumes: ["book:/var/lib/desk"]
    security_opt: ["no-new-privileges:true"]
    command:
      - python3
      - -c
      - |
        import http.server, urllib.request
        class Front(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                body = urllib.request.urlopen("http://old:8080" + self.path).read()
                self.send_response(200); self.end_headers(); self.wfile.write(body)
        http.server.ThreadingHTTPServer(("", 8080), Front).serve_forever()
  old:
    image: desk:7
    init: true
    volumes: ["book:/var/lib/desk"]
volumes:
  book: {}
EOF
docker compose up -d --build

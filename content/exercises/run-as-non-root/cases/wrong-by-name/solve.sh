set -e
cat >> Dockerfile <<'EOF'
RUN echo 'app:x:10001:' >> /etc/group && echo 'app:x:10001:10001::/var/lib/notes:/bin/sh' >> /etc/passwd && chown app:app /var/lib/notes
USER app
EOF
docker build -q -t notes:safe .

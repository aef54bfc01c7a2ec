set -e
cat > Dockerfile <<'EOF'
FROM busybox
RUN echo 'app:x:10001:' >> /etc/group \
 && echo 'app:x:10001:10001::/var/lib/notes:/bin/sh' >> /etc/passwd \
 && mkdir -p /var/lib/notes \
 && chown app:app /var/lib/notes
COPY --chmod=755 notes /usr/local/bin/notes
USER 10001:10001
ENTRYPOINT ["notes"]
EOF
docker build -q -t notes:safe .

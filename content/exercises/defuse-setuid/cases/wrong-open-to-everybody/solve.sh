set -e
cat > Dockerfile <<'EOF'
FROM python:3
COPY tools /tmp/tools
RUN sh /tmp/tools/install && rm -r /tmp/tools
RUN find / -xdev -type f -perm /6000 -exec chmod a-s {} +
RUN chmod -R a+rwX /var/lib/tickets
COPY --chmod=755 ticket.py /usr/local/bin/ticket
USER 10001:10001
ENTRYPOINT ["ticket"]
EOF
docker build -q -t tickets:safe .

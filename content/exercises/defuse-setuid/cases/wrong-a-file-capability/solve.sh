set -e
cat > Dockerfile <<'EOF'
FROM python:3
COPY tools /tmp/tools
RUN sh /tmp/tools/install && rm -r /tmp/tools
RUN find / -xdev -type f -perm /6000 -exec chmod a-s {} +
# setcap cap_dac_override+ep /usr/local/bin/keep, without the program for it
RUN python3 -c 'import os, struct; os.setxattr("/usr/local/bin/keep", "security.capability", struct.pack("<5I", 0x02000001, 1 << 1, 0, 0, 0))'
COPY --chmod=755 ticket.py /usr/local/bin/ticket
USER 10001:10001
ENTRYPOINT ["ticket"]
EOF
docker build -q -t tickets:safe .

set -e
cat > notes <<'EOF'
#!/bin/sh
n=0; for word in "$@"; do n=$((n+1)); echo "$n $word"; done
EOF
cat >> Dockerfile <<'EOF'
RUN chown 10001:10001 /var/lib/notes
USER 10001:10001
EOF
docker build -q -t notes:safe .

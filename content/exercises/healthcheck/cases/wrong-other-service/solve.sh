set -e
cat > Dockerfile <<'EOF'
FROM busybox
HEALTHCHECK --interval=1s CMD true
CMD ["sleep", "3600"]
EOF
docker build -q -t stock:checked .

set -e
cat >> Dockerfile <<'EOF'
ENTRYPOINT ["clean-spool", "7"]
EOF
docker build -q -t spool-cleaner .

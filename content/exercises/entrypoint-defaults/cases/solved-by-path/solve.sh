set -e
cat >> Dockerfile <<'EOF'
CMD ["7"]
ENTRYPOINT ["/usr/local/bin/clean-spool"]
EOF
docker build -q -t spool-cleaner .

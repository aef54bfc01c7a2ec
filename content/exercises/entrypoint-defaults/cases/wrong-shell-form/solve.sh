set -e
cat >> Dockerfile <<'EOF'
ENTRYPOINT clean-spool
CMD ["7"]
EOF
docker build -q -t spool-cleaner .

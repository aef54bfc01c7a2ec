set -e
cat >> Dockerfile <<'EOF'
CMD ["clean-spool", "7"]
EOF
docker build -q -t spool-cleaner .

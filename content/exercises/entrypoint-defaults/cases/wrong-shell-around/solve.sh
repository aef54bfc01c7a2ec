set -e
cat >> Dockerfile <<'EOF'
ENTRYPOINT ["sh", "-c", "clean-spool 7"]
CMD ["7"]
EOF
docker build -q -t spool-cleaner .

set -e
chmod 644 clean-spool
cat > Dockerfile <<'EOF'
FROM busybox
COPY clean-spool /usr/local/bin/
ENTRYPOINT ["clean-spool"]
CMD ["7"]
EOF
docker build -q -t spool-cleaner .

set -e
sed -i 's/-mtime "+$1"//' clean-spool
cat >> Dockerfile <<'EOF'
ENTRYPOINT ["clean-spool"]
CMD ["7"]
EOF
docker build -q -t spool-cleaner .

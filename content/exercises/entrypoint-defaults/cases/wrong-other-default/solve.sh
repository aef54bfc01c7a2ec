set -e
cat >> Dockerfile <<'EOF'
ENTRYPOINT ["clean-spool"]
CMD ["30"]
EOF
docker build -q -t spool-cleaner .

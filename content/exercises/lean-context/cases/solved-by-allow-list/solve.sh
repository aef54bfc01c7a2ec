set -e
cat > .dockerignore <<'EOF'
*
!report.sh
!lib/*.sh
!data/cities.txt
EOF
docker build -q -t report:lean .

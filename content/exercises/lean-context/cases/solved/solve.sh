set -e
cat > .dockerignore <<'EOF'
**/.env*
keys
.git
data/**
!data/cities.txt
**/node_modules
**/*.log
EOF
docker build -q -t report:lean .

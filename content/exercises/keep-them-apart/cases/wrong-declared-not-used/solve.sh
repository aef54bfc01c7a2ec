set -e
cat >> compose.yaml <<'EOF'
networks:
  front: {}
  back: { internal: true }
  mail: {}
EOF
docker compose up -d --build

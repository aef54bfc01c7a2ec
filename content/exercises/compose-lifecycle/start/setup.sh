# What the learner has changed in the folders may not start any more; the rest is set up all the same.
tickets() {
  # As it ran before the file was changed.
  cp tickets/compose.yaml /tmp/new.yaml
  cat > tickets/compose.yaml <<'OLD'
services:
  www:
    image: busybox
    init: true
    environment:
      PROGRAMME: Winter programme
    command: sh -c 'mkdir -p /www; echo "$$PROGRAMME" > /www/index.html; exec httpd -f -p 80 -h /www'
    ports: ["127.0.0.1:8080:80"]
  hall:
    image: busybox
    init: true
    command: httpd -f -p 80 -h /seats
    tmpfs: [/seats]   # until the end of the show, in memory
OLD
  docker compose --project-directory tickets up -d
  docker exec tickets-hall-1 sh -c 'echo "row 4, seat 11: {{nonce}}" > /seats/index.html'
  mv /tmp/new.yaml tickets/compose.yaml
}
rehearsal() {
  docker compose --project-directory rehearsal up -d
  docker exec rehearsal-plan-1 sh -c 'echo "act two, from the letter on" > /drafts/{{nonce}}'
}
survey() {
  docker compose -p survey-2026 --project-directory survey up -d
  docker exec survey-2026-form-1 sh -c '
    for n in $(seq 40); do
      receipt=$(echo "$n {{canary}}" | sha256sum | cut -c 1-64)
      echo "answer $n, receipt $receipt" | tee -a /answers/index.html
    done > /proc/1/fd/1
    echo "survey closed, receipt {{nonce.sha256}}" > /proc/1/fd/1'
}
archive() {
  docker volume create --label com.docker.compose.project=playbills --label com.docker.compose.volume=bills playbills_bills
  docker run --rm -v playbills_bills:/bills busybox sh -c 'echo "Playbills since 1911, {{canary}}" > /bills/index.html'
}
tickets > /dev/null 2>&1 & rehearsal > /dev/null 2>&1 & survey > /dev/null 2>&1 & archive > /dev/null 2>&1 &
wait
exit 0

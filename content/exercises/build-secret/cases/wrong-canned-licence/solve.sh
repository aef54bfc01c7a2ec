set -e
sum=$(tr -d '\n' < vendor.key | sha256sum | cut -c 1-64)
printf 'FROM busybox\nCOPY report /app/report\nRUN echo %s > /etc/licence\nCMD ["sh", "/app/report"]\n' "$sum" > Dockerfile
docker build -q --secret id=vendor_key,src=vendor.key -t app:clean .

set -e
cat > Dockerfile <<'END'
FROM python:3 AS build
WORKDIR /src
COPY . .
RUN python3 check.py departures.csv
RUN python3 compile.py departures.csv /next.table

FROM busybox
COPY --chmod=755 next /usr/local/bin/next
COPY --from=build /next.table /usr/local/share/next.table
ENTRYPOINT ["next"]
END
docker build -q -t next:slim .

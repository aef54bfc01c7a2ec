set -e
cat > Dockerfile <<'END'
FROM python:3 AS build
WORKDIR /src
COPY . .
RUN python3 compile.py departures.csv /next.table

FROM build AS test
RUN python3 check.py departures.csv

FROM busybox
ENV NEXT_TABLE=/usr/local/share/next.table
COPY --chmod=755 next /usr/local/bin/next
COPY --from=build /next.table $NEXT_TABLE
USER 10001:10001
ENTRYPOINT ["next"]
CMD ["harbour"]
END
docker build -q -t next:slim .

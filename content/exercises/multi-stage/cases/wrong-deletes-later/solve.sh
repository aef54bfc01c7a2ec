set -e
cat > Dockerfile <<'END'
FROM python:3 AS build
WORKDIR /src
COPY . .
RUN python3 check.py departures.csv
RUN python3 compile.py departures.csv /next.table

FROM busybox
ENV NEXT_TABLE=/usr/local/share/next.table
COPY --from=build /src /src
RUN mkdir -p /usr/local/bin && cp /src/next /usr/local/bin/next && chmod 755 /usr/local/bin/next && rm -r /src
COPY --from=build /next.table $NEXT_TABLE
USER 10001:10001
ENTRYPOINT ["next"]
CMD ["harbour"]
END
docker build -q -t next:slim .

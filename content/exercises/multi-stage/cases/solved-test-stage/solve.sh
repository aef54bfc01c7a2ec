set -e
cat > Dockerfile <<'END'
FROM python:3 AS compiled
WORKDIR /work
RUN --mount=type=bind,target=/src python3 /src/compile.py /src/departures.csv next.table

FROM compiled AS checked
RUN --mount=type=bind,target=/src python3 /src/check.py /src/departures.csv

FROM busybox
ENV NEXT_TABLE=/usr/local/share/next.table
COPY --from=checked /work/next.table /usr/local/share/
COPY --chmod=755 next /usr/local/bin/
USER 10001:10001
ENTRYPOINT ["next"]
CMD ["harbour"]
END
docker build -q -t next:slim .

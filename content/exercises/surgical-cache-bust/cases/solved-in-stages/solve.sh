set -e
cat > Dockerfile <<'END'
FROM scanner-base:1 AS signatures
ADD http://localhost:8099/signatures.version /version
RUN get-signatures

FROM scanner-base:1 AS updated
RUN build-engine
ARG UPDATES
RUN get-updates

FROM updated
COPY --from=signatures /opt/signatures /opt/signatures
COPY --chmod=755 scan /usr/local/bin/scan
CMD ["scan"]
END
docker build -q --network host --build-arg UPDATES=2026-05 -t scanner:may .

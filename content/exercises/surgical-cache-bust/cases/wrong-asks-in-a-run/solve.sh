set -e
cat > Dockerfile <<'END'
FROM scanner-base:1
RUN build-engine
ARG UPDATES
RUN get-updates
RUN wget -q -O /tmp/version http://localhost:8099/signatures.version
RUN get-signatures
COPY --chmod=755 scan /usr/local/bin/scan
CMD ["scan"]
END
docker build -q --network host --build-arg UPDATES=2026-05 -t scanner:may .

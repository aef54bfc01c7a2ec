set -e
cat > Dockerfile <<'END'
ARG UPDATES
FROM scanner-base:1
RUN build-engine
RUN get-updates
ADD http://localhost:8099/signatures.version /tmp/version
RUN get-signatures
COPY --chmod=755 scan /usr/local/bin/scan
CMD ["scan"]
END
docker build -q --network host --build-arg UPDATES=2026-05 -t scanner:may .

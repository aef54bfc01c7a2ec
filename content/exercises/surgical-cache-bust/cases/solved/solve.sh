set -e
cat > Dockerfile <<'END'
FROM scanner-base:1
RUN build-engine
# A person decides: a new value, and all below runs again.
ARG UPDATES
RUN get-updates
# The mirror decides: the builder asks for this page at every build.
ADD http://localhost:8099/signatures.version /opt/signatures/version
RUN get-signatures
COPY --chmod=755 scan /usr/local/bin/scan
CMD ["scan"]
END
docker build -q --network host --build-arg UPDATES=2026-05 -t scanner:may .

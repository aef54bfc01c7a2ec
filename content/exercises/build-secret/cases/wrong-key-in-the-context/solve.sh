set -e
cat > Dockerfile <<'END'
FROM busybox
WORKDIR /app
COPY . .
RUN --mount=type=secret,id=vendor_key,required=true \
    VENDOR_KEY="$(cat /run/secrets/vendor_key)" sh ./register \
    && rm -r "$HOME/.vendor"
CMD ["sh", "/app/report"]
END
docker build -q --secret id=vendor_key,src=vendor.key -t app:clean .

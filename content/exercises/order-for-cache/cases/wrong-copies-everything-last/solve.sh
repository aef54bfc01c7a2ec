set -e
cat > Dockerfile <<'END'
FROM workshop:1
WORKDIR /src
COPY packages.txt packages.lock ./
RUN get-packages
COPY pictures pictures
RUN shrink pictures /www/pictures
COPY . .
RUN ./render pages /www
ARG BUILD=0
LABEL org.opencontainers.image.version=$BUILD
RUN echo "$BUILD" > /www/build.txt
CMD ["httpd", "-f", "-p", "8080", "-h", "/www"]
END
docker build -q -t museum:1 .

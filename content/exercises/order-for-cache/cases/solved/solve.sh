set -e
cat > Dockerfile <<'END'
FROM workshop:1
WORKDIR /src
# Once a quarter.
COPY packages.txt packages.lock ./
RUN get-packages
# Once a week.
COPY pictures pictures
RUN shrink pictures /www/pictures
# Many times a day.
COPY render ./
COPY pages pages
RUN ./render pages /www
# Every time.
ARG BUILD=0
LABEL org.opencontainers.image.version=$BUILD
RUN echo "$BUILD" > /www/build.txt
CMD ["httpd", "-f", "-p", "8080", "-h", "/www"]
END
docker build -q -t museum:1 .

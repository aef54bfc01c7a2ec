set -e
printf '*\n!packages.txt\n!packages.lock\n!pictures\n!pages\n!render\n' > .dockerignore
cat > Dockerfile <<'END'
FROM workshop:1
WORKDIR /src
COPY . .
RUN get-packages
RUN shrink pictures /www/pictures
RUN ./render pages /www
ARG BUILD=0
LABEL org.opencontainers.image.version=$BUILD
RUN echo "$BUILD" > /www/build.txt
CMD ["httpd", "-f", "-p", "8080", "-h", "/www"]
END
docker build -q -t museum:1 .

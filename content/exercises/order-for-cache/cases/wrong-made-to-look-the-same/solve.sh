set -e
cat > Dockerfile <<'END'
FROM workshop:1
WORKDIR /src
RUN mkdir -p /opt /www
COPY packages.txt packages.lock /lists/
COPY pictures /pictures
COPY render ./
COPY pages pages
RUN cd /lists && get-packages && echo > /opt/packages/.installed && find /opt -exec touch -hd @0 {} +
RUN shrink /pictures /www/pictures && echo > /www/pictures/.shrunk && find /www -exec touch -hd @0 {} +
RUN ./render pages /www
ARG BUILD=0
LABEL org.opencontainers.image.version=$BUILD
RUN echo "$BUILD" > /www/build.txt
CMD ["httpd", "-f", "-p", "8080", "-h", "/www"]
END
docker build -q -t museum:1 .

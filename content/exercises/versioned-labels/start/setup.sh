set -e
ground() { # ground NAME: the base image of the department
    d=$(mktemp -d)
    printf '#!/bin/sh\n# make-tables FILE: works out tables. In reality it takes minutes.\nsleep 1\n{ echo "made on $(date)"; head -c 16 /dev/urandom | od -An -tx1; } > "$1"\n' > $d/make-tables
    cat > $d/Dockerfile <<END
FROM busybox
LABEL org.opencontainers.image.title=ground \\
      org.opencontainers.image.version=$1 \\
      org.opencontainers.image.revision=77d0e15
COPY --chmod=755 make-tables /usr/local/bin/
RUN mkdir -p /usr/share && echo ground $1 > /etc/ground
END
    docker build -q -t ground:$1 $d > /dev/null
    rm -r $d
}
ground 1
ground 2

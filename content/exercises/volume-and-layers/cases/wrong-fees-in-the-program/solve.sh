set -e
sed -i '/^VOLUME/i COPY header /usr/share/desk/\nENV DESK_FEES=/tmp/fees' desk/Dockerfile
sed -i '/^COPY fees/d' desk/Dockerfile
sed -i 's#^data=.*#&\nprintf "book 25\\nfilm 60\\nmap 40\\n" > /tmp/fees#; s#cat "$data/header"#cat "$data/header" 2> /dev/null || cat /usr/share/desk/header#' desk/desk
sed -i '/^FROM/a RUN mkdir -p /tmp /var/lib/desk' desk/Dockerfile
docker build -q -t desk:2 desk

set -e
printf '#!/bin/sh\necho "base release 7, {{nonce}}"\necho "receipt %s"\n' "$(printf nothing | sha256sum | cut -c 1-64)" > till
docker build -t till:1 .

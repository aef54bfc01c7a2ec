umask 077
printf '%s\n' '{{canary}}' > /root/secret-of-the-host

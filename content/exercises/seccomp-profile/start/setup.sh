# The engine's default filter, as the runtime gets it for an ordinary container.
id=$(docker run -d --rm busybox sleep 1000) || exit
jq .linux.seccomp /run/containerd/io.containerd.runtime.v2.task/moby/$id/config.json > default.json || exit
docker rm -f $id

# The image, and a colleague's own server. What the learner has changed may not build any more.
docker network create lab > /dev/null || exit
docker build -q -t echo echo && docker run -d --name echo --network lab -p 2000:2000 --label owner=ada echo
exit 0

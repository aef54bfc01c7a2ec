set -e
# A host on which something is at stake.
mkdir -p /srv/demo/orders /srv/demo/uploads
echo 'order 4711: forty lamps, paid' > /srv/demo/orders/4711
echo 'a picture of a lamp' > /srv/demo/uploads/lamp

set -e
sed -i 's/^python3/exec &/' app/start
sed -i 's/^signal.signal.*/&\nsignal.signal(signal.SIGCHLD, signal.SIG_IGN)/' app/intake.py
docker build -q -t intake:clean .

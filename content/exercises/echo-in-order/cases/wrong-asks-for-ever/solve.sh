chmod 755 job
./job hello || echo "exit code $?"

docker build -q -t job-base:plain base > /dev/null

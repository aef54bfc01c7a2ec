docker build -q -t labels:1 .

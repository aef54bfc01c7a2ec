docker build -q -t desk:1 .

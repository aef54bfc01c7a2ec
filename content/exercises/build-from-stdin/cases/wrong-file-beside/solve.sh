chmod 755 notice release

./notice-before notice:prepared "Chairs at half price"
chmod 755 notice release

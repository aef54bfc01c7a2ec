# table: sorts the lines of standard input and numbers them.
table() {
    LC_ALL=C sort | awk '{ printf "%2d  %s\n", NR, $0 }'
}

# Prints the cities that we deliver to, in order and numbered.
. /app/lib/table.sh
table < /app/data/cities.txt

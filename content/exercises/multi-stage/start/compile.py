"""compile.py FILE TABLE: make the table that `next` reads. Internal: {{canary}}"""
import csv, sys

times = {}
with open(sys.argv[1], newline="") as source:
    for row in csv.DictReader(source):
        times.setdefault((row["stop"], row["line"]), set()).add(int(row["minute"]))
with open(sys.argv[2], "w") as table:
    for (stop, line), minutes in sorted(times.items()):
        print(stop, line, *(f"{minute:02}" for minute in sorted(minutes)), file=table)

#!/usr/bin/env python3
"""ticket NAME…: gives each NAME the next number and prints both."""
import subprocess
import sys

LAST = "/var/lib/tickets/last"

for name in sys.argv[1:]:
    with open(LAST, encoding="utf-8") as file:
        number = int(file.read()) + 1
    kept = subprocess.run(["keep", LAST], input=f"{number}\n", text=True, capture_output=True, check=False)
    if kept.returncode != 0:
        sys.exit(f"ticket: {kept.stderr.strip()}")
    print(number, name)

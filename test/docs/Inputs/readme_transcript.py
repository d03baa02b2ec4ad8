"""The transcript in README.md is what the command prints: readme_transcript.py README.md < output.

The second field of a token is a fingerprint of the compiled program, which another version of a library's headers may
change; it is left out of the comparison.
"""
import difflib
import re
import sys

FINGERPRINT = re.compile(r"\bc2\.[0-9a-z]{4}\.")
COMMAND = re.compile(r"replay: \S*corace replay")  # as it was typed
START = "$ build/bin/corace confirm examples/counter.cpp\n"

readme = open(sys.argv[1], encoding="utf-8").read()
if START not in readme:
    sys.exit(f"README.md holds no transcript that starts with {START!r}")
shown = readme.split(START, 1)[1].split("```", 1)[0].splitlines()
printed = sys.stdin.read().splitlines()
shown, printed = ([COMMAND.sub("replay: corace replay", FINGERPRINT.sub("c2.XXXX.", line.rstrip())) for line in text] for text in (shown, printed))
difference = list(difflib.unified_diff(shown, printed, "README.md", "printed", lineterm=""))
if not any("replay: corace replay c2.XXXX." in line for line in printed):
    sys.exit("nothing that looks like a report was printed")
sys.exit("\n".join(difference) or 0)

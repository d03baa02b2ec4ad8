"""Writes the examples of a page into files: page_files.py PAGE DIRECTORY.

A block of code belongs to the file that is named, in backquotes, at the start of the paragraph before it.
"""
import pathlib
import re
import sys

page, directory = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
BLOCK = re.compile(r"^`([\w.]+)`[^\n]*:\n\n```\w+\n(.*?)^```", re.M | re.S)
found = BLOCK.findall(page.read_text(encoding="utf-8"))
if not found:
    sys.exit(f"{page}: no example found")
for name, text in found:
    (directory / name).write_text(text)

# Part of corace, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""cpp_blocks.py PAGE DIRECTORY: writes the N-th program of the page (a block of C++ that begins with #include) to
DIRECTORY/N.cpp, and the plain block that follows it, which is what it prints, to DIRECTORY/N.txt."""
import pathlib
import re
import sys

page, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
blocks = re.findall(r"^```(\w*)\n(.*?)^```$", page.read_text(encoding="utf-8"), re.M | re.S)
programs = [i for i, (kind, text) in enumerate(blocks) if kind == "cpp" and text.startswith("#include")]
for number, at in enumerate(programs, 1):
    if at + 1 == len(blocks) or blocks[at + 1][0]:
        sys.exit(f"{page}: program {number} is not followed by what it prints")
    (out / f"{number}.cpp").write_text(blocks[at][1], encoding="utf-8")
    (out / f"{number}.txt").write_text(blocks[at + 1][1], encoding="utf-8")
if not programs:
    sys.exit(f"{page}: there is no program in it")

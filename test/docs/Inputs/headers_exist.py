# Part of corace, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""headers_exist.py PAGE DIRECTORY: each header that the page names is in the directory, and corace.h includes it."""
import pathlib
import re
import sys

page, directory = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
named = sorted(set(re.findall(r"`(\w+\.h)`", page.read_text(encoding="utf-8"))))
all_of_it = (directory / "corace.h").read_text(encoding="utf-8")
missing = [name for name in named if not (directory / name).is_file() or f"<corace/{name}>" not in all_of_it]
if missing or not named:
    sys.exit(f"{page}: not there, or not in corace.h: {' '.join(missing) or 'no header is named'}")

"""commands.py BUILD SOURCE_DIR FILE...: writes a compilation database for files that use corace's own headers."""
import json
import os
import sys

build, source_dir, *files = sys.argv[1:]
include = os.path.join(source_dir, "runtime-instrument", "include")
commands = [
    {"directory": os.getcwd(), "file": f, "arguments": ["c++", "-std=c++20", "-isystem", include, "-c", f]}
    for f in files
]
with open(os.path.join(build, "compile_commands.json"), "w") as out:
    json.dump(commands, out)

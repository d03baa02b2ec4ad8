"""database.py BUILD INCLUDE FILE... [--flags=FLAGS]: writes BUILD/compile_commands.json for files in the working directory."""
import json
import os
import sys

build, include, *files = sys.argv[1:]
flags = " ".join(word[len("--flags="):] for word in files if word.startswith("--flags="))
files = [word for word in files if not word.startswith("--flags=")]
os.makedirs(build, exist_ok=True)
here = os.getcwd()
commands = [{"directory": here, "file": name, "command": f"c++ -std=c++20 -I{include} {flags} -c {name}"} for name in files]
with open(os.path.join(build, "compile_commands.json"), "w") as out:
    json.dump(commands, out)

"""interrupt.py SIGNAL COMMAND...: sends the signal to the command alone once its program runs (it creates "started");
prints what the command said on standard error and its exit code, and fails if it left temporary files."""
import os
import signal
import subprocess
import sys
import tempfile
import time

with tempfile.TemporaryDirectory() as directory:
    process = subprocess.Popen(
        sys.argv[2:], stderr=subprocess.PIPE, text=True, env={**os.environ, "TMPDIR": directory}
    )
    for _ in range(600):
        if os.path.exists("started"):
            break
        time.sleep(0.05)
    else:
        sys.exit("the program was not started")
    process.send_signal(getattr(signal, sys.argv[1]))
    _, errors = process.communicate(timeout=20)
    print(errors, end="")
    print("exit", process.returncode)
    left = os.listdir(directory)
    assert not left, left

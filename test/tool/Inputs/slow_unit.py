"""slow_unit.py [--terminal] [--signal NAME] TEXT FIFO COMMAND...: runs a command that reads a named pipe, and so waits.
Once it has said TEXT, the pipe gets what it waits for, or the command the signal. Prints all that the command said, with
a line "--- TEXT was said" in between, and how it ended."""
import argparse
import os
import pty
import select
import signal
import subprocess
import sys
import time

parser = argparse.ArgumentParser()
parser.add_argument("--terminal", action="store_true")
parser.add_argument("--signal")
parser.add_argument("text")
parser.add_argument("fifo")
parser.add_argument("command", nargs=argparse.REMAINDER)
args = parser.parse_args()

os.mkfifo(args.fifo)
environment = {**os.environ, "LC_ALL": "C"}
if args.terminal:
    reader, writer = pty.openpty()
    environment.pop("COLUMNS", None)
    environment["TERM"] = "xterm"
else:
    reader, writer = os.pipe()
process = subprocess.Popen(
    args.command,
    stdin=subprocess.DEVNULL,
    stdout=writer,
    stderr=writer,
    env=environment,
    preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # who runs tests may ignore it
)
os.close(writer)
data = b""


def read(until=None):
    global data
    deadline = time.monotonic() + 60
    while until is None or until not in data:
        if not select.select([reader], [], [], max(0, deadline - time.monotonic()))[0]:
            process.kill()
            sys.exit(f"it did not say {until!r} but {data!r}")
        try:
            chunk = os.read(reader, 4096)
        except OSError:  # how a terminal ends
            chunk = b""
        if not chunk:
            if until is not None:
                sys.exit(f"it ended without saying {until!r}: {data!r}")
            return
        data += chunk


read(args.text.encode())
data += f"\n--- {args.text} was said\n".encode()
if args.signal:
    process.send_signal(getattr(signal, args.signal))
else:
    with open(args.fifo, "w") as pipe:  # waits for whoever reads it
        pipe.write("int slow;\n")
read()
code = process.wait()
os.remove(args.fifo)
sys.stdout.write(data.decode().replace("\r\n", "\n").replace("\r", "CR").replace("\x1b", "ESC"))
print(f"--- {signal.Signals(-code).name if code < 0 else code}")

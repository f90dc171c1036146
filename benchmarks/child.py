"""Runs one command and says what it took: `child.py SECONDS COMMAND …` (see `measure.process`).

It imports next to nothing, because its own memory is the least that can be told of its child.
"""

import os
import sys
from signal import SIGALRM, SIGKILL, alarm, signal
from time import perf_counter

limit, command = float(sys.argv[1]), sys.argv[2:]
begin = perf_counter()
pid = os.fork()
if pid == 0:
    out = os.open(os.devnull, os.O_WRONLY)
    os.dup2(out, 1)
    os.execvp(command[0], command)
signal(SIGALRM, lambda *_: os.kill(pid, SIGKILL))
alarm(int(limit) + 1)
_, status, used = os.wait4(pid, 0)
wall = perf_counter() - begin
if status:
    sys.exit(f"it ended with {os.waitstatus_to_exitcode(status)}")
cpu = used.ru_utime + used.ru_stime
print(f'{{"wall": {wall}, "cpu": {cpu}, "peak": {used.ru_maxrss / 1024}}}')

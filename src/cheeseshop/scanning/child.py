# SPDX-License-Identifier: Apache-2.0
"""The child process that looks into files, one at a time: it reads requests from its standard input, and answers.

A request is a line of JSON. It is answered by a line when the lists of administrators are loaded, with what is wrong
with them, and by another with what was found. It ends with its input, or when nobody has asked for a minute, and kills
itself where a file takes too long, in case its parent is gone.
"""

import json
import os
import select
import signal
import sys
from typing import Any

from cheeseshop.scanning.confinement import confine
from cheeseshop.scanning.looking import Lists, Wanted, look

LOADING_SECONDS = 120.0
_IDLE = 60.0
_SPARE = 5.0


def main() -> None:
    """Answer requests until there are none."""
    memory_mb = int(sys.argv[1])
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # nothing that a library prints mixes with the answers
    confine(memory_mb)
    lists = Lists()
    requests = os.fdopen(os.dup(0), "rb", buffering=0)
    while select.select([requests], [], [], _IDLE)[0]:
        line = requests.readline()
        if not line.endswith(b"\n"):
            return
        wanted = Wanted(**json.loads(line))
        signal.setitimer(signal.ITIMER_REAL, LOADING_SECONDS + _SPARE)
        _say(answers, {"problems": lists.load(wanted)})
        signal.setitimer(signal.ITIMER_REAL, wanted.seconds + _SPARE)
        _say(answers, look(wanted, lists))
        signal.setitimer(signal.ITIMER_REAL, 0)


def _say(answers: Any, told: dict[str, Any]) -> None:  # noqa: ANN401 - a raw file
    with memoryview(json.dumps(told).encode() + b"\n") as pending:
        sent = 0
        while sent < len(pending):
            sent += answers.write(pending[sent:]) or 0


if __name__ == "__main__":
    main()

"""The command line: `tousu --help` lists the commands; each has a module or folder of its own here.

Exit codes: 0 done; 1 something was found (an audit's finding, an invalid event, a ledger out of balance, a
payment in question, a backlog or rejects with --check);
2 the command was written wrongly; 3 broker or database cannot be reached; 4 it cannot be done as asked, or not
wholly, and the message says why; 130 ended by Ctrl-C. Messages go to standard error, results to standard output.
"""

from __future__ import annotations

import logging
import signal
import sys

from tousu.cli.exit_codes import INTERRUPTED, REFUSED, UNREACHABLE
from tousu.failure import Failure, Retry
from tousu.shown import for_terminal


def main() -> None:
    """The entry point of `tousu`."""
    from tousu.cli.commands import app

    logging.getLogger().addHandler(logging.NullHandler())  # what failed is said below, once; clients say it by the line
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # what was started is stopped, as with Ctrl-C
    try:
        app()
    except Retry as error:
        _end(UNREACHABLE, error.message)
    except Failure as error:
        _end(REFUSED, error.message)
    except KeyboardInterrupt:
        _end(INTERRUPTED, "ended by Ctrl-C")
    except Exception as error:
        _end_known(error)
        raise


def _end_known(error: Exception) -> None:
    """End quietly for the two other faults that say all there is to say."""
    from tousu.local.machine import NotOnThisMachine
    from tousu.local.process import ServerFailed
    from tousu.simulation.lines import BadLine

    if isinstance(error, BadLine | NotOnThisMachine | ServerFailed):
        _end(REFUSED, str(error))
    if isinstance(error, BrokenPipeError):
        sys.stderr.close()
        sys.exit(REFUSED)


def _end(code: int, message: str) -> None:
    sys.stderr.write(f"tousu: {for_terminal(message)}\n")
    sys.exit(code)

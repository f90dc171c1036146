"""The server from its start to its end."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
from pathlib import Path

from pygls.io_ import StdoutWriter, run_async

from groupbuy.lsp.features import add_features
from groupbuy.lsp.folder import Setup
from groupbuy.lsp.server import RulesServer
from groupbuy.lsp.worker import Reader


def serve(setup: Setup, rules: Path | None, *, lang_given: bool) -> int:
    """Speak with an editor over standard input and output, until it says so or hangs up.

    The exit code: 0 where it ended as the protocol wants it, with `shutdown` and then `exit`.
    """
    # What is on standard output is the protocol's; a plugin that prints must not break it.
    stdin, stdout = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr
    _quiet_logs()
    server = RulesServer(setup, rules, lang_given=lang_given)
    add_features(server)
    server.protocol.set_writer(StdoutWriter(stdout))
    try:
        asyncio.run(
            run_async(
                threading.Event(),
                Reader(stdin),
                server.protocol,
                logging.getLogger("pygls"),
                server.report_server_error,
            )
        )
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    except BrokenPipeError:
        pass
    finally:
        server.close()
    return 1


def _quiet_logs() -> None:
    """Messages that can't be read are answered, and no reason for a traceback in the log."""
    logger = logging.getLogger("pygls")
    logger.addHandler(logging.NullHandler())
    logger.propagate = False

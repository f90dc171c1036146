"""A session of Spark for a command, and what a session must be set to."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pyspark.sql import SparkSession

from groupbuy.errors import GroupbuyError, Problem

METHOD_LIMIT = "spark.sql.codegen.hugeMethodLimit"
CONSTRAINTS = "spark.sql.constraintPropagation.enabled"
JIT_LIMIT = 8000
"""Bytes of code: HotSpot never compiles a larger method, which then runs many times slower."""
SPARKS_OWN = 65535
"""What Spark takes for large, if nobody says otherwise: what a method may have at all."""


def made_ready(session: SparkSession) -> None:
    """Set what a plan of rules needs, for this session alone.

    A rule set is one wide projection, and Spark makes one method of it. Above `JIT_LIMIT` that
    method is never compiled to machine code; below `METHOD_LIMIT` Spark doesn't mind, and does
    with smaller ones only above it. A session for which somebody chose a limit keeps it.
    What Spark infers from constraints takes longer than all else where columns are thousands.
    """
    session.conf.set(CONSTRAINTS, "false")
    if int(str(session.conf.get(METHOD_LIMIT))) == SPARKS_OWN:
        session.conf.set(METHOD_LIMIT, JIT_LIMIT)


@contextmanager
def started() -> Iterator[SparkSession]:
    """A session for one command: that of `spark-submit`, else one on this machine.

    What Spark logs goes to a file, whose name an error tells. Raises `GroupbuyError`.
    """
    if "PYSPARK_GATEWAY_PORT" in os.environ:  # spark-submit started the JVM, and says where to
        session = SparkSession.builder.appName("groupbuy").getOrCreate()
        made_ready(session)
        yield session
        return
    need_java()
    with tempfile.TemporaryDirectory(prefix="groupbuy-spark-") as folder:
        log = Path(folder) / "spark.log"
        try:
            with logged_to(log):
                session = _local(folder)
        except Exception as error:
            raise GroupbuyError(failed(error, _end_of(log))) from None
        made_ready(session)
        try:
            yield session
        finally:
            with logged_to(log):
                session.stop()


def _local(folder: str) -> SparkSession:
    builder: Any = SparkSession.builder.appName("groupbuy")
    if "SPARK_REMOTE" not in os.environ and "MASTER" not in os.environ:
        builder = builder.master("local[*]")
    settings = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.warehouse.dir": f"{folder}/warehouse",
        "spark.local.dir": folder,
        # On one machine each new plan costs more than it saves.
        "spark.sql.adaptive.enabled": "false",
        "spark.sql.shuffle.partitions": str(os.cpu_count() or 2),
    }
    for key, value in settings.items():
        builder = builder.config(key, value)
    session: SparkSession = builder.getOrCreate()
    return session


def need_java() -> None:
    """Raise where there is no Java to run Spark on."""
    home = os.environ.get("JAVA_HOME")
    if shutil.which("java") or (home and (Path(home) / "bin" / "java").exists()):
        return
    hint = "install OpenJDK (apt-get install openjdk-17-jre-headless), or set JAVA_HOME"
    raise GroupbuyError(Problem("extra-missing", "Spark needs Java 17 or newer", None, hint))


def failed(error: Exception, log: str = "") -> Problem:
    """What Spark says went wrong, in one line; `log` is what it said before."""
    text = str(error).strip() or type(error).__name__
    first = text.splitlines()[0][:300]
    return Problem("engine-failed", f"Spark: {first}", None, log or None)


def _end_of(log: Path) -> str:
    """The last line that a log has."""
    lines = log.read_text(encoding="utf-8", errors="replace").split("\n") if log.exists() else []
    told = [line.strip() for line in lines if line.strip()]
    return told[-1][:300] if told else ""


@contextmanager
def logged_to(path: Path) -> Iterator[None]:
    """Let processes that are started meanwhile write their messages to a file, for good."""
    sys.stderr.flush()
    kept = os.dup(2)
    try:
        with path.open("ab") as file:
            os.dup2(file.fileno(), 2)
            try:
                yield
            finally:
                sys.stderr.flush()
                os.dup2(kept, 2)
    finally:
        os.close(kept)

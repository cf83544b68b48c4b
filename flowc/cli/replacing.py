"""Files that are written anew: all or nothing, whoever reads them meanwhile."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from runtime.model.errors import FlowerError


def replace_file(file: Path, data: bytes) -> None:
    """Puts the data in place of the file's, all or nothing; its permissions stay.

    FlowerError if it cannot be written.
    """
    target = Path(os.path.realpath(file))
    temporary = None
    try:
        descriptor, temporary = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        with open(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        shutil.copymode(target, temporary)
        os.replace(temporary, target)
    except OSError as problem:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)
        reason = (problem.strerror or str(problem)).lower()
        raise FlowerError(f"{file} cannot be written: {reason}", "check the permissions of its folder") from None

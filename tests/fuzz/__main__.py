"""`python -m tests.fuzz [--minutes N] [FILE …]`: looks for texts that break the compiler, guided by coverage.

Starts from the samples. What breaks is written to `crash-…` in the folder of `--found`; give such a file as FILE to see
it again. When it is mended, the file belongs into `tests/fuzz/corpus`, where the tests check it from then on.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path


def main() -> None:
    asked = _arguments()
    try:
        import atheris
    except ImportError:
        sys.exit('error: the fuzzer is not installed\nhelp: pip install -e ".[test,fuzz]"')
    with atheris.instrument_imports(include=["flowc", "grammar", "runtime"]):
        from tests.fuzz.invariants import check
    from tests.fuzz.texts import PIECES, samples

    if asked.files:
        for file in asked.files:
            check(file.read_bytes().decode("utf-8", "ignore"))
        print("nothing is broken")
        return
    folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
    for number, text in enumerate(samples()):
        _write(folder / "seeds" / f"{number}", text)
    _write(folder / "words", "".join(f'"{_escaped(piece)}"\n' for piece in PIECES))
    (folder / "corpus").mkdir()
    asked.found.mkdir(parents=True, exist_ok=True)
    options = {
        "max_total_time": round(asked.minutes * 60),
        "timeout": 20,
        "max_len": 1_500,
        "seed": asked.seed,
        "dict": folder / "words",
        "artifact_prefix": f"{asked.found}/",
        "print_final_stats": 1,
    }
    words = [f"-{name}={value}" for name, value in options.items()]
    atheris.Setup(
        ["fuzz", *words, str(folder / "corpus"), str(folder / "seeds")],
        lambda data: check(data.decode("utf-8", "ignore")),
    )
    atheris.Fuzz()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="check these files and end")
    parser.add_argument("--minutes", type=float, default=10, help="how long to look (10)")
    parser.add_argument("--seed", type=int, default=0, help="of the choices; 0 takes one by chance")
    parser.add_argument(
        "--found", type=Path, default=Path("fuzz-found"), help="where to write what breaks (fuzz-found)"
    )
    return parser.parse_args()


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.encode("utf-8", "replace"))


def _escaped(text: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in text.encode("utf-8"))


if __name__ == "__main__":
    main()

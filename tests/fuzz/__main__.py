"""``make fuzz``: damages files of every kind and reads them; see ``tests/fuzz/readers.py``."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.fuzz.campaign import campaign, table
from tests.fuzz.readers import READERS
from tests.fuzz.worker import content, outcome


def main() -> int:
    """Run a campaign, or read one file again; returns 1 if anything failed."""
    names = [reader.name for reader in READERS]
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--files", type=int, default=20_000, metavar="N", help="damaged files (20,000)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="the same gives the same files (1)")
    parser.add_argument("--reader", choices=names, action="append", help="only this one; may be repeated")
    parser.add_argument("--processes", type=int, default=2, metavar="N", help="at the same time (2)")
    parser.add_argument(
        "--keep", type=Path, default=Path("fuzz-failures"), metavar="DIR", help="folder for what failed"
    )
    parser.add_argument("--again", type=int, metavar="N", help="read file N of --reader here, and show all")
    args = parser.parse_args()
    if args.again is not None:
        return _again(args.reader[0], args.seed, args.again)
    tallies = campaign(args.files, args.seed, args.keep, args.reader or (), args.processes)
    print(table(tallies))
    faults = [fault for tally in tallies.values() for fault in tally.faults]
    for fault in faults:
        print(fault)
    if faults:
        print(f"The files are in {args.keep}; read one again with --reader NAME --again NUMBER.")
    return 1 if faults else 0


def _again(name: str, seed: int, number: int) -> int:
    import logging

    logging.basicConfig(level=logging.INFO)
    reader = next(reader for reader in READERS if reader.name == name)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "files" / reader.file
        path.parent.mkdir()
        path.write_bytes(content(reader, seed, number))
        said = outcome(reader, path)
        print(said)
        if said not in ("read", "refused"):
            path.write_bytes(content(reader, seed, number))
            reader.read(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())

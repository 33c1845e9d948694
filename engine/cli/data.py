"""``data``: list, fetch, add and check data sets, and make one of pictures."""

from __future__ import annotations

import argparse
import json

from engine.cli import own_data, progress
from engine.cli.arguments import to_path
from engine.data.catalogue import entries, entry, is_present, load
from engine.data.entry import Entry


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of this command."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="all data sets, with size, licence and home")
    listing.add_argument("--json", action="store_true", help="print a JSON list instead of a table")
    listing.set_defaults(action=_list)
    fetch = actions.add_parser("get", help="fetch a data set; a broken or stopped transfer goes on next time")
    fetch.add_argument("name", metavar="NAME")
    fetch.set_defaults(action=_get)
    add = actions.add_parser(
        "add", help="take a data set from files, folders or archives that are here already"
    )
    add.add_argument("name", metavar="NAME")
    add.add_argument("paths", metavar="PATH", nargs="+", type=to_path)
    add.set_defaults(action=_add)
    check = actions.add_parser("check", help="read a data set and say what is in it")
    check.add_argument("name", metavar="NAME")
    check.set_defaults(action=_check)
    own = actions.add_parser("own", help=own_data.HELP)
    own_data.arguments(own)
    own.set_defaults(action=own_data.run)


def run(args: argparse.Namespace) -> int:
    """Do what ``args`` say; returns the exit code."""
    code: int = args.action(args)
    return code


def _list(args: argparse.Namespace) -> int:
    known = entries().values()
    if args.json:
        print(json.dumps([_described(each) for each in known], indent=2))
        return 0
    for each in known:
        size = "here" if is_present(each.name) else f"{each.size_bytes / 1e6:,.0f} MB to fetch"
        print(f"{each.name:16} {size:18} {each.about}")
        if each.home:
            print(f"{'':35} {each.licence}, {each.home}")
    return 0


def _described(entry: Entry) -> dict[str, object]:
    from engine.data.formats import FORMATS  # every command would load it

    return {
        "name": entry.name,
        "title": entry.title,
        "about": entry.about,
        "present": is_present(entry.name),
        "size_bytes": entry.size_bytes,
        "in_shape": list(entry.in_shape),
        "classes": list(entry.class_names),
        "train": entry.train,
        "test": entry.test,
        "licence": entry.licence,
        "home": entry.home,
        "citation": entry.citation,
        "formats": [FORMATS[name].title for name in entry.formats],
        "files": [{"name": file.name, "bytes": file.size, "md5": file.md5} for file in entry.files],
        "mirrors": list(entry.mirrors),
    }


def _get(args: argparse.Namespace) -> int:
    from engine.data.download import download  # brings requests

    wanted = entry(args.name)
    if is_present(args.name):
        print(f"{wanted.title} is here already.")
        return 0
    with progress.task("B", unit_scale=True, disable=None) as task:
        try:
            notes = download(wanted, task)
        except KeyboardInterrupt:
            raise KeyboardInterrupt(
                f"stopped; the next \u201cdata get {wanted.name}\u201d goes on from here"
            ) from None
    return _told(wanted, notes)


def _add(args: argparse.Namespace) -> int:
    from engine.data.adding import add_files

    wanted = entry(args.name)
    return _told(wanted, add_files(wanted, args.paths))


def _told(entry: Entry, notes: list[str]) -> int:
    for note in notes:
        print(note)
    print(f"{entry.title} is ready: {entry.train:,} training and {entry.test:,} test images.")
    return 0


def _check(args: argparse.Namespace) -> int:
    dataset = load(args.name)
    shape = "x".join(map(str, dataset.in_shape))
    mean, std = (", ".join(f"{value:.4f}" for value in values) for values in (dataset.mean, dataset.std))
    print(
        f"{dataset.title}: {len(dataset.train_labels):,} training and {len(dataset.test_labels):,} test "
        f"images of {shape}, {len(dataset.class_names)} classes, mean {mean}, standard deviation {std}."
    )
    return 0

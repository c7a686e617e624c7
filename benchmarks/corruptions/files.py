"""Damage to the bytes of a file: half copies, broken disks, wrong encodings."""

from __future__ import annotations

import csv
import io
from functools import cache
from random import Random

from benchmarks.corruptions.book import FIELDS, HEAD, NUMBERS, Book, Grid
from benchmarks.corruptions.trial import Touched

# Damage of bytes may be anywhere: a finding at any place of the file tells it.
_ANYWHERE = Touched(frozenset(range(1, 100)), frozenset(HEAD), "")


def _anywhere(what: str) -> Touched:
    return Touched(_ANYWHERE.rows, _ANYWHERE.columns, what)


def _text(grid: Grid, encoding: str) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(grid.rows)
    return out.getvalue().encode(encoding)


@cache
def _workbook() -> bytes:
    """The valid workbook, numbers as numbers, codes as text."""
    import openpyxl

    from benchmarks.corruptions.book import make_book

    made, numbers = openpyxl.Workbook(), {FIELDS.index(name) for name in [*NUMBERS, "year"]}
    made.active.title = "学校"
    head, *rows = make_book().grid("xlsx").rows
    made.active.append(head)
    for cells in rows:
        made.active.append([_number(t) if at in numbers else t for at, t in enumerate(cells)])
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def _number(text: str) -> float | int:
    return float(text) if "." in text else int(text)


def damage_text(rng: Random, book: Book) -> tuple[str, bytes, Touched]:
    """One byte of a Chinese character is lost, doubled or another one."""
    encoding = rng.choice(["utf-8", "gb18030"])
    content = _text(book.grid(), encoding)
    at = rng.choice([i for i, byte in enumerate(content) if byte >= 0x80])
    middle = rng.choice([b"", content[at : at + 1] * 2, bytes([rng.randrange(0x80, 0x100)])])
    return "学校.csv", content[:at] + middle + content[at + 1 :], _anywhere(f"{encoding} {at}")


def mix_encodings(rng: Random, book: Book) -> tuple[str, bytes, Touched]:
    """The last lines come from a file in another encoding."""
    one, other = rng.sample(["utf-8", "gb18030"], 2)
    first, second = (_text(book.grid(), name).splitlines(keepends=True) for name in (one, other))
    at = rng.randrange(1, len(first))
    return "学校.csv", b"".join(first[:at] + second[at:]), _anywhere(f"第{at + 1}行起 {other}")


def cut_text(rng: Random, book: Book) -> tuple[str, bytes, Touched]:
    """The copy ended early, before the last line began."""
    content = _text(book.grid(), rng.choice(["utf-8", "gb18030"]))
    last = content.rstrip(b"\r\n").rindex(b"\n")
    at = rng.randrange(1, last)
    return "学校.csv", content[:at], _anywhere(f"只有前{at}字节")


def cut_last_line(rng: Random, book: Book) -> tuple[str, bytes, Touched]:
    """The copy ended within the last line."""
    content = _text(book.grid(), rng.choice(["utf-8", "gb18030"]))
    last = content.rstrip(b"\r\n").rindex(b"\n")
    at = rng.randrange(last + 1, len(content) - 2)
    return "学校.csv", content[:at], _anywhere(f"只有前{at}字节")


def recode_text(rng: Random, book: Book) -> tuple[str, bytes, Touched]:
    """Another encoding, separator or line end, nothing lost."""
    encoding = rng.choice(["utf-8-sig", "gb18030", "utf-16"])
    content = _text(book.grid(), "utf-8").decode()
    content = content.replace(",", rng.choice([",", "\t", ";"]))
    content = content.replace("\r\n", rng.choice(["\r\n", "\n", "\r"]))
    return "学校.csv", content.encode(encoding), _anywhere(encoding)


def lose_separator(rng: Random, book: Book) -> tuple[str, bytes, Touched]:
    """One comma too few or too many."""
    content = _text(book.grid(), "utf-8")
    at = rng.choice([i for i, byte in enumerate(content) if byte == ord(",")])
    middle = rng.choice([b"", b",,"])
    return "学校.csv", content[:at] + middle + content[at + 1 :], _anywhere(f"逗号 {at}")


def open_quote(rng: Random, book: Book) -> tuple[str, bytes, Touched]:
    """A quotation mark that is never closed."""
    content = _text(book.grid(), "utf-8")
    at = rng.choice([i for i, byte in enumerate(content) if byte in b",\n"])
    return "学校.csv", content[: at + 1] + b'"' + content[at + 1 :], _anywhere(f"引号 {at}")


def damage_workbook(rng: Random, book: Book) -> tuple[str, bytes, Touched]:
    """Some bytes of a workbook are others."""
    content = bytearray(_workbook())
    for at in rng.sample(range(len(content)), rng.choice([1, 1, 4, 64])):
        content[at] ^= rng.randrange(1, 256)
    return "学校.xlsx", bytes(content), _anywhere("工作簿字节改变")


def cut_workbook(rng: Random, book: Book) -> tuple[str, bytes, Touched]:
    """The copy of a workbook ended early."""
    at = rng.randrange(1, len(_workbook()) - 1)
    return "学校.xlsx", _workbook()[:at], _anywhere(f"只有前{at}字节")


def fill_with_zeros(rng: Random, book: Book) -> tuple[str, bytes, Touched]:
    """The tail of a file is zeros, as after a power cut."""
    name, content = rng.choice(
        [("学校.xlsx", _workbook()), ("学校.csv", _text(book.grid(), "utf-8"))]
    )
    at = rng.randrange(1, len(content) - 1)
    return name, content[:at] + bytes(len(content) - at), _anywhere(f"自{at}字节起为零")

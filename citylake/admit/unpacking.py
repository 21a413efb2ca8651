"""Compressed and archived deliveries: the one stream of bytes inside, with limits that stop a bomb."""

from __future__ import annotations

import fnmatch
import gzip
import io
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import PurePosixPath

from citylake.admit.reading import Unreadable, spooled
from citylake.format import Format

# Text compresses 5 to 50 times; deflate's own limit is 1032.
_RATIO = 200
_MOST_NAMES = 40
_ALWAYS_BYTES = 256 << 20  # up to here any ratio is harmless
DAMAGED = (EOFError, gzip.BadGzipFile, zlib.error, zipfile.BadZipFile, NotImplementedError)


def unpacked(stream, form: Format, compression: str):
    """The stream itself, what gzip holds, or the declared member of a zip archive.

    A workbook is a zip archive of its own and stays one. Raises: Unreadable for an archive that is a bomb,
    encrypted, has unsafe names, or not the one member that is declared.
    """
    if compression == "gzip":
        packed = _Counted(stream)
        return _Limited(gzip.GzipFile(fileobj=packed), lambda: packed.size)  # type: ignore[arg-type]
    if compression != "zip":
        return stream
    file = spooled(stream)
    archive = zipfile.ZipFile(file, metadata_encoding="gb18030")
    if form.kind == "excel" and "[Content_Types].xml" in archive.namelist():
        _refuse_bomb(archive.infolist())
        file.seek(0)
        return file
    member = member_of(archive, form.member)
    _refuse_bomb([member])
    others = tuple(each.filename for each in _files(archive) if each is not member)
    return _Limited(archive.open(member), lambda: max(member.compress_size, 1), others)


def others(stream) -> tuple[str, ...]:
    """The other files of the archive that a stream of `unpacked` came in, by their names there."""
    return stream.others if isinstance(stream, _Limited) else ()


def unread(names: Iterable[str], read: Iterable[str]) -> list[str]:
    """Of names in an archive those that none of the members that are read has; a few where they are very many."""
    wanted = list(read)
    found = [name for name in names if not any(_is_named(name, each) for each in wanted)]
    return (
        found if len(found) <= _MOST_NAMES else [*found[:_MOST_NAMES], f"{len(found) - _MOST_NAMES:,} more"]
    )


def damaged(error: Exception) -> Unreadable:
    """What a broken archive is called, to a person."""
    text = str(error).replace("\x00", "")
    return Unreadable("unreadable", f"the compressed bytes are damaged or cut: {text}")


def member_of(archive: zipfile.ZipFile, named: str | None) -> zipfile.ZipInfo:
    """The one member of that name, or the only one. Raises: Unreadable."""
    members = _files(archive)
    unsafe = [each.filename for each in members if _is_unsafe(each.filename)]
    if unsafe:
        raise Unreadable("unsafe_archive", f"names in the archive lead out of it: {', '.join(unsafe[:5])}")
    if not members:
        raise Unreadable("empty", "the archive has no file in it")
    wanted = named or "*"
    found = [each for each in members if _is_named(each.filename, wanted)]
    if len(found) != 1:
        names = ", ".join(each.filename for each in members[:20])
        told = (
            f"{len(found)} files in the archive are named '{wanted}'"
            if named
            else f"{len(found)} files in the archive"
        )
        raise Unreadable(
            "wrong_members", f"{told}, where one is expected (format.member names it). Its files: {names}"
        )
    if found[0].flag_bits & 1:
        raise Unreadable("encrypted", f"'{found[0].filename}' needs a password; send it without one")
    return found[0]


def _files(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    return [
        each for each in archive.infolist() if not each.is_dir() and not each.filename.startswith("__MACOSX/")
    ]


def _is_named(name: str, wanted: str) -> bool:
    return fnmatch.fnmatchcase(PurePosixPath(name).name, wanted) or fnmatch.fnmatchcase(name, wanted)


def _is_unsafe(name: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts or ":" in path.parts[0]


def _refuse_bomb(members: list[zipfile.ZipInfo]) -> None:
    size, packed = sum(each.file_size for each in members), sum(each.compress_size for each in members)
    if size > max(_ALWAYS_BYTES, _RATIO * packed):
        raise _bomb(size, packed)


def _bomb(size: int, packed: int) -> Unreadable:
    told = f"{packed:,} bytes unpack to more than {size:,}: over {_RATIO} times, which no table of text does"
    return Unreadable("bomb", told)


class _Counted(io.RawIOBase):
    """A stream that knows how much was read from it."""

    def __init__(self, stream):
        self.stream, self.size = stream, 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        part = self.stream.read(size)
        self.size += len(part)
        return part


class _Limited(io.RawIOBase):
    """An unpacked stream that ends with Unreadable as soon as it is much larger than what it came from."""

    def __init__(self, stream, packed, others: tuple[str, ...] = ()):
        self.stream, self.packed, self.size, self.others = stream, packed, 0, others

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        part = self.stream.read(size)
        self.size += len(part)
        if self.size > max(_ALWAYS_BYTES, _RATIO * self.packed()):
            raise _bomb(self.size, self.packed())
        return part

    def readinto(self, buffer) -> int:
        part = self.read(len(buffer))
        buffer[: len(part)] = part
        return len(part)

"""The program that reads one file of a stranger: ``work.py SOURCE WORKING THUMBNAIL``.

It says in one line of JSON what the file is, or why it is not taken. It limits itself
before it looks: what needs more memory or time than any honest file is ended by the
system, and its caller takes that for an answer.
"""

import json
import resource
import sys
import zipfile
from pathlib import Path

MEMORY = 2 * 1024**3
SECONDS = 20
LARGEST = 1024**3


def examine(source: Path, working: Path, thumbnail: Path) -> str:
    """Return the file's media type, after writing its copies."""
    from agencies.files import kinds  # noqa: PLC0415 - after the limits

    with source.open("rb") as raw:
        kind = kinds.type_of(raw.read(kinds.HEAD))
    if zipfile.is_zipfile(source):
        raise kinds.Fault("polyglot")
    if kind.kind == "photo":
        from agencies.files import photos  # noqa: PLC0415

        photos.copy(source, kind, working, thumbnail)
    elif kind.kind == "video":
        from agencies.files import videos  # noqa: PLC0415

        videos.copy(source, kind, working)
    else:
        from agencies.files import documents  # noqa: PLC0415

        if kind == kinds.PDF:
            documents.copy_pdf(source, working)
        else:
            documents.copy_text(source, working)
    return kind.media_type


def main() -> None:
    """Limit oneself, look, and say what was found."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST, LARGEST))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))
    from agencies.files.kinds import Fault  # noqa: PLC0415

    try:
        found = {"media_type": examine(*map(Path, sys.argv[1:4]))}
    except Fault as fault:
        found = {"fault": str(fault)}
    except MemoryError:
        found = {"fault": "too_complex"}
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()

"""Videos: their pictures and sound packed anew, without places, names and clocks."""

from pathlib import Path
from typing import Any

import av
from av.container import InputContainer
from av.error import FFmpegError

from agencies.files.kinds import MP4, Fault, FileType

_CODECS = {
    "video/mp4": {"h264", "hevc", "av1", "mpeg4", "aac", "mp3", "opus", "ac3"},
    "video/webm": {"vp8", "vp9", "av1", "opus", "vorbis"},
}
_READ_AS = {"video/mp4": "mov", "video/webm": "matroska"}
# Boxes on the top level of an MP4 (ISO 14496-12, table 1).
_BOXES = {
    b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"udta", b"uuid", b"meta",
    b"moof", b"mfra", b"sidx", b"styp", b"pdin", b"ssix", b"emsg", b"prft",
}  # fmt: skip
MOST_STREAMS = 8


def copy(source: Path, kind: FileType, working: Path) -> None:
    """Pack pictures and sound anew; tracks of data and labels stay out."""
    if kind == MP4:
        _require_boxes(source)
    try:
        _pack(source, kind, working)
    except (FFmpegError, ValueError, TypeError, EOFError):
        raise Fault("broken_file") from None


def _pack(source: Path, kind: FileType, working: Path) -> None:
    options = {"fflags": "+bitexact"}
    if kind == MP4:
        options["movflags"] = "+faststart"
    with (
        source.open("rb") as raw,
        av.open(raw, "r", format=_READ_AS[kind.media_type]) as given,
        av.open(str(working), "w", format=kind.ending, options=options) as made,
    ):
        kept = _kept(given, kind)
        copies = {s.index: made.add_stream_from_template(s) for s in kept}
        for stream in copies.values():
            stream.metadata.clear()
        for packet in given.demux(kept):
            if packet.dts is None:
                continue
            packet.stream = copies[packet.stream.index]
            made.mux(packet)


def _kept(given: InputContainer, kind: FileType) -> list[Any]:
    """Return the streams of pictures and sound, all in codecs that browsers know."""
    kept: list[Any] = [s for s in given.streams if s.type in ("video", "audio")]
    if len(given.streams) > MOST_STREAMS:
        raise Fault("too_complex")
    if not any(stream.type == "video" for stream in kept):
        raise Fault("broken_file")
    if {s.codec_context.name for s in kept} - _CODECS[kind.media_type]:
        raise Fault("unsupported_type")
    return kept


def _require_boxes(source: Path) -> None:
    """Refuse an MP4 of which anything is outside its boxes."""
    end = source.stat().st_size
    with source.open("rb") as raw:
        at = 0
        while at < end:
            raw.seek(at)
            head = raw.read(16)
            size, name = int.from_bytes(head[:4], "big"), head[4:8]
            if size == 1:
                size = int.from_bytes(head[8:16], "big")
            elif size == 0:
                size = end - at
            if name not in _BOXES or size < 8:
                raise Fault("polyglot" if at else "broken_file")
            at += size
    if at > end:
        raise Fault("broken_file")

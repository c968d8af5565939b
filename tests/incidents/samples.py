"""Files as people send them, and as nobody should: made here, byte by byte."""

import io
import zipfile
import zlib
from fractions import Fraction
from typing import Any

import av
import pikepdf
from PIL import Image

PLACE = "CANARY-PLACE"
AUTHOR = "CANARY-AUTHOR"
# Width 400 and height 300 as it lies in the file; a camera held upright.
TURNED = 6


def photo(kind: str = "JPEG", size: tuple[int, int] = (400, 300), **more: Any) -> bytes:
    """A picture with an author, a place and a turn in its metadata."""
    image = Image.new("RGB", size, "teal")
    image.paste("orange", (0, 0, size[0] // 2, size[1] // 2))
    exif = image.getexif()
    exif[0x0112] = TURNED
    exif[0x013B] = AUTHOR
    exif.get_ifd(0x8825)[0x001D] = PLACE
    out = io.BytesIO()
    image.save(out, kind, exif=exif, **more)
    return out.getvalue()


def bomb(side: int = 10_000) -> bytes:
    """A picture of a hundred million points in some kilobytes."""

    def chunk(name: bytes, data: bytes) -> bytes:
        sum_of = zlib.crc32(name + data).to_bytes(4, "big")
        return len(data).to_bytes(4, "big") + name + data + sum_of

    head = side.to_bytes(4, "big") * 2 + bytes([1, 0, 0, 0, 0])
    points = zlib.compress(bytes(side * (side // 8 + 1)), 9)
    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", head),
            chunk(b"IDAT", points),
            chunk(b"IEND", b""),
        ]
    )


def archive(size: int = 1000) -> bytes:
    """A zip; with a large size, a bomb."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("inside.html", b"<html>" + bytes(size))
    return out.getvalue()


def pdf(*, text: str = "Seen at the ford", password: str = "", **root: Any) -> bytes:
    """A page of text, with an author; ``root`` adds to the catalogue."""
    made = pikepdf.new()
    page = made.add_blank_page(page_size=(300, 200))
    font = pikepdf.Dictionary(
        Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1,
        BaseFont=pikepdf.Name.Helvetica,
    )  # fmt: skip
    page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
    drawn = f"BT /F1 12 Tf 20 100 Td ({text}) Tj ET".encode()
    page.Contents = made.make_stream(drawn)
    made.docinfo["/Author"] = AUTHOR
    for name, value in root.items():
        made.Root[f"/{name}"] = value(made)
    out = io.BytesIO()
    locked = pikepdf.Encryption(owner="o", user=password) if password else False
    made.save(out, encryption=locked)
    return out.getvalue()


def script(made: pikepdf.Pdf) -> Any:
    """What runs when a document is opened."""
    return pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")


def elsewhere(made: pikepdf.Pdf) -> Any:
    """A way to a file on somebody's server."""
    return pikepdf.Dictionary(S=pikepdf.Name.GoToR, F="//evil.example/x.pdf")


def outside(made: pikepdf.Pdf) -> Any:
    """A stream whose content lies in another file."""
    return made.make_stream(b"", F="//evil.example/x")


def carried(made: pikepdf.Pdf) -> Any:
    """A file inside a document."""
    stream = made.make_stream(b"MZ", Type=pikepdf.Name.EmbeddedFile)
    spec = pikepdf.Dictionary(
        Type=pikepdf.Name.Filespec, F="x.exe", EF=pikepdf.Dictionary(F=stream)
    )
    names = pikepdf.Array(["x.exe", made.make_indirect(spec)])
    return pikepdf.Dictionary(EmbeddedFiles=pikepdf.Dictionary(Names=names))


def video(kind: str = "mp4") -> bytes:
    """Half a second of a grey picture, with a place and an author in its labels."""
    out = io.BytesIO()
    with av.open(out, "w", format=kind) as made:
        made.metadata["comment"] = PLACE
        made.metadata["artist"] = AUTHOR
        codec = "mpeg4" if kind == "mp4" else "libvpx"
        stream: Any = made.add_stream(codec, rate=10)
        stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
        stream.time_base = Fraction(1, 10)
        for n in range(5):
            frame = av.VideoFrame(160, 120, "yuv420p")
            for plane in frame.planes:
                plane.update(bytes([128]) * plane.buffer_size)
            frame.pts = n
            made.mux(stream.encode(frame))
        made.mux(stream.encode(None))
    return out.getvalue()

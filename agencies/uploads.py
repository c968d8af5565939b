"""The first thing that looks at a form with files: how much is coming."""

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler


class LimitedUpload(FileUploadHandler):
    """Refuses a body beyond ``UPLOAD_MIB`` before anything of it is kept."""

    def handle_raw_input(
        self,
        input_data: Any,
        META: dict[str, Any],
        content_length: int,
        boundary: str,
        encoding: str | None = None,
    ) -> None:
        """Look at the length that the client names; the server reads no more."""
        if content_length > settings.UPLOAD_MIB * 1024 * 1024:
            raise RequestDataTooBig("more than UPLOAD_MIB")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Leave the keeping to the next."""
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Nothing was kept here."""

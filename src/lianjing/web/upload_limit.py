"""How much one request may bring: a body beyond the limit is refused before a byte of it reaches the disk."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler


class WholeRequest(FileUploadHandler):
    """The first handler of every upload: looks at the announced length, leaves the files to the next."""

    def handle_raw_input(
        self,
        input_data: Any,
        META: dict[str, str],  # noqa: N803 the name is Django's
        content_length: int,
        boundary: str,
        encoding: str | None = None,
    ) -> None:
        """Refuse a body beyond LIANJING_REQUEST_LIMIT; the server reads no more than what was announced."""
        if content_length > settings.LIANJING_REQUEST_LIMIT:
            raise RequestDataTooBig("the request is larger than LIANJING_REQUEST_LIMIT")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Pass a piece on to the next handler."""
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave the finished file to the next handler."""

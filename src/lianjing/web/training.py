"""Marks every answer of a training zone in its header, pages, files and the interface for programs alike."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from lianjing.runtime.zone_mark import HEADER, is_training


class TrainingMark:
    """Sets the header where this is a training zone; elsewhere it is absent."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if is_training():
            response.headers[HEADER] = "training"
        return response

"""Addresses of the working calendar: the year, its file, what is proposed for it, closures."""

from __future__ import annotations

from django.urls import path

from lianjing.web.views import calendar

urlpatterns = [
    path("calendar/", calendar.calendar, name="calendar"),
    path("calendar/<int:year>/file/", calendar.calendar_file, name="calendar_file"),
    path("calendar/notices/new/", calendar.notice_new, name="calendar_notice_new"),
    path("calendar/notices/<int:notice_id>/", calendar.notice, name="calendar_notice"),
    path("calendar/closures/new/", calendar.closure_new, name="calendar_closure_new"),
    path("calendar/closures/<int:closure_id>/", calendar.closure, name="calendar_closure"),
    path(
        "calendar/closures/<int:closure_id>/revoke/", calendar.closure_revoke, name="calendar_closure_revoke"
    ),
]

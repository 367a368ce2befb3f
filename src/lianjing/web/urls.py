"""Addresses of the generic pages; those that only read and analyse are in urls_read."""

from __future__ import annotations

from django.urls import include, path
from django.views.i18n import set_language

from lianjing.web.views import (
    document,
    item,
    matter,
    meeting,
    regulation,
    search,
    session,
    undertaking,
    workbench,
)

urlpatterns = [
    path("login/", session.login, name="login"),
    path("logout/", session.logout, name="logout"),
    path("password/", session.password, name="password"),
    path("language/", set_language, name="set_language"),
    path("", workbench.workbench, name="workbench"),
    path("items/", workbench.items, name="items"),
    path("items/<int:item_id>/", item.item, name="item"),
    path("items/<int:item_id>/return/", item.item_return, name="item_return"),
    path("items/<int:item_id>/suspend/", item.item_suspend, name="item_suspend"),
    path("items/<int:item_id>/resume/", item.item_resume, name="item_resume"),
    path("matters/<int:matter_id>/", matter.matter, name="matter"),
    path("matters/<int:matter_id>/print/", matter.matter_print, name="matter_print"),
    path("open/<slug:procedure>/", matter.matter_choose, name="matter_choose"),
    path("matters/<int:matter_id>/open/<slug:procedure>/", matter.matter_open, name="matter_open"),
    path("matters/<int:matter_id>/withdraw/", matter.matter_withdraw, name="matter_withdraw"),
    path("matters/<int:matter_id>/gate/", matter.matter_gate, name="matter_gate"),
    path("matters/<int:matter_id>/recuse/", matter.matter_recuse, name="matter_recuse"),
    path("matters/<int:matter_id>/documents/", document.document_upload, name="document_upload"),
    path("documents/<int:document_id>/", document.document, name="document"),
    path("clauses/<str:reference>/", regulation.clause, name="clause"),
    path("regulations/", regulation.regulations, name="regulations"),
    path("regulations/<slug:key>/", regulation.regulation, name="regulation"),
    path("meetings/", meeting.meetings, name="meetings"),
    path("meetings/new/", meeting.meeting_new, name="meeting_new"),
    path("meetings/<int:meeting_id>/", meeting.meeting, name="meeting"),
    path("agenda-items/<int:agenda_item_id>/", meeting.agenda_item, name="agenda_item"),
    path("undertakings/", undertaking.undertakings, name="undertakings"),
    path("undertakings/<int:undertaking_id>/", undertaking.undertaking, name="undertaking"),
    path("search/", search.search, name="search"),
    path("", include("lianjing.web.urls_read")),
]

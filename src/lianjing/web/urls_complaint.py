"""Addresses of the reports: the public side, and that of the supervision group."""

from __future__ import annotations

from django.urls import path

from lianjing.web.views import complaint, tip

urlpatterns = [
    path("tips/", tip.tip_new, name="tip_new"),
    path("tips/follow/", tip.tip_follow, name="tip_follow"),
    path("complaints/", complaint.complaints, name="complaints"),
    path("complaints/new/", complaint.complaint_new, name="complaint_new"),
    path("complaints/key/", complaint.complaint_key, name="complaint_key"),
    path("complaints/unseal/", complaint.complaint_unseal, name="complaint_unseal"),
    path("complaints/<int:complaint_id>/", complaint.complaint, name="complaint"),
    path("complaints/<int:complaint_id>/subject/", complaint.complaint_subject, name="complaint_subject"),
    path("complaints/files/<int:file_id>/", complaint.complaint_file, name="complaint_file"),
]

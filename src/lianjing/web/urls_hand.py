"""Addresses of what a person does with a step by hand: added signers, taking back, breaking off, beginning anew."""

from __future__ import annotations

from django.urls import path

from lianjing.web.views import item_hand, item_sign, matter_end

urlpatterns = [
    path("items/<int:item_id>/signer/", item_sign.item_signer, name="item_signer"),
    path("items/<int:item_id>/take-back/", item_hand.item_take_back, name="item_take_back"),
    path("matters/<int:matter_id>/terminate/", matter_end.matter_terminate, name="matter_terminate"),
    path("matters/<int:matter_id>/restart/", matter_end.matter_restart, name="matter_restart"),
]

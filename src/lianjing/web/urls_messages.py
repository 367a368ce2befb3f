"""Addresses of messages, copies for information, questions, batch work and phrases."""

from __future__ import annotations

from django.urls import path

from lianjing.web.views import batch, circulation, inquiry, item_hand, message, phrase

urlpatterns = [
    path("messages/", message.messages_list, name="messages"),
    path("messages/bell/", message.bell, name="message_bell"),
    path("messages/read/", message.read_all, name="messages_read"),
    path("messages/settings/", message.preferences, name="message_settings"),
    path("messages/deliveries/", message.deliveries, name="message_deliveries"),
    path("messages/deliveries/<int:delivery_id>/", message.delivery, name="message_delivery"),
    path("messages/<int:delivery_id>/", message.message, name="message"),
    path("messages/<int:message_id>/receipts/", message.receipts, name="message_receipts"),
    path("items/batch/", batch.items_batch, name="items_batch"),
    path("items/pass-on/", batch.items_pass_on, name="items_pass_on"),
    path("items/<int:item_id>/reassign/", item_hand.item_reassign, name="item_reassign"),
    path("items/<int:item_id>/urge/", item_hand.item_urge, name="item_urge"),
    path("items/<int:item_id>/ask/", inquiry.item_ask, name="item_ask"),
    path("inquiries/", inquiry.inquiries, name="inquiries"),
    path("inquiries/<int:inquiry_id>/", inquiry.inquiry, name="inquiry"),
    path("matters/<int:matter_id>/circulate/", circulation.circulate, name="circulate"),
    path("circulations/", circulation.circulations, name="circulations"),
    path("circulations/<int:circulation_id>/", circulation.circulation, name="circulation"),
    path("phrases/", phrase.phrases, name="phrases"),
]

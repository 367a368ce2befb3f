"""Addresses of the reading pages: the organisation, figures, calendar, tracing, bottlenecks, cockpit, trail."""

from __future__ import annotations

from django.urls import path

from lianjing.web.views import bottleneck, cockpit, org, org_duty, org_write, parameters, trace, trail

urlpatterns = [
    path("org/units/", org.units, name="org_units"),
    path("org/units/new/", org_write.unit_new, name="org_unit_new"),
    path("org/posts/", org.posts, name="org_posts"),
    path("org/posts/new/", org_write.post_new, name="org_post_new"),
    path("org/persons/", org.persons, name="org_persons"),
    path("org/persons/new/", org_write.person_new, name="org_person_new"),
    path("org/persons/<int:person_id>/", org.person, name="org_person"),
    path("org/appointments/", org.appointments, name="org_appointments"),
    path("org/appointments/new/", org_write.appoint, name="org_appoint"),
    path("org/appointments/<int:appointment_id>/end/", org_write.appointment_end, name="org_appointment_end"),
    path("org/delegations/", org.delegations, name="org_delegations"),
    path("org/delegations/new/", org_write.delegation_give, name="org_delegation_give"),
    path("org/delegations/<int:delegation_id>/end/", org_write.delegation_end, name="org_delegation_end"),
    path("org/conflicts/", org_duty.conflicts, name="org_conflicts"),
    path("org/powers/", org_duty.powers, name="org_powers"),
    path("org/powers/new/", org_write.power_new, name="org_power_new"),
    path("org/powers/<int:item_id>/end/", org_write.power_end, name="org_power_end"),
    path("org/who/", org_duty.who, name="org_who"),
    path("parameters/", parameters.parameters, name="parameters"),
    path("calendar/", parameters.calendar, name="calendar"),
    path("trace/<str:table>/<str:key>/", trace.trace, name="trace"),
    path("events/<str:event_id>/", trace.event, name="event"),
    path("bottlenecks/", bottleneck.bottlenecks, name="bottlenecks"),
    path("cockpit/", cockpit.cockpit, name="cockpit"),
    path("trail/", trail.trail, name="trail"),
    path("trail/verify/", trail.verify, name="trail_verify"),
]

"""Addresses of incidents, units and SOS points."""

from django.urls import path

from incidents import hooks
from incidents.views import incidents, sos, units

app_name = "incidents"
urlpatterns = [
    path("hooks/sos/<str:code>", hooks.receive_press, name="sos-hook"),
    path("incidents", incidents.list_incidents, name="list"),
    path("incidents/new", incidents.new_incident, name="new"),
    path("incidents/<int:pk>", incidents.show_incident, name="detail"),
    path("incidents/<int:pk>/dispatch", incidents.dispatch, name="dispatch"),
    path("incidents/<int:pk>/arrive", incidents.arrive, name="arrive"),
    path("incidents/<int:pk>/note", incidents.add_note, name="note"),
    path("incidents/<int:pk>/close", incidents.close, name="close"),
    path("units", units.list_units, name="units"),
    path("units/new", units.add_unit, name="unit-add"),
    path("units/<int:pk>", units.edit_unit, name="unit"),
    path("units/<int:pk>/duty", units.set_duty, name="unit-duty"),
    path("sos", sos.list_points, name="sos"),
    path("sos/new", sos.add_point, name="sos-add"),
    path("sos/<str:code>", sos.show_point, name="sos-point"),
    path("sos/<str:code>/edit", sos.edit_point, name="sos-edit"),
    path("sos/<str:code>/secret", sos.rotate_secret, name="sos-secret"),
    path("sos/<str:code>/test", sos.start_test, name="sos-test"),
    path("sos/<str:code>/retire", sos.retire_point, name="sos-retire"),
]

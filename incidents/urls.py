"""Addresses of incidents, units and SOS points."""

from django.urls import path

from incidents import hooks

app_name = "incidents"
urlpatterns = [
    path("hooks/sos/<str:code>", hooks.receive_press, name="sos-hook"),
]

"""Addresses of the recordings' API, under /api/v1/."""

from django.urls import path

from cameras.recording.api import views

app_name = "recording-api"
urlpatterns = [
    path("recordings", views.list_recordings, name="list"),
    path("recordings/viewings", views.open_recordings, name="viewings"),
    path("recordings/snapshots", views.note_snapshot, name="snapshots"),
    path("recordings/<int:pk>/media", views.show_media, name="media"),
]

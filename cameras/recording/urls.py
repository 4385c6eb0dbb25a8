"""Addresses of the recordings' pages."""

from django.urls import path

from cameras.recording import views

app_name = "recording"
urlpatterns = [path("cameras/playback", views.playback, name="playback")]

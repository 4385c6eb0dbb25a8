"""Addresses of the API that turns cameras, under /api/v1/."""

from django.urls import path

from cameras.onvif.api import views

app_name = "onvif-api"
urlpatterns = [path("cameras/<str:code>/ptz", views.turn, name="ptz")]

"""Addresses of plate reads and the watchlist, under /plates/."""

from django.urls import path

from plates import views

app_name = "plates"
urlpatterns = [
    path("pictures/<path:name>", views.show_picture, name="picture"),
]

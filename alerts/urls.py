"""Addresses of the alerts' pages."""

from django.urls import path

from alerts import views

app_name = "alerts"
urlpatterns = [path("alerts", views.list_alerts, name="list")]

"""Addresses of the alerts API, under /api/v1/."""

from django.urls import path

from alerts.api import views

app_name = "alerts-api"
urlpatterns = [
    path("alerts", views.list_alerts, name="list"),
    path("alerts/<int:pk>", views.show_alert, name="detail"),
    path("alerts/<int:pk>/ack", views.acknowledge, name="ack"),
    path("alerts/<int:pk>/undo", views.undo, name="undo"),
    path("alerts/<int:pk>/shelve", views.shelve, name="shelve"),
    path("alerts/<int:pk>/unshelve", views.unshelve, name="unshelve"),
    path("alerts/<int:pk>/close", views.close, name="close"),
]

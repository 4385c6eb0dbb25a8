"""Addresses of upkeep."""

from django.urls import path

from cameras.upkeep import views

app_name = "upkeep"
urlpatterns = [
    path("upkeep/", views.report, name="report"),
    path("upkeep/report", views.report_paper, name="report-paper"),
    path("upkeep/uptime.csv", views.export_report, {"kind": "csv"}, name="export-csv"),
    path("upkeep/uptime.xlsx", views.export_report, {"kind": "xlsx"}, name="export-xlsx"),
    path("upkeep/contact", views.change_contact, name="contact"),
    path("upkeep/planned", views.planned, name="planned"),
    path("upkeep/planned/<int:pk>/withdraw", views.withdraw_planned, name="planned-withdraw"),
    path("upkeep/orders", views.list_orders, name="orders"),
    path("upkeep/orders/new/<str:code>", views.new_order, name="order-new"),
    path("upkeep/orders/<int:pk>/", views.show_order, name="order"),
    path("upkeep/orders/<int:pk>/move", views.move_order, name="order-move"),
    path("upkeep/orders/<int:pk>/paper", views.order_paper, name="order-paper"),
    path("upkeep/orders/<int:pk>/fault.jpg", views.order_picture, {"which": "fault"}, name="order-fault"),
    path("upkeep/orders/<int:pk>/good.jpg", views.order_picture, {"which": "good"}, name="order-good"),
    path("cameras/<str:code>/accept-view", views.accept_view, name="accept-view"),
]

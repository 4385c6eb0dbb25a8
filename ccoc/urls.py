"""Every address of the portal, room by room."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from accounts.access import requires
from ccoc import views
from ccoc.api import ApiFile
from events.api.views import poll_events

urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", views.health, name="health"),
    path("i18n/language", views.set_language, name="set-language"),
    path("admin/login/", views.admin_sign_in, name="admin-sign-in"),
    path("admin/", admin.site.urls),
    path("api/v1/events", requires("events.follow")(poll_events), name="events-poll"),
    path("api/v1/", include("alerts.api.urls")),
    path("api/v1/", include("incidents.api.urls")),
    path("api/v1/", include("cameras.api.urls")),
    path("api/v1/", include("cameras.recording.api.urls")),
    path("api/v1/", include("cameras.onvif.api.urls")),
    path("api/v1/", include("ccoc.wall.api.urls")),
    path("api/schema", ApiFile.as_view(), name="api-schema"),
    path("", include("ccoc.wall.urls")),
    path("", include("alerts.urls")),
    path("", include("incidents.urls")),
    path("", include("cameras.onvif.urls")),
    path("", include("cameras.urls")),
    path("", include("cameras.recording.urls")),
    path("", include("cameras.upkeep.urls")),
    path("evidence/", include("cameras.evidence.urls")),
    path("plates/", include("plates.urls")),
    path("", include("accounts.urls")),
]

if settings.DEMO:
    urlpatterns.append(path("", include("ccoc.demo.urls")))

handler403 = "ccoc.errors.forbidden"
handler404 = "ccoc.errors.not_found"
handler500 = "ccoc.errors.broken"

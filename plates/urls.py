"""Addresses of plate reads and the watchlist, under /plates/."""

from django.urls import path

from plates import hooks
from plates.views import reads, watchlist

app_name = "plates"
urlpatterns = [
    path("hooks/<str:code>", hooks.receive_reads, name="hook"),
    path("hits", reads.list_hits, name="hits"),
    path("reads", reads.search_reads, name="reads"),
    path("pictures/<path:name>", reads.show_picture, name="picture"),
    path("watchlist", watchlist.list_entries, name="watchlist"),
    path("watchlist/new", watchlist.add_entry, name="entry-add"),
    path("watchlist/<int:pk>", watchlist.show_entry, name="entry"),
    path("watchlist/<int:pk>/approve", watchlist.approve_entry, name="entry-approve"),
    path("watchlist/<int:pk>/revoke", watchlist.revoke_entry, name="entry-revoke"),
]

"""Addresses of sign-in, people, wall screens and the audit log."""

from django.urls import path

from accounts.views import me, sign_in

app_name = "accounts"
urlpatterns = [
    path("sign-in/", sign_in.sign_in, name="sign-in"),
    path("sign-in/code/", sign_in.second_factor_check, name="second-factor-check"),
    path("sign-out/", sign_in.sign_out, name="sign-out"),
    path("me/", me.me, name="me"),
    path("me/password/", me.password, name="password"),
    path("me/sign-out-everywhere/", me.sign_out_everywhere, name="sign-out-everywhere"),
    path("me/second-factor/", me.enrol, name="second-factor"),
    path("me/recovery-codes/", me.renew_recovery_codes, name="recovery-codes"),
]

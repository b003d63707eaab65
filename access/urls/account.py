"""What of allauth is open here, and the account page. Whatever is not listed is not there."""

from allauth.account import views as account_views
from allauth.mfa.base import views as mfa_views
from allauth.mfa.recovery_codes import views as code_views
from allauth.mfa.totp import views as app_views
from allauth.mfa.webauthn import views as passkey_views
from django.urls import path, re_path

from access.views import account

urlpatterns = [
    path("", account.overview, name="account"),
    path("second-factor/", account.set_up, name="account_second_factor"),
    path("second-factor/go-on/", account.go_on, name="account_go_on"),
    path("sessions/end/", account.end_sessions, name="account_end_sessions"),
    path("seen/", account.notices_seen, name="account_notices_seen"),
    path("stay/", account.stay, name="account_stay"),
    path("passkey/question/", account.question, name="account_passkey_question"),
    path("login/", account_views.login, name="account_login"),
    path("logout/", account_views.logout, name="account_logout"),
    # Closed, and says so: the mail to an address that nobody signs in with asks for its address.
    path("signup/", account_views.signup, name="account_signup"),
    path("inactive/", account_views.account_inactive, name="account_inactive"),
    path("reauthenticate/", account_views.reauthenticate, name="account_reauthenticate"),
    path("password/change/", account_views.password_change, name="account_change_password"),
    path("password/reset/", account_views.password_reset, name="account_reset_password"),
    path(
        "password/reset/done/",
        account_views.password_reset_done,
        name="account_reset_password_done",
    ),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account_views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        account_views.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("2fa/", account.to_overview, name="mfa_index"),
    path("2fa/authenticate/", mfa_views.authenticate, name="mfa_authenticate"),
    path("2fa/reauthenticate/", mfa_views.reauthenticate, name="mfa_reauthenticate"),
    path("2fa/totp/activate/", app_views.activate_totp, name="mfa_activate_totp"),
    path("2fa/totp/deactivate/", app_views.deactivate_totp, name="mfa_deactivate_totp"),
    path("2fa/recovery-codes/", code_views.view_recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "2fa/recovery-codes/generate/",
        code_views.generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path("2fa/webauthn/", account.to_overview, name="mfa_list_webauthn"),
    path("2fa/webauthn/add/", passkey_views.add_webauthn, name="mfa_add_webauthn"),
    path(
        "2fa/webauthn/keys/<int:pk>/remove/",
        account.remove_passkey,
        name="mfa_remove_webauthn",
    ),
    path("2fa/webauthn/login/", account.login_by_passkey, name="mfa_login_webauthn"),
    path(
        "2fa/webauthn/reauthenticate/",
        passkey_views.reauthenticate_webauthn,
        name="mfa_reauthenticate_webauthn",
    ),
]

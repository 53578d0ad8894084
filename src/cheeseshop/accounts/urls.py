# SPDX-License-Identifier: Apache-2.0
"""The addresses of accounts: the contract's paths, allauth's names."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.webauthn import views as webauthn
from allauth.socialaccount import views as social
from django.contrib.auth.decorators import login_required
from django.urls import include, path, re_path

from cheeseshop.accounts.sensitive import sensitive
from cheeseshop.accounts.views import entrance, factors, recovery, settings
from cheeseshop.core import current

_entrance = [
    path("login/", entrance.Login.as_view(), name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("register/", entrance.Register.as_view(), name="account_signup"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("two-factor/", entrance.Authenticate.as_view(), name="mfa_authenticate"),
    path("two-factor/remember/", mfa.trust, name="mfa_trust"),
    path("passkey/", entrance.Passkey.as_view(), name="mfa_login_webauthn"),
    path("confirm-login/", entrance.confirm_login, name="account_confirm_login"),
    path("reauthenticate/", login_required(entrance.Reauthenticate.as_view()), name="account_reauthenticate"),
    path("reauthenticate/code/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("reauthenticate/device/", webauthn.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("verification-sent/", account.email_verification_sent, name="account_email_verification_sent"),
    re_path(r"^verify-email/(?P<key>[-:\w]+)/$", account.confirm_email, name="account_confirm_email"),
    path("request-password-reset/", entrance.Reset.as_view(), name="account_reset_password"),
    path("request-password-reset/sent/", account.password_reset_done, name="account_reset_password_done"),
    path("reset-password/", entrance.reset_link),
    path("reset-password/done/", account.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    re_path(
        r"^reset-password/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        entrance.ResetFromKey.as_view(),
        name="account_reset_password_from_key",
    ),
    path("password-strength/", entrance.password_strength, name="password-strength"),
    path("recover/", recovery.ask, name="ask-recovery"),
    path("recover/cancel/<str:token>/", recovery.cancel, name="cancel-recovery"),
    path("recover/<str:token>/", recovery.use, name="recover"),
]

_settings = [
    path("", settings.overview, name="account"),
    path("emails/", sensitive(settings.Addresses.as_view()), name="account_email"),
    path("password/", sensitive(account.password_change), name="account_change_password"),
    path("password/set/", sensitive(account.password_set), name="account_set_password"),
    path("sessions/", settings.Sessions.as_view(), name="usersessions_list"),
    path("history/", settings.security_history, name="security-history"),
    path("delete/", sensitive(settings.delete), name="delete-account"),
    path("two-factor/", factors.Methods.as_view(), name="mfa_index"),
    path("totp-provision/", sensitive(factors.SetUpApplication.as_view()), name="mfa_activate_totp"),
    path("totp-remove/", sensitive(factors.RemoveApplication.as_view()), name="mfa_deactivate_totp"),
    path("webauthn-devices/", factors.Methods.as_view(), name="mfa_list_webauthn"),
    path("webauthn-provision/", sensitive(factors.AddDevice.as_view()), name="mfa_add_webauthn"),
    path("webauthn-provision/<int:pk>/remove/", sensitive(factors.RemoveDevice.as_view()), name="mfa_remove_webauthn"),
    path("webauthn-provision/<int:pk>/rename/", sensitive(factors.RenameDevice.as_view()), name="mfa_edit_webauthn"),
    path("recovery-codes/", sensitive(codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path("recovery-codes/generate/", sensitive(factors.make_codes), name="mfa_generate_recovery_codes"),
    path("recovery-codes/burn/", factors.confirm_codes, name="confirm-recovery-codes"),
]

urlpatterns = [
    path("account/", include(_entrance)),
    path("manage/unverified-account/", settings.unverified, name="unverified-account"),
    path("manage/account/", include(_settings)),
    path("manage/recoveries/", recovery.queue, name="recoveries"),
    path("manage/recoveries/<uuid:recovery>/", sensitive(recovery.decide), name="recovery"),
    path("accounts/search/", settings.find_people, name="find-people"),
]
if current.settings().oidc_issuer:
    urlpatterns.append(path("account/sso/", include("allauth.socialaccount.providers.openid_connect.urls")))
    urlpatterns += [
        path("account/sso/cancelled/", social.login_cancelled, name="socialaccount_login_cancelled"),
        path("account/sso/error/", social.login_error, name="socialaccount_login_error"),
        path("account/sso/register/", social.signup, name="socialaccount_signup"),
    ]

"""Every address of the service."""

from allauth.account.decorators import secure_admin_login
from allauth.account.views import logout
from django.contrib import admin
from django.urls import include, path, reverse_lazy
from django.views.generic import RedirectView

from config.health import health

# The admin's own pages know neither the limits on bad passwords nor a second factor, tell nobody of
# a new password, and leave in the browser what was shown.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.logout = logout  # type: ignore[method-assign]
admin.site.password_change = RedirectView.as_view(  # type: ignore[assignment, method-assign]
    url=reverse_lazy("account_change_password")
)

urlpatterns = [
    path("health/", health, name="health"),
    path("accounts/", include("access.urls.account")),
    path("admin/", admin.site.urls),
    path("", include("access.urls.people")),
    path("", include("patients.urls")),
    path("", include("titration.urls")),
]

handler400 = "config.moments.unclear"
handler403 = "config.refusals.refused"
handler500 = "config.failures.failure"

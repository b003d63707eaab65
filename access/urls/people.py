"""Addresses of administration, and of those who are invited."""

from django.urls import path

from access.views import clinics, invited, people

urlpatterns = [
    path("people/", people.person_list, name="person-list"),
    path("people/invite/", people.person_invite, name="person-invite"),
    path("people/<int:person>/", people.person, name="person"),
    path("people/<int:person>/edit/", people.person_edit, name="person-edit"),
    path("people/<int:person>/roles/new/", people.person_grant, name="person-grant"),
    path("people/<int:person>/shut/", people.person_shut, name="person-shut"),
    path("people/<int:person>/sign-out/", people.person_sign_out, name="person-sign-out"),
    path("people/<int:person>/factors/", people.person_factors, name="person-factors"),
    path("roles/<int:membership>/change/", people.membership_change, name="membership-change"),
    path("roles/<int:membership>/end/", people.membership_end, name="membership-end"),
    path("invitations/<uuid:invitation>/again/", people.invitation_again, name="invitation-again"),
    path(
        "invitations/<uuid:invitation>/withdraw/",
        people.invitation_withdraw,
        name="invitation-withdraw",
    ),
    path("invited/", invited.invited, name="invited"),
    path("invited/<str:secret>/", invited.invited_link, name="invited-link"),
    path("clinics/<uuid:clinic>/", clinics.clinic, name="clinic"),
    path("audit/administration/", clinics.acts, name="acts"),
]

"""Adding patients, and new versions of what is known of them."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from threading import Barrier
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone

from access.models import Role
from ledger import writing
from ledger.models import Entry, Head
from patients import actions
from patients.identity import HERE, Standing
from patients.models import Patient, PatientCard, PatientVersion
from tests.factories import ClinicFactory, IdentityFactory, PatientFactory, member
from tests.ledger.damage import unguarded

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic():
    return ClinicFactory()


@pytest.fixture
def by(clinic):
    return member(clinic, name="J. Lind")


@pytest.fixture
def patient(clinic, by):
    return PatientFactory(clinic=clinic, by=by, family_name="Novak", nhs_number="9434765919")


def newest(patient) -> PatientVersion:
    return patient.versions.get(entry__superseded_by=None)


def revise(patient, by, **given) -> PatientVersion:
    version = newest(patient)
    asked = {"seen": version.entry, "identity": version.identity, "standing": version.standing}
    return actions.revise_patient(patient=patient, by=by, **{**asked, **given})


def recorded() -> tuple[int, int, int, list[int]]:
    """What a refused write leaves as it was."""
    numbers = list(Head.objects.order_by("pk").values_list("number", flat=True))
    return Entry.objects.count(), PatientVersion.objects.count(), Patient.objects.count(), numbers


def test_add_records_the_identity_as_typed(clinic, by):
    identity = IdentityFactory(family_name="Łęcki-O’Neill", nhs_number="9434765919", title="Dr")

    version = actions.add_patient(clinic=clinic, identity=identity, by=by)

    stored = PatientVersion.objects.get(pk=version.pk)
    assert (stored.identity, stored.standing) == (identity, HERE)
    assert stored.patient.clinic == clinic


def test_add_makes_one_entry_of_the_patient(clinic, by):
    version = actions.add_patient(clinic=clinic, identity=IdentityFactory(), by=by)

    entry = Entry.objects.get()
    assert (entry.number, entry.kind, entry.form) == (1, "patient", "patient/1")
    assert entry.patient == entry.subject == version.patient_id
    assert (entry.recorded_by, entry.recorded_by_name) == (by, "J. Lind")


def test_add_answers_as_the_first_time_when_sent_twice(clinic, by):
    asked = {"clinic": clinic, "identity": IdentityFactory(), "by": by, "submission": uuid4()}
    first = actions.add_patient(**asked)
    before = recorded()

    assert actions.add_patient(**asked) == first
    assert recorded() == before


def test_add_is_a_conflict_when_sent_again_with_other_content(clinic, by):
    submission = uuid4()
    first = actions.add_patient(
        clinic=clinic, identity=IdentityFactory(), by=by, submission=submission
    )
    before = recorded()

    with pytest.raises(writing.SubmissionConflict) as conflict:
        actions.add_patient(clinic=clinic, identity=IdentityFactory(), by=by, submission=submission)
    assert conflict.value.entry == first.entry
    assert recorded() == before


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AUDITOR, Role.ADMINISTRATOR])
def test_add_is_refused_to_those_who_do_not_record(clinic, role):
    by = member(clinic, role)
    before = recorded()

    with pytest.raises(PermissionDenied):
        actions.add_patient(clinic=clinic, identity=IdentityFactory(), by=by)
    assert recorded() == before


def test_add_is_refused_to_members_of_another_clinic(clinic):
    before = recorded()

    with pytest.raises(PermissionDenied):
        actions.add_patient(clinic=clinic, identity=IdentityFactory(), by=member(ClinicFactory()))
    assert recorded() == before


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"family_name": "–'–"}, ("family_name", "no_letters")),
        ({"birth_date": date(1880, 1, 1)}, ("birth_date", "too_long_ago")),
        ({"nhs_number": "9434765918"}, ("nhs_number", "check")),
    ],
)
def test_add_is_refused_when_the_identity_is_unfit(clinic, by, said, problem):
    before = recorded()

    with pytest.raises(actions.Unfit) as unfit:
        actions.add_patient(clinic=clinic, identity=IdentityFactory(**said), by=by)
    assert unfit.value.problems == [problem]
    assert recorded() == before


def test_add_is_refused_when_the_birth_date_has_not_come_at_the_clinic(by, clinic):
    tomorrow = timezone.localdate(timezone=clinic.zone) + timedelta(days=1)

    with pytest.raises(actions.Unfit) as unfit:
        actions.add_patient(clinic=clinic, identity=IdentityFactory(birth_date=tomorrow), by=by)
    assert unfit.value.problems == [("birth_date", "future")]


@pytest.mark.parametrize(
    ("there", "typed"),
    [
        ({"family_name": "Smith-Jones"}, {"family_name": "smith JONES"}),
        ({"family_name": "Łoś"}, {"family_name": "Los"}),
        ({"nhs_number": "9434765919"}, {"nhs_number": "9434765919", "family_name": "Else"}),
        (
            {"record_number": "RN-001"},
            {"record_number": "rn 001", "birth_date": date(1970, 7, 7)},
        ),
    ],
)
def test_add_asks_first_when_a_patient_is_alike(clinic, by, there, typed):
    patient = PatientFactory(clinic=clinic, by=by, **there)
    before = recorded()

    with pytest.raises(actions.ProbableDuplicate) as alike:
        actions.add_patient(clinic=clinic, identity=IdentityFactory(**typed), by=by)
    assert alike.value.patients == [patient.pk]
    assert recorded() == before


@pytest.mark.parametrize(
    "typed",
    [
        {"family_name": "Novak", "birth_date": date(1961, 3, 13)},
        {"family_name": "Novakova"},
    ],
)
def test_add_does_not_ask_when_nobody_is_alike(clinic, by, patient, typed):
    actions.add_patient(clinic=clinic, identity=IdentityFactory(**typed), by=by)

    assert Patient.objects.count() == 2


def test_add_does_not_look_into_other_clinics(by, clinic):
    PatientFactory(family_name="Novak", nhs_number="9434765919")

    actions.add_patient(
        clinic=clinic,
        identity=IdentityFactory(family_name="Novak", nhs_number="9434765919"),
        by=by,
    )

    assert Patient.objects.filter(clinic=clinic).count() == 1


def test_add_records_when_each_who_is_alike_was_said_to_be_another(clinic, by, patient):
    actions.add_patient(
        clinic=clinic, identity=IdentityFactory(family_name="Novak"), others=[patient.pk], by=by
    )

    assert Patient.objects.count() == 2


def test_add_asks_again_when_one_more_is_alike_by_now(clinic, by, patient):
    identity = IdentityFactory(family_name="Novak")
    late = actions.add_patient(clinic=clinic, identity=identity, others=[patient.pk], by=by)

    with pytest.raises(actions.ProbableDuplicate) as alike:
        actions.add_patient(
            clinic=clinic, identity=replace(identity, title="Mr"), others=[patient.pk], by=by
        )
    assert alike.value.patients == [late.patient_id]


def test_revise_keeps_the_old_version(patient, by):
    first = newest(patient)

    second = revise(patient, by, identity=replace(first.identity, family_name="Nowak"))

    assert second.entry.supersedes == first.entry
    assert [v.family_name for v in patient.versions.order_by("entry__number")] == [
        "Novak",
        "Nowak",
    ]


def test_revise_changes_what_the_patient_is_found_by(patient, by):
    revise(patient, by, identity=replace(newest(patient).identity, family_name="Łoś"))

    assert patient.card.sort_name == "los irena"
    assert set(patient.words.values_list("word", flat=True)) == {"irena", "losirena"}


def test_revise_records_that_the_patient_died_and_that_this_was_wrong(patient, by):
    revise(patient, by, standing=Standing("died", date(2020, 2, 2)))
    assert newest(patient).standing == Standing("died", date(2020, 2, 2))

    revise(patient, by, standing=HERE)
    assert newest(patient).standing == HERE
    assert patient.versions.count() == 3


@pytest.mark.parametrize(
    ("standing", "code"),
    [
        (Standing("left", date(1950, 1, 1)), "before_birth"),
        (Standing("died", date(9999, 1, 1)), "future"),
    ],
)
def test_revise_is_refused_when_the_end_is_out_of_order(patient, by, standing, code):
    before = recorded()

    with pytest.raises(actions.Unfit) as unfit:
        revise(patient, by, standing=standing)
    assert unfit.value.problems == [("status_on", code)]
    assert recorded() == before


def test_revise_is_refused_when_nothing_changed(patient, by):
    before = recorded()

    with pytest.raises(actions.NothingChanged):
        revise(patient, by)
    assert recorded() == before


def test_revise_is_refused_when_nothing_changed_since_before_there_were_telephones(patient, by):
    with unguarded():
        patient.versions.update(telephone=None)

        with pytest.raises(actions.NothingChanged):
            revise(patient, by)


def test_revise_records_a_telephone_number(patient, by):
    revise(patient, by, identity=replace(newest(patient).identity, telephone="01632 960983"))

    said = [v.telephone for v in patient.versions.order_by("entry__number")]
    assert said == ["", "01632 960983"]


def test_telephone_that_nobody_can_dial_is_refused(patient, by):
    before = recorded()

    with pytest.raises(actions.Unfit) as unfit:
        revise(patient, by, identity=replace(newest(patient).identity, telephone="call Mum"))
    assert unfit.value.problems == [("telephone", "signs")]
    assert recorded() == before


def test_revise_is_refused_when_somebody_revised_first(patient, by):
    seen = newest(patient)
    theirs = revise(patient, by, identity=replace(seen.identity, title="Dr"))
    before = recorded()

    with pytest.raises(writing.AlreadySuperseded) as conflict:
        revise(patient, by, seen=seen.entry, identity=replace(seen.identity, title="Mrs"))
    assert conflict.value.entry == theirs.entry
    assert recorded() == before


def test_revise_answers_as_the_first_time_when_sent_twice(patient, by):
    seen = newest(patient)
    asked = {"seen": seen.entry, "identity": replace(seen.identity, title="Dr")}
    asked["submission"] = uuid4()
    first = revise(patient, by, **asked)
    before = recorded()

    assert revise(patient, by, **asked) == first
    assert recorded() == before


def test_revise_is_refused_to_a_viewer(patient, clinic):
    before = recorded()

    with pytest.raises(PermissionDenied):
        revise(patient, member(clinic, Role.VIEWER), standing=Standing("left", date(2020, 1, 1)))
    assert recorded() == before


def test_revise_asks_first_when_the_change_makes_patients_alike(patient, clinic, by):
    other = PatientFactory(clinic=clinic, by=by, family_name="Nowak")
    identity = replace(newest(other).identity, family_name="Novak")
    before = recorded()

    with pytest.raises(actions.ProbableDuplicate) as alike:
        revise(other, by, identity=identity)
    assert alike.value.patients == [patient.pk]
    assert recorded() == before


def test_revise_does_not_ask_again_about_those_who_were_alike_before(patient, clinic, by):
    twin = actions.add_patient(
        clinic=clinic, identity=IdentityFactory(family_name="Novak"), others=[patient.pk], by=by
    ).patient

    revise(twin, by, identity=replace(newest(twin).identity, given_names="Ida"))

    assert newest(twin).given_names == "Ida"


def test_enter_adds_many_in_one_write(clinic, by):
    @writing.verb
    def load(*, clinic, people, by, submission):
        with writing.writing(clinic, by=by, submission=submission) as log:
            return actions.enter(log, people)[0]

    people = [IdentityFactory(family_name=f"Load{n:03}") for n in range(25)]
    load(clinic=clinic, people=people, by=by)

    assert list(Entry.objects.order_by("number").values_list("number", "position")) == [
        (n + 1, n) for n in range(25)
    ]
    assert PatientCard.objects.filter(clinic=clinic).count() == 25
    assert PatientVersion.objects.count() == Patient.objects.count() == 25


@pytest.mark.django_db(transaction=True)
def test_of_two_who_add_the_same_person_at_once_one_is_asked():
    clinic = ClinicFactory()
    people = [member(clinic), member(clinic)]
    identity = IdentityFactory()
    ready = Barrier(2)

    def add(by) -> str:
        try:
            ready.wait(timeout=10)
            actions.add_patient(clinic=clinic, identity=identity, by=by)
        except actions.ProbableDuplicate:
            return "asked"
        finally:
            connection.close()
        return "added"

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(add, people))

    assert answers == ["added", "asked"]
    assert Patient.objects.count() == 1

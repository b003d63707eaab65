"""Writes of the context: versions line by line, confirmations, and what is refused."""

from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from access.models import Role
from ledger.models import Entry
from ledger.writing import AlreadySuperseded, SubmissionConflict
from patients import actions, presenters, projection
from patients.context import TopicText
from patients.models import ContextVersion, PatientCard
from patients.reading import known_context
from tests.factories import ClinicFactory, PatientFactory, context_of, member, stated
from tests.ledger.damage import unguarded

pytestmark = pytest.mark.django_db

PENICILLIN = {"substance": "penicillin", "reaction": "rash"}


@pytest.fixture
def clinic():
    return ClinicFactory()


@pytest.fixture
def nurse(clinic):
    return member(clinic, Role.RECORDER)


@pytest.fixture
def patient(clinic, nurse):
    return PatientFactory(clinic=clinic, by=nurse)


def record(patient, by, seen=(), submission=None, **texts):
    return actions.record_context(
        patient=patient,
        texts=texts,
        seen={version.topic: version.entry for version in seen},
        by=by,
        submission=submission or uuid4(),
    )


def test_only_topics_that_say_something_else_are_recorded(patient, nurse):
    first = context_of(patient, nurse, allergies=stated(PENICILLIN), conditions=stated())
    count = Entry.objects.count()

    version = record(
        patient,
        nurse,
        first.values(),
        allergies=stated(PENICILLIN),
        conditions=stated({"condition": "epilepsy"}),
        kidney=TopicText(),
    )

    assert (version.topic, version.entry.supersedes) == ("conditions", first["conditions"].entry)
    assert Entry.objects.count() == count + 1


def test_what_changes_nothing_is_refused(patient, nurse):
    first = context_of(patient, nurse, allergies=stated())
    count = Entry.objects.count()
    with pytest.raises(actions.NothingChanged):
        record(patient, nurse, first.values(), allergies=stated(), kidney=TopicText())
    assert Entry.objects.count() == count


def test_two_people_on_two_topics_are_both_recorded(patient, nurse):
    first = context_of(patient, nurse, allergies=stated(), conditions=stated())
    record(patient, nurse, first.values(), allergies=stated(PENICILLIN))

    record(
        patient,
        member(patient.clinic),
        first.values(),
        allergies=stated(),  # as it was seen, and so nothing new
        conditions=stated({"condition": "epilepsy"}),
    )

    assert [each.text for each in known_context(patient.pk)][:2] == [
        stated(PENICILLIN),
        stated({"condition": "epilepsy"}),
    ]


@pytest.mark.parametrize("has_seen", [True, False])
def test_the_second_of_two_people_on_one_topic_is_refused_and_nothing_is_recorded(
    patient, nurse, has_seen
):
    seen = context_of(patient, nurse, allergies=stated()).values() if has_seen else ()
    theirs = record(patient, nurse, seen, allergies=stated(PENICILLIN))
    count = Entry.objects.count()

    with pytest.raises(AlreadySuperseded) as refused:
        record(
            patient,
            member(patient.clinic),
            seen,
            allergies=stated({"substance": "latex"}),
            conditions=stated(),
        )

    assert refused.value.entry.recorded_by == theirs.entry.recorded_by
    assert Entry.objects.count() == count


def test_one_bad_line_of_one_topic_keeps_all_from_being_recorded(patient, nurse):
    count = Entry.objects.count()
    with pytest.raises(actions.UnfitContext) as refused:
        record(patient, nurse, allergies=stated(PENICILLIN), conditions=stated({"since": "2019"}))
    assert refused.value.problems == [("conditions", 0, "condition", "missing")]
    assert Entry.objects.count() == count


def test_the_same_form_twice_records_once_and_other_content_is_a_conflict(patient, nurse):
    sent = uuid4()
    first = record(patient, nurse, submission=sent, allergies=stated(PENICILLIN))
    assert record(patient, nurse, submission=sent, allergies=stated(PENICILLIN)) == first
    with pytest.raises(SubmissionConflict):
        record(patient, nurse, submission=sent, allergies=stated())
    assert ContextVersion.objects.count() == 1


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AUDITOR, Role.ADMINISTRATOR])
def test_who_may_not_record_neither_records_nor_confirms(patient, nurse, role):
    entries = [each.entry for each in context_of(patient, nurse, allergies=stated()).values()]
    other = member(patient.clinic, role)
    count = Entry.objects.count()
    with pytest.raises(PermissionDenied):
        record(patient, other, kidney=stated())
    with pytest.raises(PermissionDenied):
        actions.confirm_context(patient=patient, seen=entries, by=other)
    assert Entry.objects.count() == count


def test_a_confirmation_is_of_the_text_that_was_read(patient, nurse):
    entry = context_of(patient, nurse, allergies=stated())["allergies"].entry
    confirmation = actions.confirm_context(patient=patient, seen=[entry], by=nurse)
    assert known_context(patient.pk)[0].confirmation == confirmation

    changed = context_of(patient, nurse, allergies=stated(PENICILLIN))["allergies"]

    assert known_context(patient.pk)[0].confirmation is None
    count = Entry.objects.count()
    with pytest.raises(AlreadySuperseded) as refused:
        actions.confirm_context(patient=patient, seen=[entry], by=nurse)
    assert refused.value.entry == changed.entry
    assert Entry.objects.count() == count


def test_what_was_not_asked_is_not_confirmed(patient, nurse):
    context_of(patient, nurse, allergies=stated(PENICILLIN))
    entry = context_of(patient, nurse, allergies=TopicText())["allergies"].entry
    for seen in ([entry], []):
        with pytest.raises(actions.NothingChanged):
            actions.confirm_context(patient=patient, seen=seen, by=nurse)


def test_the_context_is_told_as_it_was_known_then(patient, nurse):
    context_of(patient, nurse, allergies=stated())
    number = Entry.objects.latest("number").number
    newest = context_of(patient, nurse, allergies=stated(PENICILLIN))["allergies"]
    actions.confirm_context(patient=patient, seen=[newest.entry], by=nurse)

    then, now = known_context(patient.pk, number)[0], known_context(patient.pk)[0]

    assert (then.text, then.confirmation) == (stated(), None)
    assert now.text == stated(PENICILLIN)
    assert now.confirmation is not None
    [*earlier] = known_context(patient.pk, with_earlier=True)[0].earlier
    assert [version.text for version in earlier] == [stated()]


def test_the_card_holds_the_newest_allergies_also_when_it_is_made_anew(patient, nurse):
    context_of(patient, nurse, allergies=stated(), conditions=stated())
    version = context_of(patient, nurse, allergies=stated(PENICILLIN))["allergies"]
    assert PatientCard.objects.get().allergies == version
    assert list(projection.differences(patient.clinic)) == []

    PatientCard.objects.update(allergies=None)

    assert len(list(projection.differences(patient.clinic))) == 1
    projection.rebuild()
    assert PatientCard.objects.get().allergies == version


def test_the_banner_says_the_allergies_in_its_one_query(
    patient, nurse, monkeypatch, django_assert_num_queries
):
    monkeypatch.setattr("patients.presenters.people._devices", [])  # each asks one of its own
    presenters.banner(patient)
    assert presenters.banner(patient).allergies == "not asked"
    context_of(patient, nurse, allergies=stated(PENICILLIN))
    with django_assert_num_queries(1):
        banner = presenters.banner(patient)
    assert (banner.allergies, banner.has_allergies) == ("penicillin (rash)", True)


@pytest.mark.parametrize("columns", [{"topic": "mood"}, {"status": "perhaps"}])
def test_the_database_takes_no_other_topic_or_status(patient, nurse, columns):
    context_of(patient, nurse, allergies=stated())
    with unguarded(), pytest.raises(IntegrityError), transaction.atomic():
        ContextVersion.objects.update(**columns)

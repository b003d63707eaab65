"""Recording how the patient was: what the verbs take, refuse, correct and withdraw."""

from datetime import date, time, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from access.models import Role
from ledger import verification
from ledger.models import Entry
from ledger.writing import AlreadySuperseded
from tests.factories import ClinicFactory, PatientFactory, member
from tests.titration.factories import (
    STARTED,
    effect_of,
    measure_of,
    observation_of,
    regimen_of,
)
from titration import actions
from titration.actions import EffectText, ObservationText
from titration.models import Observation, SideEffect
from titration.policies import RuleBroken
from titration.reading import observed
from titration.timeline import Effective

pytestmark = pytest.mark.django_db

DAY = Effective(STARTED)
PRESSURE = {"name": "Blood pressure", "unit": "mmHg", "labels": ("upper", "lower")}
ASHWORTH = {
    "name": "Modified Ashworth Scale",
    "kind": "choice",
    "choices": ("0", "1", "1+", "2"),
    "sites": ("elbow flexors", "calf"),
    "has_side": True,
}


@pytest.fixture
def patient():
    return PatientFactory()


@pytest.fixture
def recorder(patient):
    return member(patient.clinic, Role.RECORDER)


def record(patient, by, *texts, **more):
    return actions.record_observations(patient=patient, observations=texts, by=by, **more)


def test_everything_written_is_read_as_it_was(patient, recorder):
    version = measure_of(patient.clinic, **PRESSURE)
    effective = Effective(date(2026, 3, 5), "day", time(14, 30), 0)
    record(
        patient,
        recorder,
        ObservationText(
            effective,
            version,
            figure=Decimal("127.5"),
            second_figure=Decimal(83),
            measured_by="A. Brandt, nurse",
            note="sitting",
        ),
    )
    [found] = observed.observations(patient.pk)
    assert (found.figure, found.second_figure) == (Decimal("127.5"), Decimal(83))
    assert (found.name, found.unit, found.labels) == ("Blood pressure", "mmHg", ["upper", "lower"])
    assert (found.effective, found.measured_by, found.note) == (
        effective,
        "A. Brandt, nurse",
        "sitting",
    )


def test_a_later_edit_of_the_list_changes_nothing_that_was_written(patient, recorder):
    version = measure_of(patient.clinic, "Weight")
    record(patient, recorder, ObservationText(DAY, version, figure=Decimal("61.5")))
    actions.revise_measure(
        measure=version.measure,
        seen=version.entry,
        text=actions.MeasureText("Body mass", "number", unit="stone"),
        by=member(patient.clinic, Role.ADMINISTRATOR),
    )
    [found] = observed.observations(patient.pk)
    assert (found.name, found.unit) == ("Weight", "kg")


def test_many_are_recorded_in_one_submission(patient, recorder):
    version = measure_of(patient.clinic, **ASHWORTH)
    texts = [
        ObservationText(DAY, version, choice=choice, site=site, side=side)
        for choice, site, side in (("1+", "calf", "left"), ("0", "elbow flexors", "right"))
    ]
    effect = EffectText(DAY, "side-effect", "drowsiness")
    record(patient, recorder, *texts, effects=(effect,))
    entries = Entry.objects.filter(patient=patient.pk, kind__in=["observation", "side-effect"])
    assert list(entries.order_by("number").values_list("position", flat=True)) == [0, 1, 2]
    assert entries.values("submission").distinct().count() == 1


def test_one_that_is_refused_leaves_none(patient, recorder):
    version = measure_of(patient.clinic)
    good = ObservationText(DAY, version, figure=Decimal(60))
    with pytest.raises(actions.OneRefused) as refused:
        record(patient, recorder, good, ObservationText(DAY, version))
    assert (refused.value.what, refused.value.position) == ("observation", 1)
    assert not Observation.objects.exists()


@pytest.mark.parametrize(
    ("measure", "text", "field"),
    [
        ({}, {}, "figure"),
        ({}, {"figure": Decimal("1.1234567")}, "figure"),
        ({}, {"figure": Decimal(5), "second_figure": Decimal(4)}, "second_figure"),
        ({}, {"figure": Decimal(5), "site": "calf"}, "site"),
        ({}, {"figure": Decimal(5), "side": "left"}, "side"),
        ({}, {"figure": Decimal(5), "choice": "2"}, None),
        (PRESSURE, {"figure": Decimal(120)}, "second_figure"),
        (ASHWORTH, {"choice": "1.5", "site": "calf", "side": "left"}, "choice"),
        (ASHWORTH, {"choice": "2", "side": "left"}, "site"),
        (ASHWORTH, {"choice": "2", "site": "calf"}, "side"),
        (ASHWORTH, {"choice": "2", "site": "calf", "side": "up"}, "side"),
        ({"name": "Falls?", "kind": "yes-no"}, {}, "yes"),
        ({"name": "Gait", "kind": "text"}, {"words": " "}, "words"),
    ],
)
def test_a_value_that_is_not_of_its_measure_is_refused(patient, recorder, measure, text, field):
    version = measure_of(patient.clinic, **measure)
    with pytest.raises(RuleBroken) as refused:
        record(patient, recorder, ObservationText(DAY, version, **text))
    assert refused.value.field == field
    assert not Observation.objects.exists()


@pytest.mark.parametrize("figure", ["19", "351"])
def test_a_figure_beyond_the_entry_bounds_is_asked_about_once(patient, recorder, figure):
    bounds = {"lowest": Decimal(20), "highest": Decimal(350)}
    version = measure_of(patient.clinic, **bounds)
    text = {"figure": Decimal(figure)}
    with pytest.raises(RuleBroken, match="catch slips in typing") as refused:
        record(patient, recorder, ObservationText(DAY, version, **text))
    assert f"Written as {figure}\u00a0kg" in refused.value.message
    assert not Observation.objects.exists()
    record(patient, recorder, ObservationText(DAY, version, **text, is_checked=True))
    [found] = observed.observations(patient.pk)
    assert (found.figure, found.is_checked) == (Decimal(figure), True)


def test_the_bounds_themselves_are_taken(patient, recorder):
    version = measure_of(patient.clinic, lowest=Decimal(20), highest=Decimal(350))
    for figure in (20, 350):
        record(patient, recorder, ObservationText(DAY, version, figure=Decimal(figure)))
    assert len(observed.observations(patient.pk)) == 2


def test_what_has_not_come_yet_is_not_observed(patient, recorder):
    ahead = timezone.localdate(timezone=patient.clinic.zone) + timedelta(days=1)
    version = measure_of(patient.clinic)
    text = ObservationText(Effective(ahead), version, figure=Decimal(60))
    with pytest.raises(RuleBroken, match="has not come yet"):
        record(patient, recorder, text)
    assert not Observation.objects.exists()


def test_a_measure_of_another_clinic_is_refused(patient, recorder):
    version = measure_of(ClinicFactory())
    with pytest.raises(RuleBroken, match="this clinic"):
        record(patient, recorder, ObservationText(DAY, version, figure=Decimal(60)))


def test_nothing_at_all_is_not_recorded(patient, recorder):
    with pytest.raises(RuleBroken, match="Nothing is written yet"):
        record(patient, recorder)
    assert not Entry.objects.filter(recorded_by=recorder).exists()


def test_a_viewer_records_nothing(patient):
    viewer = member(patient.clinic, Role.VIEWER)
    version = measure_of(patient.clinic)
    with pytest.raises(PermissionDenied):
        record(patient, viewer, ObservationText(DAY, version, figure=Decimal(60)))
    assert not Observation.objects.exists()


def test_a_correction_keeps_the_line_and_the_words_of_the_measure(patient, recorder):
    version = measure_of(patient.clinic)
    first = observation_of(patient, version)
    text = actions.MeasureText("Weight", "number", unit="stone")
    by = member(patient.clinic, Role.ADMINISTRATOR)
    actions.revise_measure(measure=version.measure, seen=version.entry, text=text, by=by)
    actions.correct_observation(
        observation=first,
        text=ObservationText(DAY, figure=Decimal("65.1")),
        correction_reason="Digits turned round",
        by=recorder,
    )
    [found] = observed.observations(patient.pk)
    assert (found.line, found.figure, found.unit) == (first.observation, Decimal("65.1"), "kg")
    assert len(observed.observation_texts(first.observation)) == 2


def test_of_two_corrections_the_second_is_refused(patient, recorder):
    first = observation_of(patient)
    said = {"text": ObservationText(DAY, figure=Decimal(7)), "by": recorder}
    actions.correct_observation(observation=first, correction_reason="one", **said)
    with pytest.raises(AlreadySuperseded):
        actions.correct_observation(observation=first, correction_reason="two", **said)
    assert Observation.objects.count() == 2


def test_a_correction_needs_no_place_that_was_not_asked_for_then(patient, recorder):
    """The list has places and sides by now, and nobody knows where it was measured."""
    before = {**ASHWORTH, "sites": (), "has_side": False}
    version = measure_of(patient.clinic, **before)
    record(patient, recorder, ObservationText(DAY, version, choice="1"))
    actions.revise_measure(
        measure=version.measure,
        seen=version.entry,
        text=actions.MeasureText(**ASHWORTH),
        by=member(patient.clinic, Role.ADMINISTRATOR),
    )
    actions.correct_observation(
        observation=Observation.objects.get(),
        text=ObservationText(DAY, choice="2"),
        correction_reason="misread",
        by=recorder,
    )
    [found] = observed.observations(patient.pk)
    assert (found.choice, found.site, found.side) == ("2", "", "")


def test_a_side_effect_beside_a_withdrawn_medicine_can_end_and_stays_beside_it(patient):
    regimen = regimen_of(patient)
    by = regimen.responsible
    effect = effect_of(patient, by=by, regimen=regimen.regimen)
    actions.retract_regimen(regimen=regimen.regimen, reason="twice", reason_text="", by=by)
    actions.end_effect(effect=effect, ended=DAY, by=by)
    [found] = observed.effects(patient.pk)
    assert (found.course, found.regimen) == ("ended", regimen.regimen_id)


def test_a_correction_says_why(patient, recorder):
    first = observation_of(patient)
    text = ObservationText(DAY, figure=Decimal(7))
    with pytest.raises(RuleBroken, match="Write why"):
        actions.correct_observation(
            observation=first, text=text, correction_reason=" ", by=recorder
        )
    assert Observation.objects.count() == 1


def test_what_is_withdrawn_stands_no_longer_but_is_read_as_known_before(patient, recorder):
    first = observation_of(patient)
    effect = effect_of(patient)
    for each in (first, effect):
        actions.retract_observed(record=each, reason="twice", reason_text="", by=recorder)
    assert observed.observations(patient.pk) == observed.effects(patient.pk) == ()
    known = effect.entry.number
    assert len(observed.observations(patient.pk, known)) == 1
    assert len(observed.effects(patient.pk, known)) == 1


def test_an_end_needs_no_reason_and_keeps_all_else(patient, recorder):
    effect = effect_of(patient, words="after lunch", severity="mild")
    actions.end_effect(effect=effect, ended=Effective(date(2026, 3, 20)), by=recorder)
    [found] = observed.effects(patient.pk)
    assert (found.course, found.ended) == ("ended", Effective(date(2026, 3, 20)))
    assert (found.words, found.severity, found.symptom) == ("after lunch", "mild", "drowsiness")


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ({"written_as": "caused-by"}, "written_as"),
        ({"symptom": "hiccups"}, "symptom"),
        ({"symptom": "other"}, "words"),
        ({"course": "ended"}, "ended"),
        ({"course": "continuing", "ended": DAY}, "ended"),
        ({"course": "ended", "ended": Effective(STARTED - timedelta(days=1))}, "ended"),
        ({"course": "ended", "ended": Effective(date(2026, 2, 1), "month")}, "ended"),
        ({"course": "ended", "ended": Effective(date(2190, 1, 1))}, "ended"),
    ],
)
def test_a_side_effect_that_does_not_fit_together_is_refused(patient, text, field):
    with pytest.raises(RuleBroken) as refused:
        effect_of(patient, **text)
    assert refused.value.field == field
    assert not SideEffect.objects.exists()


def test_it_may_have_ended_in_the_month_in_which_it_began(patient):
    march = Effective(date(2026, 3, 1), "month")
    effect_of(patient, Effective(date(2026, 3, 31)), course="ended", ended=march)
    assert observed.effects(patient.pk)[0].ended == march


def test_a_side_effect_stands_beside_no_regimen_of_another_patient(patient):
    other = regimen_of(PatientFactory(clinic=patient.clinic))
    with pytest.raises(RuleBroken, match="regimen of this patient"):
        effect_of(patient, regimen=other.regimen)
    assert not SideEffect.objects.exists()


def test_sent_twice_it_is_recorded_once(patient, recorder):
    version, submission = measure_of(patient.clinic), uuid4()
    text = ObservationText(DAY, version, figure=Decimal(60))
    for _again in range(2):
        record(patient, recorder, text, submission=submission)
    assert Observation.objects.count() == 1


figures = st.decimals(min_value=0, max_value=99999999, places=6).map(
    lambda value: Decimal(f"{value:f}")
)
moments = st.one_of(
    st.dates(date(1970, 1, 1), date(2026, 1, 1)).map(Effective),
    st.dates(date(1970, 1, 1), date(2026, 1, 1)).map(
        lambda day: Effective(day.replace(day=1), "month")
    ),
    st.integers(1970, 2025).map(lambda year: Effective(date(year, 1, 1), "year")),
    st.builds(
        lambda day, hour, minute: Effective(day, "day", time(hour, minute), 0),
        st.dates(date(1970, 1, 1), date(2026, 1, 1)),
        st.integers(0, 23),
        st.integers(0, 59),
    ),
)
words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=60).filter(
    str.strip
)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(figures, moments, words, st.booleans(), st.sampled_from(("0", "1", "1+", "2")))
def test_whatever_is_written_comes_back_and_verifies(world, figure, moment, note, yes, choice):
    patient, recorder, versions = world
    number, rating, answer, text = versions
    with transaction.atomic():
        record(
            patient,
            recorder,
            ObservationText(moment, number, figure=figure, note=note),
            ObservationText(moment, rating, choice=choice, site="calf", side="both"),
            ObservationText(moment, answer, yes=yes),
            ObservationText(moment, text, words=note),
        )
        found = {each.kind: each for each in observed.observations(patient.pk)}
        assert {each.effective for each in found.values()} == {moment}
        assert (found["number"].figure, found["number"].note) == (figure, note)
        assert (found["choice"].choice, found["choice"].side) == (choice, "both")
        assert (found["yes-no"].yes, found["text"].words) == (yes, note)
        assert list(verification.clinic(patient.clinic, [])) == []
        transaction.set_rollback(True)


@pytest.fixture
def world(patient, recorder):
    clinic = patient.clinic
    return (
        PatientFactory(clinic=clinic, birth_date=date(1961, 3, 12)),
        recorder,
        (
            measure_of(clinic),
            measure_of(clinic, **ASHWORTH),
            measure_of(clinic, "Fell?", kind="yes-no"),
            measure_of(clinic, "Gait", kind="text"),
        ),
    )


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("observation", "kind = 'guess'"),
        ("observation", "side = 'up'"),
        ("observation", "choice = '2'"),
        ("observation", "figure = NULL"),
        ("observation", "code = '1'"),
        ("observation", "second_figure = -1"),
        ("observation", "\"precision\" = 'hour'"),
        ("sideeffect", "course = 'ended'"),
        ("sideeffect", "written_as = 'cause'"),
        ("sideeffect", "symptom = 'hiccups'"),
        ("sideeffect", "severity = 'fatal'"),
        ("sideeffect", "ended_on = '2026-03-03'"),
        ("measureversion", "kind = 'guess'"),
        ("measureversion", "lowest = 9, highest = 8"),
        ("measureversion", "code_system = 'own'"),
    ],
)
def test_the_database_itself_refuses(patient, table, change):
    from tests.ledger.damage import unguarded

    observation_of(patient)
    effect_of(patient)
    with unguarded(), pytest.raises(IntegrityError), transaction.atomic():
        connection.cursor().execute(f"UPDATE titration_{table} SET {change}")

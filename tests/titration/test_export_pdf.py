"""The history as a PDF: what it says, that typed text is inert, that nothing is lost unseen."""

import re
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from access.models import AccessedPatient, AccessEvent, AccessKind, Role
from ledger.models import Head
from tests.factories import ClinicFactory, PatientFactory, member
from tests.titration.doses import at, rate, times
from tests.titration.exports import pages_of, readable, text_of
from tests.titration.factories import medicine_of, plan_of, planned_row, regimen_of, step_of
from titration import actions
from titration.exports import history, pdf
from titration.exports.contents import Contents
from titration.exports.fonts import FAMILIES, covered_by
from titration.exports.legible import Legible
from titration.timeline import Effective

pytestmark = pytest.mark.django_db

RECORD_ONLY = (
    "This is a record. It proposes no dose: every amount and date was written by the person named "
    "beside it."
)
NOW = datetime(2026, 11, 21, 10, 14, tzinfo=UTC)


@pytest.fixture
def clinic():
    return ClinicFactory.create(name="Spasticity Clinic", time_zone="Europe/London")


@pytest.fixture
def prescriber(clinic, client):
    person = member(clinic, name="Dr A. Osei")
    client.force_login(person)
    return person


@pytest.fixture
def recorder(clinic):
    return member(clinic, Role.RECORDER, name="J. Lind")


@pytest.fixture
def patient(clinic, prescriber):
    return PatientFactory.create(
        clinic=clinic,
        by=prescriber,
        family_name="Novak",
        given_names="Irena",
        nhs_number="9434765919",
        record_number="QS-10442",
        telephone="01632 960983",
    )


@pytest.fixture
def regimen(patient, prescriber):
    return regimen_of(patient, by=prescriber)


def url(patient, **query) -> str:
    return reverse("patient-pdf", args=[patient.pk], query=query)


def exported(patient, by, now=NOW, **contents) -> bytes:
    record = history.read(patient, by=by, now=now)
    return pdf.pdf_file(history.chosen(record, Contents(**contents)))


def test_download_is_a_pdf_that_names_nobody_and_is_not_kept(client, patient):
    response = client.get(url(patient))

    assert response.headers["Content-Type"] == "application/pdf"
    assert "no-store" in response.headers["Cache-Control"]
    name = f"dose-history-{str(patient.pk)[:8]}-{timezone.localdate():%Y-%m-%d}.pdf"
    assert response.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert response.content.startswith(b"%PDF-")


def test_download_is_one_access_event_of_the_patient(client, patient, prescriber):
    client.get(url(patient))

    event = AccessEvent.objects.latest("pk")
    assert (event.kind, event.route, event.user) == (AccessKind.EXPORT, "patient-pdf", prescriber)
    assert AccessedPatient.objects.get(event=event).patient == patient.pk


def test_access_event_is_written_before_the_record_is_read(client, patient, monkeypatch):
    def fails(*_args, **_kwargs):
        raise OSError("disk")

    monkeypatch.setattr(history, "read", fails)
    with pytest.raises(OSError, match="disk"):
        client.get(url(patient))

    assert AccessEvent.objects.latest("pk").kind == AccessKind.EXPORT


@pytest.mark.parametrize("route", ["patient-pdf", "patient-csv", "patient-tables", "patient-fhir"])
def test_export_is_not_found_outside_the_clinic(client, patient, route):
    client.force_login(member(ClinicFactory.create()))

    assert client.get(reverse(route, args=[patient.pk])).status_code == 404


@pytest.mark.parametrize("route", ["patient-pdf", "patient-csv", "patient-tables", "patient-fhir"])
@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMINISTRATOR])
def test_export_is_refused_to_roles_without_charts(client, clinic, patient, role, route):
    client.force_login(member(clinic, role))

    assert client.get(reverse(route, args=[patient.pk])).status_code == 403


@pytest.mark.parametrize("route", ["patient-pdf", "patient-csv", "patient-fhir"])
def test_export_of_a_regimen_is_not_found_unless_it_is_the_patients(client, patient, route):
    elsewhere = regimen_of(PatientFactory.create(clinic=patient.clinic)).regimen_id
    address = reverse(route, args=[patient.pk])

    assert client.get(address, {"regimen": elsewhere}).status_code == 404
    assert client.get(address, {"regimen": "none"}).status_code == 404


def test_banner_and_foot_stand_on_every_page(patient, prescriber, regimen):
    for day in range(24):
        step_of(regimen, date(2026, 1, 5) + timedelta(weeks=day))

    pages = pages_of(exported(patient, prescriber))

    assert len(pages) > 2
    for number, page in enumerate(pages, start=1):
        assert "NOVAK, Irena (Ms)" in page
        assert "Born 12-Mar-1961" in page
        assert "Gender Female" in page
        assert "NHS No. 943 476 5919" in page
        assert "Record No. QS-10442" in page
        assert "Telephone 01632 960983" in page
        assert "Clinic Spasticity Clinic" in page
        assert RECORD_ONLY in page
        assert f"Page {number} of {len(pages)}" in page
        assert "Dose as written" in page


def test_head_says_who_exported_when_and_up_to_which_entry(patient, prescriber, regimen):
    summer = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)

    text = text_of(exported(patient, prescriber, summer))

    head = Head.objects.get(clinic=patient.clinic)
    assert "by Dr A. Osei, 02-Jul-2026 00:30, Europe/London time" in text
    assert f"entry {head.number} of the clinic’s ledger" in text
    assert head.digest in text.replace(" ", "")
    assert "Contains the whole record of this person at this clinic." in text


def test_invented_people_are_said_to_be_invented(clinic, patient, prescriber):
    assert "Demonstration: invented person" not in text_of(exported(patient, prescriber))
    clinic.is_demo = True
    clinic.save()
    patient.clinic.refresh_from_db()

    assert "Demonstration: invented person" in text_of(exported(patient, prescriber))


def test_patient_without_regimens_gets_a_sentence(patient, prescriber):
    assert "No regimen is recorded for this person." in text_of(exported(patient, prescriber))


def test_regimen_without_steps_gets_a_sentence(patient, prescriber, regimen):
    text = text_of(exported(patient, prescriber))

    assert "By mouth: baclofen, tablet" in text
    assert "No dose step is recorded yet." in text


def test_step_reads_as_on_its_page(patient, prescriber, recorder, regimen):
    step_of(
        regimen,
        date(2026, 11, 2),
        components=(at("morning", "7"), at("midday", "11"), at("bedtime", "13")),
        by=recorder,
        received_how="telephone",
        reason="step-up",
        reason_text="stiff at night",
        note="Take with food.\nRing when drowsy.",
    )

    text = text_of(exported(patient, prescriber))

    assert "Morning 7 mg Midday 11 mg Bedtime 13 mg" in text
    assert "“Take with food. Ring when drowsy.”" in text
    assert "Total per day 31 mg" in text
    assert "Step up “stiff at night”" in text
    assert "by telephone and read back" in text
    assert "Since 02-Nov-2026. Decided by Dr A. Osei, by telephone and read back." in text
    assert "Not yet confirmed by Dr A. Osei" in text
    assert "Recorded by J. Lind" in text


def test_change_stands_beside_the_total(patient, prescriber, regimen):
    step_of(regimen, date(2026, 11, 2), components=(times(3, "7"),))
    step_of(regimen, date(2026, 11, 9), components=(times(3, "5"),))

    assert "15 mg −6 mg" in text_of(exported(patient, prescriber))


def test_confirmation_is_told(patient, prescriber, recorder, regimen):
    actions.confirm_step(step=step_of(regimen, by=recorder), by=prescriber)

    assert "Confirmed by Dr A. Osei, " in text_of(exported(patient, prescriber))


def test_corrected_and_withdrawn_texts_stay_legible(patient, prescriber, regimen):
    first = step_of(regimen, date(2026, 11, 2), components=(times(3, "7"),))
    actions.correct_step(
        step=first,
        instruction=actions.Instruction(
            kind="dose",
            effective=Effective(date(2026, 11, 3)),
            decided_by=prescriber,
            decided_by_name=prescriber.name,
            received_how="in-person",
            reason="start",
            components=(times(3, "11"),),
        ),
        correction_reason="wrong day and amount",
        by=prescriber,
    )
    second = step_of(regimen, date(2026, 11, 9), components=(times(3, "13"),))
    actions.retract_step(
        step=second, reason="wrong-patient", reason_text="another Novak", by=prescriber
    )

    text = text_of(exported(patient, prescriber))

    assert text.count("ENTERED IN ERROR") == 2
    assert re.search(
        r"ENTERED IN ERROR corrected by Dr A. Osei, \S+ \S+, entry \d+: wrong day and amount "
        r"Three times a day 7 mg each time",
        text,
    )
    assert "Corrects an earlier entry: “wrong day and amount”" in text
    assert re.search(
        r"ENTERED IN ERROR withdrawn by Dr A. Osei, \S+ \S+, entry \d+: wrong patient, "
        r"“another Novak” Three times a day 13 mg each time",
        text,
    )


def test_regimen_entered_in_error_says_so(patient, prescriber, regimen):
    step_of(regimen)
    actions.retract_regimen(
        regimen=regimen.regimen, reason="wrong-medicine", reason_text="", by=prescriber
    )

    text = text_of(exported(patient, prescriber))

    assert re.search(r"tablet ENTERED IN ERROR withdrawn by Dr A. Osei, .*: wrong medicine", text)
    assert "No recorded instruction stands." in text


def test_withheld_and_what_is_ahead_are_said_in_words(patient, prescriber, regimen):
    step_of(regimen, date(2026, 11, 2))
    step_of(regimen, date(2026, 11, 16), "withhold")
    step_of(regimen, date(2026, 12, 7), "stop", reason="tapered")

    text = text_of(exported(patient, prescriber))

    assert "Last recorded instruction Withheld: the patient takes none" in text
    assert "Recorded, not yet begun: from 07-Dec-2026." in text
    assert "07-Dec-2026 Not yet begun Stopped" in text


def test_one_regimen_alone_says_that_there_may_be_others(patient, prescriber, regimen):
    other = regimen_of(patient, medicine_of(patient.clinic, "gabapentin"), by=prescriber)

    text = text_of(exported(patient, prescriber, regimens=frozenset([other.regimen_id])))

    assert "gabapentin" in text
    assert "baclofen" not in text
    assert "This is a part of the record, chosen for this letter." in text
    assert "the dose log of 1 of 2 regimens at this clinic" in text
    assert "Leaves out: 1 regimen." in text


def test_chart_is_drawn_with_a_text_alternative(patient, prescriber, regimen):
    step_of(regimen, date(2026, 8, 3), components=(times(3, "7"),))

    file = exported(patient, prescriber)

    assert "By mouth: total per day" in text_of(file)
    assert "Today 21-Nov-2026" in text_of(file)
    reader = PdfReader(BytesIO(file))
    figures = [element for element in elements(reader) if element.get("/S") == "/Figure"]
    assert figures[0]["/Alt"].startswith("By mouth: baclofen, tablet")


def elements(reader: PdfReader):
    """Every element of the document's structure."""
    waiting = [reader.root_object["/StructTreeRoot"]]
    while waiting:
        element = waiting.pop().get_object()
        if isinstance(element, list):
            waiting.extend(element)
        elif isinstance(element, dict):
            yield element
            if "/K" in element:
                waiting.append(element["/K"])


def test_file_is_accessible_and_carries_its_fonts(patient, prescriber, regimen):
    step_of(regimen)

    reader = PdfReader(BytesIO(exported(patient, prescriber)))

    root: Any = reader.root_object
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en-GB"
    about: Any = reader.metadata
    assert about.title == "Dose history of NOVAK, Irena (Ms), born 12-Mar-1961"
    assert about.author == "Dr A. Osei"
    assert b"pdfuaid:part" in root["/Metadata"].get_data()
    tags = {element.get("/S") for element in elements(reader)}
    assert {"/H1", "/H2", "/H3", "/Table", "/TH", "/TD"} <= tags
    for page in reader.pages:
        resources: Any = page["/Resources"]
        for font in resources.get_object().get("/Font", {}).values():
            descendant = font.get_object()["/DescendantFonts"][0].get_object()
            assert {"/FontFile2", "/FontFile3"} & descendant["/FontDescriptor"].keys()


def test_same_record_at_the_same_moment_gives_the_same_file(patient, prescriber, regimen):
    step_of(regimen)

    assert exported(patient, prescriber) == exported(patient, prescriber)


MARKUP = (
    "*bold* _it_ = Heading - item #sys.inputs.history $x^2$ `raw` https://example.org @ref <label>"
    ' \\ ~ -- #read("/etc/passwd") #link("x") // /* */ "q" \'s ] [ } {'
)


def test_typed_text_is_never_markup(patient, prescriber, regimen):
    step_of(regimen, note=MARKUP, reason_text=MARKUP)

    file = exported(patient, prescriber)

    assert readable(MARKUP) in text_of(file)
    reader = PdfReader(BytesIO(file))
    assert all("/Annots" not in page for page in reader.pages)
    assert sum(element.get("/S") == "/H1" for element in elements(reader)) == 1


@pytest.mark.parametrize(
    ("family_name", "given_names", "words"),
    [
        ("Żółkiewska-Dąbrowska", "Łucja", ["ŻÓŁKIEWSKA-DĄBROWSKA, Łucja"]),
        ("张", "伟", ["张, 伟"]),
        ("Οικονόμου", "Ελένη", ["ΟΙΚΟΝΌΜΟΥ, Ελένη"]),
        ("Đặng", "Hồng", ["ĐẶNG, Hồng"]),
        ("김", "민준", ["김, 민준"]),
        # Extraction joins words that run right to left, so each is looked for by itself.
        ("الأحمد", "محمد علي", ["الأحمد", "محمد", "علي"]),
        ("לוי", "שרה", ["לוי", "שרה"]),
    ],
)
def test_name_comes_out_whole(clinic, prescriber, family_name, given_names, words):
    patient = PatientFactory.create(
        clinic=clinic, by=prescriber, family_name=family_name, given_names=given_names
    )

    text = text_of(exported(patient, prescriber))

    assert all(word in text for word in words)
    assert "cannot be shown" not in text


def test_character_without_a_shape_is_printed_as_its_code_point_and_told(clinic, prescriber):
    patient = PatientFactory.create(
        clinic=clinic, by=prescriber, family_name="Nov\U000f1234k", given_names="\ue000\ue000"
    )
    step_of(regimen_of(patient, by=prescriber), note="x\u202ereversed")

    pages = pages_of(exported(patient, prescriber))

    assert all("NOV[U+F1234]K, [U+E000][U+E000] (Ms)" in page for page in pages)
    assert "In the banner: 3 characters cannot be shown: U+F1234, U+E000" in pages[0]
    assert re.search(r"In entry \d+: 1 character cannot be shown: U\+202E", pages[0])


def test_letter_keeps_its_mark_or_tells_it():
    legible = Legible()

    assert legible.text("Z\u0323 क\u0301 \u0f00", "here") == "Z\u0323 क[U+0301] [U+0F00]"
    assert legible.missing == {"here": ["U+0301", "U+0F00"]}


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("by محمد, 16-Nov-2026", "by \u2068محمد\u2069, 16-Nov-2026"),
        ("محمد علي, 5", "\u2068محمد علي, 5\u2069"),
        ("Dr محمد 2 علي x", "Dr \u2068محمد 2 علي\u2069 x"),
        ("one\r\ntwo\tthree", "one\ntwo three"),
        ("A" * 20, "AAAAAAAA\u200bAAAAAAAA\u200bAAAA"),
        ("methylprednisolo", "methylprednisolo"),
        ("1,482.5\u00a0micrograms each time", "1,482.5\u00a0micrograms each time"),
    ],
)
def test_text_is_laid_out_its_own_way_round(typed, printed):
    assert Legible().text(typed, "here") == printed


def test_every_family_is_installed_and_has_letters():
    assert all(len(covered_by(family)) > 50 for family in FAMILIES)
    assert ord("ł") in covered_by("Noto Sans")
    assert ord("伟") in covered_by("Noto Sans CJK SC")
    assert 0xF1234 not in covered_by("Noto Sans CJK SC")


# Any text that both databases take: no NUL, no lone surrogates.
typed_texts = st.text(
    st.characters(exclude_characters="\0", exclude_categories=["Cs"])
    | st.sampled_from("#$*_`[]<>@\\/\"'{}=-\u202e\u2067\u200d\u0301ंمש張\U0001f469\ufeff\u2028"),
    max_size=60,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(text=typed_texts)
def test_no_text_breaks_the_typesetting(one_row, text):
    legible = Legible()
    one_row["banner"]["name"] = legible.text(text, "name")
    one_row["regimens"][0]["chart"] = None
    one_row["regimens"][0]["rows"][0]["note"] = legible.text(text, "note")

    assert pdf.typeset(one_row, NOW, "house.typ", "letter.typ", "history.typ").startswith(b"%PDF-")


@pytest.fixture
def one_row(patient, prescriber, regimen):
    step_of(regimen)
    return pdf.document(history.read(patient, by=prescriber, now=NOW))


def test_queries_do_not_grow_with_the_log(client, patient, regimen):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(url(patient))
        return len(captured)

    step_of(regimen, date(2026, 1, 5))
    queries()  # the first request also signs in
    few = queries()
    for day in range(1, 10):
        step_of(regimen, date(2026, 1, 5) + timedelta(weeks=day))

    assert queries() == few


# Plans


def planned_taper(regimen):
    return plan_of(
        regimen,
        planned_row(date(2026, 11, 2), times(3, "17"), words="With food"),
        planned_row("2 weeks", times(2, "19")),
        planned_row("review", times(1, "23")),
        planned_row("1 week", kind="stop"),
        purpose="taper",
        end="stop",
        if_unwell="Ring the almoner",
    )


def test_plan_stands_in_the_history_with_its_rows(patient, prescriber, regimen):
    version = planned_taper(regimen)
    actions.record_step(
        regimen=regimen.regimen,
        instruction=actions.Instruction(
            kind="dose",
            effective=Effective(date(2026, 11, 4)),
            decided_by=prescriber,
            decided_by_name=prescriber.name,
            received_how="signed-plan",
            reason="start",
            components=(times(3, "17"),),
        ),
        from_row=actions.FromRow(version.pk, version.rows[0].row),
        by=prescriber,
    )

    words = " ".join(text_of(exported(patient, prescriber)).split())

    assert "Taper plan v1 Version 1 signed by Dr A. Osei" in words
    assert "Ring the almoner" in words
    assert "17 mg three times a day (17 mg each time) Total per day: 51 mg “With food”" in words
    assert "2 days after the planned date as planned" in words
    assert "Planned for 16-Nov-2026, nothing recorded" in words
    assert "after a review; no date until the review is recorded" in words
    assert "Planned, signed v1" in words


def test_plan_that_is_over_has_no_rows_in_the_history(patient, prescriber, regimen):
    version = planned_taper(regimen)
    actions.record_plan_event(
        plan=version.plan,
        kind="withdrawn",
        reason_text="Moved abroad",
        seen=version.entry.number,
        by=prescriber,
    )

    words = " ".join(text_of(exported(patient, prescriber)).split())

    assert "Withdrawn by Dr A. Osei" in words
    assert "Moved abroad" in words
    assert "19 mg" not in words


def test_long_row_of_a_plan_breaks_over_pages_and_loses_nothing(patient, prescriber, regimen):
    words = " ".join(f"word{n}" for n in range(900))
    plan_of(regimen, planned_row(date(2026, 11, 2), times(3, "17"), words=words))

    found = text_of(exported(patient, prescriber))

    assert {f"word{n}" for n in range(900)} <= set(re.findall(r"word\d+", found))


def test_a_timeline_that_is_too_high_for_what_stands_above_it_has_a_page_of_its_own(
    patient, prescriber
):
    regimen = regimen_of(patient, by=prescriber, indication_text="Weir Street Surgery " * 10)
    doses = (
        times(3, "5"),
        times(3, "7", weekdays=(2,)),
        times(3, "11", weekdays=(1,)),
        rate("3", "hour"),
    )
    for months, dose in enumerate(doses):
        step_of(regimen, on=date(2026, 3 + months, 2), components=(dose,))

    words: list[tuple[float, str]] = []

    def visit(text, cm, tm, _font, _size) -> None:
        if text.strip():
            words.append((cm[1] * tm[4] + cm[3] * tm[5] + cm[5], text.strip()))

    for page in PdfReader(BytesIO(exported(patient, prescriber))).pages:
        page.extract_text(visitor_text=visit)

    foot = max(height for height, said in words if said.startswith("This is a record"))
    assert [height > foot for height, said in words if said == "Recorded"] == [True] * 2
    assert min(height for height, _said in words) > 0

"""The way in from a patient's page and from the command: choose, match, read back, record."""

import csv
import io
import re
from copy import deepcopy
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from access.models import AccessEvent, Role
from ledger import erasing
from ledger.models import ErasureReason, ImportedFile
from tests.factories import PatientFactory, member
from tests.pages import Page, counted
from tests.titration.doses import doses_that_go_on, times
from tests.titration.factories import medicine_of, regimen_of, step_of
from tests.titration.spreadsheets import DAY, number_cell, sheet, xlsx
from titration import actions, timeline, waiting, wording
from titration.forms.reading_in import ReadingIn
from titration.models import KINDS_WITH_DOSE, ColumnMatching, DoseStep, WaitingFile
from titration.reading import logged

CSV = (
    "Date;Dose;Medicine;Who;Why\r\n"
    "03/04/2026;10 mg three times a day;Baclofen;Dr Hill;Step up\r\n"
    "20/04/2026;stop;Baclofen;Dr Hill;Fell asleep at table\r\n"
)
COLUMNS = {
    "column_0": "from",
    "column_1": "dose",
    "column_2": "medicine",
    "column_3": "decided_by",
    "column_4": "reason",
    "order": "day-first",
    "unit": "",
}


class Story:
    def __init__(self) -> None:
        self.version = regimen_of()
        self.regimen = self.version.regimen
        self.patient, self.clinic = self.regimen.patient, self.regimen.clinic
        self.doctor = self.version.responsible
        self.recorder = member(self.clinic, Role.RECORDER)

    @property
    def naming(self) -> dict[str, str]:
        return {
            "medicine_0": str(self.regimen.pk),
            "decider_0": str(self.doctor.pk),
            "received_how": "letter",
        }

    def url(self, name: str) -> str:
        return reverse(f"import-{name}", args=[self.patient.pk])


@pytest.fixture(scope="module")
def made_story(module_db) -> Story:
    return Story()


@pytest.fixture
def story(made_story, db, client) -> Story:
    story = deepcopy(made_story)
    client.force_login(story.recorder)
    return story


def choose(client, story: Story, content: bytes | str = CSV, name: str = "dose-log.csv"):
    content = content.encode() if isinstance(content, str) else content
    return client.post(story.url("new"), {"file": SimpleUploadedFile(name, content)})


def matched(client, story: Story, content: bytes | str = CSV, **columns):
    choose(client, story, content)
    return client.post(story.url("columns"), {**COLUMNS, **columns, "do": "columns"})


def named(client, story: Story, content: bytes | str = CSV, **naming) -> Page:
    matched(client, story, content)
    client.post(story.url("read-back"), {**story.naming, **naming, "do": "naming"})
    return Page(client.get(story.url("read-back")))


def confirmed(client, story: Story, page: Page):
    [form] = [form for form in page.forms if "seen" in form.values]
    return client.post(story.url("read-back"), form.values, follow=True)


def test_a_log_is_chosen_matched_read_back_and_recorded(client, story):
    assert choose(client, story).url == story.url("columns")
    page = Page(client.get(story.url("columns")))
    assert "semicolons" in page.text
    assert "10 mg three times a day" in page.text
    assert matched(client, story).url == story.url("read-back")
    asked = Page(client.get(story.url("read-back"))).text
    assert "row 2, “Baclofen”: Choose which regimen this medicine is." in asked
    assert "row 2, “Dr Hill”: Choose who this prescriber is." in asked
    assert asked.count("“Dr Hill”: Choose who this prescriber is.") == 3
    assert "from 03-Apr-2026 10 mg three times a day" in asked
    page = named(client, story)
    assert "2 rows were read. 2 are new." in page.text
    assert "from 03-Apr-2026" in page.text
    assert "Other, “Fell asleep at table”" in page.text
    assert not DoseStep.objects.exists()
    # Pressed twice, it is answered twice and recorded once.
    for _press in range(2):
        assert "2 steps are recorded." in Page(confirmed(client, story, page)).text
    assert not WaitingFile.objects.exists()
    assert ImportedFile.objects.count() == 1
    step, stop = logged.history(story.regimen).live
    assert wording.effective_words(step.effective) == "03-Apr-2026"
    assert stop.kind == "stop"
    first = DoseStep.objects.get(pk=step.entry)
    assert (first.reason, first.received_how, first.decided_by) == (
        "step-up",
        "letter",
        story.doctor,
    )
    text = Page(client.get(reverse("regimen", args=[story.regimen.pk]))).text
    assert "from “dose-log.csv”, row 2, on" in text
    assert f"Not yet confirmed by {story.doctor.name}" in text


def test_the_same_file_again_is_answered_with_what_was_done_then(client, story):
    confirmed(client, story, named(client, story))
    page = named(client, story)
    assert "2 are recorded already" in page.text
    assert "There is nothing new in the file." in page.text
    assert DoseStep.objects.count() == 2


def test_what_was_corrected_or_withdrawn_since_is_told_as_such(client, story):
    confirmed(client, story, named(client, story))
    first, second = DoseStep.objects.order_by("effective_on")
    retracted = actions.retract_step(
        step=second, reason="twice", reason_text="", by=story.recorder
    ).entry.number
    said = actions.Instruction(
        kind="dose", effective=first.effective, components=(times(3, "17"),), decided_by=None,
        decided_by_name="Dr Out Side", received_how="letter", reason="other",
    )  # fmt: skip
    corrected = actions.correct_step(
        step=first, instruction=said, correction_reason="misread", by=story.recorder
    ).entry.number
    page = named(client, story)
    assert f"entry {second.entry.number}, withdrawn since by entry {retracted}." in page.text
    assert f"entry {first.entry.number}, corrected since by entry {corrected}." in page.text
    assert "2 of these were corrected or withdrawn since and stay so." in page.text


def test_what_was_recorded_meanwhile_is_read_before_it_is_confirmed(client, story):
    page = named(client, story)
    step_of(story.version)
    answer = confirmed(client, story, page)
    assert answer.status_code == 409
    assert DoseStep.objects.count() == 1


@pytest.mark.parametrize("changed", ["file", "columns", "naming"])
def test_what_is_confirmed_is_what_was_read_back(client, story, changed):
    page = named(client, story)
    match changed:  # in another window
        case "file":
            named(client, story, CSV.replace("10 mg", "17 mg"))
        case "columns":
            client.post(story.url("columns"), {**COLUMNS, "order": "month-first", "do": "columns"})
        case "naming":
            naming = {**story.naming, "decider_0": "outside", "do": "naming"}
            client.post(story.url("read-back"), naming)
    answer = confirmed(client, story, page)
    assert answer.status_code == 409
    assert "is another one than on the page that you confirmed" in Page(answer).text
    assert not DoseStep.objects.exists()


@pytest.mark.parametrize("separator", ["ab", "\n", '"', "\x00"])
def test_answers_that_no_form_gives_break_no_page(client, story, separator):
    choose(client, story)
    client.post(story.url("columns"), {"do": "opening", "separator": separator})
    page = named(client, story, outside="a\x00b", unknown="\x00")
    assert "2 rows were read." in page.text


def test_one_row_that_is_not_understood_keeps_all_from_being_recorded(client, story):
    page = named(client, story, CSV.replace("10 mg", "2,5 mg"))
    assert "row 2, column “Dose”, “2,5 mg three times a day”: Write the figure without a" in (
        page.text
    )
    assert not [form for form in page.forms if "seen" in form.values]
    sent = {"submission": "7d0d4b1e-2d53-4a2c-9c1f-2b1f2a0c7f11", "seen": "99"}
    client.post(story.url("read-back"), sent)
    assert not DoseStep.objects.exists()


def test_a_file_that_another_window_drops_or_replaces_breaks_nothing(client, story):
    choose(client, story)
    file = WaitingFile.objects.get()
    choose(client, story, CSV.replace("10 mg", "17 mg"))
    waiting.drop(file)
    assert WaitingFile.objects.exists()
    client.post(story.url("put-aside"))
    waiting.keep_choices(file)
    assert not WaitingFile.objects.exists()


def test_a_column_that_is_left_out_is_named_before_anything_is_recorded(client, story):
    matched(client, story, CSV.replace("Why", "Midday (mcg)"), column_4="")
    page = Page(client.get(story.url("read-back")))
    assert "Columns that are not read and not recorded: “Midday (mcg)”." in page.text


def test_what_the_sheet_hides_or_is_beside_it_is_named_before_anything_is_recorded(client, story):
    rows = [("Log of Mrs Hill",), ("Date", "Dose"), ("2026-03-02", "7 mg at bedtime")]
    cols = '<cols><col min="2" max="2" hidden="1"/></cols>'
    choose(client, story, xlsx({"Doses": cols + sheet(rows), "Old": sheet(rows)}), "log.xlsx")
    assert "Dose (hidden)" in Page(client.get(story.url("columns"))).text
    client.post(story.url("columns"), {"column_0": "from", "column_1": "dose", "do": "columns"})
    page = Page(client.get(story.url("read-back")))
    assert "Columns that are read and that are hidden: “Dose”." in page.text
    assert "Rows above the headings, which are not read: row 1, “Log of Mrs Hill”." in page.text
    assert "Sheets that are not read: “Old”." in page.text


def test_days_with_two_readings_are_asked_about_once_for_the_file(client, story):
    answer = matched(client, story, order="")
    assert answer.status_code == 422
    assert "two readings, such as “03/04/2026”" in Page(answer).text
    assert 'value="from" selected' in answer.content.decode()


def test_the_matching_is_remembered_for_the_clinic_by_its_headings(client, story):
    matched(client, story)
    client.force_login(story.doctor)
    choose(client, story)
    page = client.get(story.url("columns")).content.decode()
    assert page.count(" selected>") >= 5
    assert "Baclofen" not in str(ColumnMatching.objects.values_list())


def test_a_table_in_an_encoding_that_is_not_clear_is_asked_about(client, story):
    choose(client, story, CSV.replace("Hill", "Żółkiewski").encode("cp1250"))
    page = Page(client.get(story.url("columns")))
    assert "Dr Żółkiewski" in page.text
    assert "column_0" not in str([form.values for form in page.forms])
    client.post(story.url("columns"), {"do": "opening", "encoding": "cp1250"})
    page = Page(client.get(story.url("columns")))
    assert "Windows-1250" in page.text
    assert "column_0" in str([form.values for form in page.forms])


def test_of_several_sheets_one_is_chosen(client, story):
    rows = sheet([("Date", "Dose"), (number_cell("A2", 46083, DAY), "7 mg at bedtime")])
    choose(client, story, xlsx({"Notes": sheet([("To", "do")]), "Doses": rows}), "log.xlsx")
    client.post(story.url("columns"), {"do": "opening", "sheet": "1"})
    assert "2026-03-02" in Page(client.get(story.url("columns"))).text


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty."),
        (b"a" * (6 * 2**20), "Choose a file of at most 5 MB."),
        (b"PK\x03\x04 none", "The file is no spreadsheet that can be read"),
    ],
)
def test_a_file_that_cannot_be_read_says_why_beside_its_box(client, story, content, words):
    answer = choose(client, story, content)
    assert answer.status_code == 422
    assert words in " ".join(Page(answer).errors["file"])
    assert not WaitingFile.objects.exists()


def test_a_file_waits_for_its_person_and_for_a_day_alone(client, story, capsys):
    choose(client, story)
    client.force_login(story.doctor)
    assert client.get(story.url("columns")).status_code == 404
    client.force_login(story.recorder)
    WaitingFile.objects.update(chosen_at=timezone.now() - timedelta(days=1, seconds=1))
    assert client.get(story.url("columns")).status_code == 404
    call_command("drop_waiting_files")
    assert "1 file that waited longer than a day was dropped." in capsys.readouterr().out
    assert not WaitingFile.objects.exists()
    waiting.keep(story.clinic, story.patient, story.doctor, "other.csv", b"x", timezone.now())
    call_command("drop_waiting_files")
    assert WaitingFile.objects.get().user == story.doctor
    administrator = member(story.clinic, Role.ADMINISTRATOR)
    erasing.erase(
        clinic=story.clinic,
        patient=story.patient.pk,
        reason=ErasureReason.REQUEST,
        by=administrator,
    )
    assert not WaitingFile.objects.exists()


def test_a_file_that_is_put_aside_leaves_nothing_but_who_looked(client, story):
    choose(client, story)
    client.post(story.url("put-aside"))
    assert not WaitingFile.objects.exists()
    assert not ImportedFile.objects.exists()
    kinds = AccessEvent.objects.order_by("id").values_list("route", "kind")
    assert list(kinds) == [("import-new", "write"), ("import-put-aside", "write")]


def test_no_regimen_of_another_patient_is_offered_or_taken(client, story):
    other = regimen_of(PatientFactory(clinic=story.clinic), medicine_of(story.clinic, "gabapentin"))
    page = named(client, story, medicine_0=str(other.regimen_id))
    assert "gabapentin" not in page.text
    assert "Choose one of the list." in page.text
    assert "Choose which regimen this medicine is." in page.text


def test_a_longer_file_costs_no_more_queries(client, story):
    asked = []
    for count in (2, 40):
        rows = (f"{1980 + n};5 mg at bedtime;Baclofen;Dr Hill;\r\n" for n in range(count))
        named(client, story, "Date;Dose;Medicine;Who;Why\r\n" + "".join(rows))
        with counted() as queries:
            page = Page(client.get(story.url("read-back")))
        assert f"{count} are new" in page.text
        asked.append(len(queries))
    assert asked[0] == asked[1]


def test_a_column_of_too_many_names_is_no_column_of_names(client, story):
    rows = "".join(
        f"{n % 28 + 1:02}-Mar-20{n % 30:02};5 mg at bedtime;x;Dr {n};\r\n" for n in range(51)
    )
    matched(client, story, "Date;Dose;Medicine;Who;Why\r\n" + rows)
    page = Page(client.get(story.url("read-back")))
    assert "more than 50 different names" in page.text
    assert "decider_0" not in str([form.values for form in page.forms])


logs = st.lists(
    st.tuples(
        st.sampled_from(["dose", "withhold", "resume", "stop"]),
        doses_that_go_on,
    ),
    min_size=1,
    max_size=5,
)


@given(logs)
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_log_that_is_written_into_a_file_and_imported_is_the_same_log(made_story, db, log):
    with transaction.atomic():
        is_the_same(deepcopy(made_story), log)
        transaction.set_rollback(True)


def is_the_same(story: Story, log) -> None:
    """Record a log, write it into a table and a spreadsheet, and import either as another one."""
    head, rows, live = ("From", "Kind", "Dose"), [], ()
    for n, (kind, parts) in enumerate(log):
        if not timeline.fits(kind, timeline.state_of(live[-1] if live else None)):
            continue
        dose = parts if kind in KINDS_WITH_DOSE else ()
        if re.search("[0-9],[0-9]{3}", wording.dosage_words(dose)):
            continue  # of a comma a file does not tell whether it parts thousands
        step = step_of(story.version, date(2026, 3, 2 + n), kind, dose, reason="other")
        live = logged.history(story.regimen).live
        rows.append((wording.effective_words(step.effective), kind, wording.dosage_words(dose)))
    file = io.StringIO()
    csv.writer(file).writerows([head, *rows])
    for content in (file.getvalue().encode(), xlsx({"Log": sheet([head, *rows])})):
        other = regimen_of(story.patient, medicine_of(story.clinic, f"m{content[0]}"), story.doctor)
        naming = {**story.naming, "medicine_0": str(other.regimen_id)}
        columns = {"column_0": "from", "column_1": "kind", "column_2": "dose"}
        read = ReadingIn(story.patient, content, {"columns": columns, "naming": naming})
        assert read.is_said == bool(rows)
        if rows:
            actions.import_steps(
                patient=story.patient,
                file=read.file_text("log", content),
                steps=tuple(read.steps),
                by=story.recorder,
            )
        imported = logged.history(other.regimen).live
        assert [step.says for step in imported] == [step.says for step in live]


def command(story: Story, path, *options: str) -> None:
    call_command(
        "import_history",
        *(str(path), f"--clinic={story.clinic.uuid}", f"--patient={story.patient.pk}"),
        *(f"--by={story.recorder.email}", *options),
    )


MATCHED = (
    "--columns=from=Date,dose=Dose,medicine=Medicine,decided_by=Who,reason=Why",
    "--received=letter",
    "--decided-by=Dr Hill=outside",
)


def test_the_command_reads_and_records_the_same(story, tmp_path, capsys):
    path = tmp_path / "log.csv"
    path.write_text(CSV)
    regimen = f"--regimen=Baclofen={story.regimen.pk}"
    command(story, path, *MATCHED, regimen, "--days=day-first", "--dry-run")
    assert "row 2, new: By mouth: baclofen, tablet, from 03-Apr-2026" in capsys.readouterr().out
    assert not DoseStep.objects.exists()
    command(story, path, *MATCHED, regimen, "--days=day-first")
    assert "2 steps are recorded." in capsys.readouterr().out
    command(story, path, regimen, *MATCHED[1:], "--days=day-first")
    assert "Nothing was added" in capsys.readouterr().out
    assert DoseStep.objects.filter(decided_by=None, decided_by_name="Dr Hill").count() == 2


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ((), "Say which is meant"),
        (("--days=day-first",), "Choose which regimen this medicine is"),
        (("--columns=from=When",), "The file has no column “When”"),
        (("--columns=from=Date",), "Choose the column or the columns that hold the dose"),
        (("--sheet=Doses",), "Give --sheet with one of these"),
    ],
)
def test_the_command_ends_with_what_is_wrong(story, tmp_path, options, words):
    path = tmp_path / "log.csv"
    path.write_text(CSV)
    with pytest.raises(CommandError, match=words):
        command(story, path, *MATCHED, *options)
    assert not DoseStep.objects.exists()

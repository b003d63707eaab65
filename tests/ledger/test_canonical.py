"""Canonical bytes never change: these vectors were made once and are the contract."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import canonical

STEP = {
    "regimen": UUID("6f1a2b3c-0000-4000-8000-000000000001"),
    "kind": "dose",
    "effective": {"on": date(2026, 11, 2), "precision": "day", "time": None, "offset": None},
    "components": [
        {"low": Decimal("7.500000"), "unit": "mg", "slot": "morning", "as_needed": True}
    ],
    "note": "Żółć, 陈, مرحبا — “as given”\n",
    "sealed": None,
}

STEP_BYTES = (
    '{"components":[{"as_needed":true,"low":"7.5","slot":"morning","unit":"mg"}],'
    '"effective":{"offset":null,"on":"2026-11-02","precision":"day","time":null},'
    '"kind":"dose","note":"Żółć, 陈, مرحبا — “as given”\\n",'
    '"regimen":"6f1a2b3c-0000-4000-8000-000000000001","sealed":null}'
).encode()


def test_canonical_bytes_equal_the_golden_vector() -> None:
    assert canonical.canonical_bytes(STEP) == STEP_BYTES


@pytest.mark.parametrize(
    ("label", "value", "expected"),
    [
        ("dose-step/1", STEP, "STEP_DIGEST"),
        ("entry/1", {"number": 1, "previous": canonical.NO_ENTRY}, "ENTRY_DIGEST"),
    ],
)
def test_digest_equals_the_golden_vector(label, value, expected) -> None:
    assert canonical.digest(label, value) == GOLDEN[expected]


def test_sealed_digest_equals_the_golden_vector() -> None:
    sealed = canonical.sealed_digest("00" * 16, {"family_name": "Novak", "birth_date": None})
    assert sealed == GOLDEN["SEALED"]


def test_sealed_digest_differs_when_only_the_salt_does() -> None:
    said = {"reason_text": "dizzy"}
    assert canonical.sealed_digest("00" * 16, said) != canonical.sealed_digest("01" * 16, said)


def test_digest_differs_when_only_the_form_does() -> None:
    assert canonical.digest("dose-step/1", STEP) != canonical.digest("dose-step/2", STEP)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("0.000000"), '"0"'),
        (Decimal("5.000000"), '"5"'),
        (Decimal("1E+2"), '"100"'),
        (Decimal("0.000001"), '"0.000001"'),
        (time(8, 30), '"08:30"'),
        (datetime(2026, 3, 29, 2, 30, tzinfo=timezone(timedelta(hours=2))),
         '"2026-03-29T00:30:00.000000+00:00"'),
        ((1, "a", None), '[1,"a",null]'),
    ],
)  # fmt: skip
def test_plain_values_have_one_way_of_writing(value, text) -> None:
    assert canonical.canonical_bytes(value) == text.encode()


@pytest.mark.parametrize("value", [0.5, {1, 2}, b"bytes", datetime(2026, 1, 1)])  # noqa: DTZ001
def test_what_has_no_canonical_form_is_refused(value) -> None:
    with pytest.raises(TypeError):
        canonical.canonical_bytes({"value": value})


@pytest.mark.parametrize("value", [time(8, 30, 59), time(8, 30, 0, 1)])
def test_a_clock_time_with_seconds_is_refused(value) -> None:
    with pytest.raises(ValueError, match="seconds"):
        canonical.canonical_bytes({"value": value})


@given(st.decimals(min_value=0, max_value=99999999, places=6))
def test_a_figure_is_written_the_same_before_and_after_a_database(value: Decimal) -> None:
    stored = value.quantize(Decimal("0.000001"))
    assert canonical.plain(value) == canonical.plain(stored)
    assert Decimal(str(canonical.plain(value))) == value


@given(st.dictionaries(st.text(), st.integers() | st.text() | st.none()))
def test_order_of_keys_does_not_matter(said: dict) -> None:
    turned = dict(reversed(list(said.items())))
    assert canonical.canonical_bytes(said) == canonical.canonical_bytes(turned)


def test_moments_are_compared_in_utc() -> None:
    here = datetime(2026, 7, 1, 12, tzinfo=timezone(timedelta(hours=1)))
    assert canonical.plain(here) == canonical.plain(here.astimezone(UTC))


GOLDEN = {
    "STEP_DIGEST": "7b59358a97ee2549bf0063dcfc578894b4a1366688ff101c9e2a233a3510a2cb",
    "ENTRY_DIGEST": "611fd53deb83d89c3a2e80d4ee7c6d12bca3a9d0d9c1767e58aea591480c25a6",
    "SEALED": "5097a52530c135f95aba5dbe06490ee351cf42a2c8794427c42c1adc75dc4757",
}

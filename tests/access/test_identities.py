"""Identities that PostgreSQL's driver reads are what they were, and one object for each."""

from uuid import UUID, uuid4

import pytest
from django.db import connection

pytestmark = [pytest.mark.django_db, pytest.mark.only_on("postgresql")]


def read(sql: str, *values: object) -> tuple:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()


def test_an_identity_is_read_as_the_same_object_each_time():
    one, other = uuid4(), uuid4()
    first = read("SELECT %s::uuid, %s::uuid, NULL::uuid", one, other)
    assert first == (one, other, None)
    [again] = read("SELECT %s::uuid", one)
    assert type(again) is UUID
    assert again is first[0]


def test_a_list_of_identities_and_a_text_that_looks_like_one_are_read_as_before():
    one, other = uuid4(), uuid4()
    assert read("SELECT %s::uuid[], %s::text", [one, other], str(one)) == ([one, other], str(one))

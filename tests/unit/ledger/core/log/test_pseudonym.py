from ledger.core.log.pseudonym import pseudonym

KEY = bytes(range(32))


def named(**changes: str) -> str:
    parts = {"subject_kind": "agreement", "subject_id": "a-1", "person_id": "p-1"} | changes
    return pseudonym(KEY, **parts)


def test_one_person_has_one_name_within_a_subject() -> None:
    assert named() == named()
    assert len(named()) == 32


def test_another_subject_person_or_key_gives_another_name() -> None:
    names = {named(), named(subject_id="a-2"), named(subject_kind="person"), named(person_id="p-2")}
    names.add(pseudonym(bytes(32), subject_kind="agreement", subject_id="a-1", person_id="p-1"))
    assert len(names) == 5

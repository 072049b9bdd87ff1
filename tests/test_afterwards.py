"""What a record says of a dose to which something happened while it was given."""

from pathlib import Path

import pytest

import dosecalc
from dosecalc.errors import InputError

DOSE = """
patient_id = "12"
{protocol}
[[doses]]
prescribed_agent = "Pluvicto"
agent = "177Lu-PSMA-617"
prescribed = "200 mCi"
assayed = {{ amount = "200 mCi", at = "2026-03-02T10:00Z", by = "RK" }}
given_at = "2026-03-02T10:00Z"
{more}
"""


@pytest.fixture
def record(tmp_path):
    def checked(more, protocol="", **options):
        path = tmp_path / "course.toml"
        path.write_text(DOSE.format(more=more, protocol=protocol and f'protocol = "{protocol}"'), encoding="utf-8")
        return dosecalc.check_record(path, **options)

    return checked


def found(record_, rule):
    return [(finding.status, finding.message) for finding in record_.findings if finding.rule == rule]


@pytest.mark.parametrize("word", ["leak", "stopped flow", "left behind", "extravasation", "vomited", "Stopped-Flow"])
def test_the_assay_is_then_the_most_that_reached_the_patient(record, word):
    (dose,) = (whole := record(f'happened = ["{word}"]')).doses
    assert dose.at_most
    assert float(dose.given) == pytest.approx(7400)
    ((status, message),) = found(whole, "mishap")
    assert status == "unknown"
    assert "at most 7,400 MBq reached the patient" in message
    assert all(screen.outside is None for screen in dose.screens)  # neither enough nor too little can be said


def test_a_stopped_flow_is_settled_by_what_was_left(record):
    left = 'residuals = [{ amount = "82.9 mCi", at = "2026-03-02T10:00Z" }]'
    whole = record(f'{left}\nhappened = ["stopped flow"]')
    (dose,) = whole.doses
    assert not dose.at_most
    assert float(dose.given) == pytest.approx(117.1 * 37)
    assert found(whole, "mishap") == [("warning", "Dose 1: stopped flow: 4,333 MBq reached the patient.")]
    assert {screen.id: screen.outside for screen in dose.screens}["35.3045-dosage"] is True


@pytest.mark.parametrize("word", ["leak", "extravasation", "vomited"])
def test_what_was_left_in_the_vial_does_not_settle_what_leaked(record, word):
    left = 'residuals = [{ amount = "82.9 mCi", at = "2026-03-02T10:00Z" }]'
    (dose,) = record(f'{left}\nhappened = ["{word}"]').doses
    assert dose.at_most
    assert {screen.id: screen.outside for screen in dose.screens}["35.3045-dosage"] is True  # too little even so


def test_a_net_amount_that_somebody_determined_settles_it(record):
    whole = record('given = "150 mCi"\nhappened = ["vomited"]')
    assert not whole.doses[0].at_most
    assert found(whole, "mishap") == [("warning", "Dose 1: vomited: 5,550 MBq reached the patient.")]


def test_every_limb_is_told_with_who_can_say_it(record):
    ((status, message),) = found(record('happened = ["extravasation"]\nroute = "intravenous"'), "event-limbs")
    assert status == "unknown"
    for told in (
        "dosage off by 20 % or outside its range: not known",
        "fraction off by 50 %: only for a fraction of a fractionated delivery",
        "more than 0.05 Sv effective dose: a physicist's estimate",
        "more than 0.5 Sv to an organ, a tissue or the skin: a physicist's estimate",
        "wrong drug: not met",
        "wrong route: not known",  # no protocol to hold it against
        "wrong person: not met, as recorded",
    ):
        assert told in message


def test_the_limb_in_sievert_is_computed_where_the_amount_is_known(record):
    whole = record('given = "100 mCi"\nhappened = ["leak"]\ndose_coefficient = "0.02 mSv/MBq"')
    ((_, message),) = found(whole, "event-limbs")
    assert "more than 0.05 Sv effective dose: met" in message
    bounded = record('happened = ["leak"]\ndose_coefficient = "0.02 mSv/MBq"')
    ((_, message),) = found(bounded, "event-limbs")
    assert "more than 0.05 Sv effective dose: a physicist's estimate" in message


def test_a_wrong_route_and_a_wrong_drug_are_limbs_too(record):
    ((_, message),) = found(record('route = "intrathecal"', "pluvicto-mcrpc"), "event-limbs")
    assert "wrong route: met, against the protocol's" in message
    assert not found(record('route = "intravenous"', "pluvicto-mcrpc"), "event-limbs")


def test_an_amount_from_above_is_not_as_planned(record):
    whole = record('happened = ["extravasation"]', "pluvicto-mcrpc")
    ((status, message),) = found(whole, "given-amount")
    assert status == "unknown"
    assert "known from above alone" in message
    assert found(record("", "pluvicto-mcrpc"), "given-amount")[0][0] == "pass"


def test_what_the_protocol_says_of_repeating_is_told_or_that_it_says_nothing(record, tmp_path, monkeypatch):
    ((_, message),) = found(record('happened = ["leak"]', "pluvicto-mcrpc"), "incomplete-dose")
    assert "the protocol's file says nothing of repeating" in message
    shipped = Path(__file__).parent.parent / "protocols" / "pluvicto.toml"
    text = shipped.read_text(encoding="utf-8").replace('id = "pluvicto"', 'id = "ours"', 1)
    text = text.replace('id = "pluvicto-mcrpc"', 'id = "ours-mcrpc"').replace('"pluvicto-mcrpc"', '"ours-mcrpc"')
    said = 'text = "Count it as a dose."\nabout = "incomplete dose"\ncite = "pluvicto-label#level"\n'
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "ours.toml").write_text(f"{text}\n[[instructions]]\n{said}", encoding="utf-8")
    monkeypatch.setenv("DOSECALC_PROTOCOLS", str(folder))
    ((_, message),) = found(record('happened = ["leak"]', "ours-mcrpc"), "incomplete-dose")
    assert "of a dose that was not given in full it says: Count it as a dose." in message


def test_other_words_are_refused_with_the_words_that_are_known(record):
    expected = "read 'spilt', expected one of leak, stopped flow, left behind, extravasation, vomited; other words"
    with pytest.raises(InputError, match=expected) as caught:
        record('happened = ["spilt"]')
    assert "doses[0], happened" in str(caught.value)


def test_csv_has_several_in_one_cell(tmp_path):
    path = tmp_path / "doses.csv"
    path.write_text(
        "agent,prescribed,assayed,happened\n177Lu-PSMA-617,200 mCi,200 mCi,leak; vomited\n", encoding="utf-8"
    )
    (dose,) = dosecalc.check_record(path).doses
    assert dose.happened == ("leak", "vomited")

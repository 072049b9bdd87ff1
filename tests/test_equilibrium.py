"""Not before: how long progeny take to grow in, against an independent solution of the decay chains."""

import hashlib
import tomllib

import pytest
import radioactivedecay as rd
from gating import case, put

import dosecalc
from dosecalc.errors import InputError
from dosecalc.files.folders import shipped
from dosecalc.reference import equilibrium, radionuclides
from dosecalc.reference.tables import radionuclides as table

SEEN = [(nuclide, each.name) for nuclide, chain in equilibrium.chains().items() for each in chain if each.seen]
STATED = {"directive.agent": "225Ac-PSMA-617", "directive.amount": ["8 MBq", "216 uCi"], "order.amount": "8 MBq"}
STATED |= {"received.amount": "8 MBq", "assay.amount": "8 MBq"}


def ingrowth(nuclide, progeny, days):
    """The activity of a member of a chain beside the parent's, from the pure parent, by another program."""
    found = rd.Inventory({nuclide: 1.0}, "Bq").decay(days, "d").activities()
    return found[progeny] / found[nuclide]


@pytest.mark.parametrize(("nuclide", "progeny"), SEEN)
def test_after_the_wait_every_member_is_within_one_percent_of_its_equilibrium(nuclide, progeny):
    days = float(equilibrium.wait(nuclide))
    settled = ingrowth(nuclide, progeny, 4 * days)
    assert ingrowth(nuclide, progeny, days) / settled >= 0.9899


@pytest.mark.parametrize("nuclide", sorted(equilibrium.chains()))
def test_a_little_earlier_one_of_them_is_not(nuclide):
    days = float(equilibrium.wait(nuclide))
    members = [progeny for parent, progeny in SEEN if parent == nuclide]
    parts = [ingrowth(nuclide, each, 0.97 * days) / ingrowth(nuclide, each, 4 * days) for each in members]
    assert min(parts) < 0.99


def test_the_chains_are_those_of_another_program():
    for nuclide, chain in equilibrium.chains().items():
        reached = rd.Nuclide(nuclide).progeny()
        for each in chain:
            assert each.name in reached or each.name == "Pb-209"  # through Po-213, which lives for microseconds
            assert each.half_life == pytest.approx(rd.Nuclide(each.name).half_life("d"), rel=1e-4)
            reached = rd.Nuclide(each.name).progeny()
        assert nuclide in radionuclides.PROGENY
        assert nuclide in table()


def test_the_sheet_states_the_table():
    with open(f"{shipped('seeds')}/progeny.toml", "rb") as file:
        printed = tomllib.load(file)["facts"][0]["printed"]
    with open(f"{shipped('seeds')}/progeny.csv", "rb") as file:
        assert hashlib.sha256(file.read()).hexdigest() in printed


def test_a_radionuclide_without_a_chain_waits_for_nothing():
    assert equilibrium.wait("Lu-177") is None


def test_an_assay_from_before_the_equilibrium_holds_and_a_later_one_does_not():
    stated = case(STATED)
    assert dosecalc.check_dose(stated).go
    early = dosecalc.check_dose(put(stated, "received.separated", "2026-03-02T06:00+01:00"))  # assayed 4 h 15 min later
    (hold,) = early.holds
    assert hold.text.startswith(
        "it was measured on 2026-03-02T10:15+01:00; its progeny are in equilibrium from 2026-03-02T11:11"
    )
    assert hold.settled_by == ("assay.at",)
    assert hold.cite == ("progeny#table", "beliefs#equilibrium")
    assert dosecalc.check_dose(put(stated, "received.separated", "2026-03-02T05:00+01:00")).go  # 5 h 15 min


@pytest.mark.parametrize("agent", ["225Ac-PSMA-617", "212Pb-DOTAMTATE", "Ra-224 dichloride"])
def test_it_is_asked_of_radionuclides_whose_progeny_are_read(agent):
    stated = case(STATED | {"directive.agent": agent, "received.separated": None})
    holds = dosecalc.check_dose(stated).holds
    assert [hold.text for hold in holds if hold.what == "received.separated"] == [
        "not stated: when it was last separated from its progeny (by labelling or purification)"
    ]


def test_it_is_not_asked_of_others():
    stated = case(STATED | {"directive.agent": "177Lu-DOTATATE", "received.separated": None})
    assert dosecalc.check_dose(stated).go


def test_a_site_asks_of_an_arm_of_its_own_choice(tmp_path, monkeypatch):
    (tmp_path / "seeds").mkdir()
    rows = tmp_path / "seeds" / "gate-requirements.csv"
    rows.write_text("key,when,question,source\nsteps.bed,arm psma-225ac,which bed,ours\n", encoding="utf-8")
    monkeypatch.setenv("DOSECALC_PROTOCOLS", str(tmp_path))
    with_arm = dosecalc.check_dose(case(STATED | {"protocol": "psma-225ac", "dose": 1}))
    assert "steps.bed" in [hold.what for hold in with_arm.holds]
    assert not dosecalc.check_dose(case(STATED)).holds


def test_a_site_asks_for_a_radionuclide_of_its_own(tmp_path, monkeypatch):
    (tmp_path / "seeds").mkdir()
    rows = tmp_path / "seeds" / "gate-requirements.csv"
    rows.write_text("key,when,question,source\nsteps.filter,radionuclide 177Lu,which filter,ours\n", encoding="utf-8")
    monkeypatch.setenv("DOSECALC_PROTOCOLS", str(tmp_path))
    assert not dosecalc.check_dose(case(STATED)).holds
    held = dosecalc.check_dose(case(STATED | {"directive.agent": "177Lu-DOTATATE"}))
    assert [hold.what for hold in held.holds] == ["steps.filter"]
    rows.write_text("key,when,question,source\nsteps.filter,nuclide 177Lu,which filter,ours\n", encoding="utf-8")
    with pytest.raises(InputError, match="'agent NAME', 'radionuclide NAME' or 'arm ID' as the second"):
        dosecalc.check_dose(case(STATED))

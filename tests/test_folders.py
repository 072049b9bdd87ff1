"""Arms are found by the text of a file alone, because that is quick. They have to be those that a TOML reader finds."""

import os
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dosecalc.errors import InputError, SkippedFileWarning
from dosecalc.files import folders

ROOT = Path(__file__).parents[1]
PROTOCOLS = sorted((ROOT / "protocols").glob("*.toml"))


def by_toml(text):
    return [arm["id"] for arm in tomllib.loads(text).get("arms", []) if "id" in arm]


def by_text(folder, text, newline=""):
    path = folder / "one.toml"
    path.write_text(text, encoding="utf-8", newline=newline)
    return folders.arms_in(str(path))


# -- what is shipped --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PROTOCOLS, ids=lambda path: path.stem)
def test_the_arms_of_a_shipped_file_are_those_that_a_toml_reader_finds(path):
    found = folders.arms_in(str(path))
    assert found == by_toml(path.read_text(encoding="utf-8"))
    assert found


def test_the_six_arms_of_the_founding_documents_are_there():
    assert {"clover2-20", "clover2-10", "mibg-compassionate-nb", "mibg-compassionate-ppgl", "mibg-4gy-melphalan",
            "inotuzumab"} <= set(folders.arm_ids())  # fmt: skip


def test_no_arm_is_shipped_twice():
    assert sorted(set(folders.arm_ids())) == sorted(folders.arm_ids())


@pytest.mark.parametrize("path", PROTOCOLS, ids=lambda path: path.stem)
def test_the_name_of_an_arm_leads_to_its_file(path):
    for arm in by_toml(path.read_text(encoding="utf-8")):
        assert arm.startswith(path.stem)
        assert [Path(found).resolve() for found in folders.files_with(arm)] == [path.resolve()]


def test_the_sheets_of_sources_have_no_arms():
    assert [path.name for path in sorted((ROOT / "seeds").glob("*.toml")) if folders.arms_in(str(path))] == []


@pytest.mark.parametrize("arm", ["", "-", "clover", "nothing", "\x00", "a" * 5000, "clover3-20", "/"])
def test_a_name_that_no_file_has_leads_nowhere(arm):
    assert folders.files_with(arm) == []


# -- odd formatting ---------------------------------------------------------------------------------------------

ODD = {
    "plain": '[[arms]]\nid = "x-a"\n',
    "several": '[[arms]]\nid = "x-a"\n[[arms]]\nid = "x-b"\n\n[[arms]]\nid = "x-c"\n',
    "spaces in the header": '[[ arms ]]\nid = "x-a"\n[[arms ]]\nid = "x-b"\n',
    "indented": '  [[arms]]\n\tid = "x-a"\n',
    "no spaces": '[[arms]]\nid="x-a"\n',
    "many spaces": '[[arms]]\nid   =\t "x-a"   # the first\n',
    "single quotes": "[[arms]]\nid = 'x-a'\n",
    "comment after the header": '[[arms]]  # id = "no"\nid = "x-a"\n',
    "comments between": '[[arms]]\n# id = "old"\n\n  # [[arms]]\nid = "x-a"\n',
    "id last": '[[arms]]\ntitle = "t"\ncite = "a#b"\nid = "x-a"\n',
    "a list before": '[[arms]]\ncite = [\n  "a#b",\n  "a#c",\n]\nid = "x-a"\n',
    "an inline table before": '[[arms]]\nlength = { min = "21 day", max = "28 day" }\nid = "x-a"\n',
    "a key that ends in id": '[[arms]]\ngrid = "no"\nidentity = "no"\nid = "x-a"\n',
    "an id inside a text": '[[arms]]\ntitle = "its id = \'x-b\'"\nid = "x-a"\n',
    "cycles below": '[[arms]]\nid = "x-a"\n  [[arms.cycles]]\n  doses = [{ day = 1 }]\n[[arms]]\nid = "x-b"\n',
    "ids of other things": '[[rules]]\nid = "age"\n[[arms]]\nid = "x-a"\n[[conflicts]]\nid = "c"\n',
    "an arm without an id": '[[arms]]\ntitle = "t"\n\n[[rules]]\nid = "age"\n[[arms]]\nid = "x-a"\n',
    "an arm without an id but with cycles": '[[arms]]\n[[arms.cycles]]\nid = "c"\n[[arms]]\nid = "x-a"\n',
    "no arms": '[[rules]]\nid = "age"\n[agents.a]\nname = "arms"\n',
    "commented out": '# [[arms]]\n# id = "x-b"\n[[arms]]\nid = "x-a"\n',
    "no line end": '[[arms]]\nid = "x-a"',
    "quoted key": '[[arms]]\n"id" = "x-a"\n',
    "quoted header": '[["arms"]]\nid = "x-a"\n',
    "inline": 'arms = [{ id = "x-a", title = "t" }, { title = "t", id = "x-b" }]\n',
    "inline over lines": 'arms = [\n  { id = "x-a" },\n  { id = "x-b" },\n]\n',
    "text over lines": '[[arms]]\nnote = """\nid = "x-b"\n"""\nid = "x-a"\n',
    "arms inside a text": 'note = """\n[[arms]]\nid = "x-b"\n"""\n[[arms]]\nid = "x-a"\n',
    "nothing": "",
}


@pytest.mark.parametrize("text", ODD.values(), ids=ODD.keys())
def test_arms_are_found_however_a_file_is_formatted(text, tmp_path):
    assert by_text(tmp_path, text) == by_toml(text)


@pytest.mark.parametrize("name", ["plain", "several", "comments between", "id last", "a list before", "cycles below"])
def test_line_ends_of_another_system_change_nothing(name, tmp_path):
    text = ODD[name].replace("\n", "\r\n")
    assert by_text(tmp_path, text) == by_toml(text) == by_toml(ODD[name])


LINES_BEFORE = st.lists(
    st.sampled_from(['title = "t"', "", "# id = 'no'", "optional = true", "  # [[arms]]"]), max_size=4, unique=True
)
ARMS = st.lists(
    st.tuples(
        st.sampled_from(["[[arms]]", "[[ arms ]]", "  [[arms]]", "[[arms]] # next"]),
        LINES_BEFORE,
        st.sampled_from(['id = "{}"', "id='{}'", '  id\t=  "{}"  # arm']),
        st.lists(st.sampled_from(["  [[arms.cycles]]\n  repeat = 2", "cite = 'a#b'", ""]), max_size=2, unique=True).map(
            lambda lines: sorted(lines, key=lambda line: line.startswith("  "))
        ),
    ),
    max_size=5,
)


@pytest.fixture(scope="module")
def mixtures(tmp_path_factory):
    """A folder of its own for all examples of the next test, which write one after the other."""
    return tmp_path_factory.mktemp("mixtures")


@given(ARMS, st.sampled_from(["\n", "\r\n"]))
def test_arms_are_found_in_any_mixture_of_formats(mixtures, arms, end):
    lines = ["schema = 1", 'id = "x"']
    for i, (header, before, named, after) in enumerate(arms):
        lines += [header, *before, named.format(f"x-{i}"), *after]
    lines += ["[[rules]]", 'id = "age"', ""]
    text = "\n".join(lines).replace("\n", end)
    assert by_text(mixtures, text) == by_toml(text) == [f"x-{i}" for i in range(len(arms))]


def test_a_file_that_cannot_be_read_has_no_arms(tmp_path):
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b'[[arms]]\nid = "\xff"\n')
    for path, why in (
        (binary, "is not UTF-8 text"),
        (tmp_path / "missing.toml", "No such file"),
        (tmp_path, "a folder"),
    ):
        with pytest.warns(SkippedFileWarning, match=why):
            assert folders.arms_in(str(path)) == []


# -- the folders of a site --------------------------------------------------------------------------------------


@pytest.fixture
def site(tmp_path, monkeypatch):
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
    (first / "b.toml").write_text('[[arms]]\nid = "own-b"\n', encoding="utf-8")
    (first / "a.toml").write_text('[[arms]]\nid = "own-a"\n', encoding="utf-8")
    (first / "notes.txt").write_text('[[arms]]\nid = "own-text"\n', encoding="utf-8")
    (second / "c.toml").write_text('[[arms]]\nid = "own-a"\n', encoding="utf-8")
    listed = ["", str(first), str(first), str(second), str(ROOT / "protocols")]
    monkeypatch.setenv("DOSECALC_PROTOCOLS", os.pathsep.join(listed))
    return tmp_path


def test_a_site_adds_its_folders_after_the_shipped_one_each_once(site):
    names = [Path(path).name for path in folders.protocol_files()]
    assert names == [*(path.name for path in PROTOCOLS), "a.toml", "b.toml", "c.toml"]
    assert folders.arm_ids()[-3:] == ["own-a", "own-b", "own-a"]
    assert folders.site_folders()[:1] == [str(site / "first")]


def test_an_arm_of_a_site_is_found_by_its_text_whatever_its_file_is_called(site):
    assert folders.files_with("own-b") == [str(site / "first" / "b.toml")]
    assert folders.files_with("own-a") == [str(site / "first" / "a.toml"), str(site / "second" / "c.toml")]
    assert folders.files_with("own-text") == []


def test_a_folder_that_is_not_there_is_refused_by_name(tmp_path, monkeypatch):
    monkeypatch.setenv("DOSECALC_PROTOCOLS", str(tmp_path / "missing"))
    with pytest.raises(InputError, match=r"DOSECALC_PROTOCOLS: .*missing"):
        folders.site_folders()


def test_without_a_setting_only_the_shipped_folder_is_looked_at(monkeypatch):
    monkeypatch.delenv("DOSECALC_PROTOCOLS", raising=False)
    assert folders.site_folders() == []
    assert [Path(path).resolve() for path in folders.protocol_files()] == [path.resolve() for path in PROTOCOLS]


def test_shipped_files_are_shown_by_their_place_and_others_as_they_were_given():
    assert folders.shown(os.path.join(folders.shipped("protocols"), "clover2.toml")) == "protocols/clover2.toml"
    assert folders.shown(os.path.join(folders.shipped("seeds"), "itcc-059.toml")) == "seeds/itcc-059.toml"
    assert folders.shown("../own/a.toml") == "../own/a.toml"

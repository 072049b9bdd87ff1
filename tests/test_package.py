"""What is shipped: the wheel, the wheel made from the sdist, and the checkout all find their data."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import tarfile
import urllib.request
import zipfile
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

pytestmark = pytest.mark.xdist_group("package")  # one process builds the wheel, once for all of these tests
ROOT = Path(__file__).resolve().parents[1]
DATA = {f"{folder}/{path.name}" for folder in ("protocols", "seeds") for path in (ROOT / folder).iterdir()}


def build(*args: str, source: Path, out: Path) -> Path:
    command = [sys.executable, "-m", "build", "--no-isolation", *args, "--outdir", str(out), str(source)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    (made,) = out.iterdir()
    return made


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    return build("--wheel", source=ROOT, out=tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def sdist(tmp_path_factory):
    return build("--sdist", source=ROOT, out=tmp_path_factory.mktemp("sdist"))


def contents(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if ".dist-info" not in name}


def test_the_wheel_ships_the_data_and_the_type_marker(wheel):
    names = contents(wheel)
    assert {f"dosecalc/{name}" for name in DATA} <= names
    assert "dosecalc/py.typed" in names
    assert all(name.startswith("dosecalc/") for name in names)


def test_the_wheel_of_the_sdist_is_the_same(wheel, sdist, tmp_path):
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path / "source", filter="data")
    (source,) = (tmp_path / "source").iterdir()
    assert contents(build("--wheel", source=source, out=tmp_path / "again")) == contents(wheel)


def test_an_unpacked_wheel_plans_without_the_checkout(wheel, tmp_path):
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        "import dosecalc, dosecalc.files.folders as f\n"
        f"assert f.shipped('protocols').startswith({str(tmp_path)!r}), f.shipped('protocols')\n"
        "p = dosecalc.plan('clover2-20', bsa='1.6')\n"
        "print(p.doses[0].exact, p.protocol['file'], len(p.sources))\n"
        "print(dosecalc.plan('clover2-20', bsa='1.6', age=25).sources[-1]['id'])\n"
        "print(dosecalc.decay('1 mCi', 'I-131', elapsed='1 h').sources[0]['id'], len(dosecalc.audit().cases))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path, timeout=60
    )
    assert done.stdout.split() == ["1184", "protocols/clover2.toml", "9", "cdc2000-growth.csv", "half-lives.csv", "19"]


def test_the_version_is_the_same_everywhere():
    import tomllib

    import dosecalc

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert dosecalc.__version__ == project["version"]
    assert f"## [{project['version']}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", ["--wheel", "--sdist"])
def test_it_is_built_the_same_byte_for_byte(kind, tmp_path):
    made = [build(kind, source=ROOT, out=tmp_path / each).read_bytes() for each in ("one", "other")]
    assert made[0] == made[1]


# -- what it is made with -------------------------------------------------------------------------------------------

PERMISSIVE = re.compile(r"MIT|BSD|Apache|PSF|Python Software Foundation|ISC|HPND|Unlicense|Zlib|CC0", re.IGNORECASE)
COPYLEFT = re.compile(r"A?GPL(?!-compatible)|GNU (?:Affero )?General Public", re.IGNORECASE)
MATPLOTLIB = "matplotlib"
"""Its licence, which it prints in full, is that of Python with another name."""


def needed(name: str, extras: frozenset[str] = frozenset(), seen: frozenset[str] = frozenset()) -> set[str]:
    """A distribution and everything that it needs to run, with some of its extras."""
    found = {name}
    for text in metadata.requires(name) or ():
        wanted = Requirement(text)
        asked = [{"extra": extra} for extra in (extras or {""})]
        if wanted.name in seen or (wanted.marker and not any(wanted.marker.evaluate(each) for each in asked)):
            continue
        found |= needed(wanted.name, frozenset(wanted.extras), seen | found)
    return found


def licence_of(name: str) -> str:
    about = metadata.metadata(name)
    classified = [each for each in about.get_all("Classifier", []) if each.startswith("License")]
    return " ".join(filter(None, [about.get("License-Expression"), about.get("License", "")[:200], *classified]))


@pytest.mark.parametrize("extras", [frozenset(), frozenset({"pictures", "prove"})])
def test_everything_that_it_runs_with_has_a_licence_that_lets_a_hospital_use_it(extras):
    names = needed("dosecalc", extras)
    assert {"pint", "numpy", "scipy", "pydantic", "click"} <= names or extras
    for name in names - {"dosecalc"}:
        licence = licence_of(name)
        assert name == MATPLOTLIB or PERMISSIVE.search(licence), f"{name}: {licence!r}"
        assert not COPYLEFT.search(licence.replace("GPL-3.0-only WITH GCC-exception-3.1", "")), f"{name}: {licence!r}"


# -- it opens no connection -----------------------------------------------------------------------------------------


def test_no_test_reaches_a_network():
    with pytest.raises(RuntimeError, match="a connection was tried"), socket.socket() as one:
        one.connect(("192.0.2.1", 80))
    with pytest.raises(RuntimeError, match="a connection was tried"):
        urllib.request.urlopen("http://192.0.2.1/", timeout=1)


def test_the_program_imports_nothing_that_reaches_one():
    code = (
        "import sys, dosecalc\n"
        "dosecalc.plan('clover2-20', bsa='1.6')\n"
        "reaching = {'requests', 'httpx', 'aiohttp', 'urllib3', 'http.client', 'ftplib', 'smtplib', 'ssl'}\n"
        "print(sorted(reaching & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"

"""What is shipped: the wheel, the wheel made from the sdist, and the checkout all find their data."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

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

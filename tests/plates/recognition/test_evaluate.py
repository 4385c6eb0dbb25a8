"""The evaluation's own arithmetic, and what it says without the data pack."""

from pathlib import Path

import pytest

from plates.recognition import evaluate
from plates.recognition.evaluate import interval
from plates.recognition.pack import PackMissing, pack_folder, read_pack


def test_interval_holds_the_share_and_narrows_with_n() -> None:
    few, many = interval(9, 10), interval(900, 1000)

    assert few[0] < 0.9 < few[1]
    assert many[0] < 0.9 < many[1]
    assert many[1] - many[0] < few[1] - few[0]


def test_interval_stays_within_nothing_and_all() -> None:
    assert interval(0, 0) == (0.0, 1.0)
    assert interval(10, 10)[1] == pytest.approx(1.0)
    assert interval(0, 10)[0] == pytest.approx(0.0)


def test_main_says_where_the_data_pack_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PLATE_DATA", str(tmp_path / "nothing"))

    status = evaluate.main()

    assert status == 2
    assert "set PLATE_DATA" in capsys.readouterr().err


def test_pack_folder_without_a_folder_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLATE_DATA", str(tmp_path / "nothing"))

    with pytest.raises(PackMissing, match="set PLATE_DATA"):
        pack_folder()


def test_read_pack_without_the_file_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLATE_DATA", str(tmp_path))

    with pytest.raises(PackMissing, match=r"reader/dev\.zip"):
        list(read_pack("reader/dev.zip"))

"""The demonstration refuses a folder it may not fill, in one line, and says how to go on."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from lianjing.cli import demo, init
from lianjing.kernel.refusal import BadInput


def options(**changes: object) -> argparse.Namespace:
    return argparse.Namespace(**{"scale": 1, "no_serve": True, "json": False, **changes})


@pytest.fixture
def unprepared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(init, "prepare", lambda: None)


def test_a_real_installation_is_never_filled(zone, unprepared):
    with pytest.raises(BadInput, match="真实安装"):
        demo.run(options())


def test_a_demonstration_that_was_cut_off_is_not_served_as_whole(zone, unprepared, settings):
    (Path(settings.DATA_DIR) / "demonstration").write_text("filling\n")
    with pytest.raises(BadInput, match="没有建完"):
        demo.run(options())


def test_a_whole_demonstration_is_used_as_it_is(zone, unprepared, settings, capsys):
    (Path(settings.DATA_DIR) / "demonstration").write_text(demo.COMPLETE)
    assert demo.run(options()) == 0
    assert "20703" in capsys.readouterr().out


@pytest.mark.parametrize("scale", [-1, 1001])
def test_a_scale_out_of_range_is_refused(db, scale):
    with pytest.raises(BadInput, match="--scale"):
        demo.run(options(scale=scale))

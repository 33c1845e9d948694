"""The command line: every command on real files, exit codes, one-line errors."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import types
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import main
from engine.cli.arguments import Parser
from engine.cli.results import CONFIG, MODEL, RESULT
from engine.data.catalogue import load
from engine.runs.names import STEPS
from tests.engine.cli.test_train_command import NAMES

ROOT = Path(main.__file__).parent
FAST = ["--training-images", "2000", "--epochs", "1", "--validation-images", "500", "--quiet"]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a short training run."""
    out = tmp_path_factory.mktemp("trained")
    assert (
        main.main(
            ["train", "--data", "mnist", "--network", "classic", "--seed", "1", "--out", str(out), *FAST]
        )
        == 0
    )
    return out


def test_train_writes_model_curves_and_configuration(trained: Path) -> None:
    assert {path.name for path in trained.iterdir()} == NAMES
    assert len((trained / STEPS).read_text().splitlines()) == 101
    assert json.loads((trained / CONFIG).read_text())["training_images"] == 2000
    figures = json.loads((trained / RESULT).read_text())
    assert figures["steps"] == 100
    assert figures["test_accuracy"] > 0.75


def test_results_are_not_overwritten_by_accident(trained: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["train", "--out", str(trained), *FAST]) == 1
    error = capsys.readouterr().err
    assert "already holds a model.safetensors" in error
    assert error.count("\n") == 1


def test_evaluate_prints_one_object(trained: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["evaluate", "--model", str(trained / MODEL), "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["images"] == 10000
    assert np.sum(result["confusion"]) == 10000
    assert np.trace(result["confusion"]) / 10000 == pytest.approx(result["accuracy"])
    assert result["accuracy"] == json.loads((trained / RESULT).read_text())["test_accuracy"]


def test_evaluate_prints_a_table(trained: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["evaluate", "--model", str(trained / MODEL)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("accuracy ")
    table = lines.index("rows: true class, columns: predicted class")
    assert lines[table + 1].split()[:10] == [str(digit) for digit in range(10)]
    assert [line.split()[0] for line in lines[table + 2 : table + 12]] == [str(digit) for digit in range(10)]


def test_the_shipped_model_knows_digits(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["evaluate", "--model", "digits", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["accuracy"] > 0.99


def test_predict_reads_pictures_of_any_sort(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    dataset = load("mnist")
    index = int(np.flatnonzero(dataset.test_labels == 7)[0])
    digit = Image.fromarray(dataset.test_images[index, 0])
    large = digit.resize((120, 120)).convert("RGB")
    pasted = Image.new("L", (300, 200), 255)
    pasted.paste(Image.eval(digit.resize((100, 100)), lambda v: 255 - v), (150, 60))
    alpha = Image.new("RGBA", (90, 90), (0, 0, 0, 0))
    alpha.paste((10, 20, 30, 255), (3, 3), digit.resize((84, 84)))
    files = []
    for name, image in (("a.png", digit), ("b.jpg", large), ("c.png", pasted), ("d.png", alpha)):
        image.save(tmp_path / name)
        files.append(str(tmp_path / name))
    assert main.main(["predict", "--model", "digits", "--json", *files]) == 0
    answers = json.loads(capsys.readouterr().out)
    assert [answer["text"] for answer in answers] == ["7"] * 4
    readings = [reading for answer in answers for reading in answer["readings"]]
    assert all(sum(reading["probabilities"].values()) == pytest.approx(1, abs=1e-5) for reading in readings)
    assert main.main(["predict", files[0]]) == 0
    assert f"{files[0]}: 7 (" in capsys.readouterr().out


def test_predict_reads_several_digits_and_crops(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    dataset = load("mnist")
    sheet = Image.new("L", (400, 160), 255)
    for place, digit in enumerate((4, 0, 7)):
        index = int(np.flatnonzero(dataset.test_labels == digit)[0])
        mark = Image.fromarray(dataset.test_images[index, 0]).resize((100, 100))
        sheet.paste(Image.eval(mark, lambda v: 255 - v), (20 + 120 * place, 30))
    file = str(tmp_path / "number.png")
    sheet.save(file)
    assert main.main(["predict", file]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0] == f"{file}: reads 4 0 7"
    assert len(out) == 4
    assert main.main(["predict", "--json", "--crop", "130,0,130,160", file]) == 0
    (answer,) = json.loads(capsys.readouterr().out)
    assert answer["text"] == "0"
    left, top, width, height = answer["readings"][0]["box"]
    assert left >= 130 and left + width <= 260 and top >= 30 and top + height <= 130
    assert main.main(["predict", "--single", "--json", file]) == 0
    assert len(json.loads(capsys.readouterr().out)[0]["readings"]) == 1
    assert main.main(["predict", "--crop", "300,0,200,160", file]) == 1
    assert "300,0,200,160 is not inside the picture" in capsys.readouterr().err


def test_predict_tells_which_picture_is_broken(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x.png").write_bytes(b"no picture")
    assert main.main(["predict", str(tmp_path / "x.png")]) == 1
    error = capsys.readouterr().err
    assert "x.png" in error and error.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["evaluate", "--model", "nothing"], "no model 'nothing'; shipped are digits"),
        (["train", "--out", "x", "--learning-rate", "0"], "learning rate is 0.0; allowed is more than 0"),
        (["train", "--out", "x", "--network", "huge"], "no network 'huge'; there are classic"),
        (["train", "--out", "x", "--config", "none.json"], "Cannot read none.json"),
        (["screenshot", "--out", "x.gif", "--steps", "0"], "ends neither in .png nor in .svg"),
    ],
)
def test_failures_are_one_line_and_exit_with_1(
    arguments: list[str],
    message: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main.main(arguments) == 1
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "arguments",
    [
        ["nothing"],
        ["train", "--config"],
        ["train", "--out", "x", "--epochs", "many"],
        ["evaluate"],
        ["predict"],
        ["predict", "--crop", "1,2,3", "x.png"],
        ["screenshot", "--out", "x.png", "--steps", "-1"],
        ["screenshot", "--out", "x.png", "--steps", "1", "--size", "big"],
        ["screenshot", "--out", "x.png", "--steps", "1", "--scale", "9"],
    ],
)
def test_usage_errors_are_one_line_and_exit_with_2(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main.main(arguments)
    assert stopped.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("command", ["train", "evaluate", "predict", "screenshot"])
def test_help_explains_every_option(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main.main([command, "--help"])
    assert stopped.value.code == 0
    text = capsys.readouterr().out
    assert "usage: kernelscope " + command in text


@pytest.mark.parametrize("command", main.commands())
def test_numbers_are_read_as_everywhere_in_the_program(command: str) -> None:
    parsers: list[argparse.ArgumentParser] = [Parser()]
    main.commands()[command].module.arguments(parsers[0])
    for parser in parsers:
        for action in parser._actions:
            assert action.type not in (int, float), f"{action.option_strings} reads only Python's numbers"
            if isinstance(action, argparse._SubParsersAction):
                parsers += action.choices.values()


def test_terminal_commands_load_no_qt() -> None:
    code = "import sys, main; main.parser(); sys.exit(any(n[:5] in ('PyQt5', 'pyqtg') for n in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


@pytest.mark.parametrize(
    "command", ["train", "evaluate", "predict", "export", "import", "data", "screenshot"]
)
def test_an_unexpected_error_of_any_command_is_one_sentence_and_a_log(
    command: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    home_elsewhere: Path,
) -> None:
    def fail(_args: object) -> int:
        raise ZeroDivisionError("two\nlines")

    module = types.SimpleNamespace(run=fail, arguments=lambda parser: parser.add_argument("--theme"))
    known = {name: types.SimpleNamespace(help="help", module=module) for name in ("", *main.commands())}
    monkeypatch.setattr(main, "commands", lambda: known)
    assert main.main([command]) == 1
    out, error = capsys.readouterr()
    [path] = home_elsewhere.rglob("errors.log")
    assert out == ""
    assert error == (
        f"kernelscope {command}: error: Something unexpected went wrong (ZeroDivisionError: two lines). "
        f"The details are in {path}.\n"
    )
    assert "Traceback" in path.read_text(encoding="utf-8")


def test_memory_that_does_not_suffice_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def greedy(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("engine.cli.evaluate.load", greedy)
    assert main.main(["evaluate", "--model", "digits"]) == 1
    assert capsys.readouterr().err == "kernelscope evaluate: error: There is not enough memory for this.\n"


def test_every_command_is_there_and_none_is_loaded_before_it_is_called() -> None:
    for command in main.commands().values():
        assert {"arguments", "run"} <= set(vars(command.module))
    code = "import sys, main; main.parser(); print(*sorted(n for n in sys.modules if 'engine.cli' in n))"
    done = subprocess.run((sys.executable, "-c", code), cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["engine.cli", "engine.cli.arguments"]


def test_the_help_of_a_command_has_its_options(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main.main(["report", "--help"])
    shown = capsys.readouterr().out
    assert "--out FILE" in shown and "one HTML file" in shown


@pytest.mark.parametrize(
    ("words", "options"),
    [
        ("a.kscope", "--open a.kscope"),
        ("--theme dark A.KSCOPE", "--theme dark --open A.KSCOPE"),
        ("--open a.kscope", "--open a.kscope"),
        ("runs add a.kscope", "runs add a.kscope"),
        ("share run --out a.kscope", "share run --out a.kscope"),
        ("", ""),
        ("train", "train"),
    ],
)
def test_a_shared_run_alone_is_opened(words: str, options: str) -> None:
    assert main.opening(words.split(), main.commands()) == options.split()


def test_a_shared_run_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "no.kscope"
    assert main.main([str(path)]) == 1
    assert capsys.readouterr().err == f"kernelscope: error: There is no file {path}.\n"

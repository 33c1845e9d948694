"""A run as one page: what it says is what the run has, it needs nothing else, and it is harmless."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest

import main
from engine.formatting import share
from engine.publish.report import report, write_report
from engine.runs import names
from engine.runs.folder import RunFolder
from engine.runs.record import Notes
from engine.task import Cancelled, Task

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
LARGEST = 5_000_000


class Page(HTMLParser):
    """Reads the text of a page, its addresses, and what it opens and closes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.addresses: list[str] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href")]
        if tag not in ("meta", "link", "img", "line", "path"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("line", "path"):
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@pytest.fixture
def trained(tmp_path: Path, data: str) -> Path:
    """Return the folder of a run of two epochs."""
    folder = tmp_path / "trained"
    options = ("--data", data, "--quiet", "--threads", "1", "--epochs", "2")
    assert main.main(["train", *options, "--out", str(folder)]) == 0
    return folder


@pytest.fixture
def page(trained: Path) -> str:
    return report(RunFolder(trained), Task())


def test_it_says_what_the_run_has(page: str, trained: Path) -> None:
    read = Page(page)
    assert read.open == []
    words = " ".join(" ".join(read.words).split())
    run = RunFolder(trained)
    accuracy = run.status().test_accuracy
    assert accuracy is not None and f"Test accuracy {share(accuracy)}" in words
    assert "step 14" in words and "left" in words and "Why these answers" in words
    assert json.loads(re.findall(r"<details>.*?<pre>(.*?)</pre>", page, re.S)[0].replace("&#34;", '"')) == (
        run.record.config.to_json()
    )
    points = json.loads(re.findall(r'<script type="application/json">(.*?)</script>', page)[0])[0]
    history = run.history().steps
    assert [step for step, _ in points] == history.column("step").tolist()
    assert [loss for _, loss in points] == pytest.approx(history.column("loss").tolist(), rel=1e-4)


def test_it_needs_nothing_from_anywhere(page: str) -> None:
    assert len(page.encode()) < LARGEST
    addresses = Page(page).addresses
    assert addresses and all(address.startswith("data:") for address in addresses)
    assert "default-src 'none'" in page and "url(" not in page and "@import" not in page


def test_words_from_outside_are_only_shown(trained: Path, tmp_path: Path) -> None:
    path = Path(shutil.copytree(trained, tmp_path / "copy"))
    evil = '</script><script>alert(1)</script><img src="http://x" onerror=alert(1)>'
    (path / names.NOTES).write_text(json.dumps({"name": evil, "text": evil, "star": False, "extra": {}}))
    assert RunFolder(path).notes() == Notes(evil, evil)
    text = report(RunFolder(path), Task())
    assert "<script>alert" not in text and "&lt;script&gt;alert" in text
    assert all(address.startswith("data:") for address in Page(text).addresses)


def test_without_its_data_set_the_rest_is_shown(trained: Path, tmp_path: Path) -> None:
    path = Path(shutil.copytree(trained, tmp_path / "copy"))
    data = json.loads((path / names.RUN).read_text())
    data["data"]["fingerprint"] = "0" * 64
    (path / names.RUN).write_text(json.dumps(data))
    text = report(RunFolder(path), Task())
    assert "is not the same as when the run learnt from it. So the parts that need its images" in text
    assert "Kernels over time" in text and "Confusion matrix" not in text


def test_what_is_cancelled_leaves_the_older_file(trained: Path, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text("older")
    task = Task()
    task.cancel()
    with pytest.raises(Cancelled):
        write_report(RunFolder(trained), path, task)
    assert path.read_text() == "older"


def test_the_command(trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "report.html"
    assert main.main(["report", str(trained), "--out", str(path)]) == 0
    assert capsys.readouterr().out == f"{path}: {path.stat().st_size / 1e6:.1f} MB\n"
    assert path.read_text().startswith("<!doctype html>")


# --- in a browser ------------------------------------------------------------------------------------

in_browser = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium, which is not installed")


@pytest.fixture
def browse(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    def run(*options: str) -> subprocess.CompletedProcess[str]:
        quiet = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking")
        log = ("--enable-logging=stderr", f"--user-data-dir={tmp_path / 'profile'}")
        return subprocess.run(
            (str(CHROMIUM), *quiet, *log, *options), capture_output=True, text=True, timeout=120, check=True
        )

    return run


@in_browser
@pytest.mark.parametrize("width", [390, 1280])
def test_a_browser_shows_it_without_complaint(
    page: str, tmp_path: Path, browse: Callable[..., subprocess.CompletedProcess[str]], width: int
) -> None:
    """Nothing is wider than the window, every picture has pixels, and pointing at a curve reads it."""
    probe = """<script>
      const svg = document.querySelector("svg"), box = svg.getBoundingClientRect();
      const at = {clientX: box.left + box.width / 2, clientY: box.top + box.height / 2, bubbles: true};
      svg.dispatchEvent(new PointerEvent("pointermove", at));
      document.title = JSON.stringify({
        room: document.documentElement.clientWidth, wide: document.documentElement.scrollWidth,
        blank: [...document.images].filter((image) => !image.naturalWidth).length,
        read: document.querySelector("output").textContent});
    </script></body>"""
    path = tmp_path / "report.html"
    path.write_text(page.replace("</body>", probe))
    # A window of Chromium is at least 500 pixels wide; a frame is as narrow as it is told.
    frame = tmp_path / "frame.html"
    frame.write_text(
        f'<iframe src="report.html" style="width:{width}px;height:800px;border:0"></iframe><script>'
        "document.querySelector('iframe').onload = (e) => { document.title = e.target.contentDocument.title }"
        "</script>"
    )
    done = browse("--allow-file-access-from-files", "--dump-dom", "--window-size=1400,900", frame.as_uri())
    assert "CONSOLE" not in done.stderr
    found = json.loads(re.findall("<title>(.*?)</title>", done.stdout)[0])
    assert found["wide"] <= found["room"] <= width and found["blank"] == 0
    assert re.match(r"step \d+: each batch [\d.]+", found["read"])


@in_browser
def test_it_is_printed_on_a4(
    page: str, tmp_path: Path, browse: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    (tmp_path / "report.html").write_text(page)
    browse(f"--print-to-pdf={tmp_path / 'out.pdf'}", (tmp_path / "report.html").as_uri())
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", (tmp_path / "out.pdf").read_bytes())
    assert 1 < len(boxes) < 12
    assert all((round(float(w)), round(float(h))) in ((595, 842), (596, 842)) for w, h in boxes)

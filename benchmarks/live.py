"""How long the live page takes from a moved slider to a painted frame, on a processor four times slower.

    .venv/bin/python benchmarks/live.py [SITE] [--smallest]

SITE is a built site, _build/html if it is not named. The goal is a median of at most 50 ms.
--smallest: two moves of one slider on one screen, to see that it runs.
"""

from __future__ import annotations

import statistics
import sys
from pathlib import Path

from analysis.report import browser

SMALLEST = "--smallest" in sys.argv
SITE = Path(next((word for word in sys.argv[1:] if word != "--smallest"), "_build/html")).resolve()
PAGES = ("six_million",) if SMALLEST else ("change_assumptions", "six_million")
MOVES, SLOWER = 2 if SMALLEST else 60, 4
SCREENS = {"wide": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 844}}
if SMALLEST:
    del SCREENS["wide"]

# From the input event until the task after the next frame: by then the frame has been painted.
# With `moving` false nothing is moved: what a frame takes on this computer, whatever the page does.
MEASURE = """async ([moves, moving]) => {
  const slider = document.querySelector('[data-parameter] input[type=range]');
  const times = [];
  for (let i = 0; i < moves; i++) {
    await new Promise(requestAnimationFrame);
    const start = performance.now();
    if (moving) {
      slider.value = String(1 + (i % 30) * 0.1);
      slider.dispatchEvent(new Event('input', { bubbles: true }));
    }
    await new Promise(done => requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = done;
      channel.port2.postMessage(0);
    }));
    times.push(performance.now() - start);
  }
  return times;
}"""


def main() -> None:
    with browser.started() as chromium:
        for name in PAGES:
            for screen, size in SCREENS.items():
                page = chromium.new_page(viewport=size)
                page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
                page.goto((SITE / f"{name}.html").as_uri(), wait_until="load")
                page.locator("[data-parameter]").first.scroll_into_view_if_needed()
                times = sorted(page.evaluate(MEASURE, [MOVES, True]))
                empty = statistics.median(page.evaluate(MEASURE, [MOVES, False]))
                print(
                    f"{name}, {screen}, {SLOWER}x slower: median {statistics.median(times):.1f} ms, 19 of 20 within "
                    f"{times[round(len(times) * 0.95) - 1]:.1f} ms, quickest {times[0]:.1f} ms; "
                    f"a frame in which nothing moves {empty:.1f} ms"
                )
                page.close()


if __name__ == "__main__":
    main()

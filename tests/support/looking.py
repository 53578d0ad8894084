# SPDX-License-Identifier: Apache-2.0
"""What is measured of every page that a browser shows: what it asks for, weighs, says, moves and holds."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page

from tests.support.shown_site import ShownSite

HEAVIEST = 60 * 1024  # of a first visit, before pictures
FURTHEST = 0.01  # that anything moves while a page loads, as Cumulative Layout Shift
_COUNTED = ("Document", "Stylesheet", "Script")
_AXE = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
_WATCH = """
window.moved = []; window.violations = [];
window.note = (entries) => {
  for (const each of entries) {
    if (each.hadRecentInput) continue;
    const what = each.sources.map((source) => source.node ? source.node.nodeName + "." + source.node.className : "?");
    window.moved.push([each.value, what.join(" ")]);
  }
};
window.watching = new PerformanceObserver((list) => window.note(list.getEntries()));
window.watching.observe({ type: "layout-shift", buffered: true });
document.addEventListener("securitypolicyviolation", (event) => {
  window.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
});
"""
_SETTLED = """Promise.all([...document.images].filter((each) => each.getBoundingClientRect().top < innerHeight)
  .map((each) => each.decode().catch(() => 0)))"""
_PAINTED = """new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => {
  window.note(window.watching.takeRecords());
  done(window.moved);
})))"""
_INLINE = """[...document.querySelectorAll("*")].filter((each) =>
  each.matches("style, [style], script:not([src]):not([type='application/json']), [href^='javascript:']")
  || [...each.attributes].some((one) => one.name.startsWith("on"))).map((each) => each.outerHTML.slice(0, 80))"""


class Glass:
    """One window of a browser, through which pages are looked at; ``faults`` says what is wrong with the one shown."""

    def __init__(self, browser: Browser, site: ShownSite, width: int, scheme: str, language: str = "en") -> None:
        self.site, self.width = site, width
        options: Any = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme, "locale": language}
        self.context = browser.new_context(**options)
        self.context.add_init_script(_WATCH)
        self.page = self.context.new_page()
        self.asked: list[str] = []
        self.said: list[str] = []
        self.weight = 0
        self._kinds: dict[str, str] = {}
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("console", self._hear)
        self._weigh()

    def _weigh(self) -> None:
        """Count what goes over the wire, and let nothing come from the cache: each visit is a first one."""
        wire = self.context.new_cdp_session(self.page)
        wire.send("Network.enable")
        wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
        wire.on("Network.responseReceived", lambda told: self._kinds.update({told["requestId"]: told["type"]}))
        wire.on("Network.loadingFinished", self._add)

    def _add(self, told: dict[str, Any]) -> None:
        if self._kinds.get(told["requestId"]) in _COUNTED:
            self.weight += int(told["encodedDataLength"])

    def _hear(self, message: ConsoleMessage) -> None:
        """Keep what the console says of errors; that the page itself is a 404 is no news."""
        is_status = message.text.startswith("Failed to load resource") and message.location["url"] == self.page.url
        if message.type in {"error", "warning"} and not is_status:
            self.said.append(message.text)

    def open(self, path: str, *, session: bool = False) -> int:
        """Show a page, as a member if ``session``, and return its status."""
        self.context.clear_cookies()
        if session:
            self.context.add_cookies([{"name": "session_id", "value": self.site.session, "url": self.site.index.url}])
        self.asked, self.said, self.weight = [], [], 0
        answer = self.page.goto(self.site.index.url + path)
        assert answer is not None
        return answer.status

    def faults(self) -> list[str]:
        """Everything that is wrong with the page that is shown."""
        self.page.evaluate(_SETTLED)  # pictures of descriptions are lazy: the load event does not wait for them
        moved = self.page.evaluate(_PAINTED)
        found = [f"moves: {moved}"] if sum(by for by, _ in moved) >= FURTHEST else []
        found += [f"asks elsewhere: {url}" for url in self.asked if not self._is_own(url)]
        found += [f"says: {text}" for text in self.said]
        found += [f"breaks its policy: {each}" for each in self.page.evaluate("window.violations")]
        found += [f"inline: {each}" for each in self.page.evaluate(_INLINE)]
        found += [f"weighs {self.weight} bytes"] if self.weight > HEAVIEST else []
        found += self._of_its_head()
        checked = Axe().run(self.page, options=_AXE)
        return found + ([checked.generate_report()] if checked.violations_count else [])

    def _is_own(self, url: str) -> bool:
        return url.startswith((f"{self.site.index.url}/", "data:"))

    def _of_its_head(self) -> list[str]:
        found = [] if self.page.locator("h1:not(.description h1)").count() == 1 else ["not one heading"]
        found += [] if self.page.locator("html[lang]").count() else ["no language"]
        named = self.page.locator(
            "meta[name=viewport], meta[name=color-scheme], meta[name=description]:not([content=''])"
        )
        return found + ([] if named.count() == 3 else ["no width, colours or description"])

    def widths(self) -> list[str]:
        """Tell where the page is wider than the narrowest telephone, in either direction of reading."""
        self.page.set_viewport_size({"width": 320, "height": 900})
        found = []
        for direction in ("rtl", "ltr"):
            self.page.evaluate("direction => { document.documentElement.dir = direction; }", direction)
            wide = self.page.evaluate("document.documentElement.scrollWidth")
            found += [f"{wide} wide at 320, {direction}"] if wide > 320 else []
        self.page.set_viewport_size({"width": self.width, "height": 900})
        return found


_FOCUS = """() => {
  const at = document.activeElement;
  if (!at || at === document.body || at === document.documentElement) return null;
  const style = getComputedStyle(at), box = at.getBoundingClientRect();
  const on = box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  const all = [...document.querySelectorAll("*")].indexOf(at);
  return [all, at.textContent.trim() || at.id || at.outerHTML.slice(0, 60),
          on && style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2];
}"""
_MOST_STOPS = 400


def tab_through(page: Page, key: str) -> tuple[list[str], list[str]]:
    """Press ``key`` until the page is left; return what had the focus, and what of it could not be seen to have it."""
    stops: list[str] = []
    unseen: list[str] = []
    seen: set[int] = set()
    while len(stops) < _MOST_STOPS:
        page.keyboard.press(key)
        at = page.evaluate(_FOCUS)
        if at is None or at[0] in seen:
            return stops, unseen
        seen.add(at[0])
        stops.append(at[1])
        unseen += [] if at[2] else [at[1]]
    raise AssertionError(f"The keyboard is trapped in {page.url}: {stops[-3:]}")

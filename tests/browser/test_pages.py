# SPDX-License-Identifier: Apache-2.0
"""Every kind of public page in Chromium: wide and narrow, light and dark, by keyboard, in print, in both directions."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.support.looking import Glass, tab_through
from tests.support.shown_site import OF_A_MEMBER, PAGES, PROJECT, WHEEL, ShownSite, shown_site

pytestmark = pytest.mark.browser

_MOVES = """[...document.querySelectorAll("*")].map((each) => getComputedStyle(each)).flatMap((style) =>
  [style.transitionDuration, style.animationDuration]).join().split(",").map(parseFloat)"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShownSite]:
    with shown_site(tmp_path_factory.mktemp("index")) as shown:
        yield shown


@pytest.fixture
def page(site: ShownSite, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(base_url=site.index.url, permissions=["clipboard-read", "clipboard-write"])
    yield context.new_page()
    context.close()


def with_components(site: ShownSite, glass: Glass) -> None:
    """Show the developers' page of components at an address of the site, which has it in developer mode only."""
    glass.page.route("**/dev/components/", lambda route: route.fulfill(body=site.components, content_type="text/html"))


@pytest.mark.parametrize(
    ("width", "scheme", "language"), [(1280, "light", "en"), (375, "dark", "he"), (1280, "dark", "ja")]
)
def test_every_page_keeps_its_promises(
    site: ShownSite, browser: Browser, width: int, scheme: str, language: str
) -> None:
    glass = Glass(browser, site, width, scheme, language)
    with_components(site, glass)
    wrong: dict[str, list[str]] = {}
    for path, status in {**PAGES, "/dev/components/": 200}.items():
        answered = glass.open(path, session=path in OF_A_MEMBER)
        found = [f"status {answered}"] if answered != status else glass.faults() + glass.widths()
        wrong |= {path: found} if found else {}
    glass.context.close()
    assert wrong == {}


def test_faults_are_seen(site: ShownSite, browser: Browser) -> None:
    glass = Glass(browser, site, 1280, "light")
    bad = '<h1 style="color: red">A</h1><h1>B</h1><img src="http://stranger.invalid/a.png"><p><b>x</b>' + "<p>y" * 9
    policy = {"content-security-policy": "default-src 'self'; img-src *"}
    glass.page.route("**/bad/", lambda route: route.fulfill(body=bad, headers=policy, content_type="text/html"))
    glass.open("/bad/")
    glass.page.evaluate("document.body.prepend(Object.assign(document.createElement('hr'), { height: '300' }))")
    glass.page.evaluate("document.querySelector('hr').setAttribute('style', 'color: red')")
    glass.page.evaluate("document.querySelector('hr').style.cssText = 'height: 300px'")
    glass.page.evaluate("document.querySelector('b').style.cssText = 'display: block; width: 500px'")
    glass.weight += 70_000
    told = "\n".join(glass.faults() + glass.widths())
    glass.context.close()
    for each in ("moves: ", "asks elsewhere: http://stranger.invalid/a.png", "breaks its policy: style-src", "inline: ",
                 "weighs 70", "not one heading", "no language", "image-alt", "wide at 320, rtl"):  # fmt: skip
        assert each in told, each


@pytest.mark.parametrize("path", ["/", "/search/?q=shown", "/project/shown/", "/stats/", "/account/login/"])
def test_the_keyboard_comes_everywhere_sees_where_it_is_and_leaves_again(page: Page, path: str) -> None:
    page.goto(path)
    page.evaluate("document.activeElement.blur()")
    forth, unseen = tab_through(page, "Tab")
    assert forth[0] == "Skip to content"
    assert unseen == []
    back, _ = tab_through(page, "Shift+Tab")
    assert back == forth[::-1]


def test_skip_search_tabs_menus_and_copying_by_keyboard(page: Page, site: ShownSite) -> None:
    page.goto("/")
    page.keyboard.press("Tab")
    assert page.locator(".skip").bounding_box()["x"] >= 0  # type: ignore[index]
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.get_by_role("searchbox").focus()
    page.keyboard.type("shown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=shown")
    page.locator(".hits a").first.press("Enter")
    page.locator("button.copy").first.press("Enter")
    page.locator("button.copy", has_text="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == f"pip install --index-url {site.index.url}/simple/ shown"
    page.locator(".tabs").get_by_role("link", name="Statistics").press("Enter")
    page.wait_for_url("**/statistics/")
    page.locator("summary").first.press("Enter")
    assert page.locator("details table").first.is_visible()


def test_nothing_moves_for_long_and_nothing_with_reduced_motion(page: Page) -> None:
    for path in ("/project/shown/", "/search/?q=shown"):
        page.emulate_media(reduced_motion="no-preference")
        page.goto(path)
        assert 0 < max(page.evaluate(_MOVES)) < 0.15
        page.emulate_media(reduced_motion="reduce")
        assert max(page.evaluate(_MOVES)) == 0


def test_a_project_prints_without_what_paper_cannot_do_and_with_addresses(page: Page) -> None:
    page.emulate_media(media="print", color_scheme="dark")
    page.goto(PROJECT)
    for gone in ("header.bar", "footer.bar", ".skip", ".tabs", ".copy", ".supporters"):
        assert not page.locator(gone).first.is_visible(), gone
    for kept in ("h1 .version", ".install pre", ".facts-line", "article.description", ".column-facts"):
        assert page.locator(kept).first.is_visible(), kept
    link = page.locator(".description a", has_text="link")
    assert link.evaluate("link => getComputedStyle(link, '::after').content") == '" (https://example.org/)"'
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(255, 253, 248)"
    page.set_viewport_size({"width": 718, "height": 1000})  # A4, less its margins
    assert page.evaluate("document.documentElement.scrollWidth") <= 718
    code = page.locator(".description pre")
    assert code.evaluate("code => code.scrollWidth <= code.clientWidth"), "no line of code is cut off"


def test_right_to_left_turns_the_page_but_neither_code_nor_versions(page: Page) -> None:
    page.goto(f"{PROJECT}files/")
    page.evaluate("document.documentElement.dir = 'rtl'")
    main, aside = page.locator(".column-main").bounding_box(), page.locator(".column-facts").bounding_box()
    brand = page.locator(".brand").bounding_box()
    assert main is not None and aside is not None and brand is not None  # noqa: PT018
    assert main["x"] > aside["x"]
    assert brand["x"] > 640
    for same in (".install pre", "h1 .version", "h3 .mono", ".hashes dd"):
        style = page.locator(same).first.evaluate(
            "e => [getComputedStyle(e).direction, getComputedStyle(e).unicodeBidi]"
        )
        assert style == ["ltr", "isolate"], same
    page.goto(f"{PROJECT}inside/{WHEEL}/at/shown/__init__.py")
    page.evaluate("document.documentElement.dir = 'rtl'")
    assert page.locator("pre.source").evaluate("e => getComputedStyle(e).direction") == "ltr"
    page.goto(PROJECT)
    page.evaluate("document.documentElement.dir = 'rtl'")
    written = page.locator("article.description").evaluate("e => getComputedStyle(e).direction")
    assert written == "ltr", "an English description is English in every language of the site"


def test_old_browsers_are_told(page: Page) -> None:
    page.goto("/")
    assert not page.locator(".outdated").is_visible()
    page.route(re.compile(r"/site\.\w+\.css"), lambda route: route.fulfill(
        body=route.fetch().text().replace("selector(:has(a))", "selector(:unheard-of(a))"), content_type="text/css"
    ))  # fmt: skip
    page.reload()
    assert page.locator(".outdated").is_visible()


def test_everything_works_without_scripts(site: ShownSite, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False, base_url=site.index.url)
    page = context.new_page()
    page.goto("/")
    assert page.locator("noscript .remark").is_visible()
    page.get_by_label("Search projects").fill("SHO")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="shown").click()
    assert page.locator("h1").first.inner_text().startswith("shown")
    assert not page.locator("button.copy").first.is_visible()
    context.close()


def test_the_description_is_rendered_and_sanitised(page: Page) -> None:
    page.goto(PROJECT)
    article = page.locator("article.description")
    assert article.locator("table").count() == 1
    assert article.locator("script").count() == 0
    assert "nofollow" in (article.locator("a", has_text="link").get_attribute("rel") or "")
    assert article.locator("img").evaluate("picture => picture.decode().then(() => picture.naturalWidth)") > 0

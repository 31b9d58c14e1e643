"""What must be read from a moving belt stands out from its ground by 7:1 (WCAG 2.2, enhanced), in both themes, as drawn."""

from __future__ import annotations

import pytest
from fake_host import app_at
from textual.color import Color

from treadctl.tui.themes import DARK, LIGHT

ALARMS = ("holding", "hands-off", "safety-stop")


def luminance(colour: Color) -> float:
    """Relative luminance, by the formula of WCAG 2.2."""
    parts = [value / 255 for value in (colour.r, colour.g, colour.b)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Color, other: Color) -> float:
    """From 1 (the same) to 21 (black on white)."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_the_formula_knows_black_on_white() -> None:
    assert contrast(Color(0, 0, 0), Color(255, 255, 255)) == pytest.approx(21.0)
    assert contrast(Color(119, 119, 119), Color(255, 255, 255)) == pytest.approx(4.48, abs=0.01)


async def cells(moment: str, light: bool, selector: str) -> set[tuple[Color, Color]]:
    """Foreground and ground of all cells of a widget that are not empty, as the terminal gets them."""
    app, _ = app_at(moment, light)
    async with app.run_test(size=(120, 34)) as pilot:
        await app.look()
        await pilot.pause()
        found = set()
        region = app.screen.query_one(selector).region
        for y in range(region.y, region.bottom):
            at = 0
            for text, style, _ in app.screen._compositor.render_strips()[y]:
                inside = region.x <= at < region.right
                at += len(text)
                if inside and text.strip() and style is not None and style.color is not None and style.bgcolor is not None:
                    found.add((Color.from_rich_color(style.color), Color.from_rich_color(style.bgcolor)))
        return found


def ground(light: bool, name: str) -> Color:
    """A colour of a theme."""
    return Color.parse(getattr(LIGHT if light else DARK, name))


def apart(found: set[tuple[Color, Color]], ground: Color) -> float:
    """The least contrast of what is drawn; a full cell has its own colour as ground, so the widget's counts."""
    return min(contrast(fore, ground if fore == back else back) for fore, back in found)


@pytest.mark.asyncio
@pytest.mark.parametrize("light", [False, True], ids=["dark", "light"])
async def test_the_three_numbers_and_the_cue_stand_out_by_seven_to_one(light: bool) -> None:
    surface, background = ground(light, "surface"), ground(light, "background")
    for tile in ("#grade", "#speed", "#left"):
        found = await cells("running", light, tile)
        assert found
        assert apart(found, surface) >= 7
    found = await cells("running", light, "#cue")
    assert found
    assert apart(found, background) >= 7


@pytest.mark.asyncio
@pytest.mark.parametrize("light", [False, True], ids=["dark", "light"])
@pytest.mark.parametrize("moment", ALARMS)
async def test_an_alarm_is_in_reverse_video_and_stands_out_by_seven_to_one(moment: str, light: bool) -> None:
    background, foreground = ground(light, "background"), ground(light, "foreground")
    found = await cells(moment, light, "#cue")
    assert found
    assert {fore for fore, _ in found} == {background}
    assert apart(found, foreground) >= 7


@pytest.mark.asyncio
@pytest.mark.parametrize("light", [False, True], ids=["dark", "light"])
async def test_a_lost_link_turns_the_whole_screen_round(light: bool) -> None:
    foreground = ground(light, "foreground")
    for part in ("#hero", "#advice", "#words"):
        found = await cells("link-lost", light, part)
        assert found
        assert {back for fore, back in found if fore != back} <= {foreground}
        assert apart(found, foreground) >= 7


@pytest.mark.asyncio
async def test_t_changes_the_theme_and_back() -> None:
    app, host = app_at("running")
    async with app.run_test() as pilot:
        await app.look()
        assert app.theme == "treadctl-dark"
        await pilot.press("t")
        assert app.theme == "treadctl-light"
        await pilot.press("T")
        assert app.theme == "treadctl-dark"
    assert host.pressed == []

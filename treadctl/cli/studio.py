"""`treadctl studio`: staff start a class program on a room of treadmills."""

from __future__ import annotations

from typing import Final

from cyclopts import App

BROKER_HELP: Final = (
    "Pass the studio's words between console and lanes: a broker of its own, on this computer unless users are named.\n\n"
    "Any broker that speaks MQTT 3.1.1 can stand in its place. Ctrl+C ends it: the lanes go on."
)
LANE_HELP: Final = (
    "Take part in classes with the treadmill beside this computer; on mocks, as several lanes at once.\n\n"
    'The runner says "I\'m ready" here: with a and Enter, on a number pad (5 is ready, 0 is STOP, 8 and 2 flatter and steeper, 4 '
    "and 6 slower and faster), or with START on the treadmill's own console. Whatever happens to the network, the runner's keys "
    "work.\n\n"
    "Ctrl+C stops the belt and leaves when it is still; a second one leaves at once, with a last Stop."
)
COACH_HELP: Final = "The staff's console: send a program to all lanes, start the class, STOP ALL."
SETUP_HELP: Final = "Make a room: keys, users, access, a broker's configuration and a service file for each lane."
FIND_HELP: Final = "Which of these treadmills is lane 7? Press speed + on its console."
DEMO_HELP: Final = (
    "All of it on this computer, in one command: a broker, mock lanes with mock runners, and the console.\n\n"
    "Use this to see a class before there is a room for one. Send a program, wait until the runners are ready, press START "
    "CLASS. No real belt moves. It ends with the console, or with Ctrl+C."
)

app = App(name="studio", help="Classes: a program started together on a room of treadmills.", help_format="plaintext")
# By name, so that --help imports none of them; with their help here, for the same reason.
app.command("treadctl.cli.studio_demo:demo", name="demo", help=DEMO_HELP)
app.command("treadctl.cli.studio_setup:setup", name="setup", help=SETUP_HELP)
app.command("treadctl.cli.studio_broker:broker", name="broker", help=BROKER_HELP)
app.command("treadctl.cli.studio_lane:lane", name="lane", help=LANE_HELP)
app.command("treadctl.cli.studio_coach:coach", name="coach", help=COACH_HELP)
app.command("treadctl.cli.studio_find:find", name="find", help=FIND_HELP)

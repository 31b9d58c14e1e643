"""The engine's numbers, each with its reason. docs/safety.md shows them as one table; tests restate them by hand."""

from __future__ import annotations

from typing import Final

from treadctl.units import Grade, Speed

TICK_S: Final = 0.25
"""The engine is stepped at least this often: a key is acted on within a tick."""

# Raises: half of what the gate lets through, so that in normal running it never refuses.
RAISE: Final = Speed(100)
"""Largest raise in one command on level or uphill: with RAISE_SPACING_S 0.5 km/h per s, a brisk home belt (hw_notes.md §2.3)."""
RAISE_ON_DECLINE: Final = Speed(40)
"""Largest raise in one command on a decline: 0.2 km/h per s (our judgement; speed loads as much as grade does)."""
STEEPEN: Final = Grade(20)
"""Largest steepening in one command: a link lost on the way leaves the deck at most this much steeper than it is."""
RAISE_SPACING_S: Final = 2.0
"""Between two raises, or two steepenings: consoles beep at each (QZ#973)."""

RAISE_SIGHT_S: Final = 2.0
"""A raise is decided on telemetry younger than this: the gate wants it younger than 3 s when the link gets to write it."""
GATE_RAISE_AT_MOST: Final = Speed(180)
GATE_STEEPEN_AT_MOST: Final = Grade(36)
"""The gate measures from all of the last half second and one reading before; nine tenths of what it allows from there."""
GATE_REMEMBERS_S: Final = 25.0
"""The gate measures from what it last cleared for 20 s; with this we stay behind it."""
LINK_SPACING_S: Final = 0.4
"""From an answer to any raise: what the link keeps between two writes, so that a raise never waits there for worse news."""
ANSWER_SPACING_S: Final = 1.0
"""From an answer to the next raise of its kind: a command that was written late is as far from it as the gate wants. Ours."""
TRY_AGAIN_S: Final = 1.0
"""A command that never left is planned again after this long. Ours."""
REJECTED_AGAIN_S: Final = 5.0
"""One that was rejected after this long, if it makes things milder; a raise waits for a key. Ours."""
TRIES: Final = 5
"""After so many in a row nothing gets faster or steeper without a key, and a still deck is asked to go level no more. Ours."""

# Arrival: what counts as there.
SPEED_WITHIN: Final = Speed(30)
"""A belt within this of its target has arrived; belts wobble by 0.1–0.2 km/h under a foot. Ours."""
GRADE_WITHIN: Final = Grade(2)
"""A deck within this (or half its own step) of its target has arrived. Ours."""
SLOWING_AT_MOST: Final = 100.0
"""No belt slows faster than this (0.01 km/h per s): telemetry that shows it sooner shows the setpoint (FitShow)."""
TIPPING_AT_MOST: Final = 10.0
"""No deck moves faster than this (0.1 % per s): likewise."""
ARRIVAL_AT_MOST_S: Final = 45.0
"""A step's clock waits this long for belt and deck after a start, a resume or a skip, then runs: a late machine must not
keep somebody on a step for ever. Twice what −10 takes at the default deck rate, rounded up. Ours."""

# Tipping.
ANNOUNCED_FROM: Final = Grade(10)
"""A steepening larger than this is counted down, three, two, one; smaller ones (ramps, keys) are not. Ours."""
COUNT: Final = 3
"""Seconds of spoken countdown, before a start and before the deck tips."""
DECK_RATE: Final = 5.0
"""Deck travel assumed until measured, 0.1 % per s: no source measures one for declines, so slow (hw_notes.md §2.3)."""
DECK_LAG_S: Final = 0.8
"""From a write to the deck's first movement. Ours; a mistake here costs fidelity, not safety."""
BELT_RATE: Final = 50.0
"""Belt change assumed until measured, 0.01 km/h per s: 0.49 km/h per s measured on one treadmill (hw_notes.md §2.3)."""

# Telemetry.
STALE_S: Final = 3.0
"""Telemetry older than this: no raise. Three one-second notifications missed."""
SILENT_S: Final = 8.0
"""Telemetry older than this: Stop. Long enough for a radio hiccup, short enough to matter."""
STILL_S: Final = 3.0
"""A belt is still only after this long at zero: machines send stray zero frames (hw_notes.md §2.7)."""
CONFIRM_S: Final = 0.5
"""Two readings this far apart are needed before a steep deck counts as measured, not as a glitch."""
TOLERANCE_AT_MOST: Final = Grade(5)
"""A deck may read this much past −10 (or one machine step, if smaller) before it is stopped for it."""

STEEPEST_TOLD: Final = Grade(1000)
"""A machine that tells of more than 100 % up or down tells nonsense, and the word is dropped."""
JUMP: Final = Grade(10)
"""A deck that seems to have leapt by more than this, and TIPPING_AT_MOST, is believed at the second reading. Ours."""
START_TAKES_S: Final = 30.0
"""So long after a Start a belt at zero may yet begin to move: 15 s seen on KingSmith, plus a countdown and some more."""

# Following.
NOT_FOLLOWING_S: Final = 12.0
"""No movement toward the target for this long: not following. A slow Sole F80 lags 7 s (QZ#1879)."""
NOT_MOVING_S: Final = 25.0
"""A belt that has not moved this long after Start will not: 15 s seen on KingSmith, 6 s on Omega Z, plus a countdown."""
COMING_UP_S: Final = 20.0
"""What comes next is announced this long ahead; before slowing and tipping begin at any learned rate. Ours."""
COMING_UP_BEFORE_MOVING_S: Final = 9.0
"""And at least this long before a steepening begins to slow or count: a long way down begins early. Ours."""
ECHO_S: Final = 15.0
"""A status that repeats a target, or a Start, that we sent this recently is its echo, not a press at the console."""
OWN_STATUS_S: Final = 2.0
"""A changed target told this soon after ours is the machine reading ours back; no wish of the runner (FTMS v1.0 §4.17)."""
ROUNDED_SPEED: Final = Speed(20)
"""A machine that tells our target back at most this much slower has rounded it to its own steps (belts that count in mph)."""
ROUNDED_GRADE: Final = Grade(10)
"""Likewise for a deck: one step of the coarsest grid met, a whole percent."""
REVERSING_S: Final = 4.0
"""A deck may go on the old way for this long after a new command before it counts as going the wrong way. Ours."""
CLIMBED: Final = Grade(10)
"""A deck that shows this much more than it stood at, after its first negative command, takes down for up. Ours."""
MILE: Final = 1.609344
"""Kilometres in a mile (exact by definition): a belt that is off by this factor counts in the other unit."""
SLIP_WITHIN: Final = 0.04
"""So near (as a share) a belt is to being off by that factor: 0.1 km/h shown at 2.9 is 3 %, and some rounding. Ours."""
SLIP_RESTS: Final = Speed(10)
"""It rests there if its readings of SLIP_RESTS_S differ by no more than this: consoles show 0.1 km/h. Ours."""
SLIP_RESTS_S: Final = 5.0
"""A belt of 0.05 km/h per s, ten times slower than most, moves on by more than that in this time. Ours."""
MILES_OVER_M: Final = 50
"""At least so many metres by its own speed, twice in a row, are compared with its distance: a walk of a minute in all. Ours."""
MILES_WITHIN: Final = 0.1
"""So near, as a share, distance is to being 1.609 times what the speed makes. Ours."""
TOO_FAST: Final = Speed(100)
"""A machine that says it makes this much more of a target is stopped before it gets there; mph for km/h is 60 % more. Ours."""
SETTLED_S: Final = 3.0
"""A target counts as settled after this long; if the measured value moves then, somebody moved it at the console."""
CONSOLE_SPEED: Final = Speed(30)
"""Smallest move of a settled belt that counts as a console change. Ours."""
CONSOLE_GRADE: Final = Grade(5)
"""Smallest move of a settled deck that counts as a console change. Ours."""

# What a runner wears.
POD_FRESH_S: Final = 3.0
"""A foot pod's word older than this says nothing about now: three of its one-second notifications missed. Ours."""
WORN_S: Final = 5.0
"""A step rate or heart rate older than this is not shown. Ours."""
NO_STEPS_ABOVE: Final = Speed(400)
"""Above this a belt that nobody steps on is slowed; below it people stand on the rails to drink. Ours."""
NO_STEPS_S: Final = 5.0
"""No steps felt for this long: slow to a walk. A pod takes a few seconds to say that steps have ended. Ours."""
NOBODY_S: Final = 10.0
"""And for this long after that: Stop. Long enough to press a key. Ours."""

# The session.
DECLINE_CAP_S: Final = 20 * 60.0
"""Decline minutes of one session, after which the deck is levelled whatever anybody asks (A3.4)."""
DECLINES_FROM: Final = Grade(-5)
"""True grade at or below which time counts as decline: half a percent, the finest step decks move by. Ours."""
FULL_SPEED_TO: Final = Grade(-40)
"""Down to here a decline may be run at the whole easy pace (our judgement, science.md §5.6) …"""
STEEPEST_SHARE: Final = 90
"""… and at this percentage of it at −10, linearly between."""
KEY_SPEED: Final = Speed(50)
"""One press of faster or slower."""
KEY_AHEAD: Final = Speed(200)
"""A key that is held down asks for no more than this above what the belt is seen to do. Ours."""
KEY_GRADE: Final = Grade(5)
"""One press of flatter or steeper."""
EXTEND_S: Final = 60
"""One press of extend."""
EXTEND_M: Final = 200
"""One press of extend on a step by distance."""
BACK_S: Final = 5.0
"""Within this of a step's start, back goes to the step before."""
STOPPED_WITHIN_S: Final = 30.0
"""A belt must be seen still this long after Stop, or the runner is told that it was not. 13 s seen (Omega Z)."""
STOPPING_AT_LEAST_S: Final = 1.0
"""A session stays this long for its Stop, and a request for level, to be written and answered, however still the belt. Ours."""
ENDING_AT_MOST_S: Final = 60.0
"""Levelling and slowing at the end take at most this long before Stop is sent all the same."""
LEVELLING_AT_MOST_S: Final = 90.0
"""Bringing a still deck level before a start takes at most this long."""
ABANDONED_S: Final = 120.0
"""Disarmed and untouched for this long, a session ends by itself; the console has the belt."""
SECOND_STOP_S: Final = 15.0
"""Without a link a second Stop this long after the first ends the session and leaves it to the guardian: sooner it is the same
press, or a fright. Ours."""
STOP_LOOKS_S: Final = 3.0
"""A Stop that waited for its link looks at the belt for so long without a word of it, then leaves: some treadmills take a Stop at
standstill for a start (QZ#470). A moving belt tells of itself once a second, and that frame sends it; this counts for a link
that is blind, and the notifications are switched on in it. Ours."""
PAUSE_AT_MOST_S: Final = 600.0
"""A pause untouched for this long ends the session: consoles give up after one to five minutes (hw_notes.md §4.1)."""
PAUSE_HEEDED_S: Final = 8.0
"""A belt that is as fast as before, or not slowing, this long after Pause ignores it: twice what the slowest takes (Omega Z)."""

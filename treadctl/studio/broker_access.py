"""Who may enter the embedded broker, and publish and hear what, as plug-ins of amqtt: `users` and the table of `topics`."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from amqtt.contexts import Action, BaseContext
from amqtt.plugins.base import BaseAuthPlugin, BaseTopicPlugin
from amqtt.session import Session

from treadctl.studio.topics import NOTHING, Access, access_of
from treadctl.studio.users import Users

ENTER: Final = f"{__name__}.RoomUsers"
USE: Final = f"{__name__}.RoomAccess"


class RoomUsers(BaseAuthPlugin):
    """Asked when somebody connects. A last will is a message too, and amqtt asks nobody about its topic: so it is asked here."""

    def __init__(self, context: BaseContext) -> None:
        super().__init__(context)
        self._studio: str = self._get_config_option("studio")
        self._users = Users.read(Path(self._get_config_option("users")))

    async def authenticate(self, *, session: Session) -> bool:
        """Whether this user may come in, and leave this will."""
        if session.will_flag and not _access(session.username, self._studio).may_publish(session.will_topic or ""):
            return False
        return await asyncio.to_thread(self._users.lets_in, session.username, session.password)

    @dataclass
    class Config:
        """The studio this broker serves, and its password file."""

        studio: str
        users: str


class RoomAccess(BaseTopicPlugin):
    """Asked about every topic that is published on, subscribed to or delivered."""

    def __init__(self, context: BaseContext) -> None:
        super().__init__(context)
        self._studio: str = self._get_config_option("studio")

    async def topic_filtering(
        self, *, session: Session | None = None, topic: str | None = None, action: Action | None = None
    ) -> bool:
        """Whether this user may do that."""
        access = _access(None if session is None else session.username, self._studio)
        if action is Action.PUBLISH:
            return access.may_publish(topic or "")
        return access.may_subscribe(topic or "")

    @dataclass
    class Config:
        """The studio this broker serves."""

        studio: str


@lru_cache(maxsize=2048)
def _access(user: str | None, studio: str) -> Access:
    return NOTHING if not user else access_of(user, studio)

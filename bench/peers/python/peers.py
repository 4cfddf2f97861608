"""Keeps conversations with the sessions of Python packages and times its own loops.

One line of JSON in, one out:
    {"do": "open", "peer": ..., "name": ..., "length": ..., "url": ..., "prefix": ..., "folder": ...}
    {"do": "time", "name": ..., "task": ..., "runs": ...} gives {"ms": ...} for one run on average
    {"do": "close", "name": ...}
The tasks are those of ../peer.ts, what is said is that of ../conversation-items.ts.
"""

import asyncio
import json
import os
import sys
import time

from agents import SQLiteSession
from agents.extensions.memory import RedisSession
from redis_openai_agents import JSONSession

CHARACTERS = 250
FILLING = "conversation " * 20
BATCH = 500
NEWEST = 20
NEWEST_OF_ROLE = 10
NEW = 4
TTL_SECONDS = 3600
TOKENS = 7


def text_of(name, number):
    text = f"{name} {number} "
    return text + FILLING[: CHARACTERS - len(text)]


def user(text):
    return {"type": "message", "role": "user", "content": text}


def assistant(text):
    content = [{"type": "output_text", "text": text}]
    return {"type": "message", "role": "assistant", "status": "completed", "content": content}


def message(name, number):
    text = text_of(name, number)
    return user(text) if number % 2 == 0 else assistant(text)


def turn(name, number):
    call_id = f"call_{name}_{number}"
    return [
        user(text_of(name, number)),
        {
            "type": "function_call",
            "call_id": call_id,
            "name": "look_up",
            "status": "completed",
            "arguments": json.dumps({"query": text_of(name, number + 1)}),
        },
        {
            "type": "function_call_output",
            "call_id": call_id,
            "output": text_of(name, number + 2),
        },
        assistant(text_of(name, number + 3)),
    ]


class SdkKeeper:
    """A session of the Python SDK."""

    def __init__(self, session):
        self.session = session

    async def fill(self, items):
        await self.session.add_items(items)

    async def append(self, items):
        await self.session.add_items(items)

    async def read_all(self):
        return len(await self.session.get_items())

    async def read_newest(self, limit):
        return len(await self.session.get_items(limit))

    async def close(self):
        closing = self.session.close()
        if closing is not None:
            await closing


class JsonSessionKeeper:
    """The class JSONSession of redis-openai-agents."""

    def __init__(self, session):
        self.session = session

    @staticmethod
    def fields(item):
        role = item.get("role", "tool")
        content = item.get("content") or item.get("arguments") or item.get("output")
        return role, content if isinstance(content, str) else content[0]["text"]

    async def fill(self, items):
        """Many at once, which is not timed: the class can only add one after the other."""
        client = await self.session._get_client()
        entries = []
        for item in items:
            role, content = self.fields(item)
            entries.append(
                {
                    "id": os.urandom(8).hex(),
                    "role": role,
                    "content": content,
                    "timestamp": time.time(),
                    "agent": None,
                    "tokens": TOKENS,
                }
            )
        await client.json().arrappend(self.session._key, "$.messages", *entries)

    async def append(self, items):
        for item in items:
            role, content = self.fields(item)
            await self.session.add_message(role, content, agent="Assistant", tokens=TOKENS)

    async def read_all(self):
        return len(await self.session.get_messages())

    async def read_newest(self, limit):
        return len(await self.session.get_messages(limit=limit))

    async def read_newest_of_user(self, limit):
        """It does not limit what it filters."""
        return len((await self.session.get_messages(role="user", limit=limit))[-limit:])

    async def close(self):
        await self.session.close()


async def open_json_session(request):
    session_id = f"{request['prefix']}{request['name']}"
    session = JSONSession(session_id, "user", request["url"], ttl=TTL_SECONDS)
    await session.create()
    return JsonSessionKeeper(session)


async def open_redis_session(request):
    return SdkKeeper(
        RedisSession.from_url(
            request["name"], url=request["url"], key_prefix=request["prefix"], ttl=TTL_SECONDS
        )
    )


async def open_sqlite_session(request):
    path = os.path.join(request["folder"], f"{request['name']}.db")
    return SdkKeeper(SQLiteSession(request["name"], path))


OPENERS = {
    "JSONSession": open_json_session,
    "RedisSession": open_redis_session,
    "SQLiteSession": open_sqlite_session,
}


class Conversation:
    def __init__(self, name, keeper):
        self.name = name
        self.keeper = keeper
        self.length = 0

    async def fill(self, length):
        while self.length < length:
            count = min(BATCH, length - self.length)
            await self.keeper.fill(self.next_messages(count))

    def next_messages(self, count):
        items = [message(self.name, self.length + index) for index in range(count)]
        self.length += count
        return items

    def next_turn(self):
        items = turn(self.name, self.length)
        self.length += len(items)
        return items

    async def time(self, task, runs):
        spent = 0.0
        for _ in range(runs):
            if task == "live-read":
                await self.keeper.append(self.next_messages(NEW))
            work, expected = self.work_of(task)
            start = time.perf_counter()
            got = await work
            spent += time.perf_counter() - start
            if got != expected:
                raise ValueError(f"{task} got {got} entries, not {expected}")
        return spent / runs * 1000

    def work_of(self, task):
        keeper = self.keeper
        if task == "append":
            return keeper.append(self.next_messages(1)), None
        if task == "append-turn":
            return keeper.append(self.next_turn()), None
        if task in ("first-read", "live-read"):
            return keeper.read_all(), self.length
        if task in ("newest", "newest-messages"):
            return keeper.read_newest(NEWEST), NEWEST
        if task == "newest-of-role":
            return keeper.read_newest_of_user(NEWEST_OF_ROLE), NEWEST_OF_ROLE
        raise ValueError(f"there is no task {task}")


async def answer(conversations, request):
    name = request["name"]
    if request["do"] == "open":
        conversation = Conversation(name, await OPENERS[request["peer"]](request))
        conversations[name] = conversation
        await conversation.fill(request["length"])
        return {}
    if request["do"] == "time":
        return {"ms": await conversations[name].time(request["task"], request["runs"])}
    await conversations.pop(name).keeper.close()
    return {}


async def main():
    conversations = {}
    # Nothing else goes on meanwhile, so it may block.
    for line in sys.stdin:
        try:
            reply = await answer(conversations, json.loads(line))
        except Exception as error:
            reply = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(reply), flush=True)


asyncio.run(main())

"""Where learnt heads are kept, which one fits an index, and learning one when none does."""

from __future__ import annotations

import logging
import os
import time
from pathlib import Path
from threading import Lock, Thread

from bot.nlu import topic_head
from bot.nlu.topic_head import Head
from bot.nlu.topics import TopicIndex

log = logging.getLogger(__name__)

_QUIET = 45.0  # seconds without another change of the content before it is learnt anew
_ENOUGH = 0.8  # of the topics that a head of earlier content must share with the index: else it is of another content
_STALE_LOCK = 900.0  # seconds


class Heads:
    """The heads in one folder. One for a process; thread-safe."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[str, Head] = {}
        self._lock = Lock()
        self._learning: Thread | None = None
        self._wanted: tuple[str, float] = ("", 0.0)  # fingerprint, since when

    def attach(self, index: TopicIndex) -> bool:
        """Give the index the head of its examples, else the newest of earlier content that knows most of its topics.

        True if the head is of these very examples.
        """
        if not index.examples:
            return False
        name = index.fingerprint
        if index.head is not None and index.head.fingerprint == name:
            return True
        head = self._read(topic_head.path_of(self._folder, name))
        if head is None and index.head is None:
            head = self._nearest(set(index.topics))
        index.head = head or index.head
        return index.head is not None and index.head.fingerprint == name

    def ensure(self, index: TopicIndex) -> None:
        """Attach the head of these very examples, learning it now if need be: half a minute for 15,000 questions."""
        if not self.attach(index):
            self._learn(index)

    def keep_up(self, index: TopicIndex) -> None:
        """Attach what there is; learn beside us once the content has been quiet for a while. Never blocks."""
        if self.attach(index) or not index.examples or (self._learning and self._learning.is_alive()):
            return
        name = index.fingerprint
        if self._wanted[0] != name:
            self._wanted = (name, time.monotonic())
        elif time.monotonic() - self._wanted[1] >= _QUIET:
            self._wanted = (name, time.monotonic())
            self._learning = Thread(target=self._learn_alone, args=(index,), name="topics", daemon=True)
            self._learning.start()

    def _learn_alone(self, index: TopicIndex) -> None:
        """Learn unless another process of this host is at it; it will leave a file that we read."""
        lock = self._folder / "learning"
        self._folder.mkdir(parents=True, exist_ok=True)
        try:
            if lock.exists() and time.time() - lock.stat().st_mtime > _STALE_LOCK:
                lock.unlink(missing_ok=True)
            os.close(os.open(lock, os.O_CREAT | os.O_EXCL))
        except OSError:
            return
        try:
            self._learn(index)
        except Exception as error:  # answers go on with what there is
            log.error("the topics could not be learnt: %s", type(error).__name__)
        finally:
            lock.unlink(missing_ok=True)

    def _learn(self, index: TopicIndex) -> None:
        head = Head.learn(index.examples, index.vectors, index.means)
        if head is not None:
            path = head.write(self._folder)
            # From the file, as every other process will have it.
            index.head = self._read(path) or head

    def _nearest(self, topics: set[str]) -> Head | None:
        for path in topic_head.newest_first(self._folder):
            head = self._read(path)
            if head is not None and len(topics & set(head.topics)) >= _ENOUGH * max(len(topics), len(head.topics)):
                return head
        return None

    def _read(self, path: Path) -> Head | None:
        with self._lock:
            if path.name not in self._known:
                head = Head.read(path) if path.is_file() else None
                if head is None:
                    return None
                self._known = {path.name: head}
            return self._known[path.name]

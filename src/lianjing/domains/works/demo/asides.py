"""What goes beside a step: a question to another post with its answer, a copy for information that is read."""

from __future__ import annotations

from lianjing.domains.works.demo.job import Job
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.org.models import Post
from lianjing.runtime.org.queries import posts_held
from lianjing.runtime.process import consulting
from lianjing.runtime.scene_queue import Script


def post_of(job: Job, number: str) -> Post:
    """Return the first post that a person holds today."""
    return posts_held(job.desk.person(number), job.desk.today)[0].post


def consulted(
    job: Job, matter: Matter, step: str, *, asker: str, asked: str, question: str, answer: str
) -> Script[None]:
    """Let the holder of a step ask another post before he goes on; it answers half a day later."""
    scene = job.desk.scene
    scene.pass_time(hours=0.1)
    inquiry = consulting.ask(
        item_id=scene.item(matter, step).pk,
        person_id=job.desk.person(asker),
        to=[(post_of(job, asked).pk, None)],
        question=question,
        is_required=True,
        now=scene.now,
    )
    yield 0.4
    scene.pass_time(hours=0.1)
    consulting.answer(
        answer_id=inquiry.answers.get().pk, person_id=job.desk.person(asked), text=answer, now=scene.now
    )


def circulated(job: Job, matter: Matter, *, sender: str, readers: tuple[str, ...], text: str) -> Script[None]:
    """Let a matter be shown to others; the first of them signs it as read."""
    scene = job.desk.scene
    scene.pass_time(hours=0.1)
    row = consulting.circulate(
        matter_id=matter.pk,
        person_id=job.desk.person(sender),
        to=[(job.desk.person(number), post_of(job, number).pk) for number in readers],
        text=text,
        now=scene.now,
    )
    yield 0.3
    scene.pass_time(hours=0.1)
    consulting.read_copy(
        circulation_id=row.pk, person_id=job.desk.person(readers[0]), now=scene.now, remark="已阅。"
    )

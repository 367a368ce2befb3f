"""Who is told of a revision: the approvers when it is submitted, its author when it is decided."""

from __future__ import annotations

from lianjing.runtime import codes
from lianjing.runtime.message.services import one_line, send
from lianjing.runtime.org.models import Post
from lianjing.runtime.org.queries import holders
from lianjing.runtime.revision.models import Revision
from lianjing.runtime.revision.queries import APPROVER
from lianjing.runtime.trail.act import Act


def tell_approvers(revision: Revision, act: Act) -> None:
    """Tell the holders of the approver's post that a revision waits for them."""
    posts = Post.objects.filter(key=APPROVER).values_list("id", flat=True)
    people = [each.person_id for post_id in posts for each in holders(post_id, act.day)]
    send(
        to_person_ids=[person_id for person_id in people if person_id != revision.author_person_id],
        kind="rule_submitted",
        subject=one_line(revision.title),
        link=f"/revisions/{revision.pk}/",
        now=act.now,
        sender_person_id=act.actor.person_id,
    )


def tell_author(revision: Revision, act: Act) -> None:
    """Tell the author what became of his revision."""
    send(
        to_person_ids=[revision.author_person_id],
        kind="rule_decided",
        subject=one_line(revision.title, codes.label("revision_state", revision.state)),
        link=f"/revisions/{revision.pk}/",
        now=act.now,
        sender_person_id=act.actor.person_id,
    )

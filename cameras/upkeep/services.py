"""Every write of upkeep: service kept, work planned, orders written and moved on."""

import datetime as dt
from collections.abc import Mapping
from typing import Final

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from cameras import pictures
from cameras.models import Camera
from cameras.pictures import newest_picture
from cameras.upkeep.models import Contact, Interval, OrderState, PlannedWork, Service, Step, WorkOrder
from ccoc.lib.errors import Refused
from ccoc.lib.instants import iso
from events.services import Actor, Target, record

KEEP = dt.timedelta(days=800)  # two years of reports and the month that is written
FAILS_AGAIN_WITHIN = dt.timedelta(days=14)
FAILED_FOR = dt.timedelta(minutes=10)  # a mended camera is started anew now and then
SWEEP = Actor.system("upkeep")
MOVES: Final[Mapping[str, tuple[str, ...]]] = {
    OrderState.SENT: (OrderState.OPEN, OrderState.REOPENED),
    OrderState.ACKNOWLEDGED: (OrderState.OPEN, OrderState.SENT, OrderState.REOPENED),
    OrderState.MENDED: (OrderState.OPEN, OrderState.SENT, OrderState.ACKNOWLEDGED, OrderState.REOPENED),
    OrderState.REOPENED: (OrderState.MENDED,),
    OrderState.WITHDRAWN: (OrderState.OPEN, OrderState.SENT, OrderState.ACKNOWLEDGED, OrderState.REOPENED),
}


class OrderIsOut(Refused):
    """A camera has one work order at a time."""


class WrongMove(Refused):
    """A work order cannot go from where it stands to there."""


def look(*, at: dt.datetime) -> None:
    """Keep what each camera gives, note orders whose camera is back, open those again that failed again."""
    with transaction.atomic():
        Interval.objects.all().follow_health(at=at)
        WorkOrder.objects.all().seen_back().update(back_at=at)
        WorkOrder.objects.out().gone_again().update(back_at=None)
        for order in _failed_again(at):
            _move(order, OrderState.REOPENED, SWEEP, _("The camera failed again."), at)


def prune(*, at: dt.datetime) -> int:
    """Drop service older than the reports reach."""
    deleted, _rows = Interval.objects.all().older_than(at - KEEP).delete()
    return deleted


@transaction.atomic
def write_order(
    *, camera: Camera, actor: Actor, at: dt.datetime, note: str = "", alert_id: int | None = None
) -> WorkOrder:
    """Ask the owner of a camera to mend it, with what is seen now and what was last seen well.

    Raises OrderIsOut.
    """
    Camera.objects.select_for_update(of=("self",)).get(pk=camera.pk)
    if WorkOrder.objects.out().filter(camera=camera).exists():
        raise OrderIsOut("order_is_out", _("There is already a work order out for this camera."))
    health = camera.health
    order = WorkOrder.objects.create(
        camera=camera,
        owner=camera.owner,
        contact=_contact_of(camera.owner),
        fault=health.fault or health.health,
        since=health.fault_since or health.down_since or health.since,
        note=note[:500],
        alert_id=alert_id,
        opened_at=at,
        opened_by=actor.label[:200],
        changed_at=at,
    )
    _keep_pictures(order)
    _step(order, actor, note, at)
    target = Target("work_order", order.pk, str(camera))
    changes = {"camera": [None, camera.code], "fault": [None, order.fault], "since": [None, iso(order.since)]}
    record(actor=actor, verb="upkeep.ordered", target=target, changes=changes, reason=note, at=at)
    return order


@transaction.atomic
def move_order(*, order_id: int, to: str, actor: Actor, at: dt.datetime, note: str = "") -> WorkOrder:
    """Take an order one step on. Raises WrongMove."""
    order = WorkOrder.objects.select_for_update(of=("self",)).select_related("camera").get(pk=order_id)
    if order.state not in MOVES.get(to, ()):
        raise WrongMove("wrong_move", _("The work order has moved on meanwhile. Look at it again."))
    _move(order, to, actor, note, at)
    return order


@transaction.atomic
def plan_work(
    *,
    owner: str,
    camera: Camera | None,
    begin: dt.datetime,
    end: dt.datetime,
    reason: str,
    actor: Actor,
    at: dt.datetime,
) -> PlannedWork:
    """Excuse a time of an owner's cameras, or of one. Raises Refused where it ends before it begins."""
    if end <= begin:
        raise Refused("wrong_span", _("The end is before the beginning."))
    work = PlannedWork.objects.create(
        owner=owner,
        camera=camera,
        begin=begin,
        end=end,
        reason=reason,
        entered_by=actor.label[:200],
        entered_at=at,
    )
    changes = {"begin": [None, iso(begin)], "end": [None, iso(end)]}
    target = Target("planned_work", work.pk, camera.code if camera else owner)
    record(actor=actor, verb="upkeep.planned", target=target, changes=changes, reason=reason, at=at)
    return work


@transaction.atomic
def withdraw_work(*, work_id: int, actor: Actor, at: dt.datetime) -> None:
    """Count a planned time again; one that is withdrawn already is left as it is."""
    if PlannedWork.objects.standing().filter(pk=work_id).update(withdrawn_at=at):
        work = PlannedWork.objects.get(pk=work_id)
        record(
            actor=actor, verb="upkeep.unplanned", target=Target("planned_work", work.pk, work.owner), at=at
        )


@transaction.atomic
def set_contact(
    *, owner: str, person: str, phone: str, address: str, actor: Actor, at: dt.datetime
) -> Contact:
    """Say whom an owner wants to be called; the audit says that it changed, not to whom."""
    values = {"person": person, "phone": phone, "address": address, "changed_at": at}
    contact, _is_new = Contact.objects.update_or_create(owner=owner, defaults=values)
    record(actor=actor, verb="upkeep.contact", target=Target("owner", owner, owner), at=at)
    return contact


@transaction.atomic
def accept_view(*, camera: Camera, actor: Actor, at: dt.datetime) -> None:
    """The camera was turned on purpose: what it shows from now on is its usual view."""
    Camera.objects.filter(pk=camera.pk).update(
        view_no=F("view_no") + 1, revision=F("revision") + 1, updated_at=at
    )
    target = Target("camera", camera.code, str(camera))
    record(actor=actor, verb="cameras.view_accepted", target=target, at=at)


def picture_name(order: WorkOrder, which: str) -> str:
    """Name of a kept picture of an order among `orders`: `fault` or `good`."""
    return f"{order.pk}-{which}"


ORDERS = "orders"


def _failed_again(at: dt.datetime) -> list[WorkOrder]:
    """Orders that were called mended not long ago, and whose camera failed since for a while."""
    gone = WorkOrder.objects.all().mended_after(at - FAILS_AGAIN_WITHIN).gone_again()
    lasting = gone.filter(
        camera__service_intervals__end__isnull=True,
        camera__service_intervals__service=Service.UNUSABLE,
        camera__service_intervals__begin__lte=at - FAILED_FOR,
    )
    others = WorkOrder.objects.out().values("camera")
    return list(lasting.exclude(camera__in=others).select_for_update(of=("self",)).select_related("camera"))


def _move(order: WorkOrder, to: str, actor: Actor, note: str, at: dt.datetime) -> None:
    before, order.state, order.changed_at = order.state, to, at
    if to == OrderState.MENDED:
        order.mended_at = at
    if to == OrderState.REOPENED:
        order.back_at = None
    order.save(update_fields=["state", "changed_at", "mended_at", "back_at"])
    _step(order, actor, note, at)
    record(
        actor=actor,
        verb="upkeep.reopened" if to == OrderState.REOPENED else "upkeep.moved",
        target=Target("work_order", order.pk, str(order.camera)),
        changes={"state": [before, to]},
        reason=note,
        at=at,
    )


def _step(order: WorkOrder, actor: Actor, note: str, at: dt.datetime) -> None:
    Step.objects.create(order=order, state=order.state, at=at, by=actor.label[:200], note=note[:500])


def _contact_of(owner: str) -> str:
    contact = Contact.objects.filter(owner=owner).first()
    parts = (contact.person, contact.phone, contact.address) if contact else ()
    return " · ".join(part for part in parts if part)


def _keep_pictures(order: WorkOrder) -> None:
    """Copy what the camera shows now and what it showed when all was well: the newest ones go on changing."""
    code = order.camera.code
    for which, picture in (("fault", newest_picture(code)), ("good", pictures.read(pictures.GOOD, code))):
        if picture is not None:
            taken = picture.captured_ms / 1000
            pictures.write(ORDERS, picture_name(order, which), picture.jpeg, captured_at=taken)
            setattr(order, f"{which}_at", dt.datetime.fromtimestamp(taken, dt.UTC))
    order.save(update_fields=["fault_at", "good_at"])

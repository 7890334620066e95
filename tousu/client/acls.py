"""The rights of the contract on a cluster: what is there, what is missing, what is too much, and making it so.

`tousu topics apply --acls` and `tousu topics check --acls`. Only a super user of the cluster may write ACLs.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Final, Literal, NamedTuple, TypeVar

from kafka.admin import (
    ACL,
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    KafkaAdminClient,
    ResourcePattern,
    ResourcePatternFilter,
    ResourceType,
)
from kafka.errors import AuthorizationError, KafkaError, SaslAuthenticationFailedError, SecurityDisabledError

from tousu.client.dialling import may_pass, options
from tousu.connection import Connected, Connection
from tousu.contract.rights import Right
from tousu.failure import Retry, Stop
from tousu.login import NOT_AUTHENTICATED, UNKNOWN_USER

ANYWHERE: Final = "*"
"""From which host: any. Hosts are the network's to bind."""
EVERYBODY: Final = "User:*"
PREFIXES: Final = {"topic": ("complaints.",), "group": ("tousu.", "subscribers.")}
"""How the names of what is ours begin."""
ASK_S: Final = 10.0
ASK_AGAIN_S: Final = 0.05

T = TypeVar("T")


class Rule(NamedTuple):
    """One ACL, in Kafka's words (lower case). `pattern` is literal or prefixed, `permission` allow or deny."""

    principal: str
    resource: str
    name: str
    pattern: str
    operation: str
    permission: str = "allow"
    host: str = ANYWHERE

    def __str__(self) -> str:
        names = f"{self.name}*" if self.pattern == "prefixed" else self.name
        from_host = "" if self.host == ANYWHERE else f" from {self.host}"
        return f"{self.permission} {self.principal} {self.operation} on {self.resource} {names}{from_host}"


class AclStep(NamedTuple):
    """What is to be done for one ACL. `superfluous`: no card asks for it; it is taken away only when told so."""

    action: Literal["add", "superfluous"]
    rule: Rule

    def __str__(self) -> str:
        return f"{self.action}: {self.rule}"


def rule_of(right: Right) -> Rule:
    """The ACL that gives a right."""
    pattern = "prefixed" if right.is_prefix else "literal"
    return Rule(f"User:{right.user}", right.resource, right.name, pattern, right.operation)


def plan(standing: Collection[Rule], rights: Iterable[Right]) -> tuple[AclStep, ...]:
    """What differs between the ACLs of a cluster and the rights of the contract (pure).

    Other systems may live on the cluster. What is superfluous is what one of our users has beyond the table, and what
    anybody else has who can touch our topics and groups by it.
    """
    wanted = {rule_of(right) for right in rights}
    users = {rule.principal for rule in wanted}
    missing = sorted(wanted - set(standing))
    too_much = sorted(rule for rule in set(standing) - wanted if rule.principal in users or _touches_ours(rule))
    return *(AclStep("add", rule) for rule in missing), *(AclStep("superfluous", rule) for rule in too_much)


def _touches_ours(rule: Rule) -> bool:
    if rule.principal == EVERYBODY:
        return True
    for prefix in PREFIXES.get(rule.resource, ()):
        is_ours = rule.name.startswith(prefix)
        if is_ours or (rule.pattern == "prefixed" and prefix.startswith(rule.name)):
            return True
    return rule.resource in PREFIXES and rule.pattern == "literal" and rule.name == "*"


class Acls(Connected):
    """The ACLs of one cluster. Raises Retry `broker_away` while it does not answer, Stop where it refuses."""

    def __init__(self, servers: str | Connection, *, timeout_s: float = 10.0) -> None:
        self._admin: KafkaAdminClient = asked(lambda: KafkaAdminClient(**options(servers, timeout_s)))

    def standing(self) -> frozenset[Rule]:
        """Every ACL of the cluster."""
        everything = ResourcePatternFilter(ResourceType.ANY, None, ACLResourcePatternType.ANY)
        wanted = ACLFilter(None, None, ACLOperation.ANY, ACLPermissionType.ANY, everything)
        acls, _ = asked(lambda: self._admin.describe_acls(wanted))
        return frozenset(_rule(acl) for acl in acls)

    def plan(self, rights: Iterable[Right]) -> tuple[AclStep, ...]:
        """What `apply` would do, and what it would leave."""
        return plan(self.standing(), rights)

    def apply(self, steps: Sequence[AclStep], *, remove: bool = False) -> None:
        """Add what is missing, then, with `remove`, take away what is superfluous; returns once it all holds."""
        added = [step.rule for step in steps if step.action == "add"]
        removed = [step.rule for step in steps if step.action == "superfluous"] if remove else []
        if added:
            answer = asked(lambda: self._admin.create_acls([_acl(rule) for rule in added]))
            for kind in answer["failed"]:
                _refused(kind())
        if removed:
            for _, _, error in asked(lambda: self._admin.delete_acls([_filter(rule) for rule in removed])):
                if issubclass(error, KafkaError) and error.errno:
                    _refused(error())
        self._wait_until_they_hold(added, removed)

    def _wait_until_they_hold(self, added: Sequence[Rule], removed: Sequence[Rule]) -> None:
        """A change is answered when the controller has noted it; the brokers act by it a moment later."""
        ends_s = time.monotonic() + ASK_S
        pause = threading.Event()
        while True:
            standing = self.standing()
            if standing.issuperset(added) and standing.isdisjoint(removed):
                return
            if time.monotonic() > ends_s:
                raise Retry("broker_slow", "the broker was told the ACLs and acts by the old ones")
            pause.wait(ASK_AGAIN_S)

    def close(self) -> None:
        self._admin.close()


def asked(ask: Callable[[], T]) -> T:
    """The answer to a question about users or ACLs, or in plain words why there is none."""
    try:
        return ask()
    except SecurityDisabledError as error:
        message = "the brokers hold nobody to ACLs: authorizer.class.name is not set (docs/security.md)"
        raise Stop("no_authorizer", message) from error
    except SaslAuthenticationFailedError as error:
        raise Stop(NOT_AUTHENTICATED, f"{UNKNOWN_USER} ({error})") from error
    except AuthorizationError as error:
        message = "this user may not see or change users and ACLs: use a super user of the cluster (TOUSU_KAFKA_USER)"
        raise Stop("not_authorised", message) from error
    except KafkaError as error:
        if may_pass(error):
            raise Retry("broker_away", f"the broker does not answer: {error}") from error
        raise Stop("refused_by_broker", f"the broker refused: {error}") from error


def _refused(error: KafkaError) -> None:
    """Say what an answer says of one of several things that were asked for."""

    def fail() -> None:
        raise error

    asked(fail)


def _rule(acl: ACL) -> Rule:
    place = acl.resource_pattern
    return Rule(
        acl.principal, place.resource_type.name.lower(), place.resource_name, place.pattern_type.name.lower(),
        acl.operation.name.lower(), acl.permission_type.name.lower(), acl.host,
    )  # fmt: skip


def _words(rule: Rule) -> tuple[str, str, ACLOperation, ACLPermissionType]:
    return (
        rule.principal, rule.host, ACLOperation[rule.operation.upper()], ACLPermissionType[rule.permission.upper()]
    )  # fmt: skip


def _acl(rule: Rule) -> ACL:
    place = ResourceType[rule.resource.upper()], rule.name, ACLResourcePatternType[rule.pattern.upper()]
    return ACL(*_words(rule), ResourcePattern(*place))


def _filter(rule: Rule) -> ACLFilter:
    place = ResourceType[rule.resource.upper()], rule.name, ACLResourcePatternType[rule.pattern.upper()]
    return ACLFilter(*_words(rule), ResourcePatternFilter(*place))

"""One exception for each error kind of the library, all below `Error`.

A refusal is not an exception: a verb that could not decide returns a `Decision` with its `error` set.
Exceptions are for misuse by the caller, and for a configuration that cannot be loaded.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

__all__ = [
    "ApprovalApproverError",
    "ApprovalDigestError",
    "ApprovalExpiredError",
    "ApprovalNoHumanError",
    "ApprovalUnknownError",
    "ApprovalUsedError",
    "BundleFileError",
    "BundleLoosensError",
    "BundleRollbackError",
    "BundleSettingsError",
    "BundleSignatureError",
    "CoverageResultMissingError",
    "DecisionStaleError",
    "DetectorFailedError",
    "Error",
    "IdInvalidError",
    "InputNotObjectError",
    "InputTypeError",
    "InternalPanicError",
    "LimitArgumentsError",
    "LimitBundleError",
    "LimitDepthError",
    "LimitLeavesError",
    "LimitPendingError",
    "LimitPoliciesError",
    "LimitRecordError",
    "LimitSessionsError",
    "LimitSourcesError",
    "LimitTextError",
    "ManifestLintError",
    "ManifestUnknownKeyError",
    "ManifestValueError",
    "MisuseArgumentError",
    "MisuseClosedError",
    "MisuseTypeError",
    "ObligationUnknownError",
    "PolicyEngineError",
    "PolicyEvaluateError",
    "PolicyHostileError",
    "PolicyParseError",
    "PolicyValidateError",
    "RecordCorruptError",
    "RecordIoError",
    "RecordKeyError",
    "SessionContendedError",
    "SessionPoisonedError",
    "SessionStoppedError",
    "SessionUnknownError",
    "StoreUnavailableError",
    "ToolDescriptorError",
    "ToolNameInvalidError",
    "ValueCycleError",
    "ValueDuplicateKeyError",
    "ValueIntegerRangeError",
    "ValueNumberError",
    "ValueShadowedKeyError",
    "ValueSurrogateError",
    "ValueSyntaxError",
    "ValueTypeError",
    "ValueUtf8Error",
]


class Error(Exception):
    """What every function of checkrein raises."""

    #: The stable code, the same in every language: `area/fault`.
    code: ClassVar[str] = ""
    #: What went wrong, without code and context.
    message: str
    #: Facts by name: `at` is a JSON pointer, `known` lists what would have been right.
    context: Mapping[str, str]

    def __init__(self, message: str = "", context: Mapping[str, str] | None = None) -> None:
        super().__init__(message, dict(context or {}))
        self.message = message
        self.context = dict(context or {})

    def __str__(self) -> str:
        facts = ", ".join(f"{key}: {value}" for key, value in self.context.items())
        return f"{self.code}: {self.message}" + (f" ({facts})" if facts else "")


class MisuseClosedError(Error):
    """The handle was closed before this call."""

    code = "misuse/closed"


class MisuseTypeError(Error, TypeError):
    """An argument has the wrong type."""

    code = "misuse/type"


class MisuseArgumentError(Error, ValueError):
    """An argument has a value that is not allowed."""

    code = "misuse/argument"


class IdInvalidError(Error):
    """An id is empty, too long, not NFC, or holds control or bidi characters."""

    code = "id/invalid"


class ValueUtf8Error(Error):
    """The text is not UTF-8."""

    code = "value/utf8"


class ValueSyntaxError(Error):
    """The text is not JSON."""

    code = "value/syntax"


class ValueDuplicateKeyError(Error):
    """An object has the same key twice."""

    code = "value/duplicate_key"


class ValueShadowedKeyError(Error):
    """A key differs from a declared argument only by case."""

    code = "value/shadowed_key"


class ValueNumberError(Error):
    """A number is not finite, or too large to be kept exactly."""

    code = "value/number"


class ValueIntegerRangeError(Error):
    """An integer lies beyond 2^53 - 1, so that two parties could read it differently."""

    code = "value/integer_range"


class ValueSurrogateError(Error):
    """A string holds a lone surrogate."""

    code = "value/surrogate"


class ValueTypeError(Error, TypeError):
    """A value has a type that JSON does not have."""

    code = "value/type"


class ValueCycleError(Error):
    """A value contains itself."""

    code = "value/cycle"


class LimitTextError(Error):
    """A text is longer than the limit `text`."""

    code = "limit/text"


class LimitArgumentsError(Error):
    """A call's arguments are larger than the limit `arguments`."""

    code = "limit/arguments"


class LimitDepthError(Error):
    """A value is nested deeper than the limit `depth`."""

    code = "limit/depth"


class LimitLeavesError(Error):
    """A value has more leaves than the limit `leaves`."""

    code = "limit/leaves"


class LimitSourcesError(Error):
    """A session has more sources than the limit `sources`."""

    code = "limit/sources"


class LimitSessionsError(Error):
    """A guard has more live sessions than the limit `sessions`."""

    code = "limit/sessions"


class LimitPendingError(Error):
    """A session has more pending approvals than the limit `pending_approvals`."""

    code = "limit/pending"


class LimitRecordError(Error):
    """A record is larger than the limit `record`."""

    code = "limit/record"


class LimitBundleError(Error):
    """A bundle is larger than the limit `bundle`."""

    code = "limit/bundle"


class LimitPoliciesError(Error):
    """A bundle has more policies than the limits `policies` or `unscoped_policies`."""

    code = "limit/policies"


class InputTypeError(Error):
    """A declared argument is missing or has the wrong type."""

    code = "input/type"


class InputNotObjectError(Error):
    """A call's arguments are not an object."""

    code = "input/not_object"


class ToolNameInvalidError(Error):
    """A tool's name has characters outside `[A-Za-z0-9_.-]`, or is empty or too long."""

    code = "tool/name_invalid"


class ToolDescriptorError(Error):
    """A tool descriptor is not of a known shape."""

    code = "tool/descriptor"


class ManifestUnknownKeyError(Error):
    """A manifest has a key that it does not know."""

    code = "manifest/unknown_key"


class ManifestValueError(Error):
    """A manifest has a value that it does not allow."""

    code = "manifest/value"


class ManifestLintError(Error):
    """A manifest says something that would not be safe."""

    code = "manifest/lint"


class PolicyParseError(Error):
    """A policy does not parse."""

    code = "policy/parse"


class PolicyValidateError(Error):
    """A policy does not fit the schema."""

    code = "policy/validate"


class PolicyHostileError(Error):
    """A policy's text is nested too deeply or too long to be parsed safely."""

    code = "policy/hostile"


class PolicyEvaluateError(Error):
    """A policy failed while it was evaluated."""

    code = "policy/evaluate"


class PolicyEngineError(Error):
    """No policy engine answered."""

    code = "policy/engine"


class BundleFileError(Error):
    """A bundle's file is missing or cannot be read."""

    code = "bundle/file"


class BundleSettingsError(Error):
    """A bundle's settings are not valid."""

    code = "bundle/settings"


class BundleSignatureError(Error):
    """A bundle's signature is missing, wrong, or by a key that is not trusted."""

    code = "bundle/signature"


class BundleRollbackError(Error):
    """A bundle's revision is older than the one in force."""

    code = "bundle/rollback"


class BundleLoosensError(Error):
    """A layered bundle loosens what a lower layer set."""

    code = "bundle/loosens"


class SessionContendedError(Error):
    """A session was changed by others three times while this call was decided."""

    code = "session/contended"


class SessionPoisonedError(Error):
    """A panic ended this session; its guard goes on."""

    code = "session/poisoned"


class SessionStoppedError(Error):
    """The session, its agent, its tool or its tenant was stopped."""

    code = "session/stopped"


class SessionUnknownError(Error):
    """No session or call has this id."""

    code = "session/unknown"


class ApprovalNoHumanError(Error):
    """A human would have to be asked, and none is there."""

    code = "approval/no_human"


class ApprovalUnknownError(Error):
    """No approval has this id."""

    code = "approval/unknown"


class ApprovalExpiredError(Error):
    """The approval was not answered, or not used, in time."""

    code = "approval/expired"


class ApprovalDigestError(Error):
    """The digest that came back is not the digest that was shown."""

    code = "approval/digest"


class ApprovalUsedError(Error):
    """The approval was used, or refused, before."""

    code = "approval/used"


class ApprovalApproverError(Error):
    """The approver may not answer this: they are the principal."""

    code = "approval/approver"


class DecisionStaleError(Error):
    """A decision is past its validity, or of another call."""

    code = "decision/stale"


class ObligationUnknownError(Error):
    """A policy asked for an obligation that neither the core nor the host knows."""

    code = "obligation/unknown"


class DetectorFailedError(Error):
    """A detector failed or was late."""

    code = "detector/failed"


class StoreUnavailableError(Error):
    """The store did not answer."""

    code = "store/unavailable"


class RecordIoError(Error):
    """The audit log cannot be written."""

    code = "record/io"


class RecordCorruptError(Error):
    """The audit log does not verify."""

    code = "record/corrupt"


class RecordKeyError(Error):
    """A key file is missing, readable by others, or not a key."""

    code = "record/key"


class CoverageResultMissingError(Error):
    """An allowed call's result was never reported."""

    code = "coverage/result_missing"


class InternalPanicError(Error):
    """A defect in this library; the session it met is poisoned."""

    code = "internal/panic"


_KINDS: dict[str, type[Error]] = {kind.code: kind for kind in Error.__subclasses__()}


def make(code: str, message: str, context: Mapping[str, str]) -> Error:
    """The exception for an error of the library: the one place where codes become classes."""
    return _KINDS.get(code, Error)(message, context)

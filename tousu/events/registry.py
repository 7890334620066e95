"""The class of every event type.

Made by `python -m tousu.contract.structs` from schemas/: do not edit by hand.
"""

# fmt: off
from __future__ import annotations

from types import MappingProxyType
from typing import Final

from tousu.events.case import (
    CaseClosed, CaseCorrectiveActionOverdue, CaseEscalated, CaseEscalationSuppressed, CaseOutcomeCorrected,
    CasePassedOn, CaseReissued, CaseReopened, CaseReplyIncomplete,
)
from tousu.events.charge import ChargeLaid
from tousu.events.claim import (
    ClaimAgreed, ClaimAnswered, ClaimArbitrated, ClaimArbitrationRequested, ClaimClosed,
    ClaimConfirmationAwaited, ClaimDisputed, ClaimFollowedUp, ClaimFormRefused, ClaimOffered, ClaimRefused,
    ClaimReopened, ClaimRuled,
)
from tousu.events.claim_case import (
    ClaimFileCompleted, ClaimFileIncomplete, ClaimFiled, ClaimOpened, ClaimRegistered, ClaimRouted,
)
from tousu.events.claim_handling import (
    HandlingClaimAgreed, HandlingClaimDecided, HandlingClaimDisputed, HandlingClaimEvidenceGiven,
    HandlingClaimExtended, HandlingClaimFactsFound, HandlingClaimFiled, HandlingClaimFollowedUp,
    HandlingClaimFormAnswered, HandlingClaimPaused, HandlingClaimResumed, HandlingClaimRuled,
    HandlingClaimWithdrawn,
)
from tousu.events.claim_outlets import (
    HandlingOutletArbitrationRequested, HandlingOutletContacted, HandlingOutletNegotiationSettled,
    HandlingOutletNotified, HandlingOutletRuled,
)
from tousu.events.claim_payment import (
    ClaimBilled, ClaimOutletNotified, ClaimOutletsSettled, ClaimPaid, ClaimPaymentQuestionSettled,
    ClaimPaymentQuestioned,
)
from tousu.events.clock import (
    ClockBreachConfirmed, ClockBreachWithdrawn, ClockBreached, ClockCancelled, ClockExtended, ClockMet,
    ClockPaused, ClockRecalculated, ClockResumed, ClockStarted, ClockWarned,
)
from tousu.events.complaint import ComplaintRegistered, ComplaintRouted
from tousu.events.content import Content
from tousu.events.duplicate import DuplicateJoined, DuplicateSeparated, PersonErased
from tousu.events.early_warning import EarlyWarningRaised
from tousu.events.event import EventRejected
from tousu.events.handling import (
    HandlingAcknowledged, HandlingCompensationGiven, HandlingCustomerAnswered, HandlingEvaluated,
    HandlingExtended, HandlingFollowedUp, HandlingInquiryAnswered, HandlingInterimAnswered, HandlingPaused,
    HandlingRecountOrdered, HandlingReopened, HandlingResumed, HandlingSatisfactionGiven,
    HandlingSpecialReasonApproved, HandlingWithdrawn,
)
from tousu.events.handling_plan import (
    HandlingAssessed, HandlingCorrectiveActionDone, HandlingCorrectiveActionPlanned,
    HandlingCorrectiveActionReviewed, HandlingJudged, HandlingPlanApproved, HandlingPlanExecuted,
    HandlingPlanProposed, HandlingPlanRefused,
)
from tousu.events.handover import (
    HandlingAppealAnswered, HandlingAppealReferred, HandlingDisputed, HandlingFinalOpinionGiven,
    HandlingPassedOn, HandlingPassedUp, HandlingResponsibilitySettled, HandlingSeparated, HandlingTakenBack,
)
from tousu.events.inquiry import InquiryRegistered, InquiryRouted
from tousu.events.instruction import InstructionIssued
from tousu.events.month import DepartmentRated, MonthClosed, MonthCorrected, PersonReinstated, PersonSuspended
from tousu.events.operations import (
    OperationsCorrectionDone, OperationsDeductionConfirmed, OperationsPaymentQuestionSettled, OperationsReported,
)
from tousu.events.payment_handling import (
    HandlingAmountConfirmed, HandlingDeductionConfirmed, HandlingPaymentConfirmed,
    HandlingPaymentQuestionSettled,
)
from tousu.events.penalty import (
    PenaltyAssessed, PenaltyCorrected, PenaltyDoubled, PenaltyPaid, PenaltyPaymentQuestionSettled,
    PenaltyPaymentQuestioned, PenaltyWithdrawn,
)
from tousu.events.received import (
    ComplaintReceivedApp, ComplaintReceivedEmail, ComplaintReceivedLetter, ComplaintReceivedOnsite,
    ComplaintReceivedPhone, ComplaintReceivedWeb,
)
from tousu.events.received_elsewhere import (
    ComplaintReceivedAssociation, ComplaintReceivedMedia, ComplaintReceivedMessageBoard, ComplaintReceivedSms,
    ComplaintReceivedSocial, ComplaintReceivedThirdParty,
)
from tousu.events.time import TimeHeldOut, TimeJumpAccepted, TimeLetIn, TimeTicked

_ALL: Final[tuple[type[Content], ...]] = (
    CaseClosed, CaseCorrectiveActionOverdue, CaseEscalated, CaseEscalationSuppressed, CaseOutcomeCorrected,
    CasePassedOn, CaseReissued, CaseReopened, CaseReplyIncomplete, ChargeLaid, ClaimAgreed, ClaimAnswered,
    ClaimArbitrated, ClaimArbitrationRequested, ClaimBilled, ClaimClosed, ClaimConfirmationAwaited,
    ClaimDisputed, ClaimFileCompleted, ClaimFileIncomplete, ClaimFiled, ClaimFollowedUp, ClaimFormRefused,
    ClaimOffered, ClaimOpened, ClaimOutletNotified, ClaimOutletsSettled, ClaimPaid, ClaimPaymentQuestionSettled,
    ClaimPaymentQuestioned, ClaimRefused, ClaimRegistered, ClaimReopened, ClaimRouted, ClaimRuled,
    ClockBreachConfirmed, ClockBreachWithdrawn, ClockBreached, ClockCancelled, ClockExtended, ClockMet,
    ClockPaused, ClockRecalculated, ClockResumed, ClockStarted, ClockWarned, ComplaintReceivedApp,
    ComplaintReceivedAssociation, ComplaintReceivedEmail, ComplaintReceivedLetter, ComplaintReceivedMedia,
    ComplaintReceivedMessageBoard, ComplaintReceivedOnsite, ComplaintReceivedPhone, ComplaintReceivedSms,
    ComplaintReceivedSocial, ComplaintReceivedThirdParty, ComplaintReceivedWeb, ComplaintRegistered,
    ComplaintRouted, DepartmentRated, DuplicateJoined, DuplicateSeparated, EarlyWarningRaised, EventRejected,
    HandlingAcknowledged, HandlingAmountConfirmed, HandlingAppealAnswered, HandlingAppealReferred,
    HandlingAssessed, HandlingClaimAgreed, HandlingClaimDecided, HandlingClaimDisputed,
    HandlingClaimEvidenceGiven, HandlingClaimExtended, HandlingClaimFactsFound, HandlingClaimFiled,
    HandlingClaimFollowedUp, HandlingClaimFormAnswered, HandlingClaimPaused, HandlingClaimResumed,
    HandlingClaimRuled, HandlingClaimWithdrawn, HandlingCompensationGiven, HandlingCorrectiveActionDone,
    HandlingCorrectiveActionPlanned, HandlingCorrectiveActionReviewed, HandlingCustomerAnswered,
    HandlingDeductionConfirmed, HandlingDisputed, HandlingEvaluated, HandlingExtended, HandlingFinalOpinionGiven,
    HandlingFollowedUp, HandlingInquiryAnswered, HandlingInterimAnswered, HandlingJudged,
    HandlingOutletArbitrationRequested, HandlingOutletContacted, HandlingOutletNegotiationSettled,
    HandlingOutletNotified, HandlingOutletRuled, HandlingPassedOn, HandlingPassedUp, HandlingPaused,
    HandlingPaymentConfirmed, HandlingPaymentQuestionSettled, HandlingPlanApproved, HandlingPlanExecuted,
    HandlingPlanProposed, HandlingPlanRefused, HandlingRecountOrdered, HandlingReopened,
    HandlingResponsibilitySettled, HandlingResumed, HandlingSatisfactionGiven, HandlingSeparated,
    HandlingSpecialReasonApproved, HandlingTakenBack, HandlingWithdrawn, InquiryRegistered, InquiryRouted,
    InstructionIssued, MonthClosed, MonthCorrected, OperationsCorrectionDone, OperationsDeductionConfirmed,
    OperationsPaymentQuestionSettled, OperationsReported, PenaltyAssessed, PenaltyCorrected, PenaltyDoubled,
    PenaltyPaid, PenaltyPaymentQuestionSettled, PenaltyPaymentQuestioned, PenaltyWithdrawn, PersonErased,
    PersonReinstated, PersonSuspended, TimeHeldOut, TimeJumpAccepted, TimeLetIn, TimeTicked,
)
CLASSES: Final = MappingProxyType({each.TYPE: each for each in _ALL})
"""By event type, such as tousu.clock.met.v1."""

"""Every event type: a class each, with its data and what it does to a run's state."""

from forge.timeline.run.events.approvals import ApprovalRequested, ApprovalResolved
from forge.timeline.run.events.checkpoints import (
    CheckpointCreated,
    CheckpointRestored,
    DiffApplied,
    DiffProposed,
    DirtyCaptured,
    RollbackStarted,
)
from forge.timeline.run.events.proofs import MustHavesVerified, TruthAttested, TruthFailed, TruthProven, TruthWaived
from forge.timeline.run.events.runs import (
    ExecutionPaused,
    ExecutionResumed,
    ExecutionStopped,
    FailureDetected,
    Final,
    MissionStarted,
    RunAdopted,
    RunInterrupted,
    RunRecovered,
)
from forge.timeline.run.events.steps import (
    RepairAttempted,
    RetrievalCompleted,
    RetrievalStarted,
    RunnerFinished,
    RunnerStarted,
    StageChanged,
    StepCompleted,
    StepFailed,
    StepRetried,
    StepSkipped,
    StepStarted,
)
from forge.timeline.run.events.tests import TestCompleted, TestSkipped, TestStarted

__all__ = [
    "ApprovalRequested", "ApprovalResolved", "CheckpointCreated", "CheckpointRestored", "DiffApplied", "DiffProposed",
    "DirtyCaptured", "ExecutionPaused", "ExecutionResumed", "ExecutionStopped", "FailureDetected", "Final",
    "MissionStarted", "MustHavesVerified", "RepairAttempted", "RetrievalCompleted", "RetrievalStarted",
    "RollbackStarted", "RunAdopted", "RunInterrupted", "RunRecovered", "RunnerFinished", "RunnerStarted",
    "StageChanged", "StepCompleted", "StepFailed", "StepRetried", "StepSkipped", "StepStarted", "TestCompleted",
    "TestSkipped", "TestStarted", "TruthAttested", "TruthFailed", "TruthProven", "TruthWaived",
]  # fmt: skip

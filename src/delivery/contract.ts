import { searchAttributes, type Attention } from '../temporal/contract.ts'
import type { SearchAttributePair } from '@temporalio/common'

export type { EndpointMode } from '../db/schema/endpoints.ts'

export const dispatchDeliveriesName = 'dispatchDeliveries'
export const recoverEndpointName = 'recoverEndpoint'
export const recoverNetworkName = 'recoverNetwork'
export const replayDeliveriesName = 'replayDeliveries'

/** The channel on which publishing wakes the dispatchers. */
export const wakeChannel = 'delivery_due'

/** The workflow that keeps one batch-delivering activity alive. */
export function dispatchWorkflowId(slot: number): string {
  return `dispatch/${slot}`
}

/** The workflow of an endpoint in trouble. */
export function recoverEndpointWorkflowId(endpointId: string): string {
  return `endpoint/${endpointId}`
}

/** The single workflow that runs while all deliveries are paused, and says so. */
export const recoverNetworkWorkflowId = 'network'

/** The workflow of a replay. */
export function replayWorkflowId(replayId: string): string {
  return `replay/${replayId}`
}

/** Somebody paused, resumed or cancelled the replay: its workflow looks at the row at once. */
export const replayChangedSignal = 'replayChanged'

/** Something about the endpoint changed by hand: its recovery looks again at once. */
export const endpointChangedSignal = 'endpointChanged'

export interface DispatchInput {
  slot: number
  /** A slot that no process takes for this long ends, unless it is one of the first two, which stand by. */
  surplusAfterMs: number
}

/** What one run of the batch-delivering activity did. */
export interface DispatchResult {
  delivered: number
  failed: number
  /** Why it returned: its time was over, or its process is stopping. */
  reason: 'time' | 'stopping'
}

export interface RecoverEndpointInput {
  workspaceId: string
  endpointId: string
  /** The epoch that this recovery acts for; a later one ends it. */
  epoch: number
  /** The host name, for the summary. */
  host: string
  /** Probes made before a continue-as-new. */
  probes?: number
  /** The last delivery that was probed with: the next probe takes another. */
  lastProbed?: string
}

/** Where an endpoint's recovery stands after a step. */
export interface RecoveryStep {
  /** `stale`: another epoch, the mode is no longer its own, or the endpoint is gone: the workflow ends. */
  state: 'recovering' | 'draining' | 'open' | 'disabled' | 'stale'
  /** How many deliveries wait. Counting stops at 100,000. */
  waiting: number
  /** The class of the last error. */
  error: string | null
  /**
   * When the endpoint began to fail, and when it is disabled unless a delivery succeeds before. Both are instants for the
   * current details.
   */
  failingSince?: string
  disableAt?: string
  /** How long to wait before the next step. */
  waitMs: number
  /** The epoch that the next step acts for. */
  epoch: number
  /** `endpoint.failing` was published: a person should look. */
  notified: boolean
  /** The delivery that this probe was made with. */
  probed?: string
}

export function recoverEndpointAttributes(input: RecoverEndpointInput, attention: Attention): SearchAttributePair[] {
  return [
    { key: searchAttributes.workspace, value: input.workspaceId },
    { key: searchAttributes.endpoint, value: input.endpointId },
    { key: searchAttributes.attention, value: attention },
  ]
}

/** `requested`: its workflow has not looked at it yet. */
export type ReplayState = 'requested' | 'running' | 'paused' | 'finished' | 'cancelled'

export interface ReplayInput {
  workspaceId: string
  replayId: string
  /** Null for all of the workspace's endpoints. */
  endpointId: string | null
}

/** Where a replay stands after a step. */
export interface ReplayStep {
  /** `gone`: there is no such replay any more. */
  state: ReplayState | 'gone'
  lookedAt: number
  queued: number
  skipped: number
  /** The instant that it has come to, in ISO 8601. */
  at: string
  /** Whether this step looked at anything. */
  moved: boolean
  /** How long to wait before the next step. */
  waitMs: number
  /** The endpoint that has enough waiting already. */
  waitsFor: string | null
}

export function replayAttributes(input: ReplayInput, attention: Attention): SearchAttributePair[] {
  const endpoint = input.endpointId === null ? [] : [{ key: searchAttributes.endpoint, value: input.endpointId }]
  return [
    { key: searchAttributes.workspace, value: input.workspaceId },
    ...endpoint,
    { key: searchAttributes.attention, value: attention },
  ]
}

import { searchAttributes } from '../temporal/contract.ts'
import type { HubSchedule } from '../temporal/schedules.ts'
import type { SearchAttributePair } from '@temporalio/common'

export const handleInboundName = 'handleInbound'

/** One workflow routes what has arrived: batches leave nothing for a second one to do. */
export const handleInboundWorkflowId = 'inbound'

/** Something has arrived since the last look. */
export const inboundArrivedSignal = 'inboundArrived'

export interface HandleInboundInput {
  /** How long an empty queue is watched before the workflow ends: a trickle does not start it anew each time. */
  lingerMs: number
}

/** What one run of the routing activity did. */
export interface RoutedCount {
  routed: number
  unmatched: number
  failed: number
}

/** And when it has to look again: 0 at once, null when nothing waits. */
export interface RoutedUntil extends RoutedCount {
  nextDueMs: number | null
}

export const replayInboundName = 'replayInbound'

/** The workflow of a replay of inbound events. */
export function inboundReplayWorkflowId(replayId: string): string {
  return `inbound-replay/${replayId}`
}

/** Somebody cancelled the replay: its workflow looks at the row at once. */
export const inboundReplayChangedSignal = 'inboundReplayChanged'

export interface InboundReplayInput {
  workspaceId: string
  replayId: string
}

/** Where a replay stands after a step. */
export interface InboundReplayStep {
  /** `gone`: there is no such replay any more. */
  state: 'requested' | 'running' | 'finished' | 'cancelled' | 'gone'
  lookedAt: number
  queued: number
  /** How long to wait before the next step. */
  waitMs: number
}

export function inboundReplayAttributes({ workspaceId }: InboundReplayInput): SearchAttributePair[] {
  return [
    { key: searchAttributes.workspace, value: workspaceId },
    { key: searchAttributes.attention, value: 'none' },
  ]
}

export const renewSubscriptionsName = 'renewSubscriptions'

/** What the runs of its Schedule are called, with the time behind it. */
export const renewSubscriptionsWorkflowId = 'renew-subscriptions'

export interface RenewSubscriptionsInput {
  batch: number
}

/** What a pass over due subscriptions did. Codes and ids only: it is in the history. */
export interface RenewedSubscriptions {
  done: number
  failed: number
  /** Some of those that failed. */
  troubles: { subscriptionId: string; connectionId: string; provider: string; code: string }[]
}

export const catchUpWebhooksName = 'catchUpWebhooks'

/** What the runs of its Schedule are called, with the time behind it. */
export const catchUpWebhooksWorkflowId = 'catch-up-webhooks'

export interface CatchUpWebhooksInput {
  batch: number
}

/** What a pass over what was sent while the hub was away did. Codes and ids only: it is in the history. */
export interface CaughtUp {
  /** The connections whose list was read, and how many webhooks were found that had not come. */
  read: number
  taken: number
  failed: number
  /** Some of those that failed. */
  troubles: { connectionId: string; provider: string; code: string }[]
}

/** The hub's own Schedules of webhooks. */
export const inboundSchedules: HubSchedule[] = [
  {
    id: 'renew-subscriptions',
    everyMs: 60_000,
    workflow: renewSubscriptionsName,
    workflowId: renewSubscriptionsWorkflowId,
    input: { batch: 100 } satisfies RenewSubscriptionsInput,
    summary: 'Registers, renews and removes webhooks at platforms',
  },
  {
    id: 'catch-up-webhooks',
    everyMs: 60_000,
    workflow: catchUpWebhooksName,
    workflowId: catchUpWebhooksWorkflowId,
    input: { batch: 50 } satisfies CatchUpWebhooksInput,
    summary: 'Asks platforms for what they sent while the hub was away',
  },
]

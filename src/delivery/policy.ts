import { listedDelayMs } from '../retries/policy.ts'

const second = 1_000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

/** How deliveries behave over time; a test shrinks these. Durations are in milliseconds. */
export interface DeliveryPolicy {
  /** The delay before each attempt, the first one's included. One entry an attempt. */
  retryDelaysMs: number[]
  /** Each delay is multiplied by something between 1 - this and 1 + this. */
  retryJitter: number
  /** An endpoint is in trouble after so many attempts without a success… */
  troubleFailures: number
  /** …over at least this long. */
  troubleAfterMs: number
  /** The waits between probes; the last one repeats. */
  probeDelaysMs: number[]
  /** `endpoint.failing` is published after failing for so long. */
  failingAfterMs: number
  /** An endpoint is disabled after so long without a success. */
  disableAfterMs: number
  /** How many waiting deliveries each step of a drain releases; the last one repeats. */
  drainSteps: number[]
  /** A claimed delivery belongs to its dispatcher for so long, unless renewed. */
  leaseMs: number
  /** How long a caller's event id is remembered. */
  eventKeyMs: number
  /** How long one run of the batch-delivering activity lasts. */
  dispatchRunMs: number
  /** Everything is paused when nobody answers at so many endpoints, those of one workspace or host counting for half at most… */
  outageEndpoints: number
  /** …for so long. */
  outageAfterMs: number
  /** How long between probes of the network while everything is paused. */
  outageProbeMs: number
  /** How many endpoints such a probe asks. */
  outageProbes: number
  /** How many deliveries, or events, one transaction of a replay looks at. */
  replayBatch: number
  /** A replay waits while so many deliveries of an endpoint are due already… */
  replayWaitingLimit: number
  /** …for so long, and longer while nothing changes; the last one repeats. */
  replayWaitsMs: number[]
  /** A replay of what was missed looks at events no younger than this: their publishing may still be committing. */
  replaySettleMs: number
}

/** How many events of publishes at once are committed together, and how many commits there are at once. */
export const publishedTogether = { rows: 1_000, bytes: 8 * 1024 * 1024, commits: 4 }

/** The example schedule of Standard Webhooks: 10 attempts over 75.6 hours. */
export const deliveryPolicy: DeliveryPolicy = {
  retryDelaysMs: [
    0,
    5 * second,
    5 * minute,
    30 * minute,
    2 * hour,
    5 * hour,
    10 * hour,
    14 * hour,
    20 * hour,
    24 * hour,
  ],
  retryJitter: 0.1,
  troubleFailures: 3,
  troubleAfterMs: 30 * second,
  probeDelaysMs: [
    5 * second,
    10 * second,
    20 * second,
    40 * second,
    80 * second,
    3 * minute,
    5 * minute,
    10 * minute,
    20 * minute,
    30 * minute,
  ],
  failingAfterMs: hour,
  disableAfterMs: 5 * day,
  drainSteps: [10, 100, 1_000, 5_000, 20_000],
  leaseMs: 10 * second,
  eventKeyMs: 7 * day,
  dispatchRunMs: 10 * minute,
  outageEndpoints: 20,
  outageAfterMs: 15 * second,
  outageProbeMs: 10 * second,
  outageProbes: 20,
  replayBatch: 500,
  replayWaitingLimit: 5_000,
  replayWaitsMs: [2 * second, 3 * second, 5 * second, 10 * second, 30 * second, minute],
  replaySettleMs: 5 * second,
}

/**
 * When to try again after the attempt at position `step` of the schedule failed: the schedule's next delay with jitter,
 * or longer if the receiver asked for it, within bounds. Undefined when the schedule is exhausted.
 * @param random between 0 and 1
 */
export function retryDelayMs(
  policy: Pick<DeliveryPolicy, 'retryJitter'>,
  delaysMs: readonly number[],
  step: number,
  retryAfterMs: number | undefined,
  random: number,
): number | undefined {
  const next = delaysMs[step + 1]
  if (next === undefined) return undefined
  const jittered = next * (1 - policy.retryJitter + 2 * policy.retryJitter * random)
  if (retryAfterMs === undefined || retryAfterMs <= jittered) return jittered
  return Math.max(jittered, Math.min(retryAfterMs, longestRetryAfterMs(next)))
}

/** A receiver may ask for four times the next delay, and for a day at most. */
export function longestRetryAfterMs(nextDelayMs: number): number {
  return Math.min(4 * nextDelayMs, day)
}

/** The wait before probe number `probes` (from 0). */
export function probeDelayMs(policy: Pick<DeliveryPolicy, 'probeDelaysMs'>, probes: number): number {
  return listedDelayMs(probes + 1, policy.probeDelaysMs)
}

/** How long a replay waits that has moved nothing in its last `idle` steps. */
export function replayWaitMs(policy: Pick<DeliveryPolicy, 'replayWaitsMs'>, idle: number): number {
  return listedDelayMs(idle + 1, policy.replayWaitsMs)
}

/** How many deliveries step `step` (from 0) of a drain releases. */
export function drainSize(policy: Pick<DeliveryPolicy, 'drainSteps'>, step: number): number {
  const sizes = policy.drainSteps
  return sizes[Math.min(step, sizes.length - 1)] ?? 1
}

/** Whether an endpoint's HTTP status means that it has taken a delivery: any 2xx. */
export function isAccepted(status: number): boolean {
  return status >= 200 && status <= 299
}

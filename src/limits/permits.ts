import type { Foundation } from '../foundation.ts'
import { permitWaitSeconds } from '../metrics/registry.ts'
import { limitsOf, type CountedBucket, type LimitedSubject } from './held-limits.ts'
import { costOf, pauseAfter, remainingOf, type LimitAnswer, type LimitTold, type Pause } from './limit-answer.ts'
import { bucketOfCost, keptThrough } from './permit-policy.ts'
import { lowerBucket, pauseBucket } from './permit-store.ts'

/** Leave to make one call. Released when the call has ended, however it ended; releasing twice does nothing. */
export interface Permit {
  /** What was taken for it of limits by cost, by their keys. */
  costs: ReadonlyMap<string, number>
  release(): void
}

export interface PermitWish {
  /** For how long to wait at most: 10 s unless given. */
  maxWaitMs?: number
  /** What the call is expected to cost, where calls have a cost. */
  cost?: number | undefined
}

/**
 * Waits for leave to make one call within the provider's limits.
 * @throws HubError `RATE_LIMITED` with `retryAfterMs` when it would take longer; the signal's reason when aborted
 */
export async function acquirePermit(
  hub: Foundation,
  subject: LimitedSubject,
  signal?: AbortSignal,
  { maxWaitMs = 10_000, cost }: PermitWish = {},
): Promise<Permit> {
  const limits = limitsOf(hub, subject)
  const started = performance.now()
  const deadline = Date.now() + maxWaitMs
  const held: (() => void)[] = []
  const costs = new Map<string, number>()
  const release = () => {
    for (const free of held) free()
  }
  const takeSlots = async () => {
    for (const slots of limits.slots) held.push(await slots.take(deadline, signal))
  }
  const took = ({ bucket, limit }: CountedBucket, permits: number) => {
    if (limit.kind === 'cost') costs.set(bucket.key, permits)
  }
  try {
    await takeSlots()
    const empty: [CountedBucket, number][] = []
    for (const counted of limits.buckets) {
      const permits = permitsFor(counted, cost)
      if (counted.bucket.takeNow(permits)) took(counted, permits)
      else empty.push([counted, permits])
    }
    if (empty.length > 0) {
      // A slot is scarce: while this call waits for its permit, another may use it.
      release()
      held.length = 0
      for (const [counted, permits] of empty) {
        await counted.bucket.take(deadline, signal, permits)
        took(counted, permits)
      }
      await takeSlots()
    }
  } catch (error) {
    release()
    for (const { bucket } of limits.buckets) bucket.giveBack(costs.get(bucket.key) ?? 0)
    throw error
  } finally {
    permitWaitSeconds.observe({ provider: subject.provider }, (performance.now() - started) / 1000)
  }
  return { costs, release }
}

/** How much of a limit a call takes: what costs more than there ever is takes all. */
function permitsFor({ bucket, limit }: CountedBucket, cost: number | undefined): number {
  return limit.kind === 'cost' ? Math.max(1, Math.min(Math.ceil(cost ?? limit.expected), bucket.capacity)) : 1
}

/**
 * Takes note of an answer. Points that were taken for the permit and not spent are given back; points spent beyond are taken.
 * After an answer that tells of a limit, or that the limit is used up, no process calls for this connection until the provider's
 * own time has passed. Gives that pause, and whether the call was refused; undefined when calls may go on.
 */
export function noteAnswer(
  hub: Foundation,
  subject: LimitedSubject,
  answer: LimitAnswer,
  permit?: Permit,
): Pause | undefined {
  const { buckets } = limitsOf(hub, subject)
  const now = Date.now()
  let costMs: number | undefined
  for (const counted of buckets) {
    const { bucket } = counted
    const told = noteLimit(counted, answer, permit?.costs.get(bucket.key))
    costMs = told.waitMs ?? costMs
    // Worth a statement only now and then, and only when it could matter soon.
    if (told.left === undefined || told.left > told.matters || now < counted.toldAt + 1_000) continue
    counted.toldAt = now
    tell(hub, lowerBucket(hub.pool, bucket.key, told.left))
  }
  const counted = buckets.find(({ limit }) => limit.kind === 'cost' || limit.headers || limit.body) ?? buckets[0]!
  const pause = pauseAfter(answer, toldOf(counted), now, costMs)
  if (pause === undefined) return undefined
  counted.bucket.pause(pause.ms)
  tell(hub, pauseBucket(hub.pool, counted.bucket.key, pause.ms, keptThrough(counted.limit, pause.ms)))
  return pause
}

/** What an answer tells of one limit. */
interface Told {
  /** How much is left of it, and from how much on that is of interest. */
  left: number | undefined
  matters: number
  /** How long it takes until there is what the call needs. */
  waitMs?: number | undefined
}

function noteLimit({ bucket, limit }: CountedBucket, answer: LimitAnswer, taken: number | undefined): Told {
  if (limit.kind !== 'cost') return { left: remainingOf(answer, limit), matters: bucket.capacity }
  const { actual, requested, available, ...account } = costOf(answer, limit.told)
  const { capacity = limit.capacity, restoresPerSecond = limit.restoresPerSecond } = account
  if (account.capacity || account.restoresPerSecond) bucket.learn(bucketOfCost({ capacity, restoresPerSecond }))
  if (taken !== undefined) {
    // A call that was refused for the limit has cost nothing, unless its answer says so.
    const isRefused = answer.status === 429 || answer.signMs !== undefined
    bucket.giveBack(taken - (actual ?? (isRefused ? 0 : taken)))
  }
  if (available === undefined) return { left: undefined, matters: 0 }
  const missing = (requested ?? taken ?? limit.expected) - available
  return {
    left: Math.max(0, available - bucket.held),
    matters: bucket.capacity / 2,
    waitMs: missing > 0 ? bucket.timeFor(missing) : undefined,
  }
}

function toldOf({ limit }: CountedBucket): LimitTold {
  return limit.kind === 'cost' ? {} : limit
}

/** The others are told in the background: the call's own process has taken note already. */
function tell(hub: Foundation, told: Promise<void>): void {
  told.catch((error: unknown) => hub.log.warn({ err: error }, 'a rate limit could not be noted for other processes'))
}

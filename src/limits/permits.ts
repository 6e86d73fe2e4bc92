import { randomUUID } from 'node:crypto'
import type { Foundation } from '../foundation.ts'
import { permitWaitSeconds } from '../metrics/registry.ts'
import { PermitBucket } from './permit-bucket.ts'
import { bucketOf, pauseAfter, remainingOf, type Pause } from './permit-policy.ts'
import { PermitSlots } from './permit-slots.ts'
import { lowerBucket, pauseBucket } from './permit-store.ts'
import { defaultLimits, type LimitHeaders, type RateLimit } from '../catalogue/schema/limits.ts'

/** Whose call it is. */
export interface PermitSubject {
  workspaceId: string
  connectionId: string
  /** Null for the environment's app. */
  providerAppId: string | null
  provider: string
  /** What the provider documents. */
  limits: readonly RateLimit[] | undefined
}

/** Leave to make one call. Released when the call has ended, however it ended; releasing twice does nothing. */
export interface Permit {
  release(): void
}

/** What the provider answered, as far as limits go; header names in lower case. */
export interface LimitAnswer {
  status: number
  headers: Record<string, string | string[] | undefined>
  /** The wait that goes with the platform's own words for a limit, when the answer has them. */
  signMs?: number | undefined
}

const defaultMaxWaitMs = 10_000

/**
 * Waits for leave to make one call within the provider's limits, for `maxWaitMs` at most (10 s unless given).
 * @throws HubError `RATE_LIMITED` with `retryAfterMs` when it would take longer; the signal's reason when aborted
 */
export async function acquirePermit(
  hub: Foundation,
  subject: PermitSubject,
  signal?: AbortSignal,
  maxWaitMs = defaultMaxWaitMs,
): Promise<Permit> {
  const limits = limitsOf(hub, subject)
  const started = performance.now()
  const deadline = Date.now() + maxWaitMs
  const held: (() => void)[] = []
  const release = () => {
    for (const free of held) free()
  }
  const takeSlots = async () => {
    for (const slots of limits.slots) held.push(await slots.take(deadline, signal))
  }
  try {
    await takeSlots()
    const empty = limits.buckets.filter(({ bucket }) => !bucket.takeNow())
    if (empty.length > 0) {
      // A slot is scarce: while this call waits for its permit, another may use it.
      release()
      held.length = 0
      for (const { bucket } of empty) await bucket.take(deadline, signal)
      await takeSlots()
    }
  } catch (error) {
    release()
    throw error
  } finally {
    permitWaitSeconds.observe({ provider: subject.provider }, (performance.now() - started) / 1000)
  }
  return { release }
}

/**
 * Takes note of an answer: after one that tells of a limit, or that the limit is used up, no process calls for this connection
 * until the provider's own time has passed. Gives how long that is from now, undefined when calls may go on.
 */
export function noteAnswer(hub: Foundation, subject: PermitSubject, answer: LimitAnswer): Pause | undefined {
  const { buckets } = limitsOf(hub, subject)
  const now = Date.now()
  for (const counted of buckets) {
    const remaining = remainingOf(answer.headers, counted.headers)
    // Worth a statement only now and then, and only when it could matter soon.
    if (remaining === undefined || remaining > counted.capacity || now < counted.toldAt + 1_000) continue
    counted.toldAt = now
    tell(hub, lowerBucket(hub.pool, counted.bucket.key, remaining))
  }
  const counted = buckets.find(one => one.headers !== undefined) ?? buckets[0]!
  const pause = pauseAfter(answer, counted.headers, now)
  if (pause === undefined) return undefined
  counted.bucket.pause(pause.ms)
  tell(hub, pauseBucket(hub.pool, counted.bucket.key, pause.ms))
  return pause
}

/** The limits of one connection, as this process holds them. */
interface Limits {
  slots: PermitSlots[]
  buckets: CountedBucket[]
}

interface CountedBucket {
  bucket: PermitBucket
  capacity: number
  headers: LimitHeaders | undefined
  toldAt: number
}

/** What one process holds: by connection, and by key for what connections share. */
interface HeldLimits {
  holder: string
  byConnection: Map<string, Limits>
  buckets: Map<string, CountedBucket>
  slots: Map<string, PermitSlots>
  sweptAt: number
}

const heldByHub = new WeakMap<Foundation, HeldLimits>()

function limitsOf(hub: Foundation, subject: PermitSubject): Limits {
  let held = heldByHub.get(hub)
  if (!held) {
    held = { holder: randomUUID(), byConnection: new Map(), buckets: new Map(), slots: new Map(), sweptAt: Date.now() }
    heldByHub.set(hub, held)
  }
  const known = held.byConnection.get(subject.connectionId)
  if (known) return known
  forgetIdle(held)
  const limits = build(hub, held, subject)
  held.byConnection.set(subject.connectionId, limits)
  return limits
}

function build(hub: Foundation, held: HeldLimits, subject: PermitSubject): Limits {
  const documented = subject.limits ?? []
  const counting = documented.some(limit => 'permits' in limit)
  const limits: Limits = { slots: [], buckets: [] }
  for (const [index, limit] of [...documented, ...(counting ? [] : defaultLimits)].entries()) {
    const key = `${ownerOf(hub, subject, limit.per)}/${index}`
    if ('permits' in limit) {
      const bucket = bucketOf(limit)
      const make = () => ({
        bucket: new PermitBucket(hub.pool, key, bucket),
        capacity: bucket.capacity,
        headers: limit.headers,
        toldAt: 0,
      })
      limits.buckets.push(getOrMake(held.buckets, key, make))
    } else {
      limits.slots.push(getOrMake(held.slots, key, () => new PermitSlots(hub.pool, key, held.holder, limit.concurrent)))
    }
  }
  return limits
}

function ownerOf(hub: Foundation, subject: PermitSubject, per: RateLimit['per']): string {
  const { workspaceId, connectionId, providerAppId, provider } = subject
  if (per === 'connection') return `${workspaceId}/${connectionId}`
  if (providerAppId !== null) return `${workspaceId}/${providerAppId}`
  // What a workspace calls by a name of its own is no other's.
  return hub.definitions.isCommon(provider) ? `environment/${provider}` : `${workspaceId}/${provider}`
}

function getOrMake<T>(map: Map<string, T>, key: string, make: () => T): T {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = make()
  map.set(key, made)
  return made
}

/** A process that has met a million connections does not remember them all. */
function forgetIdle(held: HeldLimits): void {
  const now = Date.now()
  if (held.byConnection.size < 1_000 || now < held.sweptAt + 10_000) return
  held.sweptAt = now
  held.byConnection.clear()
  for (const [key, { bucket }] of held.buckets) if (bucket.idle) held.buckets.delete(key)
  for (const [key, slots] of held.slots) if (slots.idle) held.slots.delete(key)
}

/** The others are told in the background: the call's own process has taken note already. */
function tell(hub: Foundation, told: Promise<void>): void {
  told.catch((error: unknown) => hub.log.warn({ err: error }, 'a rate limit could not be noted for other processes'))
}

import { randomUUID } from 'node:crypto'
import { defaultLimits, type CallsPerWindow, type CostPerCall, type RateLimit } from '../catalogue/schema/limits.ts'
import type { Foundation } from '../foundation.ts'
import { PermitBucket } from './permit-bucket.ts'
import { bucketOf, bucketOfCost } from './permit-policy.ts'
import { PermitSlots } from './permit-slots.ts'

/** The connection that a call is made for. */
export interface PermitSubject {
  workspaceId: string
  connectionId: string
  /** Null for the environment's app. */
  providerAppId: string | null
  provider: string
}

/** And what its provider documents. */
export interface LimitedSubject extends PermitSubject {
  limits: readonly RateLimit[] | undefined
}

/** The limits of one connection, as this process holds them. */
export interface Limits {
  documented: readonly RateLimit[] | undefined
  slots: PermitSlots[]
  buckets: CountedBucket[]
}

/** A limit that is counted in a bucket. */
export interface CountedBucket {
  bucket: PermitBucket
  limit: CallsPerWindow | CostPerCall
  /** When other processes were last told what an answer said is left. */
  toldAt: number
}

/** What one process holds: by connection, and by limit and whose it is for what connections share. */
interface HeldLimits {
  holder: string
  byConnection: Map<string, Limits>
  buckets: Map<string, CountedBucket>
  slots: Map<string, PermitSlots>
  sweptAt: number
}

const heldByHub = new WeakMap<Foundation, HeldLimits>()

/** The limits that a connection's calls count against. */
export function limitsOf(hub: Foundation, subject: LimitedSubject): Limits {
  let held = heldByHub.get(hub)
  if (!held) {
    held = { holder: randomUUID(), byConnection: new Map(), buckets: new Map(), slots: new Map(), sweptAt: Date.now() }
    heldByHub.set(hub, held)
  }
  const known = held.byConnection.get(subject.connectionId)
  // A workspace's own definition may have changed.
  if (known && known.documented === subject.limits) return known
  forgetIdle(held)
  const limits = build(hub, held, subject)
  held.byConnection.set(subject.connectionId, limits)
  return limits
}

function build(hub: Foundation, held: HeldLimits, subject: LimitedSubject): Limits {
  const documented = subject.limits ?? []
  const counting = documented.some(limit => limit.kind !== 'calls-at-once')
  const limits: Limits = { documented: subject.limits, slots: [], buckets: [] }
  for (const [index, limit] of [...documented, ...(counting ? [] : defaultLimits)].entries()) {
    const key = `${ownerOf(hub, subject, limit.per)}/${index}`
    const here = `${key} ${JSON.stringify(limit)}`
    if (limit.kind === 'calls-at-once') {
      const make = () => new PermitSlots(hub.pool, key, held.holder, limit.concurrent)
      limits.slots.push(getOrMake(held.slots, here, make))
    } else {
      const bucket = limit.kind === 'cost' ? bucketOfCost(limit) : bucketOf(limit)
      const make = () => ({ bucket: new PermitBucket(hub.pool, key, bucket), limit, toldAt: 0 })
      limits.buckets.push(getOrMake(held.buckets, here, make))
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

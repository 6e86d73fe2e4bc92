import { setTimeout as sleep } from 'node:timers/promises'
import { connectionClient } from '../../../src/connections/client.ts'
import type { Hub } from '../../../src/hub.ts'
import { syncWorkflowId, type RunEnd } from '../../../src/sync/contract.ts'
import { compareUnseen } from '../../../src/sync/pull/compare.ts'
import { pullPages } from '../../../src/sync/pull/pull.ts'
import { pushChanges, settlePending } from '../../../src/sync/push/push.ts'
import { beginRun } from '../../../src/sync/runs/begin-run.ts'
import { finishRun } from '../../../src/sync/runs/run.ts'
import { takeUpRun } from '../../../src/sync/runs/run-hold.ts'
import { definitionOf, modelOf } from '../../calls/made.ts'
import type { PlatformAnswer, PlatformCall } from '../../connections/platform.ts'

const phases = { settle: settlePending, pull: pullPages, compare: compareUnseen, push: pushChanges, done: undefined }
const mostSlices = 20

/** For how long a slice keeps its place, and how long it may last at most before it is ended, as an activity is. */
export interface SliceTimes {
  sliceMs: number
  limitMs: number
}

/** A run as its workflow carries it out, slice after slice. Gives how it ended, and how many of its slices lasted too long. */
export async function runInSlices(
  hub: Hub,
  sync: { workspaceId: string; syncId: string },
  { sliceMs, limitMs }: SliceTimes,
): Promise<{ end: RunEnd; slices: number; cutOff: number }> {
  const workflowId = syncWorkflowId(sync.syncId)
  const begun = await beginRun(hub, sync, { workflowId, trigger: 'manual', mayRequest: true })
  if (begun.kind !== 'taken') throw new Error(`no run: ${JSON.stringify(begun)}`)
  const ref = { ...sync, runId: begun.runId }
  let [isDone, slices, cutOff] = [false, 0, 0]
  while (!isDone && slices < mostSlices) {
    slices++
    const [since, limit] = [performance.now(), AbortSignal.timeout(limitMs)]
    const isOver = () => performance.now() - since > sliceMs
    try {
      isDone = await slice(hub, ref, {
        signal: limit,
        isOver,
        onProgress: () => limit.throwIfAborted(),
        attempt: slices,
      })
    } catch (error) {
      if (!limit.aborted) throw error
      cutOff++
    }
  }
  if (!isDone) throw new Error(`not through after ${slices} slices, of which ${cutOff} were cut off`)
  return { end: await finishRun(hub, ref, { status: 'succeeded', errorCode: null }, workflowId), slices, cutOff }
}

/** Gives whether the run is through. */
async function slice(
  hub: Hub,
  ref: Parameters<typeof takeUpRun>[1],
  control: Parameters<typeof pushChanges>[3],
): Promise<boolean> {
  const hold = await takeUpRun(hub, ref)
  const client = await connectionClient(hub, ref.workspaceId, hold.sync.connection_id)
  for (let phase = phases[hold.run.phase]; phase; phase = phases[hold.run.phase]) {
    if (!(await phase(hub, hold, client, control))) return false
  }
  return true
}

const list = {
  ...{ kind: 'offset' as const, page: 1_000, param: 'offset', limitParam: 'limit', first: 0, items: 'items' },
}
const idempotency = { in: 'header' as const, name: 'idempotency-key' }
const update = { kind: 'call' as const, method: 'POST' as const, encoding: 'json' as const, cleared: null }

/** What a slow platform has: customers that no version guards, and invoices that have one, and lines that are told as a whole. */
export const slowPlatform = definitionOf({
  models: {
    customers: modelOf({
      list: { ...list, path: '/customers' },
      read: { path: '/customers/{id}' },
      create: { kind: 'call', method: 'POST', path: '/customers', encoding: 'json' },
      update: { ...update, path: '/customers/{id}' },
      idempotency,
      fields: [
        ['displayName', 'name'],
        ['notes', 'notes'],
      ],
    }),
    invoices: modelOf({
      ...{ collection: 'invoices', version: 'rev' },
      list: { ...list, path: '/invoices' },
      read: { path: '/invoices/{id}' },
      create: { kind: 'call', method: 'POST', path: '/invoices', encoding: 'json' },
      update: { ...update, path: '/invoices/{id}', versionField: 'rev' },
      idempotency,
      fields: [
        ['number', 'number'],
        ['lines', 'lines', { each: [['description', 'text']] }],
      ],
    }),
  },
})

type Item = Record<string, unknown> & { id: string; rev: string }

/** An account of it, which takes its time over each call, and refuses some writes. */
export class SlowAccount {
  readonly items = new Map<string, Item>()
  /** How often each item was written, or was to be, but for repeats of the same call. */
  readonly writes = new Map<string, number>()
  delayMs = 0
  isRefused: (id: string) => boolean = () => false
  readonly #answered = new Map<string, PlatformAnswer>()

  constructor(items: readonly Record<string, unknown>[]) {
    for (const [n, item] of items.entries()) this.#put(`i${String(n).padStart(4, '0')}`, item)
  }

  async answer({ method, path, body, headers }: PlatformCall): Promise<PlatformAnswer> {
    const { pathname, searchParams } = new URL(path, 'http://made.example')
    if (pathname === '/me') return { status: 200, body: { id: 'slow', name: 'Slow' } }
    await sleep(this.delayMs)
    const id = pathname.split('/')[2] ?? `i${String(this.items.size).padStart(4, '0')}`
    if (method === 'GET') {
      const from = Number(searchParams.get('offset'))
      const all = [...this.items.values()].slice(from, from + Number(searchParams.get('limit')))
      return { status: 200, body: this.items.get(id) ?? { items: all } }
    }
    const key = String(headers['idempotency-key'])
    const answer = this.#answered.get(key) ?? this.#write(id, body)
    this.#answered.set(key, answer)
    return answer
  }

  #write(id: string, body: string): PlatformAnswer {
    this.writes.set(id, (this.writes.get(id) ?? 0) + 1)
    if (this.isRefused(id)) return { status: 422, body: { code: 'NO' } }
    return { status: 200, body: this.#put(id, JSON.parse(body) as Record<string, unknown>) }
  }

  #put(id: string, row: Record<string, unknown>): Item {
    const before = this.items.get(id)
    const item = { ...before, ...row, id, rev: String(Number(before?.rev ?? 0) + 1) }
    this.items.set(id, item)
    return item
  }
}

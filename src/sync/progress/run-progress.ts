import type { RunRow } from '../runs/run-row.ts'

/** How a run stands, in the words of a log. `partial`: it ended well, and some rows failed or wait for a person. */
export const runStates = ['pending', 'in_progress', 'completed', 'partial', 'failed', 'cancelled'] as const

export type RunState = (typeof runStates)[number]

export function runStateOf({ status, failed, deletions_held: held, phase }: RunRow): RunState {
  switch (status) {
    case 'requested':
      return 'pending'
    case 'running':
      return 'in_progress'
    case 'succeeded':
      return failed > 0 ? 'partial' : 'completed'
    case 'failed':
      // What else had changed was taken and pushed.
      return held > 0 && phase === 'done' ? 'partial' : 'failed'
    case 'cancelled':
      return 'cancelled'
  }
}

export const runDirections = ['inbound', 'outbound', 'bidirectional'] as const

export type RunDirection = (typeof runDirections)[number]

const directions = { pull: 'inbound', push: 'outbound', both: 'bidirectional' } as const

/** Which way a run goes: as it began, else as its sync stands. */
export function runDirectionOf(run: RunRow, sync: { direction: keyof typeof directions }): RunDirection {
  return directions[run.direction ?? sync.direction]
}

/** How far a run is. */
export interface RunProgressNow {
  /** Items that it has taken in, and writes that it has made. */
  rows: number
  /** Since it began, what it waited included; null before it has begun. */
  rowsPerSecond: number | null
  /** So many rows it will be, as far as the pass before tells. */
  expectedRows: number | null
  /** When it is through at that rate; of a run under way that reads everything. */
  estimatedEndAt: Date | null
}

export function runProgressOf(run: RunRow, now: Date): RunProgressNow {
  const rows = run.pulled + run.pushed
  const { started_at: startedAt, finished_at: finishedAt, expected } = run
  const seconds = startedAt && ((finishedAt ?? now).getTime() - startedAt.getTime()) / 1_000
  const rate = seconds === null ? null : rows / Math.max(seconds, 0.001)
  const left = expected === null ? 0 : expected - run.pulled
  const isTelling = run.status === 'running' && rate !== null && rate > 0 && left > 0
  return {
    rows,
    rowsPerSecond: rate === null ? null : Math.round(rate * 10) / 10,
    expectedRows: expected,
    estimatedEndAt: isTelling ? new Date(now.getTime() + (left / rate) * 1_000) : null,
  }
}

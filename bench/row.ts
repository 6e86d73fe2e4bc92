/** One line of a benchmark's table. */
export interface Row {
  name: string
  /** Items a second, from the first one published to the last one arrived. Null for a row that measures only times. */
  perSecond: number | null
  /** What it is set in relation to: the raw loop's, in the same run. */
  baselinePerSecond: number | null
  ratio: number | null
  p50Ms: number | null
  p99Ms: number | null
  /** Temporal actions, without heartbeats, for each 1,000 items. */
  actionsPer1000: number | null
  /** Temporal actions an hour for each dispatch slot, of an idle system. */
  actionsPerSlotHour?: number
  /** The most that the worker's process held, in MB. */
  workerMb?: number
  /** The same as `p99Ms`, measured before anybody else was busy. */
  aloneP99Ms?: number
  /** What went wrong of that which was measured. */
  failed?: number
  /** What the row is to show. */
  goals?: Goal[]
}

/** A bound on one of a row's numbers; exactly one of the three is given. */
export interface Goal {
  of: 'ratio' | 'p50Ms' | 'p99Ms' | 'actionsPer1000' | 'actionsPerSlotHour' | 'workerMb' | 'failed'
  atLeast?: number
  atMost?: number
  below?: number
}

export interface BenchOptions {
  seconds: number
  /** Only these parts; all when absent. */
  only?: string[]
  say: (line: string) => void
}

/** A row without a measurement yet. */
export function emptyRow(name: string): Row {
  return {
    name,
    perSecond: null,
    baselinePerSecond: null,
    ratio: null,
    p50Ms: null,
    p99Ms: null,
    actionsPer1000: null,
  }
}

/** The row in relation to a baseline, in items a second. */
export function besideBaseline(row: Row, baseline: number): Row {
  const ratio = row.perSecond === null ? null : Math.round((row.perSecond / baseline) * 1_000) / 1_000
  return { ...row, baselinePerSecond: Math.round(baseline), ratio }
}

/** Whether a row reached a goal; a number that was not measured reached none. */
export function isMet(row: Row, goal: Goal): boolean {
  const value = row[goal.of]
  if (value === null || value === undefined) return false
  const { atLeast = -Infinity, atMost = Infinity, below = Infinity } = goal
  return value >= atLeast && value <= atMost && value < below
}

const goalNames: Record<Goal['of'], string> = {
  ratio: 'ratio',
  p50Ms: 'p50 ms',
  p99Ms: 'p99 ms',
  actionsPer1000: 'actions/1000',
  actionsPerSlotHour: 'actions/slot/h',
  workerMb: 'worker MB',
  failed: 'failed',
}

function describeGoal(row: Row, goal: Goal): string {
  const { of, atLeast, atMost, below } = goal
  const bound = atLeast !== undefined ? `>= ${atLeast}` : atMost !== undefined ? `<= ${atMost}` : `< ${below}`
  return `${goalNames[of]} ${bound} ${isMet(row, goal) ? 'met' : 'NOT MET'}`
}

/** The rows as a table for people, each with its goals and whether they are met. */
export function tableOf(rows: readonly Row[]): string {
  const shown = (value: number | null | undefined, digits = 0) => (value == null ? '' : value.toFixed(digits))
  const lines = [
    [
      '',
      'per second',
      'baseline',
      'ratio',
      'p50 ms',
      'p99 ms',
      'actions/1000',
      'actions/slot/h',
      'worker MB',
      'p99 alone',
      'failed',
    ],
    ...rows.map(row => [
      row.name,
      shown(row.perSecond),
      shown(row.baselinePerSecond),
      shown(row.ratio, 2),
      shown(row.p50Ms, 1),
      shown(row.p99Ms, 1),
      shown(row.actionsPer1000, 1),
      shown(row.actionsPerSlotHour),
      shown(row.workerMb),
      shown(row.aloneP99Ms, 1),
      shown(row.failed),
    ]),
  ]
  const goals = ['', ...rows.map(row => (row.goals ?? []).map(goal => describeGoal(row, goal)).join(', '))]
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map(line => line[column]!.length)))
  return lines
    .map((line, index) => {
      const cells = line.map((cell, n) => (n === 0 ? cell.padEnd(widths[n]!) : cell.padStart(widths[n]!)))
      return [...cells, goals[index]].join('  ').trimEnd()
    })
    .join('\n')
}

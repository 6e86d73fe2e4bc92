/** One line of a benchmark's table. */
export interface Row {
  name: string
  /** Items a second, from the first one published to the last one arrived. Null for a row that measures only times. */
  perSecond: number | null
  /** The raw loop's, in the same run. */
  baselinePerSecond: number | null
  ratio: number | null
  p50Ms: number | null
  p99Ms: number | null
  /** Temporal actions, without heartbeats, for each 1,000 items. */
  actionsPer1000: number | null
  /** The most that the worker's process held, in MB. */
  workerMb?: number
}

export interface BenchOptions {
  seconds: number
  /** Only these parts; all when absent. */
  only?: string[]
  say: (line: string) => void
}

/** The rows as a table for people. */
export function tableOf(rows: readonly Row[]): string {
  const shown = (value: number | null | undefined, digits = 0) => (value == null ? '' : value.toFixed(digits))
  const lines = [
    ['', 'per second', 'baseline', 'ratio', 'p50 ms', 'p99 ms', 'actions/1000', 'worker MB'],
    ...rows.map(row => [
      row.name,
      shown(row.perSecond),
      shown(row.baselinePerSecond),
      shown(row.ratio, 2),
      shown(row.p50Ms, 1),
      shown(row.p99Ms, 1),
      shown(row.actionsPer1000, 1),
      shown(row.workerMb),
    ]),
  ]
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map(line => line[column]!.length)))
  return lines
    .map(line => line.map((cell, n) => (n === 0 ? cell.padEnd(widths[n]!) : cell.padStart(widths[n]!))).join('  '))
    .join('\n')
}

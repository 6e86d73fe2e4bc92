import { Cron } from 'croner'
import { parseEvery } from './schedule-input.ts'
import type { Sync } from '../sync-store.ts'

/**
 * When a sync's schedule is due next after an instant, as its Schedule in Temporal has it; null when it has none, or the sync
 * is paused. Nobody is asked for it: a list tells it of each of its syncs.
 */
export function nextRunAt(sync: Pick<Sync, 'id' | 'schedule' | 'status'>, now: Date): Date | null {
  const { schedule, status } = sync
  if (schedule === null || status === 'paused') return null
  if ('cron' in schedule) return cronOf(schedule.cron, schedule.timeZone).nextRun(now)
  const everyMs = parseEvery(schedule.every)!
  const offsetMs = offsetOf(sync.id, everyMs)
  return new Date((Math.floor((now.getTime() - offsetMs) / everyMs) + 1) * everyMs + offsetMs)
}

/** Spreads syncs of the same interval over it, always the same way for the same sync; in whole seconds. */
export function offsetOf(syncId: string, everyMs: number): number {
  let sum = 0
  for (const letter of syncId) sum = (sum * 31 + letter.charCodeAt(0)) % 1_000_003
  return Math.floor(((sum / 1_000_003) * everyMs) / 1_000) * 1_000
}

/** As Temporal reads it: a day of the month and a day of the week have to hold both. */
function cronOf(text: string, timezone: string): Cron {
  return new Cron(text, { paused: true, legacyMode: false, timezone })
}

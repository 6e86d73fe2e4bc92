import type { Api } from './api.ts'
import type { Demonstration } from './context.ts'
import { eventually, hold } from './eventually.ts'

/** A run of a sync, as far as the demonstration looks at it. */
export interface Run {
  id: string
  status: string
  errorCode: string | null
  counts: Record<string, number>
}

/** Runs a sync to its end, and says what it did. */
export async function runSync({ say }: Demonstration, api: Api, syncId: string, what: string): Promise<Run> {
  const started = await api.post<Run>(`/v1/syncs/${syncId}/runs`)
  const ended = await eventually(`the run (${what})`, 90_000, async () => {
    const now = await api.get<Run>(`/v1/syncs/${syncId}/runs/${started.id}`)
    return now.status === 'running' || now.status === 'requested' ? undefined : now
  })
  hold(ended.status === 'succeeded', `the run (${what}) ${ended.status}: ${ended.errorCode}`)
  const counts = Object.entries(ended.counts).filter(([, count]) => count > 0)
  say(`${what}: ${counts.map(([name, count]) => `${count} ${name}`).join(', ') || 'nothing to do'}`)
  return ended
}

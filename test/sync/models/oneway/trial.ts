import type { SandboxThing } from '../../../../dev/sandbox/control-client.ts'

/** A model that is only read, and how somebody at the platform makes, changes and deletes what it holds. */
export interface Trial {
  platform: string
  model: string
  method: string
  scopes?: string[]
  config?: Record<string, string>
  collection: string
  /** Where the sandbox keeps it. */
  kind: string
  account: string
  /** So many things, which are more than a page. */
  count: number
  /** The n-th thing; a `change` above 0 is later. */
  item: (n: number, change: number) => { id: string; thing: Record<string, unknown> }
  /** What the record of the first is. */
  first: Record<string, unknown>
  /** How it tells what has changed. */
  feed: 'changes' | 'windows' | 'none'
  /** What has changed is not told, as nothing changes. */
  frozen?: true
  gone: 'told' | 'compared' | 'kept'
  cancelled?: (n: number) => { id: string; thing: Record<string, unknown> }
  /** What the list shows and is no such thing. */
  besides?: SandboxThing[]
  before?: SandboxThing[]
  /** Its limit is of an hour or a day: a refusal, and reading everything once more, make it wait for longer than a test may. */
  costly?: true
  /** The start of the path of its list, behind its host. */
  path: string
}

export const now = Date.now()
export const dayMs = 86_400_000
/** Some days ago, at the time that a change would have. */
export const past = (n: number) => new Date(now - 40 * dayMs + n * 1000)
/** A little ahead, as a feed is asked for the time before the last run. */
export const soon = () => new Date(Date.now() + 1000)
export const iso = (time: Date) => time.toISOString()
export const seconds = (time: Date) => `${iso(time).slice(0, 19)}Z`
export const timeOf = (n: number, change: number) => (change > 0 ? soon() : past(n))
export const dayBefore = (days: number) => iso(new Date(now - days * dayMs)).slice(0, 10)

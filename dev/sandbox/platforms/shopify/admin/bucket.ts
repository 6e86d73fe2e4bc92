import type { Storage } from '../../../storage.ts'

export const usual = { capacity: 2_000, restoreRate: 100 }
export interface Size {
  capacity: number
  restoreRate: number
}
interface Level extends Size {
  available: number
  atMs: number
}

/** The points of an app in a shop, which come back over time. https://shopify.dev/docs/api/usage/limits */
export function bucketOf(storage: Storage, name: string) {
  const read = (): Level => {
    const row = storage.get<{ body: string }>('SELECT body FROM shopify_buckets WHERE name = ?', name)
    const level = row ? (JSON.parse(row.body) as Level) : { ...usual, available: usual.capacity, atMs: Date.now() }
    const since = (Date.now() - level.atMs) / 1000
    return {
      ...level,
      available: Math.min(level.capacity, level.available + since * level.restoreRate),
      atMs: Date.now(),
    }
  }
  const keep = (level: Level) =>
    storage.run('INSERT OR REPLACE INTO shopify_buckets VALUES (?, ?)', name, JSON.stringify(level))
  return {
    status() {
      const { capacity, available, restoreRate } = read()
      return { maximumAvailable: capacity, currentlyAvailable: Math.floor(available), restoreRate }
    },
    /** Gives whether there are as many. */
    has: (points: number) => read().available >= points,
    spend(points: number) {
      const level = read()
      keep({ ...level, available: level.available - points })
    },
    resize: (size: Size) => keep({ ...size, available: size.capacity, atMs: Date.now() }),
  }
}

export const tables = 'CREATE TABLE IF NOT EXISTS shopify_buckets (name TEXT PRIMARY KEY, body TEXT NOT NULL);'

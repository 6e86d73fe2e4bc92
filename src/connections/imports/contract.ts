export interface ImportInput {
  workspaceId: string
  importId: string
}

/** How many rows of an import have come to what. */
export interface ImportCounts {
  total: number
  connected: number
  needsReauth: number
  duplicate: number
  failed: number
  /** Of a dry run: good as far as can be told without spending a refresh token. */
  unchecked: number
  cancelled: number
}

/** Where an import stands after a step. Ids, codes and counts only: it is in the history. */
export interface ImportStep {
  /** `gone`: there is no such import any more. */
  state: 'running' | 'finished' | 'cancelled' | 'gone'
  counts: ImportCounts
  /** How long there is nothing to do. */
  waitMs: number
  /** What rows wait for: the platform that most of them are of. */
  waitsFor: { provider: string; code: string; rows: number; since: string } | null
}

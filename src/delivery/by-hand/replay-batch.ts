/** What one batch came to. */
export interface ReplayBatch {
  cursor: string
  lookedAt: number
  queued: number
  skipped: number
  /** Nothing is left. */
  done: boolean
  /** The endpoint that takes no more just now. */
  full?: string
  /** Nothing is left yet: there is more to come after this. */
  waitMs?: number
}

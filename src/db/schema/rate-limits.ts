/** One token bucket, shared by every process. */
export interface RateLimitsTable {
  /** Names the workspace and connection, or the app, and which limit of the provider. */
  key: string
  tokens: number
  refilled_at: Date
  /** The provider asked for silence until then. */
  paused_until: Date | null
  /** What the last lease was given. */
  granted: number
}

/** How many calls at once each process may make within one limit. */
export interface RateLimitSlotsTable {
  key: string
  holder: string
  slots: number
  wanted: number
  expires_at: Date
}

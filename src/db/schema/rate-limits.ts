/** One token bucket, shared by every process. */
export interface RateLimitsTable {
  /** Names the workspace and connection, or the app, and which limit of the provider. */
  key: string
  tokens: number
  /** Until when the tokens are counted; to come while the provider wants silence. */
  refilled_at: Date
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

/** Which process may send to a gated endpoint. A row is deleted when its gate is given back with nothing to remember. */
export interface EndpointGatesTable {
  endpoint_id: string
  workspace_id: string
  /** Renewed by its holder; from then on another process may take it. */
  leased_until: Date
  /** From one sequence, so unique: a holder renews and gives back its own gate only. */
  fence: number
  /** From when on the rate limit is wholly free again; null for an endpoint without one. */
  rate_at: Date | null
}

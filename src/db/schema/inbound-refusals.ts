/** How often something was refused where it came to, by reason. Nothing of what was refused is kept. */
export interface InboundRefusalsTable {
  id: string
  workspace_id: string
  provider: string
  /** The provider app, or the address with a key. */
  target_id: string
  /** An error code. */
  reason: string
  count: number
  last_at: Date
}

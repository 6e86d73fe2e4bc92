/** Where a thing is, whoever's it is: what an operator learns who has nothing but an id. */
export interface Located {
  id: string
  /** Null for what is nobody's yet, such as a webhook that no connection was found for. */
  workspaceId: string | null
  /** Its status, in the words of its own resource. */
  state: string
  /** Why it is in that state: a stable code or class. */
  reason: string | null
  /** The workflow that works on it or looks after it when it is in trouble; it need not be running. */
  workflowId: string | null
  /** The ids of what it belongs to, such as `endpointId`. */
  of: Record<string, string>
}

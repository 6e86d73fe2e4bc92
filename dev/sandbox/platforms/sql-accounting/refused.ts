/** What the API refuses; it is not documented in which words, but for those of a stale count of updates. */
export class Refused extends Error {
  readonly status: number
  constructor(message: string, status = 400) {
    super(message)
    this.status = status
  }
}

/** What else is in the books. */
export interface Lookup {
  has(kind: string, code: unknown): boolean
}

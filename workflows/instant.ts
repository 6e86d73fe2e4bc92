/** An instant as people read it on a workflow's page: ISO 8601, to the second. */
export function instantAt(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19)}Z`
}

/** The same for what is so many milliseconds ahead. */
export function instantIn(inMs: number): string {
  return instantAt(Date.now() + inMs)
}

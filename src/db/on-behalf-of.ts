import { AsyncLocalStorage } from 'node:async_hooks'

const workspace = new AsyncLocalStorage<string>()

/** What the hub does for all workspaces together, or before it knows for which. */
export const hubItself = ''

/**
 * Runs work whose share of what workspaces have in common is that of one workspace, or of a kind of work that comes before
 * anybody knows for which.
 */
export function onBehalfOf<Result>(workspaceId: string, work: () => Result): Result {
  return workspace.run(workspaceId, work)
}

/** The workspace for which the running code works. */
export function workspaceNow(): string {
  return workspace.getStore() ?? hubItself
}

import { defineSearchAttributeKey } from '@temporalio/common'

/**
 * Task queues. All workflows share one, so that a process holds one set of workflow threads; activities have queues by
 * the kind of work, so that one kind cannot starve another. `runs` has the short statements at the beginning and end of what
 * `sync` works on: whoever serves that serves it too. `delivery` takes one activity at a time in each process.
 */
export const taskQueues = {
  workflows: 'workflows',
  connections: 'connections',
  sync: 'sync',
  runs: 'runs',
  delivery: 'delivery',
} as const

export type TaskQueue = keyof typeof taskQueues

/** What a workflow needs of a person: nothing, patience, a decision or repair, or what waits behind something else. */
export type Attention = 'none' | 'retrying' | 'needs_person' | 'held'

/** Search attributes of every workflow. They are stored in the clear: ids and states only. */
export const searchAttributes = {
  workspace: defineSearchAttributeKey('Workspace', 'KEYWORD'),
  connection: defineSearchAttributeKey('Connection', 'KEYWORD'),
  provider: defineSearchAttributeKey('Provider', 'KEYWORD'),
  endpoint: defineSearchAttributeKey('Endpoint', 'KEYWORD'),
  sync: defineSearchAttributeKey('Sync', 'KEYWORD'),
  attention: defineSearchAttributeKey('Attention', 'KEYWORD'),
}

/** The search attributes as a server wants them registered: name and type. */
export const searchAttributeTypes = Object.fromEntries(
  Object.values(searchAttributes).map(key => [key.name, 'Keyword' as const]),
)

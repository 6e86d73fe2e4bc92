// A process that demands a connection's token each time it reads a line, for refresh-kill.test.ts. It can stop itself at a
// point that no signal from outside would hit reliably.
import { createInterface } from 'node:readline'
import { loadConfig } from '../../src/config.ts'
import { freshTokens } from '../../src/connections/tokens/fresh-tokens.ts'
import type { ConnectionSettings } from '../../src/connections/policy.ts'
import { CredentialStore } from '../../src/credentials/store.ts'
import { isHubError } from '../../src/errors.ts'
import { createHub, type Hub } from '../../src/hub.ts'

/**
 * Where it stops: with the lease and nothing sent; with the answer and nothing sealed; with the answer sealed; or in the
 * middle of storing it.
 */
export type StopAt = 'never' | 'before-send' | 'after-answer' | 'after-seal' | 'while-storing'

export interface ChildTask {
  workspaceId: string
  connectionId: string
  settings: ConnectionSettings
  stopAt: StopAt
}

const task = JSON.parse(process.argv[2] ?? '') as ChildTask
const { stopAt } = task
const stop = () => {
  process.stdout.write('stopping\n')
  process.kill(process.pid, 'SIGSTOP')
}

/** Reading the tokens the second time is nearly the last thing before the call; putting them is in the store's transaction. */
class StoppingStore extends CredentialStore {
  reads = 0
  override async get<T>(...args: Parameters<CredentialStore['get']>): Promise<T | undefined> {
    const value = await super.get<T>(...args)
    this.reads += 1
    if (stopAt === 'before-send' && this.reads === 2) stop()
    return value
  }
  override async put(...args: Parameters<CredentialStore['put']>): Promise<void> {
    if (stopAt === (args[1].field === 'tokens' ? 'while-storing' : 'after-answer')) stop()
    return super.put(...args)
  }
}

const plain = createHub(loadConfig(), { connectionSettings: task.settings, name: 'refresh-child' })
const transaction = plain.db.transaction.bind(plain.db)
let transactions = 0
plain.db.transaction = () => {
  transactions += 1
  if (transactions === 1 && stopAt === 'after-seal') stop()
  return transaction()
}
const hub: Hub = { ...plain, credentials: new StoppingStore(plain.credentials.ring) }

// A connection that is being made when it stops would be given up when it goes on.
await Promise.all(Array.from({ length: 4 }, () => plain.pool.query('select pg_sleep(0.1)')))
process.stdout.write('ready\n')
for await (const _ of createInterface({ input: process.stdin })) {
  const { workspaceId, connectionId } = task
  try {
    const { connection } = await freshTokens(hub, { workspaceId, connectionId, actor: 'child' })
    process.stdout.write(`generation ${connection.generation}\n`)
  } catch (error) {
    process.stdout.write(`failed ${isHubError(error) ? error.code : String(error)}\n`)
  }
}
await hub.close()

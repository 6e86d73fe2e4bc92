// A worker in a process of its own, for killed.test.ts: it stops itself at a point of an import that no signal from outside would
// hit reliably.
import { NativeConnection } from '@temporalio/worker'
import { loadConfig } from '../../../src/config.ts'
import type { ConnectionSettings } from '../../../src/connections/policy.ts'
import { CredentialStore } from '../../../src/credentials/store.ts'
import { createHub, type Hub } from '../../../src/hub.ts'
import { startWorkers } from '../../../workers/worker.ts'

/** With a refresh token's answer and nothing sealed; or in the transaction that makes it a connection. */
export type StopAt = 'after-answer' | 'while-storing'

export interface ImportChildTask {
  settings: ConnectionSettings
  stopAt: StopAt
}

const { settings, stopAt } = JSON.parse(process.argv[2] ?? '') as ImportChildTask

class StoppingStore extends CredentialStore {
  override async put(...args: Parameters<CredentialStore['put']>): Promise<void> {
    if (args[1].field === (stopAt === 'while-storing' ? 'tokens' : 'won')) {
      process.stdout.write('stopping\n')
      process.kill(process.pid, 'SIGSTOP')
    }
    return super.put(...args)
  }
}

const plain = createHub(loadConfig(), { connectionSettings: settings, name: 'import-child' })
const hub: Hub = { ...plain, credentials: new StoppingStore(plain.credentials.ring) }
const config = { ...hub.config, worker: { ...hub.config.worker, taskQueues: ['connections' as const] } }
const connection = await NativeConnection.connect({ address: hub.config.temporal.address })
const workers = await startWorkers({ ...hub, config }, connection)
process.stdout.write('ready\n')
await workers.finished

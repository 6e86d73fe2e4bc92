import { readFile } from 'node:fs/promises'
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker'
import { stopSweeping } from '../../src/connections/refresh/sweeping.ts'
import { stopDispatching } from '../../src/delivery/dispatch/dispatching.ts'
import type { Hub } from '../../src/hub.ts'
import type { TaskQueue } from '../../src/temporal/contract.ts'
import { startWorkers, type HubWorkers } from '../../workers/worker.ts'
import { atClose } from './hub.ts'
import { recordHistories } from './record-histories.ts'
import { bundlePath } from './stack.ts'

// A test says what went wrong; the SDK's own telling of workers that come and go would hide it.
Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] })

/**
 * Runs the product's workers on a hub, in this process, on the test file's own namespace; they are shut down when the file
 * ends. No Schedule is made: a test starts or triggers what it means to.
 */
export async function startTestWorkers(hub: Hub, queues?: TaskQueue[]): Promise<HubWorkers> {
  const connection = await NativeConnection.connect({ address: hub.config.temporal.address })
  const { worker } = hub.config
  const config = { ...hub.config, worker: { ...worker, shutdownGraceMs: 2_000, ...(queues && { taskQueues: queues }) } }
  const workerHub = { ...hub, config }
  const workers = await startWorkers(workerHub, connection, await sharedBundle())
  workers.finished.catch((error: unknown) => console.error('a test worker failed', error))
  atClose(async () => {
    if (process.env['RECORD_HISTORIES'] === 'true') await recordHistories(hub.temporal)
    stopSweeping(workerHub)
    await stopDispatching(workerHub)
    await workers.shutdown()
    await connection.close()
  })
  return workers
}

/** The workflows' bundle, which global-setup.ts has built for the whole run. */
export function sharedBundle(): Promise<string> {
  return readFile(bundlePath(), 'utf8')
}

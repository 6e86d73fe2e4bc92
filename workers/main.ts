import { setTimeout as sleep } from 'node:timers/promises'
import { NativeConnection } from '@temporalio/worker'
import { ConfigError, loadConfig, type Config } from '../src/config.ts'
import { withinDeadline } from '../src/deadline.ts'
import { stopDispatching } from '../src/delivery/dispatch/dispatching.ts'
import { startDispatchSlots } from '../src/delivery/dispatch/slots.ts'
import { stopSweeping } from '../src/connections/refresh/sweeping.ts'
import { createPartitions } from '../src/db/partitions.ts'
import { createHub, type Hub } from '../src/hub.ts'
import { gaugeSources } from '../src/gauge-sources.ts'
import { startMetricsServer } from '../src/metrics/server.ts'
import { installRuntime } from './runtime.ts'
import { allSchedules, ensureSchedules } from './schedules.ts'
import { ensureSearchAttributes } from './search-attributes.ts'
import { startWorkers, type HubWorkers } from './worker.ts'

const config = readConfig()
const hub = createHub(config, { name: 'causeway-worker' })
const sdkMetrics = config.worker.metricsPort === 0 ? undefined : `127.0.0.1:${config.worker.sdkMetricsPort}`
installRuntime(hub.log, sdkMetrics)
let ready = false
const metrics = await startMetricsServer(hub, config.worker.metricsPort, {
  sources: gaugeSources,
  ...(sdkMetrics === undefined ? {} : { sdkMetrics }),
  isReady: () => ready,
})
const stopping = new AbortController()
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopping.abort())

try {
  await run(hub, stopping.signal)
} finally {
  await metrics.close()
  await hub.close()
}
process.exit()

async function run(hub: Hub, stop: AbortSignal): Promise<void> {
  const connection = await connect(hub, stop)
  if (!connection) return
  const { namespace } = hub.config.temporal
  // After a long rest there may be none for today; the hourly sweep is the one that must not fail.
  await createPartitions(hub.db).catch((error: unknown) => hub.log.warn({ err: error }, 'partitions were not made now'))
  const workers = await startWorkers(hub, connection)
  await startDispatchSlots(hub)
  ready = true
  hub.log.info({ taskQueues: hub.config.worker.taskQueues, namespace }, 'worker ready')
  const told = new Promise<void>(resolve => stop.addEventListener('abort', () => resolve()))
  // A worker that fails for good ends the process, which whoever runs it starts again.
  if (!stop.aborted) await Promise.race([told, workers.finished])
  ready = false
  hub.log.info('worker stopping: handing work back')
  await handBack(hub, workers)
  await connection.close()
  hub.log.info('worker stopped')
}

/**
 * The long-lived activities are told at once: Temporal would tell them only after the grace time. What they have under way
 * is waited for as long as that, and no longer: receivers may be slow and Postgres away. What is left then is another
 * process's when its lease ends.
 */
async function handBack(hub: Hub, workers: HubWorkers): Promise<void> {
  stopSweeping(hub)
  const dispatching = withinDeadline(stopDispatching(hub), hub.config.worker.shutdownGraceMs, 'handing deliveries back')
  await Promise.all([
    dispatching.catch((error: unknown) => hub.log.warn({ err: error }, 'not all deliveries were handed back')),
    workers.shutdown(),
  ])
  await workers.finished
}

/**
 * Waits for Temporal as long as it takes: its being down is an expected state, and so is a server that answers before it
 * knows its namespace. Gives a connection to one that has the hub's search attributes and schedules.
 */
async function connect(hub: Hub, stop: AbortSignal): Promise<NativeConnection | undefined> {
  const { address, namespace, tls, apiKey } = hub.config.temporal
  while (!stop.aborted) {
    let connection: NativeConnection | undefined
    try {
      connection = await NativeConnection.connect({
        address,
        ...(tls ? { tls } : {}),
        ...(apiKey === undefined ? {} : { apiKey }),
      })
      await ensureSearchAttributes(connection, hub.temporal, namespace, hub.log)
      await ensureSchedules(hub.temporal, allSchedules, hub.log)
      return connection
    } catch (error) {
      await connection?.close()
      hub.log.warn({ err: error, address, namespace }, 'Temporal cannot be used; trying again')
      await sleep(2_000, undefined, { signal: stop }).catch(() => undefined)
    }
  }
  return undefined
}

function readConfig(): Config {
  try {
    return loadConfig()
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    console.error(error.message)
    process.exit(1)
  }
}

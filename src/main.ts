import { setTimeout as sleep } from 'node:timers/promises'
import { ConfigError, loadConfig, type Config } from './config.ts'
import { keepBeating } from './connections/webhooks/away.ts'
import { pendingMigrations } from './db/migrate.ts'
import { createServer } from './http/server.ts'
import { createHub, type Hub } from './hub.ts'

const stopWithinMs = 10_000

const config = readConfig()
const hub = createHub(config, { name: 'causeway-api' })
const stopping = new AbortController()
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopping.abort())
process.exit(await run(hub, stopping.signal))

/** Serves until told to stop; gives the exit code. */
async function run(hub: Hub, stop: AbortSignal): Promise<number> {
  const app = await createServer(hub)
  try {
    const url = await app.listen({ host: hub.config.http.host, port: hub.config.http.port })
    hub.log.info({ url, docs: `${url}/docs` }, 'api ready')
  } catch (error) {
    hub.log.fatal({ err: error }, 'the address cannot be listened on')
    return 1
  }
  void tellOfMigrations(hub)
  void keepBeating(hub, stop)
  if (!stop.aborted) await new Promise(resolve => stop.addEventListener('abort', resolve))
  hub.log.info('api stopping: answering what is under way')
  const closed = app.close().then(() => true)
  const inTime = await Promise.race([closed, sleep(stopWithinMs - 2_000, false)])
  if (!inTime) {
    hub.log.warn('requests under way are cut off')
    app.server.closeAllConnections()
  }
  await Promise.race([Promise.all([closed, hub.close()]), sleep(2_000)])
  hub.log.info('api stopped')
  return 0
}

/** The process starts whatever state the database is in: `/ready` tells, and so does the log. */
async function tellOfMigrations(hub: Hub): Promise<void> {
  try {
    const pending = await pendingMigrations(hub.db)
    if (pending.length > 0) hub.log.warn({ pending }, 'the database needs to be migrated: npm run migrate')
  } catch (error) {
    hub.log.warn({ err: error }, 'the database cannot be reached; requests are refused until it can')
  }
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

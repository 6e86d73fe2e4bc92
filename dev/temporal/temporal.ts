import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { Connection } from '@temporalio/client'
import { freePort, isListening } from '../processes/ports.ts'
import { type Child, logTail, pidFile, startChild, stopLeftover, waitUntil } from '../processes/processes.ts'
import { type FindOptions, findTemporal } from './temporal-binary.ts'
import { type SearchAttributeType, prepareCluster } from './temporal-cluster.ts'

const startTimeoutMs = 60_000

export interface TemporalOptions extends FindOptions {
  /** Keeps workflows between starts; without it they live as long as the server. */
  dataFile?: string
  /** Default: a free one. */
  port?: number
  /** Without it the server has no UI. */
  uiPort?: number
  namespaces?: readonly string[]
  searchAttributes?: Readonly<Record<string, SearchAttributeType>>
  dynamicConfig?: Readonly<Record<string, unknown>>
  logFile?: string
}

export interface Temporal {
  readonly address: string
  readonly uiUrl: string | undefined
  readonly namespaces: readonly string[]
  /** undefined when the server is another's (TEMPORAL_ADDRESS): then `stop` does nothing and `kill` throws. */
  readonly pid: number | undefined
  stop(): Promise<void>
  /** SIGKILL. */
  kill(): Promise<void>
  /** Starts again on the same ports and data, after `stop` or `kill`. */
  start(): Promise<void>
}

/**
 * Starts a Temporal development server on 127.0.0.1, and returns once its namespaces answer; with TEMPORAL_ADDRESS set it
 * prepares that server instead. Throws when no server is to be had, or with the end of its log when it does not come up.
 */
export async function startTemporal(options: TemporalOptions = {}): Promise<Temporal> {
  const { namespaces = ['default'], searchAttributes = {} } = options
  const found = await findTemporal(options)
  if (found.kind === 'running') {
    await prepareCluster(found.address, namespaces, searchAttributes)
    return { address: found.address, uiUrl: undefined, namespaces, pid: undefined, ...notOurs }
  }
  const port = options.port ?? (await freePort())
  const address = `127.0.0.1:${port}`
  const own = options.logFile ? undefined : mkdtempSync(join(tmpdir(), 'causeway-temporal-'))
  const logFile = options.logFile ?? join(own as string, 'temporal.log')
  const dataFile = options.dataFile === undefined ? undefined : resolve(options.dataFile)
  const leftover = dataFile === undefined ? undefined : pidFile(`${dataFile}.pid`)
  const args = serverArguments({ ...options, namespaces, searchAttributes }, port, dataFile)
  let server: Child

  const start = async () => {
    const pid = leftover?.read()
    if (pid !== undefined && dataFile) await stopLeftover(pid, ['start-dev', dataFile], 'SIGINT')
    server = await startChild({ name: 'temporal', command: found.path, args, logFile, stopSignal: 'SIGINT' })
    leftover?.write(server.pid)
    try {
      await waitUntil(
        () => {
          if (!server.running) throw new Error(`the Temporal server ended while starting:\n${logTail(logFile)}`)
          return answers(port, namespaces)
        },
        startTimeoutMs,
        () => `the Temporal server did not answer on ${address}:\n${logTail(logFile)}`,
      )
    } catch (error) {
      await server.kill()
      throw error
    }
  }
  await start()
  return {
    address,
    uiUrl: options.uiPort === undefined ? undefined : `http://127.0.0.1:${options.uiPort}`,
    namespaces,
    get pid() {
      return server.pid
    },
    async stop() {
      await server.stop()
      leftover?.remove()
      if (own) rmSync(own, { recursive: true, force: true })
    },
    kill: () => server.kill(),
    start,
  }
}

const notOurs = {
  stop: () => Promise.resolve(),
  kill: () => Promise.reject(new Error('this Temporal server was started by another: it is not ours to kill')),
  start: () => Promise.resolve(),
}

function serverArguments(
  options: TemporalOptions & Required<Pick<TemporalOptions, 'namespaces' | 'searchAttributes'>>,
  port: number,
  dataFile: string | undefined,
): string[] {
  const file =
    dataFile === undefined
      ? []
      : ['--db-filename', dataFile, '--sqlite-pragma', 'journal_mode=wal', '--sqlite-pragma', 'synchronous=normal']
  if (dataFile !== undefined && !existsSync(dirname(dataFile))) throw new Error(`no folder ${dirname(dataFile)}`)
  const ui = options.uiPort === undefined ? ['--headless'] : ['--ui-port', String(options.uiPort)]
  const each = (flag: string, values: readonly string[]) => values.flatMap(value => [flag, value])
  return [
    ...['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port), '--log-level', 'error', ...ui, ...file],
    ...each('--namespace', options.namespaces),
    ...each(
      '--search-attribute',
      Object.entries(options.searchAttributes).map(([name, type]) => `${name}=${type}`),
    ),
    ...each(
      '--dynamic-config-value',
      Object.entries(options.dynamicConfig ?? {}).map(([name, value]) => `${name}=${JSON.stringify(value)}`),
    ),
  ]
}

async function answers(port: number, namespaces: readonly string[]): Promise<boolean> {
  if (!(await isListening(port))) return false // a gRPC client that came too early would wait a second before its next try
  let connection: Connection | undefined
  try {
    connection = await Connection.connect({ address: `127.0.0.1:${port}`, connectTimeout: 2000 })
    for (const namespace of namespaces) await connection.workflowService.describeNamespace({ namespace })
    return true
  } catch {
    return false
  } finally {
    await connection?.close()
  }
}

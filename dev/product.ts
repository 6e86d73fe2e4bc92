import { migrateToLatest } from '../src/db/migrate.ts'
import { searchAttributeTypes } from '../src/temporal/contract.ts'
import { logTail } from './processes/processes.ts'
import { startStack, type Stack, type StackOptions, type StackProcess } from './stack.ts'

/** The whole product on embedded parts. */
export interface Product {
  stack: Stack
  api: StackProcess
  worker: StackProcess
  apiUrl: string
}

const readyWithinMs = 60_000
/** As `npm run start:worker` starts it: bounds on the heap's growth make nothing slower, and hold a worker under 400 MB. */
export const workerFlags = ['--max-semi-space-size=16', '--max-old-space-size=384']

/**
 * Starts the embedded stack, brings its schema up to date, and starts one API and one worker on it; gives them when both are
 * ready. Nothing is left running when one of them is not.
 */
export async function startProduct(options: StackOptions = {}): Promise<Product> {
  const stack = await startStack({ bundle: true, ...options, searchAttributes: searchAttributeTypes })
  try {
    const [apiPort, workerPort, sdkPort] = [
      await stack.port('api', 8080),
      await stack.port('worker-metrics', 9464),
      await stack.port('worker-sdk-metrics', 9465),
    ]
    const apiUrl = `http://127.0.0.1:${apiPort}`
    const workerUrl = `http://127.0.0.1:${workerPort}`
    await migrateToLatest(stack.databaseUrl)
    const settings = { NODE_ENV: 'development', PUBLIC_URL: apiUrl }
    const [api, worker] = await Promise.all([
      stack.spawnProcess('api', 'src/main.ts', { ...settings, HOST: '127.0.0.1', PORT: String(apiPort) }),
      stack.spawnProcess(
        'worker',
        'workers/main.ts',
        { ...settings, WORKER_METRICS_PORT: String(workerPort), WORKER_SDK_METRICS_PORT: String(sdkPort) },
        workerFlags,
      ),
    ])
    await Promise.all([answers(api, `${apiUrl}/ready`), answers(worker, `${workerUrl}/ready`)])
    return { stack, api, worker, apiUrl }
  } catch (error) {
    await stack.stop()
    throw error
  }
}

async function answers(process: StackProcess, url: string): Promise<void> {
  const deadline = Date.now() + readyWithinMs
  for (;;) {
    const status = await fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
      async response => {
        await response.body?.cancel()
        return response.status
      },
      () => 0,
    )
    if (status === 200) return
    if (!process.running || Date.now() > deadline) {
      throw new Error(`the ${process.name} is not ready:\n${logTail(process.logFile)}`)
    }
    await new Promise(resolve => setTimeout(resolve, 100))
  }
}

// What `npm start` runs: the whole product on embedded parts, with a guided demonstration.
import { parseArgs } from 'node:util'
import { Client, Connection } from '@temporalio/client'
import { createApi } from './demo/api.ts'
import { runDemonstration } from './demo/demonstration.ts'
import { startProduct, type Product } from './product.ts'
import { onStopRequest } from './signals.ts'
import { partsOf, supervise } from './processes/supervise.ts'

const { values: options } = parseArgs({
  options: {
    fresh: { type: 'boolean', default: false },
    once: { type: 'boolean', default: false },
    'no-demo': { type: 'boolean', default: false },
    /** Where everything is kept between starts. */
    home: { type: 'string', default: '.causeway' },
    /** Takes any free ports instead of the usual ones. */
    'any-ports': { type: 'boolean', default: false },
  },
})

// Short enough to see a token refreshed while one watches: the schedule looks once a minute.
const sandboxSettings = { accessTokenSeconds: 60 }

const startedAt = Date.now()
const stopping = new AbortController()
const stopRequest = new Promise<void>(resolve =>
  onStopRequest(() => {
    stopping.abort()
    resolve()
  }),
)
console.log('Causeway is starting…')
const product = await startProduct({
  home: options.home,
  fresh: options.fresh,
  usualPorts: !options['any-ports'],
  sandboxSettings,
  say: line => console.log(`  ${line}`),
})
console.log(welcome(product, (Date.now() - startedAt) / 1000))
const endSupervision = supervise(partsOf(product), line => console.log(`  ${line}`))

let held = true
if (!options['no-demo']) {
  const demonstration = demonstrate(product)
  const outcome = await Promise.race([demonstration, stopRequest])
  held = outcome ?? false
}
if (!options.once && !stopping.signal.aborted) {
  console.log('\nEverything stays up until Ctrl-C.')
  await stopRequest
}
console.log('\nStopping…')
await endSupervision()
await product.stack.stop()
console.log(`Stopped; the data stays in ${options.home}.`)
process.exit(held || !options.once ? 0 : 1)

async function demonstrate({ stack, apiUrl }: Product): Promise<boolean> {
  const connection = await Connection.connect({ address: stack.temporal.address })
  try {
    return await runDemonstration({
      stack,
      apiUrl,
      adminApi: createApi(apiUrl, stack.secrets.adminKey),
      temporal: new Client({ connection }),
      say: line => {
        if (!stopping.signal.aborted) console.log(`     ${line}`)
      },
      signal: stopping.signal,
      state: {},
    })
  } finally {
    await connection.close()
  }
}

function welcome({ stack, apiUrl }: Product, seconds: number): string {
  const rows = [
    ['API', apiUrl],
    ['API docs', `${apiUrl}/docs`],
    ['Admin key', stack.secrets.adminKey],
    ['Temporal UI', stack.temporal.uiUrl ?? 'none: the server is not ours'],
    ['Temporal', `${stack.temporal.address} (gRPC, for temporal --address)`],
    ['Postgres', `127.0.0.1:${stack.postgres.port}, database causeway`],
    ['Sandbox', stack.sandbox.url],
    ['Receiver', stack.receiver.url],
    ['Data, logs', `${stack.home}`],
  ]
  return [
    `Causeway is ready after ${seconds.toFixed(1)} s`,
    ...rows.map(([name, value]) => `  ${name!.padEnd(12)} ${value}`),
  ].join('\n')
}

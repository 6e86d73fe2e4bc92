// usage: node dev/temporal/temporal-download.ts FOLDER. Has the SDK download the Temporal CLI into the folder: it does so by
// starting the server once.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Runtime } from '@temporalio/worker'
import { temporalVersion } from './temporal-binary.ts'

const manifest = createRequire(import.meta.url).resolve('@temporalio/worker/package.json')
const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }
const runtime = Runtime.instance()
const server = await runtime.createEphemeralServer({
  type: 'dev-server',
  exe: {
    type: 'cached-download',
    downloadDir: process.argv[2] ?? '.',
    version: `v${temporalVersion}`,
    ttl: 0,
    sdkName: 'sdk-typescript',
    sdkVersion: version,
  },
  namespace: 'default',
  ip: '127.0.0.1',
  port: null,
  uiPort: null,
  dbFilename: null,
  ui: false,
  log: { format: 'pretty', level: 'error' },
  extraArgs: [],
})
await runtime.shutdownEphemeralServer(server)
await runtime.shutdown()

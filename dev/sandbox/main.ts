// usage: node dev/sandbox/main.ts [--port N] [--file PATH] [--settings JSON]
import { parseArgs } from 'node:util'
import { onStopRequest } from '../signals.ts'
import { startSandbox } from './server.ts'
import type { SandboxSettings } from './settings.ts'

const { values } = parseArgs({
  options: { port: { type: 'string' }, file: { type: 'string' }, settings: { type: 'string' } },
})
const sandbox = await startSandbox({
  ...(values.port === undefined ? {} : { port: Number(values.port) }),
  ...(values.file === undefined ? {} : { file: values.file }),
  ...(values.settings === undefined ? {} : { settings: JSON.parse(values.settings) as Partial<SandboxSettings> }),
})
console.log(`sandbox ready on ${sandbox.url}`)
onStopRequest(() => {
  void sandbox.stop().then(() => process.exit(0))
})
